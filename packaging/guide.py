#!/usr/bin/env python3
# Makes a page of HTML of the operator's guide, to be printed from any browser: three sheets of A4.
#
#     guide.py docs/operator.md build/guide/operator.html
#
# It knows what the guide is written with: headings, paragraphs, blocks, and in them **bold**, `code` and links. Each
# part, a heading of the second level, begins on a new sheet; what stands above the first one goes with that.
import html
import re
import sys
import unicodedata

STYLE = """
@page { size: A4; margin: 10mm }
body { font: 10pt/1.24 sans-serif; margin: 0 auto; max-width: 188mm }
h1 { font-size: 12pt; margin: 0 }
h2 { font-size: 14pt; margin: 0 0 2pt; break-before: page }
h1 ~ h2:not(h2 ~ h2) { break-before: auto; margin-top: 4pt }
p { margin: 4pt 0 1pt }
pre, code { font-family: "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 8.5pt }
pre { box-sizing: border-box; line-height: 1.15; margin: 1pt 0 2pt; padding: 2pt 5pt; white-space: pre-wrap }
pre.sh { border-left: 3pt solid #000; font-weight: bold }
pre.screen { border: .5pt solid #888; background: #f4f4f4 }
pre.toml { border-left: 3pt solid #aaa }
a { color: inherit }
"""


def inline(text):
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\[([^]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)


def is_wide(char):
    return unicodedata.east_asian_width(char) in "WF"


def joined(lines):
    """One paragraph. Between two Japanese lines there is no blank."""
    text = lines[0]
    for line in lines[1:]:
        text += line if is_wide(text[-1]) and is_wide(line[0]) else f" {line}"
    return text


def body(lines):
    paragraph, block, out = [], None, []

    def close():
        if paragraph:
            out.append(f"<p>{inline(joined(paragraph))}</p>")
            paragraph.clear()

    for line in lines:
        if block is not None:
            if line == "```":
                out.append("\n".join(block) + "</pre>")
                block = None
            else:
                block.append(html.escape(line, quote=False))
        elif fence := re.match(r"```(\w+)", line):
            close()
            block = [f'<pre class="{fence[1]}">']
        elif heading := re.match(r"(##?) (.*)", line):
            close()
            level = len(heading[1])
            out.append(f"<h{level}>{inline(heading[2])}</h{level}>")
        elif not line or line.startswith("<!--"):
            close()
        else:
            paragraph.append(line)
    close()
    return out


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        lines = file.read().splitlines()
    language = "ja" if source.endswith(".ja.md") else "en"
    with open(target, "w", encoding="utf-8") as output:
        output.write(f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n<title>{lines[0][2:]}</title>\n'
                     f"<style>{STYLE}</style>\n" + "\n".join(body(lines)) + "\n</html>\n")


main()
