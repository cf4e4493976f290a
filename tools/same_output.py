#!/usr/bin/env python3
"""Two programs must print the same: tools/same_output.py NATIVE COMMAND... (ctest portable).

NATIVE is tests/portable built for this machine; COMMAND runs it on another target. Shows the first lines that differ.
"""
import itertools
import pathlib
import subprocess
import sys


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        print(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        sys.exit(1)
    return done.stdout.splitlines()


def main():
    native = pathlib.Path(sys.argv[1])
    if not native.exists():
        print(f"same_output: {native} is not built; cmake --preset dev && ninja -C build/dev portable")
        return 1
    ours, theirs = run([str(native)]), run(sys.argv[2:])
    differing = [(number, a, b) for number, (a, b) in enumerate(itertools.zip_longest(ours, theirs), 1) if a != b]
    for number, a, b in differing[:10]:
        print(f"line {number}: native {a!r}, there {b!r}")
    print(f"same_output: {len(ours)} lines, {len(differing)} differ")
    return 1 if differing or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
