#!/usr/bin/env python3
"""Compiles each header of rings 0-2 alone and lists the ten dearest: tools/header_cost.py COMPILER (ctest header_cost).

A header must stand on its own and bring at most 3.2 times the text that <algorithm> brings: 0.35 s of CPU against 0.11 s
on the machine of that figure. Text is what is judged, seconds are only shown: a busy machine must not fail a test.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 3.2  # times <algorithm>
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


def text_bytes(compiler, include, folder):
    """How much text the compiler reads for this include."""
    source = pathlib.Path(folder) / (include.strip('<">').replace("/", "_") + "_text.cc")
    source.write_text(f"#include {include}\n")
    return len(subprocess.run([compiler, *FLAGS[:1], f"-I{ROOT}", "-E", "-P", str(source)], capture_output=True,
                              check=True).stdout)


def cost(compiler, include, folder):
    """Seconds and bytes, or the compiler's complaint."""
    seconds = compile_once(compiler, include, folder)
    return seconds if isinstance(seconds, str) else (seconds, text_bytes(compiler, include, folder))


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
        limit = LIMIT * text_bytes(compiler, "<algorithm>", folder)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            costs = list(pool.map(lambda name: cost(compiler, f'"{name}"', folder), headers))
    failed = [(name, text) for name, text in zip(headers, costs) if isinstance(text, str)]
    for name, text in failed:
        print(f"{name} doesn't compile alone:\n{text}")
    dearest = sorted(((size, seconds, name) for name, (seconds, size) in
                      ((name, c) for name, c in zip(headers, costs) if not isinstance(c, str))), reverse=True)
    print(f"{len(headers)} headers; limit {limit / 1e6:.2f} MB of text")
    for size, seconds, name in dearest[:10]:
        print(f"{size / 1e6:6.2f} MB {seconds:6.2f} s  {name}"
              f"{'  TOO DEAR: include less, declare more' if size > limit else ''}")
    return 1 if failed or any(size > limit for size, _, _ in dearest) else 0


if __name__ == "__main__":
    sys.exit(main())
