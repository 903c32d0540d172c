# SPDX-License-Identifier: GPL-3.0-or-later
"""recover --playbook salvage: what it saves of each way in which a filesystem can be broken, and that it only reads.

The table in docs/salvage.md is made here: RECOVER_ACCEPT_GOLDEN=1 writes it anew.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from . import broken, broken_by_hand, tree
from .broken_case import BrokenTest
from .case import FINISHED

FAILED, REFUSED, DEGRADED = 1, 3, 7
PAGE = Path(__file__).parents[2] / "docs" / "salvage.md"
BEGIN, END = "<!-- made by tests/loop/test_salvage.py -->\n", "<!-- end -->\n"
# What btrfs restore leaves out: devices and fifos. It makes two files of a hard link, which is whole.
LEFT_OUT_BY_RESTORE = {"char", "block", "fifo"}
NOTHING = {"superblocks", "chunk-tree"}
# Which files share a leaf differs between builds of the machine, and so how many one broken leaf costs.
NUMBER, A_LEAF = re.compile(r"\d+"), 100


def unescaped(path):
    """The manifest's paths are the bytes of names, others than printable ASCII as \\ooo."""
    return re.sub(rb"\\([0-3][0-7]{2})", lambda found: bytes([int(found[1], 8)]), os.fsencode(path))


