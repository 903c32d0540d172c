# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose catalog a database server has: PostgreSQL or MariaDB. Its environment, each day, and the day it is needed."""

import os
import time

from . import served
from .case import FINISHED, NOT_FINISHED
from .command import run
from .living import Living

NEWEST = "newest-catalog"  # the step


class ServedCatalogTest(served.ServedTest):
    def assert_made(self):
        """The environment that the healthy machine made."""
        made = self.made
        self.assertIn(f'catalog = "{self.catalog}"', made.captured)
        self.assert_says(made.result, "none of which can write a backup", "came back, with its digest",
                         "ok environment-proven", "DONE")
        # The machine's server was only read, and nothing was to be seen of it from outside.
        self.assertEqual(made.changes, [])
        self.assertEqual((made.sockets, made.watch.sockets, made.watch.seen), (set(), set(), set()))
        self.assertEqual((made.leaks, made.decoys, made.segments), ([], [], set()))
        self.outputs.append(made.result.out + made.result.err)
        self.assertEqual(self.known(), made.catalog)
        self.assert_secrets_are_roots()

    def assert_recovered(self, way, *more):
        with served.Watch() as watch:
            result = self.restore(*more)
        self.assert_exit(result, NOT_FINISHED)
        self.assertEqual(watch.seen, set())
        self.assertLessEqual(watch.sockets, served.bacula_ports())
        self.assert_chosen(way)

    def assert_chosen(self, way):
        event, = self.events("catalog-chosen")
        self.assertEqual(event["way"], way)
        self.assertEqual((self.events("fallback"), self.events("extracted")), ([], []))
        with self.machine.root() as root:
            self.assertEqual((root / "etc/fresh").read_text(encoding="ascii"), self.content)
            self.assert_handed_over(root)
        self.assert_secrets_are_roots()
        self.assert_clean()

    def assert_handed_over(self, root):
        """A dump that knows the newest backup, for the machine's own server."""
        event, = self.events("catalog-left")
        dump = root / event["to"].lstrip("/")
        info = dump.stat()
        self.assertEqual((info.st_uid, info.st_mode & 0o777), (0, 0o600))
        self.assertIn(self.content_job, served.backups_in(dump.read_text(encoding="utf-8", errors="replace")))


class PostgreSQL(ServedCatalogTest):
    catalog = "postgresql"
    minutes = 3

    def test_each_day_its_catalog_alone_is_renewed_and_the_director_restores_by_it(self):
        self.assert_made()
        environment = self.machine.environment
        with Living(self.machine) as living:
            made, inode = (environment / "environment.toml").read_bytes(), os.stat(environment).st_ino
            job = self.back_up(living)
            self.assertNotIn(job, self.known())
            before = living.database.dump()
            with served.Watch() as watch:
                fresh = self.freshen(living)
            self.assert_exit(fresh, FINISHED)
            self.assert_says(fresh, "only the catalog", f"it did not know job {job}")
            self.assertEqual((watch.seen, watch.sockets), (set(), set()))
            self.assertEqual(sorted(set(living.database.dump()) ^ set(before)), [])
            self.assertIn(job, self.known())
            self.assertEqual((environment / "environment.toml").read_bytes(), made)
            self.assertEqual(os.stat(environment).st_ino, inode)
            again = self.freshen(living)
            self.assert_exit(again, FINISHED)
            self.assertNotIn("done: ", again.out)
        self.machine.destroy()
        self.assert_recovered("environment")


class PostgreSQLNightly(ServedCatalogTest):
    catalog = "postgresql"

    def test_killed_while_the_newest_dump_is_loaded_the_old_catalog_is_whole_and_it_goes_on(self):
        job = self.lose_with_a_dump()
        known, data = self.known(), self.machine.environment / served.PLACE / "data"
        inode = data.stat().st_ino
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        beside = self.machine.environment / served.PLACE / "data.new"
        deadline = time.monotonic() + 300
        while not (beside / "postmaster.pid").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        process.kill()
        self.outputs.append("".join(process.communicate()))
        self.assertTrue(beside.exists())
        self.assertEqual((self.known(), data.stat().st_ino), (known, inode))
        self.assertIn("shut down\n", run("chroot", self.machine.environment, served.PROGRAMS + "pg_controldata",
                                         f"/{served.PLACE}/data"))
        begun = [event["step"] for event in self.events("step-begun")]
        self.assertEqual(begun[-1], NEWEST)
        self.assert_recovered("dump", "--resume")
        self.assertIn(job, self.known())
        self.assertFalse(beside.exists())

    def test_without_a_dump_it_is_rebuilt_from_the_volumes(self):
        with Living(self.machine) as living:
            job = self.back_up(living)
        self.machine.destroy()
        self.assert_recovered("bscan")
        self.assertIn(job, self.known())


class MariaDB(ServedCatalogTest):
    catalog = "mysql"
    minutes = 2

    def test_its_environment_is_made_and_the_newest_dump_is_loaded_in_it(self):
        self.assert_made()
        job = self.lose_with_a_dump()
        self.assert_recovered("dump")
        self.assertIn(job, self.known())
