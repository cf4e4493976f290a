#!/usr/bin/env python3
"""Makes the documentation that a table in code already says: tools/describe.py [--check] [--program PATH].

Reads `freshet describe --json` of the built program and writes docs/reference/*.md and docs/man/freshet.1. --check
writes nothing and exits 1 where a file would change. Without a built program it says so and exits 0.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MADE = "Made by tools/describe.py from `freshet describe --json`; don't edit."


def program_path(given):
    candidates = [pathlib.Path(given)] if given else [ROOT / "build/release/freshet", ROOT / "build/dev/freshet"]
    built = [path for path in candidates if path.exists()]
    return max(built, key=lambda path: path.stat().st_mtime) if built else None


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def default_of(option):
    if isinstance(option["default"], list) or option["default"] == "":
        return ""
    return f'`{option["default"]}`'


def bounds_of(option):
    if "choices" in option:
        return ", ".join(f"`{choice}`" for choice in option["choices"])
    if "low" in option:
        return f'{option["low"]:g} .. {option["high"]:g}' + (f' {option["unit"]}' if "unit" in option else "")
    return option.get("unit", "")


def option_rows(options, shown):
    lines = ["| option | default | values | |", "| --- | --- | --- | --- |"]
    for option in options:
        lines.append(f'| {shown(option)} | {cell(default_of(option))} | {cell(bounds_of(option))} | {cell(option["doc"])} |')
    return lines


def components(title, intro, entries):
    lines = [f"# {title}", "", f"<!-- {MADE} -->", "", intro, ""]
    for entry in entries:
        lines += [f'## {entry["name"]}', "", entry["summary"], ""]
        facts = []
        if entry["paper"]:
            facts.append(f'Source: {entry["paper"]}')
        if entry["cost"]:
            facts.append(f'Cost of an example: {entry["cost"]}; memory: {entry["memory"]}')
        if entry["traits"]:
            facts.append("Traits: " + ", ".join(entry["traits"]))
        lines += [f"- {fact}" for fact in facts] + ([""] if facts else [])
        if entry["options"]:
            lines += option_rows(entry["options"], lambda o: f'`{o["name"]}`') + [""]
    return "\n".join(lines).rstrip() + "\n"


def flag(option):
    name = "--" + option["name"].replace("_", "-")
    short = option.get("alias", "")
    return (f"-{short}, " if len(short) == 1 else "") + name


def commands_page(all_):
    lines = ["# Commands", "", f"<!-- {MADE} -->", "",
             "`freshet COMMAND ...`; the short form is `freshet LEARNER -d DATA -f MODEL`. Exit status: 0 done, 1 the work",
             "failed, 2 the input was wrong, 130 after Ctrl-C.", ""]
    common = None
    for command in all_["commands"]:
        lines += [f'## {command["name"]}', "", command["summary"], "", "```",
                  f'freshet {command["name"]} {command["usage"]}'.rstrip(), "```", ""]
        for example in command["examples"]:
            line, _, what = example.partition("  # ")
            lines += [f"- `{line}`" + (f": {what}" if what else "")]
        lines += [""] if command["examples"] else []
        for group in command["groups"]:
            if group["title"] == "all commands":
                common = group
                continue
            lines += [f'**{group["title"]}**', ""] + option_rows(group["options"], lambda o: f"`{flag(o)}`") + [""]
    if common:
        lines += ["## All commands", ""] + option_rows(common["options"], lambda o: f"`{flag(o)}`") + [""]
    return "\n".join(lines).rstrip() + "\n"


def formats_page(all_):
    lines = ["# Formats and generators", "", f"<!-- {MADE} -->", ""]
    for entry in all_["formats"]:
        lines += [f'## {entry["name"]}', "", entry["summary"], "", "```", entry["grammar"], "```", ""]
        if entry["endings"]:
            lines += ["Files end in " + ", ".join(f"`{e}`" for e in entry["endings"]) + ".", ""]
    for entry in all_["generators"]:
        lines += [f'## {entry["name"]} (generator)', "", entry["summary"], "", f'- Source: {entry["paper"]}',
                  f'- Columns: `{entry["header"]}`',
                  f'- `freshet data generate {entry["name"]} --examples {entry["examples"]} --seed 1 -o {entry["name"]}.csv`', ""]
    return "\n".join(lines).rstrip() + "\n"


def roff(text):
    text = str(text).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def man_page(all_):
    lines = [f'.\\" {MADE}', '.TH FRESHET 1 "" "Freshet ' + all_["version"] + '" "User Commands"', ".SH NAME",
             "freshet \\- models that never stop learning", ".SH SYNOPSIS", ".B freshet", ".I COMMAND", "[options]", ".br",
             ".B freshet", ".I LEARNER", roff("-d DATA -f MODEL"), ".SH COMMANDS"]
    for command in all_["commands"]:
        lines += [".TP", f'.B {roff("freshet " + command["name"] + " " + command["usage"]).rstrip()}', roff(command["summary"])]
    seen = {}
    for command in all_["commands"]:
        for group in command["groups"]:
            seen.setdefault(group["title"], (group, []))[1].append(command["name"])
    for title, (group, names) in seen.items():
        where = "" if title == "all commands" else " (" + ", ".join(names) + ")"
        lines.append(f".SH OPTIONS: {roff(title.upper() + where.upper())}")
        for option in group["options"]:
            value = "" if option["type"] == "boolean" else " " + "|".join(option["choices"]) if "choices" in option else " VALUE"
            lines += [".TP", f".B {roff(flag(option) + value)}", roff(option["doc"])]
    for kind in ("learners", "transforms", "metrics", "formats"):
        lines.append(f".SH {kind.upper()}")
        for entry in all_[kind]:
            lines += [".TP", f'.B {roff(entry["name"])}', roff(entry["summary"])]
    lines += [".SH EXIT STATUS", ".TP", "0", "done", ".TP", "1", "the work failed", ".TP", "2", "the input was wrong", ".TP", "130",
              "interrupted by Ctrl\\-C, after finishing the example in hand"]
    lines += [".SH ENVIRONMENT", ".TP", ".B NO_COLOR", "no colours on the terminal", ".TP", ".B FRESHET_ISA",
              "lowers the instructions used: scalar, sse2, avx2 or avx512; results stay the same to the bit"]
    return "\n".join(lines) + "\n"


def pages(all_):
    return {
        "docs/reference/learners.md": components(
            "Learners", "`freshet help NAME` says the same. A spec joins transforms and a learner: `scale | logistic`.",
            all_["learners"]),
        "docs/reference/transforms.md": components("Transforms", "Steps in front of a learner.", all_["transforms"]),
        "docs/reference/metrics.md": components("Metrics", "For `--metrics` of `eval` and `train`.", all_["metrics"]),
        "docs/reference/formats.md": formats_page(all_),
        "docs/reference/commands.md": commands_page(all_),
        "docs/man/freshet.1": man_page(all_),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file would change")
    parser.add_argument("--program", help="the built freshet; else the newest of build/release and build/dev")
    options = parser.parse_args()
    program = program_path(options.program)
    if program is None:
        print("describe: no built freshet; make build makes one")
        return 0
    described = json.loads(subprocess.run([program, "describe", "--json"], capture_output=True, check=True).stdout)
    stale = []
    for name, text in pages(described).items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name in stale:
        print(f"describe: {name} {'is not up to date; run tools/describe.py' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
