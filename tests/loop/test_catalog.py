# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment's catalog is older than the newest backup: the Director gets one that knows it, and the newest state comes back."""

import contextlib
import json
import shutil
import sqlite3
import time

from . import alder
from .case import NOT_FINISHED, LoopTest
from .content import digest

CATALOG = "var/lib/bacula/bacula.db"
NEWEST = "newest-catalog"  # the step


class CatalogTest(LoopTest):
    def setUp(self):
        super().setUp()
        self.catalog = self.machine.environment / CATALOG
        self.newest = self.machine.facts["jobs"][-1]["id"]
        with contextlib.closing(sqlite3.connect(self.catalog)) as catalog, catalog:
            for table in ["File", "JobMedia", "Job"]:
                catalog.execute(f"DELETE FROM {table} WHERE JobId={self.newest}")
        self.old = digest(self.catalog)
        self.volumes = {path.name: digest(path) for path in self.machine.volumes.iterdir()}
        self.machine.destroy()

    def name_dump(self):
        with open(self.machine.storage / "machine.toml", "a", encoding="utf-8") as profile:
            profile.write('\n[verify]\ncatalog-dump = "bootstraps/bacula.sql"\n')

    def chosen(self):
        event, = self.events("catalog-chosen")
        return event

    def assert_recovered(self, way):
        event = self.chosen()
        self.assertEqual(event["way"], way)
        self.assertIn(alder.BACKUP_JOB, event["newest"])
        self.assertEqual(self.events("fallback"), [])
        self.assert_restored()
        self.assertEqual({path.name: digest(path) for path in self.machine.volumes.iterdir()}, self.volumes)
        self.assertFalse((self.machine.environment / "var/lib/recover/catalog").exists())
        self.assert_clean()

    def assert_old_is_kept(self):
        kept = self.machine.environment / f"{CATALOG}.before-recovery"
        self.assertEqual(digest(kept), self.old)
        owner, former = self.catalog.stat(), kept.stat()
        self.assertEqual((owner.st_uid, owner.st_gid, owner.st_mode), (former.st_uid, former.st_gid, former.st_mode))

    def test_the_dump_on_the_storage_volume_is_loaded(self):
        self.name_dump()
        dry = self.recover("--playbook", "tree", "--dry-run")
        self.assert_says(dry, "THE DIRECTOR'S CATALOG", "bootstraps/bacula.sql", "Else it is rebuilt from the volumes")
        self.assertEqual(digest(self.catalog), self.old)
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "the catalog is loaded from the newest dump", "is kept as")
        self.assert_old_is_kept()
        self.assert_recovered("dump")

    def test_without_a_dump_it_is_rebuilt_from_the_volumes(self):
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "rebuilt from the volumes by bscan", "status Archive")
        self.assert_old_is_kept()
        self.assert_recovered("bscan")

    def test_a_catalog_that_is_junk_is_rebuilt_too(self):
        self.machine.corrupt_catalog()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assert_recovered("bscan")

    def test_a_dump_that_is_older_still_is_not_taken(self):
        shutil.copy(self.catalog, self.machine.bootstraps / "bacula.sql")  # a copy is as good as a dump
        self.name_dump()
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "it does not know")
        self.assert_recovered("bscan")

    def test_with_none_of_them_the_newest_comes_back_without_the_director(self):
        self.machine.lose_bscan()
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "no catalog that knows the newest backup could be had", "has no bscan",
                         "The Director does not know", "Falling back", "does not know the newest backup")
        self.assert_restored(lost=lambda path, difference: difference.startswith("attribute "))
        self.assertEqual({path.name: digest(path) for path in self.machine.volumes.iterdir()}, self.volumes)
        self.assert_clean()

    def test_an_earlier_moment_needs_no_newer_catalog(self):
        self.assert_exit(self.restore("--as-of", self.machine.facts["moment-between"]), NOT_FINISHED)
        self.assertEqual(self.chosen()["way"], "environment")
        self.assertEqual(self.events("fallback"), [])
        self.assert_restored(self.machine.full)
        self.assert_clean()

    def test_killed_while_bscan_writes_it_goes_on(self):
        scratch = self.machine.environment / "var/lib/recover/catalog/bacula.db"
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        deadline = time.monotonic() + 120
        while not scratch.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        process.kill()
        self.outputs.append("".join(process.communicate()))
        self.assertEqual(digest(self.catalog), self.old)
        begun = [json.loads(line).get("step") for line in (self.state / "journal").read_text().splitlines()
                 if '"step-begun"' in line]
        self.assertEqual(begun[-1], NEWEST)
        self.assert_exit(self.recover("--playbook", "tree", "--resume", "--confirm", self.machine.serial), NOT_FINISHED)
        self.assert_old_is_kept()
        self.assert_recovered("bscan")
