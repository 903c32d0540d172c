# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves the fixture: `cd tests && python3 -m loop.selftest`."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from . import alder, by_hand, mounts, tree
from .command import CommandFailed
from .living import Living
from .machine import Machine, sweep_stale


@contextlib.contextmanager
def stand_in():
    """A Machine whose program does what its arguments say, as shell text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stand-in"
        path.write_text('#!/bin/sh\neval "$*"\n', encoding="ascii")
        path.chmod(0o755)
        with Machine(path) as machine:
            yield machine


class RestoreByHand(unittest.TestCase):
    def check(self, before, manifest):
        with Machine() as machine:
            expected = getattr(machine, manifest)
            volumes = {path: path.read_bytes() for path in machine.volumes.iterdir()}
            machine.destroy()
            by_hand.restore(machine, machine.facts[before] if before else None)
            self.assertEqual(tree.compare(expected, machine.tree()), [])
            self.assertEqual(volumes, {path: path.read_bytes() for path in machine.volumes.iterdir()})
            self.assertEqual(machine.leaks(), [])

    def test_newest(self):
        self.check(None, "newest")

    def test_as_of_the_moment_between_the_backups(self):
        self.check("moment-between", "full")

    def test_restored_machine_can_back_up_again_and_verify(self):
        with Machine() as machine:
            machine.destroy()
            by_hand.restore(machine)
            catalog = machine.environment / "var/lib/bacula/bacula.db"
            with by_hand.booted(machine, catalog) as bacula:
                job = bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
                verify = bacula.run_job(f"run job={alder.VERIFY_JOB} jobid={job} yes")
                (files,), (examined,) = bacula.query(["JobFiles"], f"FROM Job WHERE JobId IN ({job},{verify})")
            self.assertEqual(files, examined)
            # An Incremental, but of everything: a restore gives every file a new ctime.
            self.assertGreater(int(files), machine.facts["restored-entries"]["newest"])
            self.assertEqual(machine.leaks(), [])


class Golden(unittest.TestCase):
    def test_machine_is_what_its_manifest_says(self):
        with Machine() as machine:
            self.assertEqual(tree.compare(machine.newest, machine.tree()), [])

    def test_full_and_newest_differ(self):
        with Machine() as machine:
            found = tree.compare(machine.full, machine.newest)
            for text in ["/home/ada/was-a-folder: is a file, should be a directory",
                         "/srv/awkward/names/new\\nline: missing",
                         "/home/ada/notes/note-009.txt: mode is 0600, should be 0644",
                         "/home/ada/notes/drafts-2: should not be there"]:
                self.assertIn(text, found)

    def test_nothing_awkward_got_lost_on_the_way_in(self):
        with Machine() as machine:
            entries = machine.newest.values()
            kinds = {entry["type"] for entry in entries}
            attributes = {name for entry in entries for name in entry.get("xattrs", {})}
            self.assertEqual(kinds, {"file", "directory", "symlink", "fifo", "char", "block"})
            for name in ["system.posix_acl_access", "system.posix_acl_default", "security.capability", "user.binary",
                         "trusted.overlay.opaque"]:
                self.assertIn(name, attributes)
            self.assertEqual({tree.show(path) for path, entry in machine.newest.items() if entry.get("subvolume")},
                             set(alder.BACKED_UP))
            self.assertTrue(machine.newest[b"/var/lib/images/disk.img"]["no-cow"])
            self.assertGreater(max(map(len, machine.newest)), 1000)


class MachineItself(unittest.TestCase):
    def test_world_stays_the_same_when_nothing_happens_and_changes_with_one_byte(self):
        with Machine() as machine:
            before = machine.snapshot_of_world()
            self.assertTrue(list(machine.storage.rglob("*.sql")))  # to look is not to change
            self.assertEqual(before.differences(machine.snapshot_of_world()), [])
            machine.flip_byte("Alder-0001", 1_000_000)
            self.assertEqual(len(before.differences(machine.snapshot_of_world())), 2)

    def test_leaks_are_seen_and_removed(self):
        with Machine() as machine:
            work = machine.work
            stray = machine.environment / "mnt/recover"
            subprocess.check_call(["mount", "-t", "tmpfs", "tmpfs", stray])
            sleeper = subprocess.Popen(["sleep", "600"], cwd=machine.volumes)
            hidden = subprocess.Popen(["unshare", "--mount", "sleep", "600"])
            (work / "more.img").write_bytes(bytes(1 << 20))
            loop = mounts.attach(work / "more.img")
            time.sleep(0.3)
            text = "\n".join(machine.leaks())
            for what in [f"mount: tmpfs on {stray}", f"process: {sleeper.pid} sleep",
                         f"namespace of process {hidden.pid}", f"loop device: {loop}"]:
                self.assertIn(what, text)
            hidden.kill()
            hidden.wait()
        sleeper.wait()
        self.assertFalse(work.exists())
        self.assertNotIn(loop, mounts.loops())
        self.assertEqual(mounts.below(work), [])

    def test_what_a_killed_test_leaves_is_swept(self):
        code = ("import time; from loop.machine import Machine\n"
                "with Machine() as machine: print(machine.work, flush=True); time.sleep(600)")
        path = str(Path(__file__).parent.parent)
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": path}) as killed:
            work = killed.stdout.readline().strip()
            killed.send_signal(signal.SIGKILL)
        self.assertTrue(mounts.below(work))
        sweep_stale()
        self.assertFalse(os.path.exists(work))
        self.assertEqual([device for device, backing in mounts.loops().items() if backing.startswith(work)], [])

    def test_program_runs_with_and_without_a_terminal(self):
        with stand_in() as machine:
            result = machine.recover("read answer; test -t 0; echo $? $answer; echo oops >&2; exit 4", input="typed\n")
            self.assertEqual((result.exit, result.out, result.err), (4, "1 typed\n", "oops\n"))
            script = ("stty size; printf 'serial? '; read a; printf '\\033[1mgot %s\\033[0m\\n' $a; "
                      "printf 'half\\r\\033[Kwhole\\n'; "
                      "trap 'exit 5' INT; printf wait; while :; do sleep 0.1; done")
            dialogue = [(r"25 80\n", ""), (r"serial\? $", "abc\n"), ("wait", "\x03")]
            result = machine.recover_tty([script], dialogue, timeout=20)
            self.assertEqual(result.exit, 5)
            self.assertIn("serial? abc\ngot abc\nwhole\nwait", result.screen)
            with self.assertRaisesRegex(AssertionError, "never came"):
                machine.recover_tty(["echo hello"], [("good bye", "")], timeout=20)
            self.assertEqual(machine.leaks(), [])


class ServedMachines(unittest.TestCase):
    """Those whose catalog a database server has."""

    def test_it_backs_up_and_its_dump_loads(self):
        for catalog in ["postgresql", "mysql"]:
            with self.subTest(catalog), Machine(catalog=catalog) as machine:
                with Living(machine) as living:
                    self.assertEqual(living.database.known(), {1, 2})
                    job = living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
                    before, text = living.database.dump(), living.database.dump_text()
                    living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
                    self.assertNotEqual(living.database.dump(), before)
                    with living.without_bacula():
                        living.database.load(text)
                    self.assertEqual(living.database.dump(), before)
                    self.assertEqual(living.database.known(), {1, 2, job})
                self.assertEqual((machine.leaks(), machine.decoys.differences()), ([], []))


class FaultsWork(unittest.TestCase):
    def test_full_target(self):
        with stand_in() as machine:
            target = machine.environment / "mnt/recover"
            process = machine.start(f"unshare --mount sh -c 'mount {machine.device} {target} && sleep 60'")
            machine.fill_target(leave=1 << 20, after="/etc/fstab")
            text = "\n".join(machine.leaks())
            self.assertIn(f"{machine.device} on {target}", text)
            self.assertIn("sleep (started by the test)", text)
            with self.assertRaises(CommandFailed):  # the disk is still held through that namespace
                mounts.detach(machine.device)
        process.communicate()

    def test_environment_faults_stop_the_daemons(self):
        for fault in [lambda machine: machine.corrupt_catalog(),
                      lambda machine: machine.edit_environment_config("DIRport", "NoSuchWord")]:
            with Machine() as machine:
                fault(machine)
                with self.assertRaisesRegex(CommandFailed, "bacula-dir in .* does not listen"):
                    with by_hand.environment(machine):
                        pass
                self.assertEqual(machine.leaks(), [])

    def test_wrong_password_and_damaged_volume_make_no_good_job(self):
        with Machine() as machine:
            machine.flip_byte("Alder-0002", 20_000_000)
            machine.break_password("client")
            machine.destroy()
            with self.assertRaisesRegex(CommandFailed, "status f"):
                by_hand.restore(machine)
            machine.edit_environment_config(f"{alder.SECRET_WORD}-but-wrong", alder.PASSWORDS["client"])
            with self.assertRaisesRegex(CommandFailed, "status [Ef]"):
                by_hand.restore(machine)


if __name__ == "__main__":
    unittest.main(verbosity=2)
