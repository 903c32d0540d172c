# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of sample journals, made by `recover log --report`."""

import os
import re
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from . import browser, picture, samples

_RECOVER = os.environ.get("RECOVER_BIN", "recover")
_GREEN = (0x1A, 0x7F, 0x37)  # of a step that is done, in recover/report/style.hpp


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="recover-reports-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folders = {}
        for name, make in samples.SAMPLES.items():
            state = Path(cls.scratch.name, name, "state")
            state.mkdir(parents=True)
            (state / "journal").write_text(make(), encoding="utf-8")
            cls.folders[name] = state

    def make(self, name, *words):
        return subprocess.run([_RECOVER, "log", "--report", "--state", self.folders[name], *words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)

    def page(self, name):
        if not (self.folders[name] / "report.html").exists():
            done = self.make(name)
            self.assertEqual(done.returncode, 0, done.stdout)
        return self.folders[name] / "report.html"

    def test_is_written_beside_its_journal_or_where_asked_for_and_for_its_owner_alone(self):
        done = self.make("finished")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("report.html", done.stdout)
        there = self.folders["finished"].parent / "there"
        self.assertEqual(self.make("finished", "-o", there).returncode, 0)
        for name in ["report.html", "report.md"]:
            mine = self.folders["finished"] / name
            self.assertEqual(mine.read_text(encoding="utf-8"), (there / name).read_text(encoding="utf-8"))
            self.assertEqual(stat.S_IMODE(mine.stat().st_mode), 0o600)

    def test_of_no_journal_is_bad_usage(self):
        done = subprocess.run([_RECOVER, "log", "--report", "--state", self.scratch.name], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2, done.stdout)

    def test_fits_its_width_and_troubles_no_browser(self):
        for name in samples.SAMPLES:
            for width in browser.WIDTHS:
                with self.subTest(name=name, width=width):
                    found, console = browser.look(self.page(name), width)
                    self.assertEqual(console, [])
                    self.assertLessEqual(found["needed"], width)
                    self.assertEqual(found["beyond"], [])
                    self.assertEqual(found["foreign"], 0)
                    for left, _, bar, height in found["bars"]:
                        self.assertGreaterEqual(bar, 1)
                        self.assertGreaterEqual(height, 8)
                        self.assertTrue(0 <= left and left + bar <= width)

    def test_shows_a_bar_for_each_step_as_long_as_it_took(self):
        found, _ = browser.look(self.page("finished"), 800)
        self.assertEqual(len(found["bars"]), len(found["frames"]))
        self.assertEqual(len(found["bars"]), 14)
        longest = max(found["bars"], key=lambda bar: bar[2])
        self.assertEqual(found["bars"].index(longest), 8)  # restore
        self.assertGreater(longest[2], 0.8 * found["frames"][8][2])
        self.assertIn("1 h 30 min", found["text"])

    def test_draws_the_bars(self):
        for width in browser.WIDTHS:
            with self.subTest(width=width):
                found, _ = browser.look(self.page("finished"), width)
                _, top, wide, high = (int(number) for number in max(found["bars"], key=lambda bar: bar[2]))
                to = Path(self.scratch.name, f"{width}.png")
                browser.picture(self.page("finished"), width, 200, to, top - 100)
                drawn, _, rows = picture.read(to)
                self.assertGreater(picture.count(rows[102:100 + high - 2], _GREEN, drawn), 0.8 * wide * (high - 5))

    def test_reads_in_a_text_browser(self):
        done = subprocess.run(["w3m", "-dump", "-cols", "80", "-T", "text/html", self.page("degraded")], stdout=subprocess.PIPE,
                              text=True, timeout=60, check=True)
        text = re.sub(r"\s+", " ", done.stdout)
        for part in ["Recovery of alder", "NOT FINISHED", "What is left to do", "recover verify-backup", "Incremental 47", "extract",
                     "1 h 23 min", "FAILED", "the ACL of 340 files", "And 140 more", "/usr/bin/ping"]:
            self.assertTrue(part in text, part)
        self.assertNotIn("--ink", text)

    def test_says_the_same_as_markdown(self):
        self.page("degraded")
        text = (self.folders["degraded"] / "report.md").read_text(encoding="utf-8")
        for part in ["# Recovery of alder", "NOT FINISHED", "recover verify-backup", "1 h 23 min", "FAILED", "the ACL of 340 files"]:
            self.assertTrue(part in text, part)
        self.assertLessEqual(max(len(line) for line in text.splitlines() if line.startswith("    ")), 80)

    def test_is_not_fooled_by_hostile_words(self):
        found, console = browser.look(self.page("hostile"), 800)
        self.assertEqual((console, found["foreign"]), ([], 0))
        self.assertIn("<script>document.body.innerHTML='owned'</script>", found["title"])
        self.assertIn("NOT FINISHED", found["text"])
        for name in ["report.html", "report.md"]:
            text = (self.folders["hostile"] / name).read_text(encoding="utf-8")
            self.assertNotIn("xyzzy", text)
            self.assertNotIn("<script", text)
            self.assertNotRegex(text, "[\\x00-\\x09\\x0b-\\x1f\\x7f\u202e]")


if __name__ == "__main__":
    unittest.main()
