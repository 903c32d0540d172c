# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium, which reaches nothing but the file that it is shown."""

import html
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

WIDTHS = [800, 390]  # of a window on a desk, and of a telephone
_CHROMIUM = os.environ.get("RECOVER_CHROMIUM", "chromium")
_OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000"]

# A page around the report, as wide as asked for. It may look into the frame; the report's own policy forbids scripts there.
_AROUND = """<!DOCTYPE html><meta charset="utf-8"><style>body { margin: 0 } iframe { border: 0; width: %dpx; height: 6000px; margin-top: -%dpx }</style>
<iframe srcdoc="%s"></iframe><pre id="result"></pre>
<script>onload = () => {
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const shape = element => { const box = element.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; };
  document.getElementById("result").textContent = JSON.stringify({
    width: root.clientWidth, needed: root.scrollWidth, height: page.body.scrollHeight,
    bars: [...page.querySelectorAll("svg.bar rect")].map(shape), frames: [...page.querySelectorAll("svg.bar")].map(shape),
    beyond: [...page.querySelectorAll("body *")].filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
      .map(element => element.tagName), foreign: page.querySelectorAll("script, img, link, iframe, object").length,
    title: page.title, text: page.body.innerText});
};</script>"""


def _run(page, *words):
    with tempfile.TemporaryDirectory(prefix="recover-chromium-") as profile:
        done = subprocess.run([_CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}", *words, Path(page).as_uri()],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", timeout=90, check=True,
                              env={**os.environ, "HOME": profile})
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def look(report, width):
    """What the report is like so wide, and what stood on the browser's console."""
    with tempfile.TemporaryDirectory(prefix="recover-report-") as folder:
        page = Path(folder) / "around.html"
        page.write_text(_AROUND % (width, 0, html.escape(Path(report).read_text(encoding="utf-8"))), encoding="utf-8")
        dom, console = _run(page, "--dump-dom", "--window-size=1000,800")
    found = re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)
    return json.loads(html.unescape(found[1])), console


def sheets(page):
    """How many sheets of paper it takes, printed as it asks for."""
    with tempfile.TemporaryDirectory(prefix="recover-print-") as folder:
        printed = Path(folder) / "printed.pdf"
        _run(page, "--no-pdf-header-footer", "--print-to-pdf-no-header", f"--print-to-pdf={printed}")
        return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def picture(report, width, height, to, top=0):
    """Draws `height` pixels of it into `to`, from `top` on."""
    with tempfile.TemporaryDirectory(prefix="recover-report-") as folder:
        page = Path(folder) / "around.html"
        page.write_text(_AROUND % (width, top, html.escape(Path(report).read_text(encoding="utf-8"))), encoding="utf-8")
        _run(page, f"--screenshot={to}", f"--window-size={max(width, 500)},{height}")
