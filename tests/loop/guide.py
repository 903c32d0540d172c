# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's guide, as what it is made of: pages, commands, screens.

    english = guide.read("operator.md")
    english.pages[1].commands              # each line of its ```sh blocks
    english.screens["question"]            # what stands in its block ```screen question
    guide.likeness(one) == guide.likeness(other)   # the same screen, at another time, on another machine

docs/style.md tells how it is written.
"""

import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ["operator.md", "operator.ja.md"]
# A4 at 10 point, with margins of a centimetre: 277 mm of lines, 190 mm of Courier's columns.
LINES, COLUMNS = 64, 88
_SCREEN_WIDTH, _HANG = 79, 5  # as the program wraps on a terminal of 80 (recover/reporter.cpp)
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
_FENCE = re.compile(r"^```(\w*) ?([\w-]*)$")


@dataclass
class Page:
    title: str
    lines: list = field(default_factory=list)
    commands: list = field(default_factory=list)


    def printed(self):
        """Its lines on paper, where fences and the targets of links are not."""
        return [_LINK.sub(r"\1", line) for line in self.lines if not line.startswith(("```", "<!--"))]


@dataclass
class Guide:
    pages: list
    screens: dict  # name: text


def path(name):
    return ROOT / "docs" / name


def read(name):
    """Its pages begin at headings of the second level; what is above the first one is printed with that."""
    pages, screens, above, block = [], {}, [], None
    for line in path(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            pages.append(Page(line.removeprefix("## "), above, []))
            above = []
        lines = pages[-1].lines if pages else above
        lines.append(line)
        if block is None and (fence := _FENCE.match(line)):
            block = fence.groups()
            if block[0] == "screen":
                if block[1] in screens:
                    raise ValueError(f"{name} has two screens {block[1]}")
                screens[block[1]] = ""
        elif line == "```":
            block = None
        elif block and block[0] == "sh" and line:
            pages[-1].commands.append(line)
        elif block and block[0] == "screen":
            screens[block[1]] += line + "\n"
    return Guide(pages, screens)


def accepts():
    return os.environ.get("RECOVER_ACCEPT_GOLDEN") == "1"


def write(recorded):
    """Puts {name: text} into every language."""
    for name in LANGUAGES:
        text = path(name).read_text(encoding="utf-8")
        for screen, new in recorded.items():
            text = re.sub(rf"(?ms)^```screen {screen}\n.*?^```$", lambda _: f"```screen {screen}\n{new}```", text)
        path(name).write_text(text, encoding="utf-8")


def columns(line):
    """How wide it is printed: what is wide in East Asia takes two."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WFA" else 1
               for char in line)


# What a screen has of its day and its machine. The last three take what is left of the numbers.
_PASSING = [(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?", "DATE"), (r"\d+(?:\.\d+)? (?:B|[KMGT]iB)", "SIZE"),
            (r"\d+ (?:s|min|h|d)(?: \d+ (?:s|min|h|d))*", "TIME"), (r"\d+", "N"), (r"(\w)s\b", r"\1"), (r"\s+", " ")]


def likeness(text):
    """The text without dates, sizes, numbers, plurals and line breaks."""
    for pattern, word in _PASSING:
        text = re.sub(pattern, word, text)
    return text.strip()


def excerpt(text, ranges, names):
    """What is shown of a screen: lines from one that has the first word of a range to one that has the second, "..." in
    between. `names` are put in place of the disposable machine's, and long lines are broken anew."""
    lines, shown, at = _unwrapped(text), [], 0
    for begin, end in ranges:
        first = _find(lines, begin, at, text)
        last = _find(lines, end, first, text)
        shown += ["..."] if shown and any(line.strip() for line in lines[at:first]) else []
        shown += lines[first:last + 1]
        at = last + 1
    wrapped = []
    for line in shown:
        for old, new in names.items():
            line = line.replace(old, new)
        wrapped += _wrapped(line.rstrip())
    return "\n".join(wrapped) + "\n"


def _find(lines, word, begin, text):
    for at in range(begin, len(lines)):
        if word in lines[at]:
            return at
    raise AssertionError(f"{word!r} is not on the screen, or not there:\n{text}")


def _indent(line):
    return len(line) - len(line.lstrip(" "))


def _unwrapped(text):
    """Lines as the program said them: a word that had no room any more, and hangs, belongs to the line before. What was
    written over on the screen, as progress is, is no line."""
    lines, width = [], 0
    for line in (line for line in text.split("\n") if "\r" not in line):
        word = line.split()[0] if line.strip() else ""
        if lines and word and width + 1 + len(word) > _SCREEN_WIDTH and _indent(line) == _indent(lines[-1]) + _HANG:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        width = len(line)
    return lines


def _wrapped(line):
    pieces, hang = [], " " * (_indent(line) + _HANG)
    while len(line) > _SCREEN_WIDTH and (at := line.rfind(" ", _indent(line) + 1, _SCREEN_WIDTH + 1)) > 0:
        pieces.append(line[:at].rstrip())
        line = hang + line[at:].lstrip()
    return [*pieces, line]
