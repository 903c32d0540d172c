# SPDX-License-Identifier: GPL-3.0-or-later
"""Bacula reads a btrfs that no ordinary mount takes any more; what is restored then is its very latest state."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

from . import alder, awkward, mounts, tree
from .build import forget_lost_times, next_second
from .case import INTERRUPTED, NOT_FINISHED, LoopTest
from .command import run
from .content import digest

DEGRADED = 7
CATALOG = "var/lib/bacula/bacula.db"
_SUPERBLOCK, _LOG_ROOT = 64 << 10, 0x60
NEW_PHOTO, RETOUCHED, UNTOUCHED = "/home/ada/photos/latest.raw", "/home/ada/photos/photo-1.raw", "/home/ada/photos/photo-2.raw"


def change_again(root):
    """What was done on the machine after its newest backup."""
    top = os.fsencode(root)
    home, odd = top + b"/home/ada", top + b"/srv/awkward"
    awkward.write(home + b"/notes/note-003.txt", b"changed after the Incremental\n")
    awkward.write(home + b"/notes/last words.txt", b"written an hour before the crash\n")
    awkward.write(home + b"/not-utf8-\xff\xfe", b"odd\n", 0o640)
    awkward.write(top + b"/var/lib/images/new.img", awkward.noise(300_000, "another guest"))
    awkward.write(top + b"/var/lib/machines/box/etc/late", b"nested\n")
    awkward.write(top + b"/usr/local/bin/raw", b"#!/bin/sh\n", 0o755)
    run("chroot", root, "setfacl", "-m", "u:12345:rw", "/home/ada/notes/last words.txt")
    os.setxattr(home + b"/notes/last words.txt", "user.origin", b"typewriter")
    # cap_net_raw=ep, as setcap(8) writes it
    os.setxattr(top + b"/usr/local/bin/raw", "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0))
    os.link(home + b"/notes/last words.txt", home + b"/a second name")
    os.symlink("notes/last words.txt", home + b"/link")
    os.unlink(home + b"/notes/added later.txt")
    shutil.rmtree(home + b"/new-folder")
    os.rename(home + b"/notes/drafts-2", home + b"/notes/drafts-3")
    os.chmod(odd + b"/links/one/original", 0o600)
    awkward.write(os.fsencode(root + NEW_PHOTO), awkward.noise(1 << 20, "the newest photo"))
    with open(root + RETOUCHED, "r+b") as file:
        file.write(b"retouched after the Incremental")


def physical(device, logical):
    """Offsets on the device of what btrfs has at that address of its own: one for each copy."""
    begin = length = 0
    found = []
    for words in map(str.split, run("btrfs", "inspect-internal", "dump-tree", "-t", "chunk", device).splitlines()):
        if "CHUNK_ITEM" in words:
            begin, length = int(words[words.index("CHUNK_ITEM") + 1].rstrip(")")), 0
        elif words[:1] == ["length"]:
            length = int(words[1])
        elif words[:1] == ["stripe"] and begin <= logical < begin + length:
            found.append(int(words[words.index("offset") + 1]) + logical - begin)
    assert found, f"{logical} is in no chunk"
    return found


def extents(path):
    """Where the file's data is, in the filesystem's own addresses."""
    rows = [line.split() for line in run("filefrag", "-v", "-b1", path).splitlines()]
    return [int(row[3].partition("..")[0]) for row in rows if row and row[0].rstrip(":").isdigit()]


class SalvageByBaculaTest(LoopTest):
    def setUp(self):
        super().setUp()
        self.environment_catalog = self.machine.environment / CATALOG
        self.old_volumes = self.volumes()
        self.old_media = self.media()
        next_second()
        self.moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        next_second()

    def volumes(self):
        return {path.name: digest(path) for path in self.machine.volumes.iterdir()}

    def media(self):
        with contextlib.closing(sqlite3.connect(self.environment_catalog)) as catalog:
            return {row[0]: row for row in catalog.execute("SELECT VolumeName,VolStatus,VolBytes,Recycle FROM Media")}

    def live_on(self, change=change_again):
        """The machine is used after its newest backup. What is damaged is in files of that time."""
        with self.machine.root() as root:
            change(str(root))
            run("sync", "-f", str(root))
            self.latest = tree.scan(root)
            for backup in ["full", "newest"]:  # each may have a folder's record of before its files'
                forget_lost_times(self.latest, str(root), os.stat(self.machine.golden / f"{backup}.manifest").st_mtime)
            addresses = [extents(f"{root}{path}")[-1] for path in self.damaged if os.path.exists(f"{root}{path}")]
        for address in addresses:
            offset, = physical(self.machine.device, address)
            with open(self.machine.device, "r+b") as disk:
                disk.seek(offset + 4096)
                disk.write(b"\xa5" * 4096)

    damaged = ()

    def break_log(self):
        """The power fails behind an fsync, and the log that it has written cannot be read: no mount replays it."""
        image = self.machine.root_image
        with self.machine.root() as root:
            run("sync", "-f", str(root))
            with open(f"{root}/home/ada/notes/note-003.txt", "ab") as file:
                file.write(b"in the log alone\n")
                file.flush()
                os.fsync(file.fileno())
            run("cp", "--sparse=always", "--reflink=auto", image, f"{image}.crashed")
        # The same file: the loop device stays on it.
        run("cp", "--sparse=always", f"{image}.crashed", image)
        os.unlink(f"{image}.crashed")
        run("blockdev", "--flushbufs", self.machine.device)
        with open(self.machine.device, "r+b") as disk:
            disk.seek(_SUPERBLOCK + _LOG_ROOT)
            log_root, = struct.unpack("<Q", disk.read(8))
            self.assertNotEqual(log_root, 0)
            for offset in physical(self.machine.device, log_root):
                disk.seek(offset)
                disk.write(bytes(alder.NODE_SIZE))
        run("sync", image)
        self.assert_does_not_mount("ro")

    def assert_does_not_mount(self, options):
        tried = subprocess.run(["mount", "-t", "btrfs", "-o", options, self.machine.device, "/mnt"], capture_output=True,
                               text=True, check=False)
        if tried.returncode == 0:
            run("umount", "/mnt")
        self.assertNotEqual(tried.returncode, 0)

    def salvage(self, *more, **options):
        return self.recover("--playbook", "salvage-by-bacula", *more, **options)

    def journal_of_salvage(self, name):
        text = (self.state / "salvage-by-bacula" / "journal").read_text(encoding="utf-8")
        return [event for event in map(json.loads, text.splitlines()) if event["event"] == name]

    def assert_nothing_else_changed(self):
        """The machine's own volumes, and what the catalog says of them."""
        new = {name: value for name, value in self.volumes().items() if name not in self.old_volumes}
        self.assertEqual({name: value for name, value in self.volumes().items() if name not in new}, self.old_volumes)
        self.assertEqual({name: row for name, row in self.media().items() if name not in new}, self.old_media)
        return sorted(new)

    def assert_latest(self, expected):
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assertEqual(self.events("fallback"), [])
        self.assert_restored(expected)

    def test_the_very_latest_state_comes_back(self):
        self.live_on()
        self.break_log()
        before = digest(self.machine.root_image)
        result = self.salvage()
        self.assert_exit(result, 0)
        self.assertEqual(digest(self.machine.root_image), before)
        volume, = self.assert_nothing_else_changed()
        self.assertEqual(self.media()[volume][1], "Read-Only")
        event, = self.journal_of_salvage("salvaged-by-bacula")
        self.assertEqual(event["volumes"], [volume])
        self.assertGreater(event["deleted"], 3)
        self.assertFalse((self.machine.storage / "recover-salvage/by-bacula").exists())
        self.assert_clean()
        self.assert_latest(self.latest)
        self.assert_clean()

    def test_it_can_be_left_out_of_the_restore(self):
        self.live_on()
        self.assert_exit(self.salvage(), 0)
        self.assert_nothing_else_changed()
        self.assert_exit(self.restore("--as-of", self.moment), NOT_FINISHED)
        self.assertEqual(self.events("fallback"), [])
        self.assert_restored()
        self.assert_clean()

    def test_what_cannot_be_read_does_not_ruin_the_restore(self):
        self.damaged = [NEW_PHOTO, RETOUCHED]
        self.live_on()
        result = self.salvage()
        self.assert_exit(result, DEGRADED)
        self.assert_nothing_else_changed()
        event, = self.journal_of_salvage("salvage-damaged")
        self.assertEqual(sorted(event["files"]),
                         [f"{path}: Input/output error" for path in sorted(self.damaged)])
        self.assert_says(result, *self.damaged)
        expected = dict(self.latest)
        del expected[os.fsencode(NEW_PHOTO)]
        expected[os.fsencode(RETOUCHED)] = self.machine.newest[os.fsencode(RETOUCHED)]
        self.assert_latest(expected)
        self.assert_clean()

    def break_leaf(self):
        """Both copies of a leaf that has the inodes of some notes are junk; returns one of those. Which leaf has which
        differs between builds of the machine; the subvolume's root directory is not in it."""
        with self.machine.root() as root:
            inodes = {note.stat().st_ino: f"/home/ada/notes/{note.name}"
                      for note in Path(f"{root}/home/ada/notes").glob("note-[0-9]*.txt") if note.name != "note-003.txt"}
            tree_id = run("btrfs", "inspect-internal", "rootid", f"{root}/home/ada/notes").strip()
        leaf, found = 0, {}
        for words in map(str.split, run("btrfs", "inspect-internal", "dump-tree", "-t", tree_id,
                                        self.machine.device).splitlines()):
            if words[:1] == ["leaf"] and words[1].isdigit():
                leaf = int(words[1])
            elif words[:1] == ["item"] and words[4] == "INODE_ITEM":
                found[int(words[3].lstrip("("))] = leaf
        inode = min(inode for inode in inodes if found[inode] != found[256])
        with open(self.machine.device, "r+b") as disk:
            for offset in physical(self.machine.device, found[inode]):
                disk.seek(offset)
                disk.write(b"\xa5" * alder.NODE_SIZE)
        return inodes[inode]

    def test_what_a_damaged_directory_hides_is_not_taken_for_deleted(self):
        hidden = [f"/home/ada/late/{number:04}" for number in range(600)]

        def fill(root):
            change_again(root)
            os.mkdir(f"{root}/home/ada/late")
            for path in hidden:
                awkward.write(os.fsencode(root + path), b"late\n")

        self.live_on(fill)
        note = self.break_leaf()
        before = digest(self.machine.root_image)
        result = self.salvage()
        self.assert_exit(result, DEGRADED)
        self.assertEqual(digest(self.machine.root_image), before)
        self.assert_nothing_else_changed()
        event, = self.journal_of_salvage("salvaged-by-bacula")
        self.assertGreater(event["kept-back"], 0)
        self.assertIn(f"{note}: Input/output error", self.journal_of_salvage("salvage-damaged")[0]["files"])
        self.assert_nothing_hidden_is_lost(note, [])
        # Without a catalog, the volume itself must not say that they are deleted.
        self.machine.break_password("console")
        self.assert_nothing_hidden_is_lost(note, ["--restart"])

    def assert_nothing_hidden_is_lost(self, note, more):
        self.assert_exit(self.restore(*more), NOT_FINISHED)
        self.assertEqual(bool(self.events("fallback")), bool(more))
        found = self.machine.tree()
        # Of the backup before, what could not be seen; and nothing that was seen to be deleted.
        lost = [path for path in self.latest if path not in found and path in self.machine.newest]
        self.assertEqual(lost, [])
        self.assertIn(os.fsencode(note), found)
        self.assertNotIn(b"/home/ada/new-folder", found)
        self.assert_clean()

    def test_without_a_full_nothing_is_begun(self):
        with contextlib.closing(sqlite3.connect(self.environment_catalog)) as catalog, catalog:
            catalog.execute("UPDATE Job SET Level='D' WHERE Level='F'")
        self.live_on()
        before, old = digest(self.machine.root_image), digest(self.environment_catalog)
        result = self.salvage()
        self.assert_exit(result, 1)
        self.assert_says(result, "knows no good Full", "recover --playbook salvage")
        self.assertEqual(digest(self.machine.root_image), before)
        self.assertEqual(digest(self.environment_catalog), old)
        self.assertEqual(self.assert_nothing_else_changed(), [])
        self.assert_clean()

    def test_killed_while_bacula_reads_nothing_is_left(self):
        self.live_on()
        self.stop_while_bacula_reads(signal.SIGTERM, INTERRUPTED)
        self.assertFalse((self.machine.storage / "recover-salvage/by-bacula").exists())
        self.assert_clean()
        self.stop_while_bacula_reads(signal.SIGKILL, -signal.SIGKILL)
        self.assert_exit(self.salvage(), 0)
        self.assertEqual(len(self.assert_nothing_else_changed()), 1)
        # Once more: of what has not changed Bacula takes the mount points alone, which its FileSet names twice.
        self.assert_exit(self.salvage(), 0)
        self.assertEqual(len(self.assert_nothing_else_changed()), 2)
        self.assertEqual(self.journal_of_salvage("salvaged-by-bacula")[-1]["bytes"], 0)
        self.assert_clean()

    def stop_while_bacula_reads(self, number, code):
        old = digest(self.environment_catalog)
        process = self.machine.start("--playbook", "salvage-by-bacula")
        volumes = self.machine.storage / "recover-salvage/by-bacula/volumes"
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline and not (volumes.is_dir() and any(volumes.iterdir())):
            time.sleep(0.01)
        process.send_signal(number)
        self.outputs.append("".join(process.communicate()))
        self.assertEqual(process.returncode, code)
        self.assertEqual(digest(self.environment_catalog), old)
        self.assertEqual(self.assert_nothing_else_changed(), [])

    def test_what_was_decided_is_gone_on_with(self):
        """A kill between volume and catalog, and one between catalog and bootstrap file: there something cannot be written."""
        self.live_on()
        for file in [self.environment_catalog, self.machine.bootstraps / alder.BOOTSTRAP]:
            run("chattr", "+i", file)
            try:
                self.assert_exit(self.salvage(), 1)
            finally:
                run("chattr", "-i", file)
        volume, = self.assert_nothing_else_changed()
        result = self.salvage()
        self.assert_exit(result, 0)
        self.assertEqual(self.assert_nothing_else_changed(), [volume])
        self.assertEqual((self.machine.bootstraps / alder.BOOTSTRAP).read_text().count(volume), 1)
        self.assert_latest(self.latest)
        self.assert_clean()
