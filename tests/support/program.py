"""The program as a test runs it to its end, in a folder of the test's own.

A test file takes the program as its first argument: `python3 FILE PROGRAM [unittest's own]`. For servers: server.py.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("FRESHET_SHARED_DATA", ROOT / "../shared/data"))


def run(*args, stdin="", status=0):
    """Standard output and error of one call that ends with `status`."""
    done = subprocess.run([PROGRAM, *map(str, args)], input=stdin.encode("latin-1"), capture_output=True, timeout=120,
                          check=False)
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert done.returncode == status, f"{args}: exit {done.returncode}, expected {status}\n{out}\n{err}"
    return out, err


class InFolder(unittest.TestCase):
    """A test with a folder, self.path, that is gone after it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def file(self, name, content):
        """Writes text or bytes; answers the path."""
        (self.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(self.path / name)
