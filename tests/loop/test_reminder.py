# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recovery leaves for the next boot: held volumes, the catalog, and what verifies a backup and reminds of it."""

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess

from . import alder, reminder, tree
from .case import NOT_FINISHED, LoopTest
from .living import Living

CATALOG = "/var/lib/bacula/bacula.db"


class ReminderTest(LoopTest):
    def assert_added(self, root, added):
        """Exactly these, with these modes."""
        found = {path: stat.S_IMODE(os.lstat(f"{root}{path}").st_mode) for path in added if os.path.lexists(f"{root}{path}")}
        found = {path: None if os.path.islink(f"{root}{path}") else mode for path, mode in found.items()}
        self.assertEqual(found, added)
        self.assertEqual({f"{reminder.HOME}/{name}" for name in os.listdir(f"{root}{reminder.HOME}")},
                         {path for path in added if os.path.dirname(path) == reminder.HOME})

    def statuses(self, root):
        """{volume: status} by the catalog that the machine will boot with."""
        with contextlib.closing(sqlite3.connect(f"file:{root}{CATALOG}?immutable=1", uri=True)) as database:
            return dict(database.execute("SELECT VolumeName, VolStatus FROM Media"))

    def why(self, event):
        told, = self.events(event)
        return told["why"]


class Reminder(ReminderTest):
    def test_volumes_are_held_and_the_machine_gets_its_catalog(self):
        before = {volume["name"]: volume["status"] for volume in self.machine.facts["volumes"]}
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        held, = self.events("volumes-held")
        self.assertEqual(dict(reversed(pair.split(" ", 1)) for pair in held["volumes"]), before)
        with self.machine.root() as root:
            self.assertEqual(set(self.statuses(root).values()), {"Read-Only"})
            catalog, folder = os.stat(f"{root}{CATALOG}"), os.stat(f"{root}{os.path.dirname(CATALOG)}")
            self.assertEqual((catalog.st_uid, catalog.st_gid, stat.S_IMODE(catalog.st_mode)),
                             (folder.st_uid, folder.st_gid, 0o640))
            # This machine has not the program's libraries, and no init.
            self.assert_added(root, reminder.KEPT | reminder.MESSAGES)
            message = self.login(root)
        self.assertIn("NOT FINISHED", message)
        self.assertIn("Install recover", message)
        self.assertIn("does not run in the restored root", self.why("reminder-without-program"))
        self.assert_says(self.recover("status"), "NOTHING VERIFIES BY ITSELF",
                         "error while loading shared libraries")
        self.assert_restored()
        self.assert_clean()

    def login(self, root):
        """What a shell says that somebody sits at; one in a script says nothing."""
        script = "[ -d /etc/profile.d ] && . /etc/profile.d/recover.sh"
        silent, said = (subprocess.run(["chroot", root, "sh", *more, "-c", script], check=True, capture_output=True,
                                       text=True, stdin=subprocess.DEVNULL).stdout for more in ([], ["-i"]))
        self.assertEqual(silent, "")
        self.assertLessEqual(len(said.splitlines()), 6)
        self.assertLess(max(map(len, said.splitlines())), 80)
        return said

    def test_restart_remembers_what_the_volumes_were(self):
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        first = self.events("volumes-held")
        self.assert_exit(self.restore("--restart"), NOT_FINISHED)
        again = self.events("volumes-held")
        self.assertEqual([event["volumes"] for event in again], [event["volumes"] for event in first])

    def test_a_machine_that_can_run_it_verifies_by_itself(self):
        with Living(self.machine) as living:
            expected = self.give_libraries_and_init(living)
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        added = reminder.MESSAGES | reminder.SYSTEMD | reminder.OPENRC
        left, = self.events("reminder-left")
        folders = {path for path in added if any(os.path.dirname(other) == path for other in added)}
        self.assertEqual(set(left["files"]), added.keys() - folders)
        with self.machine.root() as root:
            self.assert_added(root, reminder.KEPT | added)
            for path in (path for path, mode in added.items() if mode is None):
                self.assertTrue(os.path.isfile(f"{root}{os.readlink(f'{root}{path}')}"), path)
        # For times of folders see build.forget_lost_times; other tests ask for them.
        self.assert_restored(expected, lambda path, difference: difference.startswith("mtime"), added)
        self.check_after_a_boot()
        self.assert_clean()

    def check_after_a_boot(self):
        with Living(self.machine) as living:
            self.assertEqual({status for status, in living.bacula.query(["VolStatus"], "FROM Media")}, {"Read-Only"})
            status = living.run(f"{reminder.HOME}/recover", "status")
        self.assert_exit(status, NOT_FINISHED)
        self.assert_says(status, "It runs the backup there")

    def give_libraries_and_init(self, living):
        """The machine has one more backup, with what the program needs there; its environment knows of it."""
        for library in living.file("/run/lib").iterdir():
            shutil.copy(library, living.file("/usr/local/lib"))
        subprocess.run(["chroot", living.path, "ldconfig"], check=True)
        for init in ["/usr/lib/systemd/systemd", "/usr/sbin/openrc-run"]:
            living.file(init).touch(0o755)
        living.file("/etc/init.d").mkdir(exist_ok=True)
        living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
        with contextlib.closing(sqlite3.connect(living.file(CATALOG))) as now, \
                contextlib.closing(sqlite3.connect(f"{self.machine.environment}{CATALOG}")) as copy:
            now.backup(copy)
        return tree.scan(living.path)


class WithoutDirector(ReminderTest):
    def test_volumes_and_catalog_are_left_to_the_machine(self):
        self.machine.destroy()
        self.machine.corrupt_catalog()
        self.machine.lose_bscan()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assertIn("Director", self.why("volumes-not-held"))
        self.assertIn("could not be asked", self.why("catalog-not-handed-over"))
        self.assert_says(self.recover("status"), "THE CATALOG was not given to the machine",
                         "THE VOLUMES that it came from are not read-only")
        with self.machine.root() as root:
            self.assertFalse(os.path.exists(f"{root}{CATALOG}"))
        self.assert_clean()
