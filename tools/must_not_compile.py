#!/usr/bin/env python3
"""What the types forbid: tools/must_not_compile.py COMPILER SOURCE (ctest label must_not_compile).

A case is tests/must_not_compile/NAME.cc. Its first line is the diagnostic that is wanted, a regular expression:

    // error: use of deleted function .*WriterLease

What must be refused stands between #ifdef WRONG and #endif. The file is compiled twice: without WRONG it must pass (else
the case shows nothing), with it the compiler must refuse, and say that.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-fno-rtti", f"-I{ROOT}"]


def main():
    compiler, source = sys.argv[1], pathlib.Path(sys.argv[2])
    first = source.read_text().split("\n", 1)[0]
    wanted = re.fullmatch(r"// error: (.+)", first)
    if wanted is None or "#ifdef WRONG" not in source.read_text():
        print(f"{source}: begins with '// error: REGEX' and holds '#ifdef WRONG'; see {pathlib.Path(__file__).name}")
        return 1
    right = subprocess.run([compiler, *FLAGS, source], capture_output=True, text=True, check=False)
    if right.returncode != 0:
        print(f"{source}: without WRONG it must compile:\n{right.stderr}")
        return 1
    wrong = subprocess.run([compiler, *FLAGS, "-DWRONG", source], capture_output=True, text=True, check=False)
    if wrong.returncode == 0:
        print(f"{source}: compiles, and must not; wanted: {wanted.group(1)}")
        return 1
    if not re.search(wanted.group(1), wrong.stderr):
        print(f"{source}: refused for another reason; wanted: {wanted.group(1)}\n{wrong.stderr}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
