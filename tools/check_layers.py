#!/usr/bin/env python3
"""Reads every #include below freshet/ and reports what breaks the house: `tools/check_layers.py`, also a ctest.

A folder includes only lower rings, itself and the exceptions of tools/layers.json. Third-party headers are seen only in
their homes; rings 0-2 see neither the operating system nor threads; headers form no cycle; failure() copies text, so it
is for rings 3-6 and for what reads a person's text (composed_texts). Exit 1 if anything is found, one line each: file:line: what, and what to do.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# C++20 library headers without those that bring threads, files, clocks, locales or seconds of compile time.
PORTABLE = set("""algorithm array bit cassert cctype cerrno cfloat charconv cinttypes climits cmath compare concepts cstddef
    cstdint cstdlib cstring functional initializer_list iterator limits list map memory memory_resource new numbers numeric
    optional queue set span stack string string_view tuple type_traits unordered_map unordered_set utility variant
    vector version deque bitset assert.h stddef.h stdint.h string.h math.h""".split())
OUTER = set("""any atomic barrier chrono codecvt complex condition_variable coroutine csetjmp csignal cstdarg cstdio ctime
    cuchar cwchar cwctype exception execution filesystem format forward_list fstream future iomanip ios iosfwd iostream
    istream latch locale mutex ostream random ranges ratio regex scoped_allocator semaphore shared_mutex source_location
    sstream stdexcept stop_token streambuf syncstream system_error thread typeindex typeinfo valarray stdio.h stdlib.h
    signal.h time.h errno.h limits.h locale.h ctype.h""".split())
SYSTEM = re.compile(r'^(sys|netinet|arpa|linux|net|asm)/|^(unistd|fcntl|pthread|poll|dirent|dlfcn|netdb|sched|termios|'
                    r'ftw|grp|semaphore|pwd|syslog|spawn|ucontext|execinfo|malloc|fnmatch|glob|getopt|utime)\.h$')
INTRINSICS = re.compile(r'^((imm|emm|xmm|nmm|smm|pmm|wmm|tmm|x86)intrin|arm_neon|arm_acle|wasm_simd128|cpuid)\.h$')
# What tests and benchmarks may use anywhere.
TEST_ONLY = ("doctest/", "benchmark/", "sanitizer/")


class Layers:
    def __init__(self, rules):
        self.rings = rules["rings"]
        self.exceptions = rules["exceptions"]
        self.homes = sorted(rules["homes"].items(), key=lambda home: -len(home[0]))
        self.intrinsics = rules["intrinsics"]
        self.composed = rules["composed_texts"]
        self.problems = []
        self.edges = {}  # header -> freshet headers that it includes

    def report(self, path, line, text):
        self.problems.append(f"{path}:{line}: {text}")

    def ring(self, folder):
        return self.rings.get(folder)

    def check_file(self, path):
        inside = path.relative_to(ROOT / "freshet").as_posix()
        name = path.relative_to(ROOT).as_posix()
        folder = inside.split("/")[0] if "/" in inside else None
        is_test = path.stem.endswith(("_test", "_bench"))
        if folder is not None and self.ring(folder) is None:
            self.report(name, 1, f"folder freshet/{folder} has no ring: add it to tools/layers.json")
            return
        ring = 7 if folder is None else self.ring(folder)  # freshet/freshet.h is the users' umbrella
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                quoted, header = match.group(1) == '"', match.group(2)
                if quoted:
                    self.check_own(name, number, folder, ring, header, is_test)
                else:
                    self.check_foreign(name, number, inside, ring, header, is_test)
            elif ring <= 2 and not is_test and not self.may_compose(inside) and re.search(r'\bfailure\s*\(', line.split("//")[0]):
                self.report(name, number, "failure() copies its text: in rings 0-2 return a Status with a static text")

    def may_compose(self, inside):
        return inside.startswith(tuple(self.composed))

    def check_own(self, name, number, folder, ring, header, is_test):
        if header.endswith(".def") and not header.startswith("freshet/"):
            self.report(name, number, f'write "freshet/<folder>/{header}"')
            return
        if header.startswith("tests/"):
            if not is_test:
                self.report(name, number, "only tests include tests/")
            return
        if not header.startswith("freshet/"):
            if not (ROOT / "build").exists() or not header.endswith(".pb.h"):
                self.report(name, number, f'"{header}": includes read "freshet/<folder>/<name>.h", others <...>')
            return
        self.edges.setdefault(name, []).append((number, header))
        if not (ROOT / header).exists():
            self.report(name, number, f'"{header}" does not exist')
            return
        if folder is None:
            return
        target = header.split("/")[1]
        if target == folder:
            return
        target_ring = self.ring(target)
        if target_ring is None:
            self.report(name, number, f'"{header}": only users include the umbrella header; name what you need')
        elif header == "freshet/base/failure.h" and ring <= 2 and not is_test and not self.may_compose(
                name.removeprefix("freshet/")):
            self.report(name, number, "failure() copies its text: in rings 0-2 return a Status with a static text")
        elif target_ring > ring:
            self.report(name, number, f"ring {ring} ({folder}) may not include ring {target_ring} ({target})")
        elif target_ring == ring and target not in self.exceptions.get(folder, []):
            self.report(name, number, f"{folder} and {target} are both ring {ring}; an exception is a line in "
                                      "tools/layers.json, argued for in the change")

    def check_foreign(self, name, number, inside, ring, header, is_test):
        if header in PORTABLE:
            return
        if header.startswith(TEST_ONLY):
            if not is_test:
                self.report(name, number, f"<{header}> belongs in tests and benchmarks")
            return
        if header in OUTER or SYSTEM.match(header):
            if ring <= 2 and not is_test:
                self.report(name, number, f"<{header}>: rings 0-2 have no threads, clocks, files or operating system")
            return
        if INTRINSICS.match(header):
            if not any(inside.startswith(home) for home in self.intrinsics):
                self.report(name, number, f"<{header}>: intrinsics live in kernel/<isa>/ (tools/layers.json)")
            return
        for prefix, homes in self.homes:
            if header.startswith(prefix):
                if not any(inside == home or inside.startswith(home + "/") for home in homes):
                    self.report(name, number, f"<{header}> is seen only in freshet/{', freshet/'.join(homes)}")
                return
        self.report(name, number, f"<{header}> has no home: add it to \"homes\" in tools/layers.json")

    def check_cycles(self):
        """Depth-first over the include graph of files; a header met while still open closes a cycle."""
        state = {}

        def visit(name, trail):
            state[name] = "open"
            for number, header in self.edges.get(name, []):
                if state.get(header) == "open":
                    cycle = trail[trail.index(header):] if header in trail else [header]
                    self.report(name, number, f"include cycle: {' -> '.join(cycle + [header])}")
                elif header not in state:
                    visit(header, trail + [header])
            state[name] = "done"

        for name in sorted(self.edges):
            if name not in state:
                visit(name, [name])

    def check_exceptions(self):
        """Same-ring exceptions must not make two folders include each other, directly or around."""
        def reaches(start, goal, seen):
            return any(n == goal or (n not in seen and reaches(n, goal, seen | {n}))
                       for n in self.exceptions.get(start, []))
        for folder in self.exceptions:
            if reaches(folder, folder, set()):
                self.report("tools/layers.json", 1, f"the exceptions make a cycle through {folder}")


def main():
    layers = Layers(json.loads((ROOT / "tools" / "layers.json").read_text()))
    files = sorted(p for kind in ("*.h", "*.cc", "*.def") for p in (ROOT / "freshet").rglob(kind))
    for path in files:
        layers.check_file(path)
    layers.check_cycles()
    layers.check_exceptions()
    for problem in layers.problems:
        print(problem)
    if layers.problems:
        print(f"layers: {len(layers.problems)} problems in {len(files)} files")
        return 1
    print(f"layers: {len(files)} files, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
