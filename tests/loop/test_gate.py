# SPDX-License-Identifier: GPL-3.0-or-later
"""After a recovery: what is open, what closes it, what is kept from new backups meanwhile."""

import contextlib
import json
import os
import shutil
import subprocess

from . import alder
from .case import NOT_FINISHED, LoopTest
from .command import run
from .living import Living

PROGRAM = f"{alder.STORAGE_MOUNT}/recover"
CATALOG = "var/lib/bacula/bacula.db"
OWN = "/var/lib/recover/journal"


class GateTest(LoopTest):
    def setUp(self):
        super().setUp()
        os.utime(self.machine.environment / CATALOG)  # as fresh as where it is copied after each backup
        self.assert_exit(self.restore(), NOT_FINISHED)

    @contextlib.contextmanager
    def living(self):
        """The restored machine, booted."""
        with Living(self.machine) as living:
            yield living

    def ask(self, living, *args):
        result = living.recover(*args)
        self.outputs.append(result.out + result.err)
        return result

    def assert_open(self, living, *words):
        for result in (self.ask(living, "status"), self.recover("status")):
            self.assert_exit(result, NOT_FINISHED)
            self.assert_says(result, "NOT FINISHED", *words)

    def before(self):
        """{volume: status} before anything was held."""
        return {volume["name"]: volume["status"] for volume in self.machine.facts["volumes"]}

    def statuses(self, living):
        return dict(living.bacula.query(["VolumeName", "VolStatus"], "FROM Media ORDER BY VolumeName"))

    def is_scheduled(self, living):
        return alder.BACKUP_JOB in living.bacula.console(".status dir scheduled days=50")

    def in_a_boot_of_the_recovery(self, living):
        (living.path / "run/boot-id").write_text(self.events("run-begun")[0]["boot"] + "\n", encoding="ascii")


class Gate(GateTest):
    def test_is_closed_by_a_backup_of_a_later_boot_alone(self):
        with self.living() as living:
            self.in_a_boot_of_the_recovery(living)
            self.assert_open(living, "recover verify-backup")
            early = self.ask(living, "verify-backup")
            self.assert_exit(early, NOT_FINISHED)
            self.assert_says(early, "NO rebooted:", "was not booted since the recovery of", "Boot the restored system")
            self.assert_open(living)
            living.boot()
            self.assert_open(living)
            self.assertEqual(self.statuses(living).keys(), {volume["name"] for volume in self.machine.facts["volumes"]})
            result = self.ask(living, "verify-backup")
            self.assert_exit(result, 0)
            self.assert_says(result, "The first backup after a recovery is a Full", "run job=BackupAlder level=Full yes",
                             "level F) of alder-fd ended normally", "canaries came back", "VERIFIED: job")
            for status in (self.ask(living, "status"), self.recover("status")):
                self.assert_exit(status, 0)
                self.assert_says(status, "FINISHED: backup job", "of the rebooted machine was verified")
                self.assertNotIn("NOT FINISHED", status.out)
            again = self.ask(living, "verify-backup")
            self.assert_exit(again, 0)
            self.assert_says(again, "level=Incremental yes")
        self.assert_clean()

    def test_a_second_attempt_builds_on_the_full_of_the_first(self):
        catalog = self.machine.environment / CATALOG
        with self.living() as living:
            catalog.rename(f"{catalog}.away")
            first = self.ask(living, "verify-backup")
            self.assert_exit(first, NOT_FINISHED)
            self.assert_says(first, "level=Full yes", "NO catalog-dump:")
            self.assert_open(living)
            os.rename(f"{catalog}.away", catalog)
            second = self.ask(living, "verify-backup")
            self.assert_exit(second, 0)
            self.assert_says(second, "level=Incremental yes", "that of the recovery")
        self.assert_clean()

    def test_is_not_closed_by_a_backup_alone(self):
        with self.living() as living:
            living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Full yes")
            self.assert_open(living, "recover verify-backup")
            chroot = self.in_a_plain_chroot(living, "verify-backup")
            self.assertEqual(chroot.returncode, NOT_FINISHED, chroot.stdout + chroot.stderr)
            self.assertIn("NO on-the-machine: This is a chroot of another running system", chroot.stdout)
            self.assert_open(living)
        self.assert_clean()

    def in_a_plain_chroot(self, living, *args):
        run("mount", "--bind", "/proc", living.file("/proc"))
        run("mount", "--bind", "/sys", living.file("/sys"))
        try:
            return subprocess.run(["chroot", living.path, PROGRAM, *args], capture_output=True, text=True, check=False,
                                  env=self.machine.env({"LD_LIBRARY_PATH": "/run/lib"}), timeout=120)
        finally:
            run("umount", living.file("/proc"))
            run("umount", living.file("/sys"))


