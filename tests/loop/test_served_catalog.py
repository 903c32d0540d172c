# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose catalog a database server has: PostgreSQL or MariaDB. Its environment, each day, and the day it is needed."""

import os
import time
import unittest

from . import alder, served
from .case import FINISHED, NOT_FINISHED
from .living import Living

NEWEST = "newest-catalog"  # the step


class Served(served.ServedTest):
    """What holds for both kinds."""

    def test_the_machine_makes_its_environment(self):
        made = self.made
        self.assertIn(f'catalog = "{self.catalog}"', made.captured)
        self.assert_says(made.result, "none of which can write a backup", "came back, with its digest",
                         "ok environment-proven", "DONE")
        # The machine's server was only read, and nothing was to be seen of it from outside.
        self.assertEqual(made.changes, [])
        self.assertEqual((made.sockets, made.watch.sockets), (set(), set()))
        self.assertEqual((made.leaks, made.decoys, made.segments), ([], [], set()))
        self.assertEqual(made.watch.seen, set())
        self.assertEqual(self.known(), made.catalog)
        self.assert_secrets_are_roots()
        self.outputs.append(made.result.out + made.result.err)
        self.assert_clean()

    def test_each_day_its_catalog_alone_is_renewed_and_the_director_restores_by_it(self):
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
        self.assert_secrets_are_roots()
        self.machine.destroy()
        self.assert_recovered("environment")

    def test_the_dump_on_the_storage_volume_is_loaded(self):
        with Living(self.machine) as living:
            job = self.back_up(living)
            self.dump(living)
        self.name_dump()
        self.machine.destroy()
        dry = self.recover("--playbook", "tree", "--dry-run")
        self.assert_says(dry, "THE DIRECTOR'S CATALOG", "bootstraps/bacula.sql", "Else it is rebuilt from the volumes")
        self.assertNotIn(job, self.known())
        self.assert_recovered("dump")
        self.assertIn(job, self.known())
        self.assert_secrets_are_roots()

    def assert_recovered(self, way):
        with served.Watch() as watch:
            result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        event, = self.events("catalog-chosen")
        self.assertEqual(event["way"], way)
        self.assertEqual((self.events("fallback"), self.events("extracted")), ([], []))
        self.assert_fresh_is_back()
        self.assertEqual((watch.seen, watch.sockets - served.bacula_ports()), (set(), set()))
        self.assert_clean()


class PostgreSQL(Served):
    catalog = "postgresql"
    minutes = 3

    def test_without_a_dump_it_is_rebuilt_from_the_volumes(self):
        with Living(self.machine) as living:
            job = self.back_up(living)
        self.machine.destroy()
        self.assert_recovered("bscan")
        self.assertIn(job, self.known())

    def test_killed_while_a_dump_is_loaded_the_old_catalog_is_whole_and_it_goes_on(self):
        with Living(self.machine) as living:
            self.back_up(living)
            self.dump(living)
        self.name_dump()
        self.machine.destroy()
        known, data = self.known(), self.data()
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        beside = self.machine.environment / served.PLACE / "data.new"
        deadline = time.monotonic() + 120
        while not (beside / "postmaster.pid").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        process.kill()
        self.outputs.append("".join(process.communicate()))
        self.assertTrue(beside.exists())
        self.assertEqual((self.known(), self.data()), (known, data))
        begun = [event["step"] for event in self.events("step-begun")]
        self.assertEqual(begun[-1], NEWEST)
        self.assert_exit(self.recover("--playbook", "tree", "--resume", "--confirm", self.machine.serial), NOT_FINISHED)
        self.assertFalse(beside.exists())
        self.assertEqual(self.events("fallback"), [])
        self.assert_fresh_is_back()
        self.assert_clean()


class MariaDB(Served):
    catalog = "mysql"
    minutes = 2


def load_tests(loader, tests, pattern):
    return unittest.TestSuite(loader.loadTestsFromTestCase(kind) for kind in [PostgreSQL, MariaDB])
