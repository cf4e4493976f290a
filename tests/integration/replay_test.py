#!/usr/bin/env python3
"""`freshet replay` and `freshet inspect` of a log that a real server wrote: replay_test.py PROGRAM."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import server as support  # noqa: E402
from server import Server  # noqa: E402


def run(*args, status=0):
    done = subprocess.run([support.PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout, done.stderr


class Replay(unittest.TestCase):
    def test_a_log_gives_its_model_again(self):
        with Server("--model", "price=scale | linear") as server:
            for k in range(20):
                self.assertEqual(server.train("price", [[k, 1 - k]], [2 * k]).status, 200)
            server.end()
            folder = pathlib.Path(server.data_dir) / "price"
            result = json.loads(run("replay", folder, "--verify", "--json")[0])
            self.assertEqual((result["spec"], result["examples"], result["skipped"]), ("scale | linear", 20, 0))
            self.assertGreaterEqual(result["verified"], 1)  # the checkpoint of the stop
            half, whole, again = (folder / name for name in ("half", "whole", "again"))
            at_ten = json.loads(run("replay", folder, "--to", 10, "-f", half, "--json")[0])
            self.assertEqual((at_ten["lsn"], at_ten["examples"]), (10, 10))
            run("replay", folder, "-f", whole)
            run("replay", folder, "-f", again)
            self.assertEqual(whole.read_bytes(), again.read_bytes())
            self.assertNotEqual(whole.read_bytes(), half.read_bytes())
            self.assertEqual(json.loads(run("inspect", whole, "--json")[0])["keys"]["model.examples"], "20")
            other = json.loads(run("replay", folder, "--model", "mean", "--json")[0])
            self.assertEqual((other["spec"], other["examples"]), ("mean", 20))
            log = json.loads(run("inspect", folder, "--json")[0])
            self.assertEqual(sum(segment["events"].get("example", 0) for segment in log["segments"]), 20)

    def test_what_is_no_log_says_so(self):
        run("replay", "no/such/folder", status=2)
        run("inspect", "tests", status=2)
        run("replay", "tests", status=2)


if __name__ == "__main__":
    support.main()