class Quarantine(GateTest):
    def test_holds_until_it_is_lifted(self):
        with self.living() as living:
            before = self.before()
            self.assertEqual(set(self.statuses(living).values()), {"Read-Only"})  # by the recovery
            scheduled = self.ask(living, "quarantine")
            self.assert_exit(scheduled, NOT_FINISHED)
            self.assert_says(scheduled, "job BackupAlder: runs by its schedule")
            living.bacula.console("update volume=Alder-0001 volstatus=Append")
            loose = self.ask(living, "quarantine")
            self.assert_exit(loose, NOT_FINISHED)
            self.assert_says(loose, "volume Alder-0001: Append, NOT HELD")
            held = self.ask(living, "quarantine", "--hold")
            self.assert_exit(held, 0)
            self.assert_says(held, "job BackupAlder: is in no schedule now")
            self.assertEqual(set(self.statuses(living).values()), {"Read-Only"})
            self.assertFalse(self.is_scheduled(living))
            with living.without_bacula():
                pass
            self.assertTrue(self.is_scheduled(living))
            self.assert_exit(self.ask(living, "quarantine"), NOT_FINISHED)
            self.assert_exit(self.ask(living, "quarantine", "--keep"), 0)
            self.assertFalse(self.is_scheduled(living))
            lifted = self.ask(living, "quarantine", "--lift")
            self.assert_exit(lifted, 0)
            self.assert_says(lifted, "The recovery is as open as before")
            self.assertEqual(self.statuses(living), before)
            self.assertTrue(self.is_scheduled(living))
            kept = self.ask(living, "quarantine", "--keep")
            self.assert_exit(kept, 0)
            self.assert_says(kept, "lifted by hand", "recover quarantine --hold")
            self.assertEqual(self.statuses(living), before)
            self.assertTrue(self.is_scheduled(living))
            self.assert_open(living)
            self.assert_exit(self.ask(living, "quarantine", "--hold"), 0)
            self.assert_exit(self.ask(living, "quarantine", "--keep"), 0)
            self.assertFalse(self.is_scheduled(living))
        self.assert_clean()

    def another_job(self, root):
        """One that its administrator has disabled."""
        directory = root / "etc/bacula/bacula-dir.conf"
        text = directory.read_text(encoding="ascii")
        begin = text.rindex("Job {", 0, text.index(f'Name = "{alder.BACKUP_JOB}"'))
        job = text[begin:text.index("}\n", begin) + 2]
        directory.write_text(text + "\n" + job.replace(alder.BACKUP_JOB, "BackupOld").replace("{\n", "{\n  Enabled = no\n", 1),
                             encoding="ascii")

    def test_is_lifted_by_a_verified_backup(self):
        with self.machine.root() as root:
            self.another_job(root)
        with self.living() as living:
            before = self.before()
            self.assert_exit(self.ask(living, "quarantine", "--hold"), 0)
            result = self.ask(living, "verify-backup")
            self.assert_exit(result, 0)
            after = self.statuses(living)
            self.assertEqual({name: after[name] for name in before}, before)
            self.assertGreater(len(after), len(before))  # what was held was not written to
            self.assertTrue(self.is_scheduled(living))
            self.assert_says(result, "The job BackupOld is disabled, and stays so")
            self.assertNotIn("BackupOld", living.bacula.console(".status dir scheduled days=50"))
            for event in ("volumes-held", "volumes-released", "jobs-released", "backup-verified"):
                self.assertEqual(len(self.events(event)), 1, event)
            self.assertEqual(self.events("jobs-held")[0]["jobs"], [alder.BACKUP_JOB])
            shown = self.ask(living, "quarantine")
            self.assert_exit(shown, 0)
            self.assert_says(shown, "No recovery is open")
        self.assert_clean()


