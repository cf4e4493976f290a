#!/usr/bin/env python3
"""Builds the page and turns it into a C++ source: web/build.py --with AUTO|ON|OFF --work FOLDER --output FILE.

AUTO: the plain page where npm is missing or can't fetch its packages, and a line that says so. ON: that is an error. OFF:
the plain page. The source defines freshet::dashboard_assets() (freshet/serve/dashboard.h).
"""
import argparse
import fcntl
import gzip
import hashlib
import pathlib
import shutil
import subprocess
import sys

WEB = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(WEB.parent / "tools"))
import embed  # noqa: E402  (tools/embed.py)

BUDGET = 60_000  # bytes of gzip, all files together
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Failure(Exception):
    """What went wrong and what to do."""


def run(*command):
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise Failure(f"{' '.join(map(str, command))} failed:\n{tail}")


def fetch_packages():
    """npm ci, unless node_modules already is what the lock file says."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".freshet-packages"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    # No package of the page needs to run anything when it is installed.
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(wanted, encoding="utf-8")


def build(work):
    """The finished files, {path on the server: bytes}."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Failure(f"{program} is missing; install the packages nodejs and npm")
    folder = work / "dist"
    # Presets build side by side and share node_modules: one at a time.
    with open(WEB / "package-lock.json", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fetch_packages()
        run("node", "node_modules/vite/bin/vite.js", "build", "--outDir", folder, "--emptyOutDir", "--logLevel", "warn")
    files = {f"/{path.relative_to(folder)}": path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    files["/"] = files.pop("/index.html")
    return files


def source(files):
    """The C++ source, and the bytes of gzip in it."""
    arrays, rows, total = [], [], 0
    for number, (path, data) in enumerate(sorted(files.items())):
        packed = gzip.compress(data, 9, mtime=0)
        total += len(packed)
        lines = "\n".join(f'    "{embed.escape(packed[at:at + 96])}"' for at in range(0, len(packed), 96))
        arrays.append(f"// {path}, {len(data)} bytes\nconstexpr char kFile{number}[] =\n{lines};\n")
        type_name = TYPES[pathlib.PurePath(path).suffix or ".html"]
        immutable = "true" if path.startswith("/assets/") else "false"
        rows.append(f'      {{"{path}", "{type_name}", bytes_of(kFile{number}), {immutable}}},')
    text = "\n".join(arrays)
    table = "\n".join(rows)
    return f"""// Made by web/build.py: {total} bytes of gzip.
#include "freshet/serve/dashboard.h"

#include <cstddef>

namespace freshet {{
namespace {{

{text}
template <std::size_t n>
std::span<const std::byte> bytes_of(const char (&text)[n]) noexcept {{
  return std::as_bytes(std::span<const char>(text, n - 1));
}}

}}  // namespace

std::span<const Asset> dashboard_assets() noexcept {{
  static const Asset kAssets[] = {{
{table}
  }};
  return kAssets;
}}

}}  // namespace freshet
""", total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with", dest="wanted", choices=("AUTO", "ON", "OFF"), default="AUTO")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    files = {"/": (WEB / "plain.html").read_bytes()}
    if arguments.wanted != "OFF":
        try:
            files = build(arguments.work.resolve())
        except Failure as failure:
            if arguments.wanted == "ON":
                sys.exit(f"dashboard: {failure}\ndashboard: -DFRESHET_WITH_DASHBOARD=OFF builds a plain page instead")
            print(f"dashboard: {failure}\ndashboard: the program gets a plain page instead", file=sys.stderr)
    text, total = source(files)
    if total > BUDGET:
        sys.exit(f"dashboard: {total} bytes of gzip; the budget is {BUDGET}: leave something out")
    arguments.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
