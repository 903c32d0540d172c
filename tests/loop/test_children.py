# SPDX-License-Identifier: GPL-3.0-or-later
"""Each child is killed, or stopped for ever: a failed step that names it, or the fallback; never a hang.

The daemons that die in mid-restore, the Director's and the client's, are in test_fallback.
"""

import os
import shutil
import signal
import threading
import time

from . import traces
from .case import FAILED, NOT_FINISHED, LoopTest

TIMEOUT = 300  # nothing here may take as long


class Children(LoopTest):
    def setUp(self):
        super().setUp()
        self.machine.destroy()

    def wrap(self, path, text):
        """`path` becomes a shell script, `$real` in it the program that was there."""
        real = path.with_name(path.name + ".real")
        path.rename(real)
        inside = f"/{real.relative_to(self.machine.environment)}"
        path.write_text(f"#!/bin/sh\nreal={inside}\n{text}\n", encoding="ascii")
        path.chmod(0o755)

    def wrap_in_environment(self, name, text):
        places = [self.machine.environment / folder / name for folder in ["usr/sbin", "usr/bin", "sbin", "bin"]]
        self.wrap(next(path for path in places if path.exists() and not path.is_symlink()), text)

    def resumed_well(self, lost=None):
        self.assert_clean()
        self.assert_exit(self.restore("--resume"), NOT_FINISHED)
        self.assert_restored(**({"lost": lost} if lost else {}))
        self.assert_clean()

    def strike(self, name, number, marker, delay=0.3):
        """Runs the recovery, and sends the signal to children of that name once the journal holds the marker."""
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        struck = []

        def watch():
            journal, deadline = self.state / "journal", time.monotonic() + TIMEOUT
            while time.monotonic() < deadline and process.poll() is None and not struck:
                if journal.exists() and marker in journal.read_text(encoding="utf-8", errors="replace"):
                    time.sleep(delay)
                    struck.extend(found.pid for found in traces.processes(self.machine.work) if found.name == name)
                    for pid in struck:
                        os.kill(pid, number)
                time.sleep(0.01)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
            thread.join()
        self.outputs.append(out + err)
        self.assertTrue(struck, f"no {name} was there to be struck\n{out[-3000:]}{err}")
        return process.returncode, " ".join((out + err).split())


def lost_attributes(_path, difference):
    return difference.startswith("attribute ")


class ToolsOfTheHost(Children):
    def check(self, name, words, before):
        """Killed before it has done anything, or when it has done all."""
        folder = self.machine.work / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / name
        real = shutil.which(name)
        act = "kill -KILL $$" if before else f'{real} "$@"; kill -KILL $$'
        script.write_text(f'#!/bin/sh\ncase "$*" in {words}) {act};; esac\nexec {real} "$@"\n', encoding="ascii")
        script.chmod(0o755)
        result = self.restore(env={"PATH": f"{folder}:{os.environ['PATH']}"}, timeout=TIMEOUT)
        self.assert_exit(result, FAILED)
        self.assert_says(result, f'"{name}" was ended by signal 9', "--resume")
        self.resumed_well()

    def test_wipefs(self):
        self.check("wipefs", "*", before=True)

    # On the disk; it is tried on a file before, without a UUID.

    def test_mkfs(self):
        self.check("mkfs.btrfs", "*--uuid*", before=True)

    def test_mkfs_behind_its_work(self):
        self.check("mkfs.btrfs", "*--uuid*", before=False)

    def test_subvolume_create(self):
        self.check("btrfs", "*subvolume?create*home*", before=True)

    def test_subvolume_create_behind_its_work(self):
        self.check("btrfs", "*subvolume?create*home*", before=False)


class Console(Children):
    """What it is told comes on its standard input."""

    def wrap_console(self, line, text):
        self.wrap_in_environment("bconsole", f"""\
said=$(cat)
case "$said" in
*"{line}"*) {text} ;;
esac
printf '%s\\n' "$said" | exec $real "$@\"""")

    def test_killed_while_the_backup_is_chosen(self):
        self.wrap_console("restore client=", "kill -KILL $$")
        result = self.restore(timeout=TIMEOUT)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "bconsole was ended by signal 9", "Falling back")
        self.assert_restored()
        self.assert_clean()

    def test_each_one_stops(self):
        # What is asked while the daemons come up has the shortest deadline: 20 s, twice.
        self.edit_playbook('patience = "60 s"', 'patience = "5 s"')
        self.wrap_console("", "kill -STOP $$")
        result = self.restore(timeout=TIMEOUT)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "did not answer within", "Falling back", "DEGRADED")
        self.assert_restored(lost=lost_attributes)
        self.assert_clean()

    def test_killed_while_the_restore_is_begun(self):
        self.wrap_console("run job=", "kill -KILL $$")
        result = self.restore(timeout=TIMEOUT)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "bconsole was ended by signal 9", "Falling back", "DEGRADED")
        self.assert_restored(lost=lost_attributes)
        self.assert_clean()

    def test_killed_when_the_restore_has_been_begun(self):
        # The job runs, and nobody was told its number.
        self.wrap_console("run job=", "printf '%s\\n' \"$said\" | $real \"$@\" >/dev/null; kill -KILL $$")
        result = self.restore(timeout=TIMEOUT)
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "bconsole was ended by signal 9", "Falling back", "DEGRADED")
        self.assert_restored(lost=lost_attributes)
        self.assert_clean()


class Daemons(Children):
    def test_the_storage_daemon_is_killed_in_mid_restore(self):
        code, text = self.strike("bacula-sd", signal.SIGKILL, "run job=RestoreFiles")
        self.assertEqual(code, NOT_FINISHED, text[-5000:])
        self.assertIn("Falling back", text)
        self.assert_restored(lost=lost_attributes)
        self.assert_clean()

    def stopped(self, name):
        self.edit_playbook('stall = "10 min"', 'stall = "3 s"')
        code, text = self.strike(name, signal.SIGSTOP, "run job=RestoreFiles", delay=2.5)
        self.assertEqual(code, NOT_FINISHED, text[-5000:])
        self.assertIn("Falling back", text)
        self.assert_restored(lost=lost_attributes)
        self.assert_clean()

    def test_the_storage_daemon_stops_in_mid_restore(self):
        self.stopped("bacula-sd")

    def test_the_director_stops_in_mid_restore(self):
        self.stopped("bacula-dir")


class Bextract(Children):
    EVERYTHING = "-b /run/recover/backup.bsr"  # not the try on the first file

    def setUp(self):
        super().setUp()
        self.machine.break_password("client")

    def test_killed_in_mid_extraction(self):
        code, text = self.strike("bextract", signal.SIGKILL, self.EVERYTHING)
        self.assertEqual(code, FAILED, text[-5000:])
        self.assertIn("bextract was ended by signal 9", text)
        self.resumed_well(lost_attributes)

    def test_stopped_in_mid_extraction(self):
        self.edit_playbook('uses = "restore-by-bextract"\n', 'uses = "restore-by-bextract"\nstall = "2 s"\n')
        code, text = self.strike("bextract", signal.SIGSTOP, self.EVERYTHING)
        self.assertEqual(code, FAILED, text[-5000:])
        self.assertIn("bextract has neither said nor read anything for", text)
        self.resumed_well(lost_attributes)
