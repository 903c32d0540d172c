#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page of docs/, or one part of it, as a manual page in man(7).

    manual.py --name recover --section 8 --version 0.1.0 --date 2026-11-22 --output recover.8 docs/recover.md
    manual.py --name recover-machine --section 5 ... --part "The profile" --about "the machine ..." docs/formats.md

Knows the Markdown that docs/ is written in: headings, paragraphs, lists, tables, code, emphasis, links. A table
becomes a list with a tag for each row. That is why it is not left to a general converter: those make tbl(1) of it,
whose long cells do not fit on a console of 80 columns. Anything else is an error, and not passed through.
"""

import argparse
import re
import textwrap

_TOKENS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]+\)")
_ROW = re.compile(r"(?<!\\)\|")


def escaped(text):
    return text.replace("\\", "\\e").replace("...", "\\&...")


def inline(text):
    """Emphasis and links; what a link leads to is left out."""
    words, at = [], 0
    for match in _TOKENS.finditer(text):
        code, strong, emphasis, link = match.groups()
        words.append(escaped(text[at:match.start()]))
        if code is not None:
            words.append(f"\\fB{escaped(code).replace('-', chr(92) + '-')}\\fR")
        elif strong is not None:
            words.append(f"\\fB{escaped(strong)}\\fR")
        elif emphasis is not None:
            words.append(f"\\fI{escaped(emphasis)}\\fR")
        else:
            words.append(inline(link))
        at = match.end()
    return "".join(words) + escaped(text[at:])


def filled(text):
    """Lines of text, each sentence on its own, none of which is taken for a request."""
    lines = []
    for sentence in re.split(r"(?<=[.:;?!])\s+(?=\S)", inline(" ".join(text.split()))):
        lines += textwrap.wrap(sentence, 76, break_long_words=False, break_on_hyphens=False)
    return ["\\&" + line if line[0] in ".'" else line for line in lines]


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in _ROW.split(row.strip().strip("|"))]


def table(rows):
    head = [cell.lower() for cell in cells(rows[0])]
    lines = []
    for row in rows[2:]:
        row = cells(row)
        if len(row) != len(head):
            raise SystemExit(f"a row has {len(row)} cells and its head {len(head)}: {row}")
        typed = len(row) > 2 and head[1].startswith("type")
        lines += [".TP", inline(row[0]) + (f" ({inline(row[1])})" if typed else "")]
        for name, cell in list(zip(head, row))[2 if typed else 1:]:
            if cell and name != "see below":
                lines += filled(f"For example {cell}" if name == "example" else cell)
        if lines[-2] == ".TP":
            lines.append("\\&")
    return lines + [".PP"]


def blocks(text):
    """(kind, lines): heading, table, item, code, paragraph."""
    found, fence, behind_blank = [], False, True
    for line in text.splitlines():
        last = found[-1] if found else ("", [])
        if line.startswith("```"):
            fence = not fence
            if fence:
                found.append(("code", []))
        elif fence:
            last[1].append(line)
        elif not line.strip():
            if last[0] == "code":
                last[1].append("")
            behind_blank = True
            continue
        elif line.startswith("#"):
            found.append(("heading", [line]))
        elif line.startswith("|"):
            if last[0] == "table" and not behind_blank:
                last[1].append(line)
            else:
                found.append(("table", [line]))
        elif line.startswith("- "):
            found.append(("item", [line[2:]]))
        elif line.startswith("    ") and (last[0] == "code" or behind_blank):
            if last[0] == "code":
                last[1].append(line[4:])
            else:
                found.append(("code", [line[4:]]))
        elif last[0] in ("item", "paragraph") and not behind_blank:
            last[1].append(line.strip())
        elif line.startswith((" ", "1.", "* ", "<", ">")):
            raise SystemExit(f"this is not known here: {line}")
        else:
            found.append(("paragraph", [line]))
        behind_blank = False
    return found


def page(text, level):
    """`level`: how many # a section of the page has."""
    lines = []
    for kind, content in blocks(text):
        if kind == "heading":
            depth = len(content[0]) - len(content[0].lstrip("#"))
            words = content[0].lstrip("# ").replace("`", "")
            lines += [f".SH {words.upper()}" if depth == level else f".SS {words}"]
        elif kind == "table":
            lines += table(content)
        elif kind == "item":
            lines += [".IP \\(bu 2", *filled(" ".join(content))]
        elif kind == "code":
            while not content[-1]:
                content.pop()
            code = [escaped(line).replace("-", "\\-") for line in content]
            code = ["\\&" + line if line[:1] in ("", ".", "'") else line for line in code]
            lines += [".PP", ".RS 4", ".nf", *code, ".fi", ".RE"]
        else:
            lines += [".PP", *filled(" ".join(content))]
    # A paragraph begins by itself behind a heading, before the next one, and before a list.
    kept = []
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ".SH"
        if line == ".PP" and (following.startswith((".PP", ".SH", ".SS", ".TP", ".IP")) or
                              (kept and kept[-1].startswith((".SH", ".SS")))):
            continue
        kept.append(line)
    return kept


def part_of(text, name):
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not found:
        raise SystemExit(f"there is no part \"{name}\"")
    return found[1]


def main():
    parser = argparse.ArgumentParser()
    for word in ["name", "section", "version", "date", "output"]:
        parser.add_argument(f"--{word}", required=True)
    parser.add_argument("--part")
    parser.add_argument("--about")
    parser.add_argument("--see-also", default="")
    parser.add_argument("file")
    given = parser.parse_args()
    with open(given.file, encoding="utf-8") as file:
        text = file.read()
    head = [f".\\\" Made from docs/{given.file.rsplit('/', 1)[-1]}: change that.",
            f".TH {given.name.upper()} {given.section} {given.date} \"recover {given.version}\"",
            # Names that are typed are not to be torn.
            ".nh", ".ad l"]
    if given.part:
        head += [".SH NAME", f"{given.name} \\- {given.about}", ".SH DESCRIPTION"]
        body = page(part_of(text, given.part), 3)
        if body and body[0] == ".PP":
            body.pop(0)
    else:
        text = re.sub(r"\A# .*\n", "", text)
        name = re.search(r"^## Name\n+`([^`]+)` - (.*)\n", text, re.M)
        head += [".SH NAME", f"{name[1]} \\- {name[2]}"]
        body = page(text[name.end():], 2)
    foot = [".SH SEE ALSO", *given.see_also.split("\n")] if given.see_also else []
    with open(given.output, "w", encoding="utf-8") as output:
        output.write("\n".join([*head, *body, *foot]) + "\n")


main()
