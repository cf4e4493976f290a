#!/usr/bin/env python3
"""Compiles each header of rings 0-2 alone and lists the ten dearest: tools/header_cost.py COMPILER (ctest header_cost).

A header must stand on its own and cost at most 0.35 s of CPU, measured against <algorithm>, which costs 0.11 s on the
machine of that figure: a slower machine gets proportionally more. The best of up to eight tries counts, because
what else runs makes compilers slower.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT_S, ALGORITHM_S = 0.35, 0.11
FLAGS = ["-std=c++20", "-O1", "-fno-exceptions", "-fno-rtti", "-fsyntax-only", "-x", "c++", f"-I{ROOT}"]


def compile_once(compiler, include, folder):
    """CPU seconds, or the compiler's complaint."""
    source = pathlib.Path(folder) / (include.strip('<">').replace("/", "_") + ".cc")
    source.write_text(f"#include {include}\n")
    # wait4 gives the CPU time of exactly this child with its own children, whatever runs beside it.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([compiler, *FLAGS, str(source)], stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            output.seek(0)
            return output.read().decode()
    return usage.ru_utime + usage.ru_stime


def cost(compiler, include, folder, limit):
    best = compile_once(compiler, include, folder)
    for _ in range(7):
        if isinstance(best, str) or best <= limit:
            break
        again = compile_once(compiler, include, folder)
        best = min(best, again) if not isinstance(again, str) else again
    return best


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "g++"
    rings = json.loads((ROOT / "tools/layers.json").read_text())["rings"]
    headers = sorted(path.relative_to(ROOT).as_posix() for folder, ring in rings.items() if ring <= 2
                     for path in (ROOT / "freshet" / folder).rglob("*.h")
                     if not path.name.endswith("_test.h"))
    intrinsic = ("/x86/", "/neon/", "/wasm/")  # these need their file's ISA flags
    headers = [name for name in headers
               if not any(part in name for part in intrinsic) and not name.endswith("/testing.h")]
    with tempfile.TemporaryDirectory() as folder:
        reference = min(compile_once(compiler, "<algorithm>", folder) for _ in range(3))
        limit = LIMIT_S * max(1.0, reference / ALGORITHM_S)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            costs = list(pool.map(lambda name: cost(compiler, f'"{name}"', folder, limit), headers))
    failed = [(name, text) for name, text in zip(headers, costs) if isinstance(text, str)]
    for name, text in failed:
        print(f"{name} doesn't compile alone:\n{text}")
    dearest = sorted(((s, name) for name, s in zip(headers, costs) if not isinstance(s, str)), reverse=True)
    print(f"{len(headers)} headers; <algorithm> costs {reference:.2f} s here; limit {limit:.2f} s")
    for seconds, name in dearest[:10]:
        print(f"{seconds:6.2f} s  {name}{'  TOO DEAR: include less, declare more' if seconds > limit else ''}")
    return 1 if failed or any(seconds > limit for seconds, _ in dearest) else 0


if __name__ == "__main__":
    sys.exit(main())
