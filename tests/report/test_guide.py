# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's guide on paper: each of its three pages is one sheet of A4, in both languages."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from . import browser

_ROOT = Path(__file__).resolve().parents[2]


class Guide(unittest.TestCase):
    def test_takes_three_sheets(self):
        for name in ["operator", "operator.ja"]:
            with self.subTest(name), tempfile.TemporaryDirectory(prefix="recover-guide-") as folder:
                page = Path(folder) / "guide.html"
                subprocess.run([sys.executable, "-B", _ROOT / "packaging/guide.py", _ROOT / f"docs/{name}.md", page],
                               check=True)
                text = page.read_text(encoding="utf-8")
                self.assertEqual(text.count("<h2>"), 3)
                self.assertEqual(browser.sheets(page), 3)
                self.assertNotIn("```", text)
                # One part more is one sheet more: so each of the three is on one.
                page.write_text(text.replace("</html>", "<h2>4</h2></html>"), encoding="utf-8")
                self.assertEqual(browser.sheets(page), 4)
