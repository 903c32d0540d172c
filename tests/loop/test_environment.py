# SPDX-License-Identifier: GPL-3.0-or-later
"""The recovery environment, made by the machine itself: what is in it, what is not, and that it recovers the machine."""

import json
import os
import stat
import time
import tomllib
from pathlib import Path

from . import alder, tree
from .case import FAILED, FINISHED, NOT_FINISHED, LoopTest
from .command import run
from .content import digest
from .living import Living
from .machine import to_the_end

PROGRAM = f"{alder.STORAGE_MOUNT}/recover"
CATALOG = "var/lib/bacula/bacula.db"
# What is not as the machine has it: made, or written by the proof.
OWN = (b"/etc/hosts", b"/etc/bacula/", b"/var/lib/recover", b"/var/lib/bacula/", b"/environment.toml")


class EnvironmentTest(LoopTest):
    def setUp(self):
        super().setUp()
        (self.machine.environment / "root/old").write_text("the old one", encoding="ascii")

    @property
    def new(self):
        return Path(f"{self.machine.environment}.new")

    def make(self, living, *args):
        result = living.recover("--playbook", "environment", *args)
        self.outputs.append(result.out + result.err)
        return result

    def is_old(self):
        return (self.machine.environment / "root/old").exists()

    def stamp(self):
        return tomllib.loads((self.machine.environment / "environment.toml").read_text(encoding="utf-8"))

    def own_journal(self):
        return self.state / "environment/journal"

    def told(self, name):
        events = map(json.loads, self.own_journal().read_text(encoding="utf-8").splitlines())
        found, = [event for event in events if event["event"] == name]
        return found

    def assert_can_only_restore(self):
        director = (self.machine.environment / "etc/bacula/bacula-dir.conf").read_text(encoding="utf-8")
        self.assertIn(f'"{alder.RESTORE_JOB}"', director)
        for word in ["\n  Type = Backup", "\n  Type = Verify", "Schedule", alder.VERIFY_JOB]:
            self.assertNotIn(word, director)

    def assert_secrets_are_roots(self):
        holders = []
        for folder, _, names in os.walk(self.machine.environment):
            for path in (Path(folder, name) for name in names):
                if path.is_file() and not path.is_symlink() and alder.SECRET_WORD.encode() in path.read_bytes():
                    holders.append(path)
                    self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)
        self.assertGreaterEqual(len(holders), 4)

    @staticmethod
    def without_links(entry):
        """Not all names of a file need be here."""
        return {key: value for key, value in entry.items() if key != "links"}

    def assert_files_are_the_machines(self):
        """Content, owner, mode, time, ACLs, capabilities, links: all as it was backed up."""
        found, wrong = tree.scan(self.machine.environment), []
        for path, entry in found.items():
            there = self.machine.newest.get(path)
            if path.startswith(OWN) or entry["type"] == "directory":
                continue
            if self.without_links(entry) != self.without_links(there or {}):
                wrong.append(f"{os.fsdecode(path)}: {entry} and not {there}")
        self.assertEqual(wrong, [])
        for path in [b"/usr/sbin/bacula-dir", b"/usr/bin/bash", b"/bin", b"/usr/bin/awk", b"/etc/alternatives/awk",
                     b"/usr/bin/btrfs", b"/etc/passwd", b"/etc/bacula/scripts/query.sql"]:
            self.assertIn(path, found)
        for path in [b"/etc/shadow", b"/home/alice", b"/usr/share/doc/bash"]:
            self.assertNotIn(path, found)


