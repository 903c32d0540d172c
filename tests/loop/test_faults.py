# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds a run fails it: no room, no device files, a terminal that is none, a volume that goes away. Told in a
sentence, nothing left behind; and where it is mended, --resume ends like an undisturbed run."""

import contextlib
import os
import signal
import time

from . import traces
from .case import FAILED, INTERRUPTED, NOT_FINISHED, REFUSED, LoopTest
from .terminal import Conversation


class FaultTest(LoopTest):
    def start_until(self, marker):
        """A run whose journal has just got the marker."""
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        self.wait_for(process, marker)
        return process

    def wait_for(self, process, marker):
        journal = self.state / "journal"
        deadline = time.monotonic() + 200
        while not journal.exists() or marker not in journal.read_text(encoding="utf-8"):
            self.assertIsNone(process.poll(), f"ended before {marker}")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def end_of(self, process):
        out, err = process.communicate(timeout=300)
        self.outputs.append(out + err)
        return process.returncode, " ".join((out + err).split())

    def resume(self):
        result = self.restore("--resume")
        self.assert_exit(result, NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()
        return result


class NoRoomForTheJournal(FaultTest):
    def fails_at(self, marker, code):
        self.machine.destroy()
        process = self.start_until(marker)
        # To fill the volume takes seconds. What comes right behind the marker is to find it full.
        process.send_signal(signal.SIGSTOP)
        with self.machine.full_storage():
            process.send_signal(signal.SIGCONT)
            ended, said = self.end_of(process)
            self.assertEqual(ended, code, said)
            self.assertIn("Could not write to the journal", said)
            self.assertIn("/run/recover-journal/", said)
            self.assert_clean()

    def test_while_the_backup_is_chosen(self):
        self.fails_at('"step-begun","step":"environment"', REFUSED)
        self.assertTrue(self.target_is_untouched())
        self.resume()

    def test_while_the_filesystem_is_made(self):
        self.fails_at('"step-begun","step":"filesystem"', FAILED)
        self.resume()

    def test_what_the_volume_could_not_take_is_in_memory(self):
        self.fails_at('"step-done","step":"filesystem"', FAILED)
        before = (self.state / "journal").read_bytes()
        result = self.resume()
        self.assert_says(result, "which were kept in memory")
        self.assertTrue((self.state / "journal").read_bytes().startswith(before))
        self.assertEqual(len([event for event in self.events("step-begun") if event["step"] == "filesystem"]), 1)

    def test_from_the_start(self):
        self.machine.destroy()
        with self.machine.full_storage():
            result = self.restore()
            self.assert_exit(result, REFUSED)
            self.assert_says(result, "is full", "Make room", "delete no Bacula volume")
            self.assertTrue(self.target_is_untouched())
            self.assert_clean()


class Environment(FaultTest):
    def test_without_what_backups_leave_out(self):
        self.machine.destroy()
        for directory in ["dev", "proc", "sys", "run", "tmp"]:
            subtree = self.machine.environment / directory
            for path in sorted(subtree.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            subtree.rmdir()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()


class Volumes(FaultTest):
    def test_vanish_in_mid_restore(self):
        # Bacula asks for a volume that is gone until somebody brings it: that is a stall, and bextract cannot have it
        # either.
        self.machine.destroy()
        self.edit_playbook('stall = "10 min"', 'stall = "5 s"')
        process = self.start_until("run job=RestoreFiles")
        aside = self.machine.storage / "aside"
        aside.mkdir()
        last = sorted(self.machine.volumes.iterdir())[-1]
        os.rename(last, aside / last.name)
        ended, said = self.end_of(process)
        self.assertEqual(ended, FAILED, said)
        self.assertIn(last.name, said)
        self.assert_clean()
        os.rename(aside / last.name, last)
        self.resume()


class Target(FaultTest):
    def test_full_early_and_for_a_while(self):
        self.full_for_a_while("/")

    def test_full_late_and_for_a_while(self):
        self.full_for_a_while("/var/lib")

    def full_for_a_while(self, after):
        self.machine.destroy()
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        self.machine.fill_target(leave=8 << 20, after=after)
        ended, said = self.end_of(process)
        self.assertEqual(ended, NOT_FINISHED, said)  # the fallback empties the tree, and so gets room
        self.assert_clean()

    def test_its_image_has_no_room(self):
        # What a thin volume or a dying disk answers: every write is an error.
        self.machine.destroy()
        with self.machine.target_that_cannot_write(64 << 20):
            result = self.restore()
            self.assert_exit(result, FAILED)
            self.assert_says(result, "rror")
            self.assert_clean()


class Terminal(FaultTest):
    def answered(self, env=None, **options):
        self.machine.destroy()
        result = self.machine.recover_tty(["--playbook", "tree"],
                                          [(r"type its serial", f"{self.machine.serial}\n")], env=env, **options)
        self.outputs.append(result.out)
        self.assertEqual(result.exit, NOT_FINISHED, result.out)
        self.assert_restored()
        self.assert_clean()
        return result

    def test_without_columns(self):
        self.answered(size=(0, 0))

    def test_of_ten_columns(self):
        self.answered(size=(10, 4))

    def test_that_knows_nothing(self):
        result = self.answered(kind="dumb", env={"LANG": "C", "LC_ALL": "C"})
        self.assertTrue(result.out.isascii(), [line for line in result.out.splitlines() if not line.isascii()])

    def test_closed_in_mid_restore(self):
        self.machine.destroy()
        terminal = Conversation(self.machine._argv(["--playbook", "tree"]), self.machine.env())
        try:
            terminal.expect("type its serial", time.monotonic() + 100)
            terminal.type(f"{self.machine.serial}\n")
            terminal.expect("mkfs|subvolume|Mount|Restore", time.monotonic() + 100, len(terminal.text))
            self.outputs.append(terminal.text)
            terminal.close()
            self.assertEqual(terminal.process.wait(100), INTERRUPTED)
        finally:
            traces.kill([terminal.process.pid])
            with contextlib.suppress(OSError):
                terminal.close()
        self.assert_clean()
        self.resume()


class Interrupts(FaultTest):
    def test_a_second_one_is_told_what_is_waited_for(self):
        self.machine.destroy()
        process = self.start_until("run job=RestoreFiles")
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        ended, said = self.end_of(process)
        self.assertEqual(ended, INTERRUPTED, said)
        self.assertIn("Stopping already, in order", said)
        self.assert_clean()
        self.resume()