class Salvage(BrokenTest):
    maxDiff = None

    def test_of_every_way(self):
        by_hand, rows = broken_by_hand.ensure(self.disks), {}
        for way in broken.WAYS:
            with self.subTest(way), self.broken(way):
                result = self.recover("--playbook", "salvage", "--all", "--json")
                saved = self.assert_salvaged(way, result)
                rows[way] = [self.told(result, "diagnosis")[-1]["advice"], self.rungs(result),
                             *(str(by_hand[way][name]) if way in by_hand else "-"
                               for name in ["mount", "restore", "copy"]), str(len(saved))]
                for name, others in by_hand.get(way, {}).items():
                    self.assertGreaterEqual(len(saved), others, f"{name} saves more of {way}")
        self.assertEqual(rows.keys(), broken.WAYS.keys())
        self.assert_table(rows)

    def assert_salvaged(self, way, result):
        """Returns what was saved whole."""
        self.assert_exit(result, FAILED if way in NOTHING else DEGRADED if self.damaged(result) else FINISHED)
        if way in NOTHING:
            self.assertEqual(len(self.told(result, "salvage-impossible")), 1)
            return set()
        saved = self.disks.saved(self.found())
        truth = self.disks.truth
        for path, entry in self.manifest().items():
            whole = path not in truth or path in saved
            if entry["provenance"] == "clean" and entry["kind"] != "socket":
                self.assertTrue(whole, f"{path} is called clean")
            elif entry["provenance"] == "unchecked" and path not in self.disks.lost(way):
                self.assertTrue(whole, f"{path} is no more than unchecked")
        missing = {path for path in truth.keys() - saved if truth[path]["type"] != "socket"}
        if way == "superblock":  # nothing but btrfs restore works
            missing = {path for path in missing if truth[path]["type"] not in LEFT_OUT_BY_RESTORE}
        if way == "root-leaf":  # the state before the last transaction
            self.assertEqual({entry["provenance"] for entry in self.manifest().values()}, {"older-generation"})
            self.assertLessEqual(missing, {path for path in truth if b"/newer/last/" in path or b"chapter-010" in path})
        else:
            self.assertLessEqual(missing, self.disks.hit(way), "files that nothing has touched")
            told = {path for path, entry in self.manifest().items() if entry["provenance"] == "unreadable"}
            self.assertLessEqual(missing - self.disks.lost(way), told)
        return saved

    def test_only_what_the_backup_does_not_have(self):
        with self.broken("healthy"):
            result = self.recover("--playbook", "salvage", "--json")
            self.assert_exit(result, FINISHED)
            self.assertEqual(self.told(result, "backup-listed")[0]["from"], "catalog")
            taken = {path for path, entry in self.manifest().items() if entry["kind"] != "directory"}
            self.assertLessEqual(self.disks.newer - {p for p in self.disks.newer
                                                     if self.disks.truth[p]["type"] == "socket"}, taken)
            # More than that: what no backup has on purpose, and what has another inode change time alone.
            ours = {path for path in taken if path.startswith((b"/home/ada/", b"/srv/"))}
            self.assertLessEqual(ours - self.disks.newer, {b"/home/ada/notes/note-006.txt"})
            wrong = [line for line in tree.compare(
                {path: self.disks.truth[path] for path in ours},
                {path: entry for path, entry in self.found().items() if path in ours})
                     if "compression" not in line and "flags" not in line]
            self.assertEqual(wrong, [])

    def test_killed_in_the_middle_and_gone_on_with(self):
        with self.broken("healthy"):
            running = self.machine.start("--playbook", "salvage", "--all")
            place = self.machine.storage / "recover-salvage" / "tree"
            for _ in range(600):
                if sum(len(files) for _, _, files in os.walk(place)) > 200:
                    break
                time.sleep(0.05)
            running.send_signal(signal.SIGKILL)
            running.wait()
            result = self.recover("--playbook", "salvage", "--all", "--resume", "--json")
            self.assert_exit(result, FINISHED)
            self.assertEqual({path for path in self.disks.truth.keys() - self.disks.saved(self.found())
                              if self.disks.truth[path]["type"] != "socket"}, set())

    def test_a_clone_is_not_mounted(self):
        with self.broken("healthy"), self.clone() as device:
            result = self.recover("--playbook", "salvage", "--all")
            self.assertIn(result.exit, (FAILED, REFUSED))
            self.assert_says(result, device)
            self.assertFalse((self.machine.storage / "recover-salvage" / "tree").exists())

    def test_the_storage_volume_is_too_small(self):
        with self.broken("healthy"):
            free = os.statvfs(self.machine.storage)
            filler = self.machine.storage / "filler"
            subprocess.run(["fallocate", "-l", str(free.f_bavail * free.f_frsize - (140 << 20)), filler], check=True)
            try:
                result = self.recover("--playbook", "salvage", "--all")
                self.assertIn(result.exit, (FAILED, REFUSED))
                self.assert_says(result, "left-out", "/home")
                self.assertFalse((self.machine.storage / "recover-salvage/tree/home/ada").exists())
            finally:
                filler.unlink()

    def damaged(self, result):
        event = self.told(result, "salvaged")
        return bool(event) and event[-1]["damaged"] + event[-1]["lost"] > 0

    def rungs(self, result):
        """That files came by, and with how many."""
        worked = [event for event in self.told(result, "rung") if event["files"] > 0]
        return ", ".join(f"{event['rung']} ({event['files']})" for event in worked) or "none"

    def manifest(self):
        """{path: the last line about it}; what is kept beside the best one of a path is not in it."""
        file = self.machine.storage / "recover-salvage" / "manifest.jsonl"
        entries = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return {unescaped(entry["path"]): entry for entry in entries if "further" not in entry}

    def found(self):
        """What was stored, by the paths of the machine."""
        return tree.scan(self.machine.storage / "recover-salvage" / "tree", not_covered=[])

    def assert_table(self, rows):
        lines = [f"Of {len(self.disks.truth)} files, links, devices, fifos and sockets:\n", "\n",
                 "| broken | recommendation | rung that worked (things by it) | `mount -o ro`, `cp -a` | `btrfs restore` "
                 "| `cp -a` from a rescue mount | `recover` |\n", "| --- | --- | --- | --- | --- | --- | --- |\n"]
        lines += [f"| {broken.WAYS[way][0]} | {' | '.join(row)} |\n" for way, row in rows.items()]
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        wanted = before + BEGIN + "".join(lines) + END + after
        if os.environ.get("RECOVER_ACCEPT_GOLDEN"):
            PAGE.write_text(wanted, encoding="utf-8")
            page = wanted
        self.assertEqual(NUMBER.sub("#", page), NUMBER.sub("#", wanted))
        for there, here in zip(NUMBER.findall(page), NUMBER.findall(wanted)):
            self.assertLess(abs(int(there) - int(here)), A_LEAF, wanted)
