# SPDX-License-Identifier: GPL-3.0-or-later
"""What was salvaged is offered to the restored tree: taken, refused or postponed, and never over a newer file."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

from . import tree
from .case import FINISHED, INTERRUPTED, NOT_FINISHED, REFUSED, LoopTest
from .command import run
from .living import Living

DEGRADED = 7
REMINDER = '[[step]]\nname = "reminder"\n'
OFFER = '[[step]]\nname = "take"\nuses = "take-salvaged"\n\n'
TRY = '[[step]]\nname = "try"\n'
SALVAGE = '[[step]]\nname = "salvage"\nuses = "salvage-files"\nrequired = "true"\n\n'
NOTE, NEW, NEWER = "/home/ada/notes/note-001.txt", "/home/ada/of the last hour\n.txt", "/home/ada/notes/note-002.txt"


class TakeSalvaged(LoopTest):
    def setUp(self):
        super().setUp()
        # This machine boots by nothing of ours: the playbook for its tree, with what "storage" has in that place.
        self.edit_playbook(REMINDER, OFFER + REMINDER)
        self.salvage = self.machine.storage / "recover-salvage"

    def put(self, path, content, provenance="clean", mtime=None, kind="file", stored=None):
        stored = stored or f"tree{path}" + (".damaged" if provenance == "unreadable" else "")
        file = self.salvage / stored
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            file.write_bytes(content)
        if mtime:
            os.utime(file, (mtime, mtime))
        self.list(path, stored, provenance, kind)
        return file

    def list(self, path, stored, provenance="clean", kind="file", link=""):
        """As recover itself writes it."""
        entry = {"path": escaped(path), "stored": escaped(stored), "kind": kind, "why": "changed",
                 "provenance": provenance, "rung": "nologreplay", "generation": 7, "size": 0, "mtime": 0,
                 "link": escaped(link), "problem": "", "missing": []}
        with open(self.salvage / "manifest.jsonl", "a", encoding="utf-8") as manifest:
            manifest.write(json.dumps({"event": "salvage", **entry}) + "\n")

    def make_salvage(self):
        new = self.put(NEW, b"written after the backup\n")
        os.chown(new, 1234, 4321)
        os.chmod(new, 0o640)
        subprocess.run(["setfacl", "-m", "u:7:r", new], check=True)
        os.setxattr(new, "user.comment", b"salvaged")
        self.put(NOTE, b"newer than the backup\n")
        self.put(NEWER, b"older than the backup\n", mtime=1)
        self.put("/srv/awkward/links/one/original", b"in part", "unreadable")

    def file(self, root, path):
        return Path(f"{root}{path}")

    def taken(self):
        return self.events("salvage-taken")[-1]

    def assert_taken(self, root):
        new = self.file(root, NEW)
        status = new.stat()
        self.assertEqual(new.read_bytes(), b"written after the backup\n")
        self.assertEqual((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)), (1234, 4321, 0o640))
        self.assertEqual(os.getxattr(new, "user.comment"), b"salvaged")
        self.assertIn("user:7:r--", run("getfacl", "--omit-header", "--numeric", "--absolute-names", new))
        self.assertEqual(self.file(root, NOTE).read_bytes(), b"newer than the backup\n")
        self.assertNotEqual(self.file(root, NEWER).read_bytes(), b"older than the backup\n")
        self.assertEqual(self.file(root, "/srv/awkward/links/one/original.salvaged-damaged").read_bytes(), b"in part")
        self.assertNotEqual(self.file(root, "/srv/awkward/links/one/original").read_bytes(), b"in part")

    def test_taken_at_the_keyboard_with_all_that_belongs_to_it(self):
        self.make_salvage()
        self.machine.destroy()
        result = self.machine.recover_tty(
            ["--playbook", "tree", "--confirm", self.machine.serial],
            [("WHAT WAS SALVAGED", "list\n"), ("That is all", "\n"), ("WHAT WAS SALVAGED", "take\n")])
        self.outputs.append(result.out)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "NOT taken unless you say so of each", "salvaged-damaged", NOTE)
        event = self.taken()
        self.assertEqual((event["choice"], event["count"]), ("accepted", 3))
        self.assertEqual(event["damaged"], ["/srv/awkward/links/one/original.salvaged-damaged"])
        self.assertEqual(len(event["left"]), 1)
        with self.machine.root() as root:
            self.assert_taken(root)

        def salvaged(path, _):
            return path in (NEW.replace("\n", "\\n"), NOTE, "/srv/awkward/links/one/original.salvaged-damaged")

        self.assert_restored(lost=salvaged)
        self.assert_says(self.recover("status"), "DAMAGED FILES were put beside", "original.salvaged-damaged")
        self.assertIn("salvaged-damaged", (self.state / "report.md").read_text(encoding="utf-8"))
        self.assert_clean()

    def test_without_a_terminal_it_waits_and_the_machine_takes_it(self):
        self.make_salvage()
        self.machine.destroy()
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "SALVAGED FILES WAIT: 4 files", "recover --playbook take-salvaged")
        self.assertEqual(self.taken()["choice"], "postponed")
        self.assert_restored()
        with Living(self.machine) as living:
            self.assert_says(living.recover("status"), "SALVAGED FILES WAIT")
            dry = living.recover("--playbook", "take-salvaged", "--dry-run")
            self.assert_exit(dry, FINISHED)
            again = living.recover("--playbook", "take-salvaged")
            self.assert_exit(again, DEGRADED)
            self.assertFalse(living.file(NEW).exists())
            accepted = living.recover("--playbook", "take-salvaged", "--confirm", "take salvaged")
            self.assert_exit(accepted, FINISHED)
            self.assert_taken(living.path)
            self.assertNotIn("SALVAGED FILES WAIT", living.recover("status").out)
            once_more = living.recover("--playbook", "take-salvaged", "--confirm", "take salvaged")
            self.assert_exit(once_more, FINISHED)
            self.assertTrue(living.file(NEW).exists())
        self.assert_clean()

    def test_interrupted_while_it_asks_and_resumed(self):
        self.make_salvage()
        self.machine.destroy()
        result = self.machine.recover_tty(["--playbook", "tree", "--confirm", self.machine.serial],
                                          [("WHAT WAS SALVAGED", "\x03")])
        self.assert_exit(result, INTERRUPTED)
        result = self.machine.recover_tty(["--playbook", "tree", "--resume"],
                                          [("WHAT WAS SALVAGED", "each\n"), (r"1 of \d", "n\n"), (r"2 of \d", "y\n"),
                                           (r"3 of \d", "n\n"), (r"4 of \d", "q\n")])
        self.assert_exit(result, NOT_FINISHED)
        self.assertEqual(self.taken()["count"], 1)
        self.assertEqual(self.events("tree-restored"), [])
        # The files that were taken are right; so is the tree.
        self.assertFalse([event for event in self.events("check") if event["check"] == "tree-complete"
                          and event["answer"] == "fails"])
        self.assert_clean()

    def test_salvaged_and_taken_in_one_run(self):
        """As playbook storage does: the newest state comes back, though no backup has it."""
        self.edit_playbook(TRY, SALVAGE + TRY)
        with self.machine.root() as root:
            self.file(root, NEW).write_bytes(b"written after the backup\n")
            self.file(root, NOTE).write_bytes(b"newer than the backup\n")
        expected = self.machine.tree()
        result = self.restore("--confirm", "take salvaged")
        self.assert_exit(result, NOT_FINISHED)
        self.assertEqual(self.taken()["choice"], "accepted")
        self.assertEqual(self.taken()["damaged"], [])
        with self.machine.root() as root:
            self.assertEqual(self.file(root, NEW).read_bytes(), b"written after the backup\n")
            self.assertEqual(self.file(root, NOTE).read_bytes(), b"newer than the backup\n")
        # The incremental puts its files into directories that the full backup has restored.
        into = {tree.show(path) for path, entry in self.machine.newest.items() if "mtime" not in entry}
        self.assert_restored(expected, lost=lambda path, difference: path == "/home/ada"
                             or path in into and difference.startswith("mtime"))
        self.assert_clean()

    def test_nothing_can_be_salvaged_and_nobody_says_so(self):
        self.edit_playbook(TRY, SALVAGE + TRY)
        self.machine.destroy()
        result = self.restore()
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "nothing can be salvaged")
        self.assertTrue(self.target_is_untouched())
        result = self.restore("--confirm", "nothing can be salvaged")
        self.assert_exit(result, NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()

    def test_what_leads_out_of_the_tree_is_not_taken(self):
        outside = self.machine.work / "outside"
        outside.mkdir()
        (outside / "file").write_text("outside", encoding="ascii")
        self.put("/../outside/file", b"evil", stored="tree/evil")
        (self.salvage / "tree").mkdir(parents=True, exist_ok=True)
        (self.salvage / "tree/way").symlink_to(outside)
        self.list("/home/ada/stolen", "tree/way/file")
        self.put(NEW, b"good")
        self.machine.destroy()
        self.assert_exit(self.restore("--confirm", "take salvaged"), NOT_FINISHED)
        self.assertEqual((outside / "file").read_text(encoding="ascii"), "outside")
        self.assertEqual(self.taken()["count"], 1)
        self.assertEqual(len(self.taken()["left"]), 2)
        shutil.rmtree(outside)


def escaped(text):
    return "".join(char if " " < char < "\x7f" and char != "\\" or char == " " else f"\\{ord(char):03o}" for char in text)
