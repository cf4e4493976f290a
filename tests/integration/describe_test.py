#!/usr/bin/env python3
"""Whether `freshet describe --json`, the catalogue files and the generated documentation agree: describe_test.py PROGRAM."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from program import PROGRAM, ROOT  # noqa: E402


def described():
    return json.loads(subprocess.run([PROGRAM, "describe", "--json"], capture_output=True, check=True).stdout)


def names_in(def_file, macro):
    """The last argument of every line of a .def file."""
    text = (ROOT / def_file).read_text()
    return [line.split(",")[-1].strip() for line in re.findall(rf"(?m)^{macro}\(([^)]*)\)", text)]


class Describe(unittest.TestCase):
    def test_holds_every_entry_of_the_catalogues_and_no_other(self):
        all_ = described()
        for kind, def_file, macro in (("transforms", "freshet/transform/transforms.def", "FRESHET_TRANSFORM"),
                                      ("metrics", "freshet/metric/metrics.def", "FRESHET_METRIC"),
                                      ("generators", "freshet/format/generate/generators.def", "FRESHET_GENERATOR"),
                                      ("benchmarks", "bench/benchmarks.def", "FRESHET_BENCHMARK"),
                                      ("commands", "freshet/cli/commands/commands.def", "FRESHET_COMMAND")):
            self.assertEqual([entry["name"] for entry in all_[kind]], names_in(def_file, macro), kind)
        self.assertEqual([entry["name"] for entry in all_["formats"]],
                         names_in("freshet/ingest/formats.def", "FRESHET_FORMAT") +
                         names_in("freshet/format/formats.def", "FRESHET_FORMAT"))
        learners = [entry["name"] for entry in all_["learners"]]
        self.assertEqual(sorted(set(learners) - {"oml_dummy"}),
                         sorted(names_in("freshet/learn/learners.def", "FRESHET_LEARNER")))

    def test_every_option_says_what_it_is(self):
        all_ = described()
        for kind in ("learners", "transforms", "metrics"):
            for entry in all_[kind]:
                self.assertTrue(entry["summary"].endswith("."), f'{kind} {entry["name"]}: {entry["summary"]}')
                for option in entry["options"]:
                    self.assertTrue(option["doc"], f'{entry["name"]}.{option["name"]}')
        for command in all_["commands"]:
            for group in command["groups"]:
                for option in group["options"]:
                    self.assertRegex(option["doc"], r"[.)]$", f'{command["name"]} --{option["name"]}')
                    self.assertRegex(option["name"], r"^[a-z][a-z_]*$")

    def test_the_command_line_takes_what_is_described_and_nothing_else(self):
        for command in described()["commands"]:
            text = subprocess.run([PROGRAM, command["name"], "--help"], capture_output=True, check=True, text=True).stdout
            shown = set(re.findall(r"--[a-z][a-z-]*", text.split("\nusage:")[1]))
            options = {"--" + o["name"].replace("_", "-") for g in command["groups"] for o in g["options"]}
            self.assertTrue(options <= shown, f'{command["name"]}: {options - shown}')

    def test_documentation_is_up_to_date(self):
        done = subprocess.run([sys.executable, ROOT / "tools/describe.py", "--check", "--program", PROGRAM],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
