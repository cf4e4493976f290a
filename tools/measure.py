#!/usr/bin/env python3
"""How the source measures up to our targets: tools/measure.py [--worst N].

Sizes of files and functions, own headers per source, comments, tests per product. Questions for a review, not gates: what
misses a target wants its reason beside it.
"""
import argparse
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*"(freshet/[^"]+)"', re.M)
# A line at the left edge (or inside a class) that can begin a function's body: it has a ")" and isn't a control statement.
CONTROL = re.compile(r"^\s*(if|for|while|switch|else|do|catch|try|return|namespace|struct|class|enum|union|extern)\b")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def strip(text):
    """The text with comments, literals and preprocessor lines blanked, line ends kept."""
    pattern = re.compile(r'(?m:^[ \t]*#(?:\\\n|[^\n])*)|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*(?:.|\n)*?\*/')
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(text):
    """(first line, number of lines) of each function body, lambdas inside counted with their function."""
    lines, result = strip(text).split("\n"), []
    statement, start = "", 0
    opened = None  # (line, depth) of the function being read
    depth = 0
    for number, line in enumerate(lines, 1):
        for char in line:
            if char == "{":
                head = statement.strip()
                is_function = opened is None and ")" in head and not CONTROL.match(head) and "=" not in head.split("(")[0]
                if is_function:
                    opened = (start or number, depth)
                depth += 1
                statement, start = "", 0
            elif char == "}":
                depth -= 1
                if opened and depth == opened[1]:
                    result.append((opened[0], number - opened[0] + 1))
                    opened = None
                statement, start = "", 0
            elif char == ";":
                statement, start = "", 0
            else:
                if not start and not char.isspace():
                    start = number
                statement += char
        statement += " "
    return result


def headers_of(name, direct, seen):
    """Own headers that a file pulls in, directly or not."""
    for header in direct.get(name, ()):
        if header not in seen:
            seen.add(header)
            headers_of(header, direct, seen)
    return seen


def comment_share(text):
    comments = code = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith(("//", "/*", "*")):
            comments += 1
        elif stripped:
            code += 1
            comments += 0.5 if "//" in stripped else 0
    return comments, code


def verdict(value, low, high):
    return "" if low <= value <= high else "   <- outside"


def main():
    parser = argparse.ArgumentParser(description="How the source measures up to our targets.")
    parser.add_argument("--worst", type=int, default=5, help="how many of the worst to name")
    worst = parser.parse_args().worst
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
             for kind in ("*.h", "*.cc") for path in sorted((ROOT / "freshet").rglob(kind))}
    is_test = {name: name.endswith(("_test.cc", "_bench.cc")) for name in files}
    product = {name: text for name, text in files.items() if not is_test[name]}
    if not product:
        print("measure: nothing below freshet/")
        return
    other_tests = sum(path.read_text(encoding="utf-8", errors="replace").count("\n")
                      for kind in ("*.h", "*.cc", "*.mjs", "*.ts", "*.py") for path in (ROOT / "tests").rglob(kind))
    sizes = {name: text.count("\n") for name, text in product.items()}
    lengths = {f"{name}:{line}": length for name, text in product.items() for line, length in functions(text)}
    direct = {name: INCLUDE.findall(text) for name, text in files.items()}
    own = {name: len(headers_of(name, direct, set())) for name in product if name.endswith(".cc")}
    shares = [comment_share(text) for text in product.values()]
    comments, code = sum(c for c, _ in shares), sum(c for _, c in shares)
    tests = sum(text.count("\n") for name, text in files.items() if is_test[name]) + other_tests

    def row(title, value, low, high, form="{:.0f}"):
        print(f"{title:42} {form.format(value):>8}   target {low:g} ... {high:g}{verdict(value, low, high)}")

    print(f"{len(product)} files, {sum(sizes.values()):,} lines; {tests:,} lines of tests")
    row("lines of a file, median", percentile(sizes.values(), .5), 0, 120)
    row("lines of a file, 90 %", percentile(sizes.values(), .9), 0, 400)
    row("lines of a function, 90 %", percentile(lengths.values(), .9), 0, 28)
    row("lines of the longest function", max(lengths.values(), default=0), 0, 80)
    row("own headers of a source, median", percentile(own.values(), .5), 0, 15)
    row("comments, % of lines", 100 * comments / max(1, comments + code), 15, 25)
    row("tests / product", tests / max(1, sum(sizes.values())), .6, 9, "{:.2f}")
    for title, values in (("longest files", sizes), ("longest functions", lengths), ("most own headers", own)):
        print(f"\n{title}:")
        for name, value in sorted(values.items(), key=lambda item: -item[1])[:worst]:
            print(f"  {value:6}  {name}")


if __name__ == "__main__":
    main()
