# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fallback could not bring back, repaired on the rebooted machine by its own Director."""

import json
import os
import shutil

from . import awkward
from .case import FINISHED, NOT_FINISHED, REFUSED, LoopTest
from .living import Living

DEGRADED = 7
ATTRIBUTES = "/srv/awkward/attributes"


class Repair(LoopTest):
    def fall_back(self):
        """The restore that had to do without the File Daemon."""
        self.machine.destroy()
        self.machine.break_password("client")
        self.assert_exit(self.restore(), NOT_FINISHED)

    def living(self):
        if self.events("catalog-not-handed-over"):
            self.give_catalog()
        return Living(self.machine)

    def give_catalog(self):
        """As the handbook says for a restore without the Director."""
        catalog = "var/lib/bacula/bacula.db"
        with self.machine.root() as root:
            spool = os.stat(root / "var/lib/bacula")
            shutil.copy(self.machine.environment / catalog, root / catalog)
            os.chown(root / catalog, spool.st_uid, spool.st_gid)
            os.utime(root / "var/lib/bacula", ns=(spool.st_atime_ns, spool.st_mtime_ns))

    def repair(self, living, *args):
        result = living.recover("--playbook", "repair", *args)
        self.outputs.append(result.out + result.err)
        return result

    def status(self, living):
        return living.recover("status")

    def test_everything_comes_back_and_the_list_is_empty(self):
        self.fall_back()
        with self.living() as living:
            self.assert_says(self.status(living), "DEGRADED", "recover --playbook repair")
            dry = self.repair(living, "--dry-run")
            self.assert_exit(dry, FINISHED)
            self.assert_says(dry, "bootstrap=/run/recover-repair/lost.bsr", "Nothing speaks against this plan")
            result = self.repair(living)
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "repaired, lost ACL", "ok losses-repaired")
            self.assertNotIn("DEGRADED", self.status(living).out)
            own = living.recover("status", "--state", "/var/lib/recover")
            self.assertNotIn("DEGRADED", own.out)
            self.assert_says(own, "NOT FINISHED")
            self.assertFalse(living.file("/var/lib/recover/repair").exists())
            self.assertFalse(living.file("/run/recover-repair").exists())
            for words in [[], ["--resume"], ["--state", "/mnt/storage/recover-state"]]:
                again = self.repair(living, *words)
                self.assert_exit(again, FINISHED)
                self.assert_says(again, "nothing is degraded")
        self.assert_restored()
        self.assert_clean()

    def test_in_the_rescue_system_it_is_refused(self):
        self.fall_back()
        before = (self.state / "journal").read_bytes()
        result = self.recover("--playbook", "repair")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "on-the-machine", "Boot the restored system")
        self.assertEqual((self.state / "journal").read_bytes(), before)
        self.assert_says(self.recover("status"), "DEGRADED")
        self.assert_clean()

    def test_what_was_changed_since_stays_as_it_is(self):
        self.fall_back()
        with self.living() as living:
            living.file(f"{ATTRIBUTES}/acl").write_text("of today", encoding="ascii")
            living.file(f"{ATTRIBUTES}/capable").unlink()
            os.setxattr(living.file(f"{ATTRIBUTES}/user"), "user.comment", b"of today")
            result = self.repair(living)
            self.assert_exit(result, FINISHED)
            self.assert_says(result, f"{ATTRIBUTES}/capable: it is no longer there",
                             f"{ATTRIBUTES}/user: user.comment has got another value since")
            self.assertEqual(living.file(f"{ATTRIBUTES}/acl").read_text(encoding="ascii"), "of today")
            self.assertNotIn("DEGRADED", self.status(living).out)

        def changed(path, difference):
            return (path == f"{ATTRIBUTES}/capable" and difference == "missing"
                    or path == f"{ATTRIBUTES}/user" and difference.startswith("attribute user.comment")
                    or path == f"{ATTRIBUTES}/acl" and difference.split()[0] in ("size", "mtime", "digest")
                    or path == ATTRIBUTES and difference.startswith("mtime"))

        self.assert_restored(lost=changed)
        self.assert_clean()

    def test_damage_on_the_volumes_leaves_its_files_on_the_list(self):
        """Until the volume is whole again."""
        photos = [f"/home/ada/photos/photo-{number}.raw" for number in (3, 4)]
        damaged = [self.find_on_volumes(awkward.noise(4_000_000, f"photo {number}")[2_000_000:2_000_100])
                   for number in (3, 4)]
        # Its end: it begins in the first block of the Incremental, which the proof reads before the restore.
        damaged.append(self.find_on_volumes(awkward.noise(70_000, "linked")[69_000:69_100]))
        damaged.append(self.find_on_volumes(b"note 12\n"))
        self.machine.destroy()
        for place in damaged:
            self.machine.flip_byte(*place)
        self.assert_exit(self.restore(), NOT_FINISHED)
        lost = self.listed("degraded", self.journal())
        broken = {path for kind, path in lost if kind in ("data", "file")}
        self.assertLessEqual({*photos, "/home/ada/notes/note-012.txt", "/srv/awkward/links/one/original"}, broken)
        with self.living() as living:
            result = self.repair(living)
            self.assert_exit(result, DEGRADED)
            self.assert_says(result, "NOT ALL", "cannot be had from the volumes", "checksum wrong")
            self.assertEqual(self.not_repaired(), {(kind, path) for kind, path in lost if path in broken})
            self.assert_says(self.status(living), "DEGRADED")

            for place in damaged:
                self.machine.flip_byte(*place)
            living.file(photos[1]).write_bytes(b"of today")
            result = self.repair(living)
            # That directory stands in one of the blocks, and Bacula has written to it meanwhile.
            self.assert_exit(result, DEGRADED)
            self.assertEqual(self.not_repaired() & {(kind, path) for kind, path in lost if path in broken},
                             {("data", "/var/lib/bacula")})
            self.assert_says(result, f"{photos[1]}: it was changed since; the one of the backup is beside it")
            self.assertEqual(living.file(photos[1]).read_bytes(), b"of today")
            recovered = living.file(f"{photos[1]}.recovered")
            self.assertEqual(recovered.read_bytes(), awkward.noise(4_000_000, "photo 4"))

        def changed(path, _):
            return path in (photos[1], f"{photos[1]}.recovered", os.path.dirname(photos[1]))

        self.assert_restored(lost=changed)
        self.assert_clean()

    def test_files_that_were_missing_come_back_once_the_volume_is_whole(self):
        """A block that is none any more takes the very names with it, and for bextract all behind it."""
        # Some modules of Perl. In the very last block of a volume the proof would have found it before the restore.
        identity = ("Alder-0002", self.last_block_but_one("Alder-0002") + 12)
        self.machine.destroy()
        self.machine.flip_byte(*identity)
        self.assert_exit(self.restore(), NOT_FINISHED)
        lost = self.listed("degraded", self.journal())
        missing = {(kind, path) for kind, path in lost if kind == "file"}
        self.assertTrue(missing)
        self.assertIn(("data", ""), lost)
        with self.living() as living:
            self.assert_exit(self.repair(living), DEGRADED)
            self.assertTrue(self.not_repaired() & missing)
            self.machine.flip_byte(*identity)
            self.assert_exit(self.repair(living), FINISHED)
            self.assertNotIn("DEGRADED", self.status(living).out)
        self.assert_restored()
        self.assert_clean()

    def last_block_but_one(self, volume):
        """Where it begins. The second word of each block is its size."""
        at = before = 0
        content = (self.machine.volumes / volume).read_bytes()
        while (after := at + int.from_bytes(content[at + 4:at + 8], "big")) < len(content):
            before, at = at, after
        return before

    def not_repaired(self):
        lines = (self.state / "repair/journal").read_text(encoding="utf-8").splitlines()
        return self.listed("not-repaired", [json.loads(line) for line in lines])

    def find_on_volumes(self, content):
        """Where the newest copy of it is."""
        for volume in sorted(self.machine.volumes.iterdir(), reverse=True):
            if (at := volume.read_bytes().rfind(content)) >= 0:
                return volume.name, at
        raise AssertionError("not on any volume")

    @staticmethod
    def listed(name, journal):
        return {(event["lost"], path) for event in journal if event["event"] == name for path in event["paths"]}
