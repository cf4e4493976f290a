#!/usr/bin/env python3
"""Writes a golden folder, tests/golden/NAME/: tools/golden.py NAME ["SPEC"], or all that are missing: tools/golden.py --all.

NAME is a learner, transform or metric of the catalogue. SPEC defaults to the folder's spec.txt, else to NAME for a learner,
"NAME | logistic" for a transform, "metric NAME" for a metric. Run it once when a component is new or its `format` has risen;
a golden file that exists is never written again. tests/golden/golden.h says what the files hold.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests/golden"


def default_spec(name):
    text = FOLDER / name / "spec.txt"
    if text.exists():
        return text.read_text().strip()
    line = f"({name})"
    for definitions, spec in (("transform/transforms.def", f"{name} | logistic"), ("metric/metrics.def", f"metric {name}")):
        path = ROOT / "freshet" / definitions
        if path.exists() and any(part.rstrip().endswith((line, f", {name})")) for part in path.read_text().splitlines()):
            return spec
    return name


def missing():
    """Names of the catalogue without a folder."""
    entry = re.compile(r"^FRESHET_(?:LEARNER\(\w+, |TRANSFORM\(|METRIC\()(\w+)\)", re.M)
    files = ("learn/learners.def", "transform/transforms.def", "metric/metrics.def")
    names = [name for file in files if (ROOT / "freshet" / file).exists()
             for name in entry.findall((ROOT / "freshet" / file).read_text())]
    return [name for name in names if not (FOLDER / name / "spec.txt").exists()]


def write(name, spec):
    return subprocess.run([ROOT / "build/dev/tests/golden/write_golden", FOLDER, name, spec], check=False).returncode


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__.split("\n\n")[0])
        return 2
    for command in (["cmake", "--preset", "dev"], ["ninja", "-C", "build/dev", "write_golden"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            return 1
    if sys.argv[1] == "--all":
        return max([write(name, default_spec(name)) for name in missing()], default=0)
    return write(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else default_spec(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