class Environment(EnvironmentTest):
    def test_made_by_the_machine_it_recovers_the_machine(self):
        volumes = {path.name: digest(path) for path in self.machine.volumes.iterdir()}
        with Living(self.machine) as living:
            dry = self.make(living, "--dry-run")
            self.assert_exit(dry, FINISHED)
            self.assert_says(dry, "rsync -aHAX", "mv --exchange /mnt/storage/environment.new /mnt/storage/environment")
            self.assertTrue(self.is_old())
            self.assertFalse(self.new.exists())
            result = self.make(living)
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "none of which can write a backup", "came back, with its digest",
                             "ok environment-proven", "DONE")
            # The machine's own Director has not noticed.
            self.assertIn(alder.BACKUP_JOB, living.bacula.console(".jobs"))
        self.assertFalse(self.is_old())
        self.assertFalse(self.new.exists())
        self.assert_can_only_restore()
        self.assert_secrets_are_roots()
        self.assert_files_are_the_machines()
        difference = "\n".join(self.told("environment-configured")["difference"])
        self.assertIn(f'-  Name = "{alder.BACKUP_JOB}"', difference)
        self.assertIn('-Schedule {', difference)
        stamp = self.stamp()
        self.assertEqual((stamp["from"], stamp["bacula"]), ("packages", "9.6.7"))
        self.assertEqual(stamp["proof"]["job"], self.machine.facts["jobs"][-1]["id"])
        self.assertTrue(stamp["proof"]["digest"].startswith("SHA1 "))
        self.assertEqual({path.name: digest(path) for path in self.machine.volumes.iterdir()}, volumes)
        owner, mode = os.stat(self.machine.environment / CATALOG), 0o640
        self.assertEqual((owner.st_uid, stat.S_IMODE(owner.st_mode)),
                         (os.stat(self.machine.environment / "var/lib/bacula").st_uid, mode))

        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()

    def test_killed_anywhere_it_leaves_the_old_one_whole(self):
        """Or, behind the swap, the new one."""
        with Living(self.machine) as living:
            for step, delay in [("make", 0.0), ("make", 0.7), ("configure", 0.0), ("prove", 0.0), ("prove", 1.5)]:
                with self.subTest(step=step, delay=delay):
                    self.kill(living, step, delay)
                    self.assertTrue(self.is_old())
                    self.assertFalse((self.machine.environment / "environment.toml").exists())
            self.kill(living, "swap", 0.0)
            if not self.is_old():
                self.stamp()
            self.assert_exit(self.make(living, "--resume"), FINISHED)
            self.assertFalse(self.is_old())
            self.assertFalse(self.new.exists())
            before = os.stat(self.machine.environment).st_ino
            self.assert_exit(self.make(living), FINISHED)
            self.assertNotEqual(os.stat(self.machine.environment).st_ino, before)
        self.assert_can_only_restore()
        self.assert_clean()

    def kill(self, living, step, delay):
        self.own_journal().unlink(missing_ok=True)
        process = living.start(PROGRAM, "--playbook", "environment")
        marker = f'"event":"step-begun","step":"{step}"'
        deadline = time.monotonic() + 300
        while not self.own_journal().exists() or marker not in self.own_journal().read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > deadline:
                self.fail(f"no step {step}: {process.communicate()}")
            time.sleep(0.005)
        time.sleep(delay)
        process.kill()
        result = to_the_end(process)
        self.outputs.append(result.out + result.err)

    def test_one_in_use_is_not_taken_away(self):
        with Living(self.machine) as living:
            point = living.file(f"{alder.STORAGE_MOUNT}/environment/mnt")
            run("mount", "--bind", living.file(f"{alder.STORAGE_MOUNT}/bacula"), point)
            result = self.make(living)
            self.assert_exit(result, FAILED)
            self.assert_says(result, "The recovery environment is in use", "umount /mnt/storage/environment/mnt")
            run("umount", point)
            self.assertTrue(self.is_old())
            self.assert_exit(self.make(living, "--resume"), FINISHED)
            self.assertFalse(self.is_old())
        self.assertGreater(len(list(self.machine.volumes.iterdir())), 2)
        self.assert_clean()

    def test_without_a_good_backup_it_is_not_proven(self):
        with Living(self.machine) as living:
            volume = self.machine.volumes / self.machine.facts["volumes"][-1]["name"]
            content = volume.read_bytes()
            volume.write_bytes(content[:4000] + bytes(len(content) - 4000))
            self.assert_exit(self.make(living), FAILED)
            self.assertTrue(self.is_old())
            volume.write_bytes(content)
        self.assert_clean()
