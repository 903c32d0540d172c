# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: a destroyed root comes back from a real backup by the Director."""

import json
import os
import subprocess

from .case import INTERRUPTED, LOCKED, NOT_FINISHED, REFUSED, LoopTest


class Restore(LoopTest):
    def test_brings_the_tree_back_and_does_not_call_it_finished(self):
        self.machine.destroy()
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "NOT FINISHED", "Full", "Incremental", "Reboot into the restored system",
                         self.machine.serial, "ago)")
        self.assertEqual(len(self.events("restored")), 1)
        self.assertEqual(self.events("fallback"), [])
        self.assert_restored()
        self.assert_clean()
        with self.machine.root() as root:
            handed_over = (root / "var/lib/recover/journal").read_text(encoding="utf-8")
        self.assertIn('"event":"restored"', handed_over)
        self.check_afterwards()

    def check_afterwards(self):
        status = self.recover("status")
        self.assert_exit(status, NOT_FINISHED)
        self.assert_says(status, "restore: done", "NOT FINISHED")
        log = self.recover("log")
        self.assert_exit(log, 0)
        self.assert_says(log, "step-begun", "mkfs.btrfs", "run-complete")
        self.assert_exit(self.recover("--playbook", "tree", "--resume"), NOT_FINISHED)
        again = self.restore()
        self.assert_exit(again, REFUSED)
        self.assert_says(again, "--restart")

    def test_over_a_filesystem_that_still_stands(self):
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, 'on it now: btrfs "alder-root"')
        self.assert_restored()
        self.assert_clean()

    def test_as_of_an_earlier_moment(self):
        self.machine.destroy()
        result = self.restore("--as-of", self.machine.facts["moment-between"])
        self.assert_exit(result, NOT_FINISHED)
        self.assertNotIn("Incremental", result.out)
        self.assert_restored(self.machine.full)
        self.assert_clean()

    def test_as_of_a_moment_before_the_first_backup(self):
        self.machine.destroy()
        result = self.restore("--as-of", "2001-01-01 00:00:00")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "2001-01-01")
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()

    def test_restart_restores_once_more(self):
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assert_exit(self.restore("--restart"), NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()

    def test_state_elsewhere(self):
        self.machine.destroy()
        elsewhere = self.machine.work / "state"
        result = self.restore("--state", elsewhere)
        self.assert_exit(result, NOT_FINISHED)
        self.assertFalse(self.state.exists())
        self.assert_exit(self.recover("status", "--state", elsewhere), NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()


class TwoDisks(LoopTest):
    def test_raid1_comes_back_as_raid1(self):
        second = self.machine.work / "second.img"
        with open(second, "wb") as file:
            file.truncate(8 << 30)
        attached = subprocess.run(["losetup", "--find", "--show", second], check=True, capture_output=True, text=True).stdout.strip()
        self.machine.extra_devices.append(attached)
        self.edit_profile('data = "single"', 'data = "raid1"')
        self.edit_profile('metadata = "dup"', 'metadata = "raid1"')
        self.edit_profile("[filesystem]", f'[[disk]]\nname = "second"\nserial = "{second}"\nsize = {8 << 30}\n\n[filesystem]')
        self.edit_profile('devices = [ { disk = "system" } ]', 'devices = [{ disk = "system" }, { disk = "second" }]')
        self.machine.destroy()
        one = self.restore()
        self.assert_exit(one, REFUSED)  # the second disk was not confirmed
        self.assert_says(one, str(second))
        result = self.restore("--confirm", second)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_restored()
        with self.machine.root() as root:
            usage = subprocess.run(["btrfs", "filesystem", "df", root], check=True, capture_output=True, text=True).stdout
        self.assertIn("Data, RAID1", usage)
        self.assertIn("Metadata, RAID1", usage)
        self.assert_clean()


class Json(LoopTest):
    def test_gives_one_event_a_line(self):
        self.machine.destroy()
        result = self.restore("--json")
        self.assert_exit(result, NOT_FINISHED)
        events = [json.loads(line) for line in result.out.splitlines()]
        names = {event["event"] for event in events}
        self.assertLessEqual({"run-begun", "check", "step-begun", "action-begun", "action-done", "progress", "restored",
                              "step-done", "run-complete", "verdict"}, names)
        self.assertFalse(events[-1]["finished"])
        journal = [(event["event"], event.get("step")) for event in self.journal()]
        screen = [(event["event"], event.get("step")) for event in events if event["event"] not in ("progress", "verdict")]
        self.assertEqual(journal, screen)
        self.assert_clean()

    def test_of_the_other_commands(self):
        for command in (["list"], ["check"], ["status"], ["log"], ["--playbook", "tree", "--dry-run"]):
            result = self.recover(*command, "--json")
            for line in result.out.splitlines():
                self.assertIn("event", json.loads(line))
        result = self.recover("--playbook", "tree", "--json")
        error = json.loads(result.out.splitlines()[-1])
        self.assertEqual((error["event"], error["exit"], result.exit), ("error", REFUSED, REFUSED))


class DryRun(LoopTest):
    def test_shows_everything_and_writes_nothing(self):
        self.machine.destroy()
        before = self.machine.snapshot_of_world()
        result = self.recover("--playbook", "tree", "--dry-run")
        self.assertEqual(before.differences(self.machine.snapshot_of_world()), [])
        self.assert_exit(result, 0)
        self.assert_says(result, "mkfs.btrfs --force --uuid", "wipefs --all", "btrfs subvolume create", "run job=RestoreFiles",
                         "bextract -p", "WHAT WOULD BE DESTROYED", self.machine.device, "target-found: system is",
                         "COULD NOT BE SIMULATED", "Incremental", "** DESTROYS **")
        self.assert_clean()

    def test_says_what_speaks_against_the_plan(self):
        before = self.machine.snapshot_of_world()
        self.edit_profile(f'serial = "{self.machine.serial}"', 'serial = "SOMETHING-ELSE"')
        result = self.recover("--playbook", "tree", "--dry-run")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "SOMETHING-ELSE", "WOULD BE REFUSED")
        self.edit_profile('serial = "SOMETHING-ELSE"', f'serial = "{self.machine.serial}"')
        del before


class Terminal(LoopTest):
    def test_the_serial_is_typed(self):
        self.machine.destroy()
        result = self.machine.recover_tty(["--playbook", "tree"], [("type its serial", self.machine.serial + "\n")])
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "THIS WILL BE DESTROYED", "files", "NOT FINISHED")
        self.assertLessEqual(max(len(line) for line in result.screen.splitlines()), 80)
        self.assert_restored()
        self.assert_clean()

    def test_anything_else_is_a_no(self):
        self.machine.destroy()
        result = self.machine.recover_tty(
            ["--playbook", "tree"],
            [("type its serial", "yes\n"), ("not it", "y\n"), ("not it", "\n")])
        self.assert_exit(result, REFUSED)
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()

    def test_interrupt_at_the_question(self):
        self.machine.destroy()
        result = self.machine.recover_tty(["--playbook", "tree"], [("type its serial", "\x03")])
        self.assert_exit(result, INTERRUPTED)
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()

    def test_end_of_input_at_the_question(self):
        self.machine.destroy()
        result = self.machine.recover_tty(["--playbook", "tree"], [("type its serial", "\x04")])
        self.assert_exit(result, REFUSED)
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()