class StateFiles(GateTest):
    """Edited by hand, cut, forged, gone: none of it makes a recovery look finished."""

    def test_of_the_machine_itself(self):
        with self.living() as living:
            journal = living.file(OWN)
            whole = journal.read_bytes()
            lines = whole.splitlines(keepends=True)
            for what, text in self.meddled(lines):
                with self.subTest(what):
                    journal.write_bytes(text)
                    # Where the storage volume is not there the machine's own is all that is known.
                    result = living.run("sh", "-c", f"cp {PROGRAM} /run/recover; /run/recover status")
                    self.assert_exit(result, NOT_FINISHED)
                    self.assert_says(result, "NOT FINISHED")
            journal.write_bytes(whole.replace(b'"event":"run-begun"', b'"event":"run-begin"'))
            result = self.ask(living, "verify-backup")
            self.assert_exit(result, NOT_FINISHED)
            self.assert_says(result, "NO journal:", OWN, "is not as it was written", "Copy the other journal over it")
            self.assert_open(living)
            journal.write_bytes(whole)
            self.assert_exit(self.ask(living, "verify-backup"), 0)

    def test_of_the_storage_volume(self):
        with self.living() as living:
            journal = self.state / "journal"
            whole = journal.read_bytes()
            for what, text in self.meddled(whole.splitlines(keepends=True)):
                with self.subTest(what):
                    journal.write_bytes(text)
                    self.assert_open(living)
            journal.write_bytes(whole.replace(b'"event":"run-begun"', b'"event":"run-begin"'))
            result = self.ask(living, "verify-backup")
            self.assert_exit(result, NOT_FINISHED)
            self.assert_says(result, "NO journal:", "recover-state/journal", "is not as it was written")
            journal.write_bytes(whole)
            shutil.copy(journal, living.file(OWN))
            self.assert_open(living)

    def meddled(self, lines):
        """(what was done, the journal's bytes)."""
        def forged(**more):
            return json.dumps({"event": "backup-verified", "job": 9, "boot": "of-tomorrow", "seq": len(lines) + 1,
                               "time": "2030-01-01 00:00:00", **more}, separators=(",", ":")).encode() + b"\n"
        yield "a line edited", b"".join(lines).replace(b'"uses":"make-btrfs"', b'"uses":"make-btrfz"')
        yield "a line taken out", b"".join(lines[:3] + lines[4:])
        yield "cut in the middle of a line", b"".join(lines)[:-len(lines[-1]) - 20]
        yield "cut behind the first line", lines[0]
        yield "forged without a sum", b"".join(lines) + forged()
        yield "forged with a wrong sum", b"".join(lines) + forged(sum="0123456789abcdef")
        yield "forged with a wrong sum, and more behind it", b"".join(lines) + 2 * forged(sum="0123456789abcdef")

    def test_that_are_gone(self):
        with self.living() as living:
            living.file(OWN).unlink()
            self.assert_open(living)
            (self.state / "journal").rename(self.machine.storage / "kept")
            for result in (self.ask(living, "status"), self.ask(living, "verify-backup")):
                self.assert_exit(result, NOT_FINISHED)
                self.assert_says(result, "his machine was restored", "journal", "/var/lib/recover", "is gone",
                                 "recover-state on the storage volume")
            (self.machine.storage / "kept").rename(self.state / "journal")
            result = self.ask(living, "verify-backup")  # the storage volume still knows
            self.assert_exit(result, 0)
            self.assert_says(result, "level=Full yes")
            self.assert_exit(self.recover("status"), 0)
