# SPDX-License-Identifier: GPL-3.0-or-later
"""Interrupted at any moment it leaves nothing behind where it has any say, and --resume ends like an undisturbed run."""

import signal
import time

from .case import INTERRUPTED, NOT_FINISHED, REFUSED, LoopTest


class Interruption(LoopTest):
    def interrupt(self, number, marker, count=1, delay=0.0):
        """Sends the signal as soon as the journal holds `marker` for the count-th time."""
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        journal = self.state / "journal"
        deadline = time.monotonic() + 200
        while not journal.exists() or journal.read_text(encoding="utf-8").count(marker) < count:
            self.assertIsNone(process.poll(), f"ended before {marker}")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
        self.outputs.append(out + err)
        return process.returncode

    def settle(self):
        """A process that was killed takes its children and mounts with it, but the kernel needs a moment for it."""
        deadline = time.monotonic() + 20
        while self.machine.leaks() and time.monotonic() < deadline:
            time.sleep(0.1)

    def resume_and_compare(self, kept=()):
        result = self.restore("--resume")
        self.assert_exit(result, NOT_FINISHED)
        begun = [event["event"] for event in self.journal()].index("run-resumed")
        done_again = {event["step"] for event in self.journal()[begun:] if event["event"] == "step-begun"}
        for step in kept:
            self.assertNotIn(step, done_again)
        self.assert_restored()
        self.assert_clean()

    def test_sigint_in_mid_restore(self):
        self.machine.destroy()
        self.assertEqual(self.interrupt(signal.SIGINT, "run job=RestoreFiles", delay=0.5), INTERRUPTED)
        self.assert_clean()
        self.assert_says(self.recover("status"), "--resume")
        self.resume_and_compare(kept=["environment", "choose", "filesystem", "mount"])

    def test_sigint_in_mid_extraction(self):
        self.machine.destroy()
        self.machine.break_password("client")  # so that the Director is no way
        everything = "-b /run/recover/backup.bsr"  # not the try on the first file
        self.assertEqual(self.interrupt(signal.SIGINT, everything, delay=0.3), INTERRUPTED)
        self.assert_clean()
        result = self.restore("--resume")
        self.assert_exit(result, NOT_FINISHED)
        again = [event["typed"][0] for event in self.events("action-begun")]
        self.assertEqual(sum(everything in typed for typed in again), 2)
        self.assert_restored(lost=lambda path, difference: difference.startswith("attribute "))
        self.assert_clean()

    def test_sigterm_while_bacula_starts(self):
        self.machine.destroy()
        self.assertEqual(self.interrupt(signal.SIGTERM, "bacula-dir.conf", delay=0.1), INTERRUPTED)
        self.assert_clean()
        self.assertTrue(self.target_is_untouched())
        self.resume_and_compare(kept=["environment"])

    def test_terminal_closed_while_the_filesystem_is_made(self):
        self.machine.destroy()
        self.assertEqual(self.interrupt(signal.SIGHUP, "btrfs subvolume create"), INTERRUPTED)
        self.assert_clean()
        self.resume_and_compare(kept=["environment", "choose"])

    def test_sigkill_in_mid_restore(self):
        self.machine.destroy()
        self.assertEqual(self.interrupt(signal.SIGKILL, "run job=RestoreFiles", delay=0.5), -signal.SIGKILL)
        self.settle()
        self.assert_clean()
        self.resume_and_compare(kept=["environment", "choose", "filesystem", "mount"])

    def test_sigkill_after_the_restore(self):
        self.machine.destroy()
        self.interrupt(signal.SIGKILL, '"step-done","step":"restore"')
        self.settle()
        self.resume_and_compare(kept=["filesystem", "restore"])

    def test_sigkill_after_mkfs(self):
        self.machine.destroy()
        self.interrupt(signal.SIGKILL, "mkfs.btrfs", delay=0.05)
        self.settle()
        self.resume_and_compare(kept=["choose"])

    def test_twice_in_a_row(self):
        self.machine.destroy()
        self.assertEqual(self.interrupt(signal.SIGINT, "run job=RestoreFiles", delay=0.3), INTERRUPTED)
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial, "--resume")
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.resume_and_compare()

    def test_output_closed(self):
        self.machine.destroy()
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=120)
        process.stderr.close()
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assert_clean()
        self.resume_and_compare()

    def test_resume_wants_the_same_playbook_and_profile(self):
        self.machine.destroy()
        self.interrupt(signal.SIGINT, "run job=RestoreFiles")
        self.edit_profile('label = "alder-root"', 'label = "other"')
        result = self.restore("--resume")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "--restart")

    def test_a_torn_journal_is_cut_and_an_edited_one_refused(self):
        self.machine.destroy()
        self.interrupt(signal.SIGINT, "run job=RestoreFiles", delay=0.2)
        journal = self.state / "journal"
        whole = journal.read_bytes()
        journal.write_bytes(whole.replace(b'"filesystem"', b'"filesYstem"', 1))
        self.assert_exit(self.restore("--resume"), 2)
        self.assert_exit(self.recover("status"), NOT_FINISHED)
        journal.write_bytes(whole[:-10])
        self.assert_says(self.recover("status"), "cut off")
        self.resume_and_compare(kept=["filesystem"])

    def test_a_plain_second_start_asks_what_is_meant(self):
        self.machine.destroy()
        self.interrupt(signal.SIGINT, "run job=RestoreFiles")
        result = self.restore()
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "--resume", "--restart")
        self.assert_exit(self.recover("--playbook", "tree", "--resume", "--restart"), 2)

    def test_resume_without_a_run(self):
        self.assert_exit(self.restore("--resume"), 2)