class Commands(LoopTest):
    def test_list(self):
        result = self.recover("list")
        self.assert_exit(result, 0)
        self.assert_says(result, "storage", "make-btrfs", "target-found")

    def test_check(self):
        before = self.machine.snapshot_of_world()
        result = self.recover("check")
        self.assertEqual(before.differences(self.machine.snapshot_of_world()), [])
        self.assert_exit(result, 0)
        self.assert_says(result, "ok target-found", "ok volumes-readable", "? restore-only")
        one = self.recover("check", "target-free")
        self.assert_exit(one, 0)
        self.assertEqual(len([line for line in one.out.splitlines() if line.strip()]), 1)

    def test_status_and_log_without_a_recovery(self):
        self.assert_exit(self.recover("status"), 0)
        self.assert_exit(self.recover("log"), 0)

    def test_two_runs_at_once(self):
        self.machine.destroy()
        first = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        while not (self.state / "journal").exists():
            self.assertIsNone(first.poll())
        second = self.restore("--restart")
        self.assert_exit(second, LOCKED)
        self.assert_says(second, str(first.pid))
        out, err = first.communicate(timeout=300)
        self.assertEqual(first.returncode, NOT_FINISHED, out[-3000:] + err)
        self.assert_restored()
        self.assert_clean()
        self.assertFalse(os.path.exists(self.state / "journal.lock"))
