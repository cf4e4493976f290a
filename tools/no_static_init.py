#!/usr/bin/env python3
"""Rings 0-2 run nothing before main: tools/no_static_init.py BUILD_FOLDER (ctest no_static_init).

A microcontroller and a browser pay for every static constructor, and their order is nobody's. Looks for the functions
that compilers emit for them in the object files of rings 0-2.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INITIALIZER = re.compile(r"_GLOBAL__sub_I|__cxx_global_var_init|__static_initialization_and_destruction")


def main():
    build = pathlib.Path(sys.argv[1])
    rings = json.loads((ROOT / "tools/layers.json").read_text())["rings"]
    objects = [path for folder, ring in rings.items() if ring <= 2
               for path in sorted((build / "obj" / folder).rglob("*.o")) if not path.stem.endswith(("_test.cc", "_bench.cc"))]
    if not objects:
        print(f"no_static_init: no objects of rings 0-2 below {build}/obj; build first")
        return 1
    found = 0
    listing = subprocess.run(["nm", "-A", "--defined-only", *map(str, objects)], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        if INITIALIZER.search(line):
            found += 1
            print(f"{line}: something here is built before main; make it constinit or a function")
    print(f"no_static_init: {len(objects)} objects, {found} initializers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
