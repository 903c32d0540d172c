# SPDX-License-Identifier: GPL-3.0-or-later
"""freshen on a healthy machine: what it renews after a backup, what it complains of, and when it will not."""

import contextlib
import fcntl
import json
import os
import sqlite3
import stat
import time

from . import alder
from .case import FINISHED, LOCKED, NOT_FINISHED, REFUSED, LoopTest
from .living import Living

DEGRADED = 7
CATALOG = "var/lib/bacula/bacula.db"
DIRECTOR = "/etc/bacula/bacula-dir.conf"
WRITE_BOOTSTRAP = f'  Write Bootstrap = "{alder.STORAGE_MOUNT}/bootstraps/{alder.BOOTSTRAP}"\n'


class FreshenTest(LoopTest):
    def freshen(self, living, *args):
        result = living.recover("freshen", *args)
        self.outputs.append(result.out + result.err)
        return result

    def status(self, living):
        result = living.recover("status")
        self.outputs.append(result.out + result.err)
        return result

    def profile(self, *lines):
        with open(self.machine.storage / "machine.toml", "a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(lines) + "\n")

    def by_hand(self):
        """The golden environment has no stamp, and would be made anew."""
        self.profile("[environment]", "by-hand = true")

    def back_up(self, living):
        """One more job, with something in it; its number."""
        living.file("/etc/fresh").write_text(f"changed {time.time()}\n", encoding="ascii")
        return living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")

    def record(self):
        return json.loads((self.state / "freshen.json").read_text(encoding="utf-8"))

    def known(self):
        """The good jobs that the environment's catalog knows."""
        with contextlib.closing(sqlite3.connect(f"file:{self.machine.environment / CATALOG}?mode=ro", uri=True)) as catalog:
            return {job for job, in catalog.execute("SELECT JobId FROM Job WHERE Type='B' AND JobStatus='T'")}

    def assert_missing(self, result, piece, *words):
        self.assert_exit(result, NOT_FINISHED)
        self.assertRegex(result.out, rf"(?m)^   NO {piece}: ")
        self.assert_says(result, "NOT CURRENT. What is missing:", *words)

    def assert_current(self, result, *words):
        self.assert_exit(result, FINISHED)
        self.assert_says(result, "CURRENT: what a recovery of alder looks for", *words)
        self.assertNotIn("   NO ", result.out)


class EachDay(FreshenTest):
    def test_after_a_backup_the_catalog_alone_is_renewed_and_a_recovery_finds_it(self):
        environment = self.machine.environment
        with Living(self.machine) as living:
            dry = self.freshen(living, "--dry-run")
            self.assert_exit(dry, FINISHED)
            self.assert_says(dry, "would be: environment:", "it has no stamp", "This would be done")
            self.assertFalse((environment / "environment.toml").exists())
            self.assertFalse((self.state / "freshen.json").exists())
            # A status of a machine that has never been freshened is as ever.
            self.assert_exit(self.status(living), FINISHED)

            self.assert_current(self.freshen(living), "done: environment:", "came back, with its digest", "ok bootstrap:",
                                "ok program:", "ok backups:")
            self.assertTrue((environment / "environment.toml").exists())
            check = living.recover("capture", "--check", f"{alder.STORAGE_MOUNT}/machine.toml")
            self.assert_exit(check, FINISHED)

            made, inode = (environment / "environment.toml").read_bytes(), os.stat(environment).st_ino
            again = self.freshen(living)
            self.assert_current(again)
            self.assertNotIn("done: ", again.out)

            with open(living.file(DIRECTOR), "a", encoding="utf-8") as file:
                file.write("# changed\n")
            self.assert_says(self.freshen(living, "--dry-run"), "made anew", "has changed since: /etc/bacula/bacula-dir.conf")
            self.edit(living.file(DIRECTOR), "# changed\n", "")

            job = self.back_up(living)
            changed = living.file("/etc/fresh").read_text(encoding="ascii")
            self.assertNotIn(job, self.known())
            fresh = self.freshen(living)
            self.assert_current(fresh, "only the catalog copied anew", f"it did not know job {job}")
            self.assertLess(fresh.seconds, 60)
            self.assertIn(job, self.known())
            self.assertEqual((environment / "environment.toml").read_bytes(), made)
            self.assertEqual(os.stat(environment).st_ino, inode)
            owner = os.stat(environment / CATALOG)
            self.assertEqual((owner.st_uid, stat.S_IMODE(owner.st_mode)),
                             (os.stat(environment / "var/lib/bacula").st_uid, 0o640))
            self.assertEqual([path.name for path in (environment / CATALOG).parent.glob(".*recover-new*")], [])

            self.assertEqual(self.record()["missing"], [])
            self.assertEqual(json.loads(living.file("/var/lib/recover/freshen.json").read_text(encoding="utf-8")),
                             self.record())
            said = self.status(living)
            self.assert_exit(said, FINISHED)
            self.assert_says(said, "The last freshen", "all was current")
            self.age_the_record(living)
            said = self.status(living)
            self.assert_exit(said, DEGRADED)
            self.assert_says(said, "recover freshen last ran 9 d", "more than 8 d")

        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assertEqual(self.events("extracted"), [])
        with self.machine.root() as root:
            self.assertEqual((root / "etc/fresh").read_text(encoding="ascii"), changed)
        with Living(self.machine) as living:
            refused = self.freshen(living)
            self.assert_exit(refused, REFUSED)
            self.assert_says(refused, "No backup has verified yet", "recover verify-backup")
        self.assert_clean()

    @staticmethod
    def age_the_record(living):
        path = living.file("/var/lib/recover/freshen.json")
        record = json.loads(path.read_text(encoding="utf-8"))
        record["at"] -= 9 * 86400
        path.write_text(json.dumps(record), encoding="utf-8")


class Complaints(FreshenTest):
    def setUp(self):
        super().setUp()
        self.by_hand()

    def test_of_nothing_when_all_is_there(self):
        with Living(self.machine) as living:
            self.assert_current(self.freshen(living), "made by hand, and left alone")
        self.assert_clean()

    def test_of_a_bootstrap_file_that_the_job_does_not_write_any_more(self):
        with Living(self.machine) as living:
            self.edit(living.file(DIRECTOR), WRITE_BOOTSTRAP, "")
            living.bacula.console("reload")
            job = self.back_up(living)
            result = self.freshen(living)
            self.assert_missing(result, "bootstrap", f"does not tell of job {job}", WRITE_BOOTSTRAP.strip())
            self.assert_missing(result, "environment", f"its catalog does not know job {job}")
            said = self.status(living)
            self.assert_exit(said, DEGRADED)
            self.assert_says(said, "NOT CURRENT", f"does not tell of job {job}")
            self.assertEqual(len(self.record()["missing"]), 2)
        self.assert_clean()

    def test_of_a_volume_that_is_gone(self):
        self.machine.remove_volume("Alder-0002")
        with Living(self.machine) as living:
            self.assert_missing(self.freshen(living), "bootstrap", "The volume Alder-0002 is missing")

    def test_of_a_dump_that_is_older_than_the_newest_backup(self):
        self.profile("[verify]", 'catalog-dump = "bootstraps/bacula.sql"')
        dump = self.machine.bootstraps / "bacula.sql"
        with Living(self.machine) as living:
            os.utime(dump)
            self.assert_current(self.freshen(living), "ok catalog-dump:")
            os.utime(dump, (1, 1))
            self.assert_missing(self.freshen(living), "catalog-dump", "is older than the newest backup")
            dump.unlink()
            self.assert_missing(self.freshen(living), "catalog-dump", "no copy of the catalog")

    def test_of_a_director_that_does_not_answer_and_the_rest_is_done(self):
        self.profile("[verify]", 'patience = "1 s"')
        self.edit_profile(f'label = "{alder.ROOT_LABEL}"', 'label = "another"')
        with Living(self.machine) as living, living.without_bacula():
            result = self.freshen(living)
            self.assert_missing(result, "director", "done: profile:", "another", "ok program:", "ok environment:")
        self.assertIn(f'label = "{alder.ROOT_LABEL}"', (self.machine.storage / "machine.toml").read_text(encoding="utf-8"))
        self.assertIn('label = "another"', (self.machine.storage / "machine.toml.old").read_text(encoding="utf-8"))
        self.assert_clean()


class Refusals(FreshenTest):
    def test_in_a_rescue_system(self):
        before = (self.machine.storage / "machine.toml").read_bytes()
        result = self.recover("freshen")
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "freshen is for the healthy machine")
        self.assertEqual((self.machine.storage / "machine.toml").read_bytes(), before)
        self.assertFalse((self.state / "freshen.json").exists())

    def test_while_a_run_holds_the_storage_volume(self):
        with open(self.machine.storage / "recover.lock", "w", encoding="ascii") as lock:
            lock.write("pid 4711\nterminal /dev/tty9\nsince 2026-11-23 03:00:00 +0000\nhost rescue\nstart 1\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            with Living(self.machine) as living:
                result = self.freshen(living)
        self.assert_exit(result, LOCKED)
        self.assert_says(result, "Another run of recover holds", "pid 4711 on /dev/tty9")
        self.assertFalse((self.state / "freshen.json").exists())
