# SPDX-License-Identifier: GPL-3.0-or-later
"""verify-backup on a healthy machine: what it proves, and what makes it refuse."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import time

from . import alder, by_hand, traces, volumes
from .case import FAILED, INTERRUPTED, LOCKED, NOT_FINISHED, LoopTest
from .command import run
from .living import Living
from .machine import to_the_end

PROGRAM = f"{alder.STORAGE_MOUNT}/recover"
DIRECTOR = "etc/bacula/bacula-dir.conf"
CATALOG = "/var/lib/bacula/bacula.db"
HOME = '    File = "/home"\n'

# What a job's script runs: the first job waits until the test has done what it wants to do.
HOLD = "mkdir /tmp/once || exit 0\ntouch /tmp/waiting\nwhile [ -e /tmp/waiting ]; do sleep 0.1; done\n"


def script(when, where="no"):
    """For living(): the job runs HOLD then, by the Director or on the client."""
    return ("  Type = Backup\n",
            f'  Type = Backup\n  RunScript {{\n    RunsWhen = {when}\n    RunsOnClient = {where}\n'
            '    Command = "/bin/sh /tmp/hold"\n  }\n')


class VerifyTest(LoopTest):
    def setUp(self):
        super().setUp()
        # As fresh as on a machine that copies its catalog after each backup.
        os.utime(self.machine.environment / CATALOG[1:])

    @contextlib.contextmanager
    def living(self, *edits):
        """The machine at work, with each (old, new) in its Director's configuration."""
        with self.machine.root() as root:
            for old, new in edits:
                self.edit(root / DIRECTOR, old, new)
            (root / "tmp/hold").write_text(HOLD, encoding="ascii")
            shutil.rmtree(root / "tmp/once", ignore_errors=True)
        with Living(self.machine) as living:
            yield living

    def reconfigure(self, living, old, new):
        self.edit(living.path / DIRECTOR, old, new)
        living.bacula.console("reload")

    def profile(self, *lines):
        """More lines for the profile's [verify]."""
        with open(self.machine.storage / "machine.toml", "a", encoding="utf-8") as file:
            file.write("\n[verify]\n" + "\n".join(lines) + "\n")

    def verify(self, living, *args):
        return self.heard(living.recover("verify-backup", *args))

    def heard(self, result):
        self.outputs.append(result.out + result.err)
        return result

    def verify_while(self, living, act):
        """verify-backup; `act` happens while its job waits in the script."""
        process = living.start(PROGRAM, "verify-backup")
        self.await_job(living, process)
        act()
        living.file("/tmp/waiting").unlink(missing_ok=True)
        return self.heard(to_the_end(process))

    def await_job(self, living, process):
        """Until the job waits in the script."""
        deadline = time.monotonic() + 60
        while not living.file("/tmp/waiting").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                self.fail(f"no job waits: {process.communicate()}")
            time.sleep(0.05)

    def assert_verified(self, result, *words):
        self.assert_exit(result, 0)
        self.assert_says(result, "VERIFIED: job", *words)
        self.assertNotIn("NO ", result.out)
        self.assertTrue(self.left()["passed"])

    def assert_refused(self, result, finding, *words):
        self.assert_exit(result, NOT_FINISHED)
        self.assertRegex(result.out, rf"(?m)^   NO {finding}: ")
        self.assert_says(result, "NOT VERIFIED. What is missing:", *words)

    def left(self):
        """What a rescue system can read of it on the storage volume."""
        return json.loads((self.state / "verify-backup.json").read_text(encoding="utf-8"))

    def assert_nothing_runs(self, living):
        self.assertIn("No Jobs running", living.bacula.console(".status dir running"))
        self.assertEqual(living.bacula.query(["JobId", "JobStatus"], "FROM Job WHERE JobStatus IN ('C','R')"), [])


class Healthy(VerifyTest):
    def test_is_proven_and_then_only_what_is_new(self):
        with self.living() as living:
            first = self.verify(living)
            self.assert_verified(first, "ok on-the-machine:", "ok director:", "ok catalog:", "ok backup: job 3",
                                 "ok coverage: each of the 4", "ok volumes: job 1:", "ok volumes: job 2:",
                                 "ok volumes: job 3:", "ok oldest: ", "ok bootstrap:", "ok catalog-dump:",
                                 "ok canaries: 8 canaries came back")
            second = self.verify(living, "--json")
            self.assert_exit(second, 0)
            events = [json.loads(line) for line in second.out.splitlines()]
            self.assertEqual([event["evidence"].split(":")[0] for event in events if event.get("check") == "volumes"],
                             ["job 5"])
            self.assertEqual({event["answer"] for event in events if event["event"] == "check"}, {"holds"})
            self.assertEqual((events[-1]["event"], events[-1]["finished"]), ("verdict", True))
            self.assert_nothing_runs(living)
        self.assert_clean()

    def test_the_chain_is_read_again_when_its_proof_is_too_old(self):
        self.profile('verified-for = "2 s"')
        catalog = self.machine.environment / CATALOG[1:]
        with self.living() as living:
            os.utime(catalog)
            self.assert_exit(self.verify(living), NOT_FINISHED)  # the catalog's copy is too old by then as well
            os.utime(catalog, (time.time() + 60, time.time() + 60))
            self.assert_verified(self.verify(living), "volumes: job 1:", "volumes: job 2:")
        self.assert_clean()

    def test_a_volume_that_is_cut_off_or_gone(self):
        with self.living() as living:
            self.assert_exit(self.verify(living), 0)
            self.machine.truncate_volume("Alder-0002", 30_000_000)  # of a job that was proven a moment ago
            self.assert_refused(self.verify(living), "volumes", "Alder-0002 of job 1 is cut off: it has 30000000 bytes")
            shutil.rmtree(living.file("/var/lib/recover/verify"))
            self.assert_refused(self.verify(living), "volumes", "job 1: ", "of Alder-0002: cut short")
            self.machine.remove_volume("Alder-0002")
            self.assert_refused(self.verify(living), "volumes", "Alder-0002")

    def test_what_is_left_out_on_purpose(self):
        self.profile('left-out = ["/home"]')
        with self.living((HOME, "")) as living:
            self.assert_verified(self.verify(living), "all of its 3 filesystems", "6 canaries")
            self.edit_profile('["/home"]', '["@home"]')
            self.assert_verified(self.verify(living), "all of its 3 filesystems")
            self.edit_profile('["@home"]', '["/hone"]')
            self.assert_refused(self.verify(living), "left-out", "/hone", "Correct it in")
        self.assert_clean()

    def test_a_subvolume_that_is_read_only(self):
        self.edit_profile('path = "@home"', 'path = "@home"\nread-only = true')
        with self.living() as living:
            run("btrfs", "property", "set", "-ts", living.file("/home"), "ro", "true")
            self.assert_verified(self.verify(living), "6 canaries", "ok coverage: each of the 4")
            self.reconfigure(living, HOME, "")
            self.assert_refused(self.verify(living), "coverage", "skips /home", 'File = "/home"')
        self.assert_clean()

    def test_a_subvolume_that_is_not_mounted(self):
        with self.living() as living:
            run("umount", living.file("/home"))
            self.assert_refused(self.verify(living), "mounted", "@home is not mounted on /home", "mount /home")
            run("mount", "-t", "btrfs", "-o", "subvol=/@images", self.machine.device, living.file("/home"))
            self.assert_refused(self.verify(living), "mounted", "On /home is /@images, not the subvolume @home")
            run("umount", living.file("/home"))
            self.assertFalse(living.file("/home/.recover-canary").exists())
            self.assertEqual(living.bacula.query(["JobId"], "FROM Job WHERE JobId>2"), [])

    def test_a_nested_subvolume_with_a_blank_in_its_name(self):
        self.edit_profile('path = "@images"', 'path = "@/srv/old data"\n\n[[subvolume]]\npath = "@images"')
        with self.living((HOME, HOME + '    File = "/srv/old data"\n')) as living:
            place = living.file("/srv/old data")
            self.assert_refused(self.verify(living), "subvolume", "There is no /srv/old data")
            place.mkdir()
            self.assert_refused(self.verify(living), "subvolume", "/srv/old data is no subvolume",
                                "should be the subvolume @/srv/old data")
            place.rmdir()
            run("btrfs", "subvolume", "create", place)
            self.assert_verified(self.verify(living), "all of its 5 filesystems", "10 canaries")
        self.assert_clean()


class BadJobs(VerifyTest):
    def test_one_that_ends_with_errors(self):
        with self.living((HOME, HOME + '    File = "/nowhere"\n')) as living:
            self.assert_refused(self.verify(living), "backup", "job 3 (BackupAlder", "1 error", "Could not stat",
                                "/nowhere", "list joblog jobid=3")
            self.assert_nothing_runs(living)
        self.assert_clean()

    def test_one_that_is_cancelled(self):
        with self.living(script("Before")) as living:
            result = self.verify_while(living, lambda: living.bacula.console("cancel jobid=3 yes"))
            self.assert_refused(result, "backup", "job 3 (BackupAlder", "status A (")
            self.assert_nothing_runs(living)

    def test_one_whose_file_daemon_dies(self):
        with self.living(script("Before")) as living:
            result = self.verify_while(living, lambda: living.signal("bacula-fd", signal.SIGKILL))
            self.assert_refused(result, "backup", "job 3 (BackupAlder", "status f (fatal error)",
                                "Unable to connect to Client: alder-fd")
            self.assert_nothing_runs(living)

    def test_one_that_backs_up_nothing(self):
        included = "".join(f'    File = "{path}"\n' for path in alder.BACKED_UP)
        with self.living((included, '    File = "/srv/empty"\n')) as living:
            living.file("/srv/empty").mkdir()
            self.assert_refused(self.verify(living), "backup", "job 3 (BackupAlder", "fewer than were changed for it")

    def test_one_of_another_client(self):
        other = ("Client {\n", f"Client {{\n  Name = other-fd\n  Address = 127.0.0.1\n  FDPort = {alder.CLIENT_PORT}\n"
                 f'  Catalog = MyCatalog\n  Password = "{alder.PASSWORDS["client"]}"\n}}\n\nClient {{\n')
        job = (f"Accurate = yes\n  Client = {alder.CLIENT}", "Accurate = yes\n  Client = other-fd")
        with self.living(other, job) as living:
            self.assert_refused(self.verify(living), "backup", "client other-fd", "not of alder-fd with alder-root")

    def test_one_of_another_fileset(self):
        other = ("FileSet {\n", 'FileSet {\n  Name = "Other"\n  Include {\n    Options {\n      Signature = SHA1\n'
                 '    }\n    File = "/home"\n    File = "/etc"\n  }\n}\n\nFileSet {\n')
        job = (f'Client = {alder.CLIENT}\n  FileSet = "{alder.FILESET}"\n  Schedule',
               f'Client = {alder.CLIENT}\n  FileSet = "Other"\n  Schedule')
        with self.living(other, job) as living:
            self.assert_refused(self.verify(living), "backup", "FileSet Other", "not of alder-fd with alder-root")

    def test_one_that_leaves_the_canaries_out(self):
        with self.living(('      WildFile = "/var/lib/bacula/*.mail"\n',
                          '      WildFile = "/var/lib/bacula/*.mail"\n      WildFile = "*/.recover-canary/*"\n')) as living:
            self.assert_refused(self.verify(living), "coverage", "canaries of / (subvolume @) are not in job 3",
                                "FileSet alder-root", "/.recover-canary", "WildFile")

    def test_one_that_skips_a_subvolume(self):
        with self.living((HOME, "")) as living:
            self.assert_refused(self.verify(living), "coverage", "FileSet alder-root skips /home (subvolume @home)",
                                'File = "/home"')
            self.reconfigure(living, '    File = "/var/lib/machines"\n', "")
            self.assert_refused(self.verify(living), "coverage", "skips /var/lib/machines (subvolume @/var/lib/machines)",
                                'File = "/var/lib/machines"')


class HangingJobs(VerifyTest):
    def test_one_that_does_not_end(self):
        self.profile('deadline = "4 s"')
        with self.living(script("Before", "yes")) as living:
            process = living.start(PROGRAM, "verify-backup")
            self.await_job(living, process)
            time.sleep(8)
            living.file("/tmp/waiting").unlink()
            result = self.heard(to_the_end(process))
            self.assert_refused(result, "backup", "had not ended after 4 s", "Start Backup JobId 3", "/tmp/hold")
            self.assert_nothing_runs(living)

    def test_one_without_progress(self):
        self.profile('stall = "4 s"')
        with self.living(script("Before")) as living:
            process = living.start(PROGRAM, "verify-backup")
            self.await_job(living, process)
            time.sleep(8)
            living.file("/tmp/waiting").unlink()
            result = self.heard(to_the_end(process))
            self.assert_refused(result, "backup", "made no progress for 4 s", "shell command")
            self.assert_nothing_runs(living)

    def test_one_that_has_no_volume_to_write_to(self):
        with self.living(("Maximum Volumes = 100", "Maximum Volumes = 4")) as living:
            for volume in self.machine.facts["volumes"]:
                living.bacula.console(f"update volume={volume['name']} volstatus=Read-Only")
            self.assert_refused(self.verify(living), "backup", "has no volume that it may write to",
                                "Cannot find any appendable volumes", "Maximum Volumes")
            self.assert_nothing_runs(living)


class Damage(VerifyTest):
    """On the volumes, between the end of a job and its proof."""

    def canary(self, living):
        """(volume, offset) of the random text that is in the canary of /."""
        text = living.file("/.recover-canary/standing").read_bytes()
        return volumes.find(self.machine.volumes, text[text.index(b"\nrandom ") + 8:][:64])

    def test_in_the_data_of_an_earlier_job(self):
        self.machine.flip_byte("Alder-0001", 20_000_000)
        with self.living() as living:
            self.assert_refused(self.verify(living), "volumes", "job 1: ", "of 56", "Alder-0001", "ok canaries")
        self.assert_clean()

    def test_in_the_data_of_an_earlier_job_with_its_checksum_made_right(self):
        with self.living() as living:
            volume, offset = volumes.find(self.machine.volumes, living.file("/bin/bash").read_bytes()[500_000:500_064])
            self.machine.flip_byte(volume, offset)
            volumes.make_checksum_right(self.machine.volumes / volume, offset)
            self.assert_refused(self.verify(living), "volumes", "job 1: ", "/bash: its data does not give the stored SHA1",
                                "ok volumes: job 3", "ok canaries")
        self.assert_clean()

    def damaged(self, shift, mend=False):
        """verify-backup of a job whose canary is damaged there, right behind the job."""
        with self.living(script("After")) as living:
            def strike():
                volume, offset = self.canary(living)
                self.machine.flip_byte(volume, shift(self.machine.volumes / volume, offset))
                if mend:
                    volumes.make_checksum_right(self.machine.volumes / volume, offset)
            return self.verify_while(living, strike)

    def test_in_the_data_of_a_canary(self):
        result = self.damaged(lambda volume, offset: offset + 40)
        self.assert_refused(result, "volumes", "job 3: 0 of ", "checksum wrong", "Alder-0004", "and 2")
        self.assert_refused(result, "canaries", "Volume data error")

    def test_in_the_data_of_a_canary_with_its_checksum_made_right(self):
        result = self.damaged(lambda volume, offset: offset + 40, mend=True)
        self.assert_refused(result, "volumes", "/.recover-canary/standing: its data does not give the stored SHA1")
        self.assert_refused(result, "canaries", "/.recover-canary/standing came back with another content")

    def test_in_the_header_of_a_block(self):
        result = self.damaged(lambda volume, offset: volumes.block_at(volume, offset) + 5)  # its length
        self.assert_refused(result, "volumes", "job 3: 0 of ", "block at", "of Alder-0004: cut short")
        self.assert_refused(result, "canaries", "0 of 8 files restored")


class Surroundings(VerifyTest):
    def test_the_director_of_a_recovery_environment(self):
        with self.living() as living, living.without_bacula(), by_hand.environment(self.machine):
            self.assert_refused(self.verify(living), "director", 'no backup job "BackupAlder"',
                                "recovery environment", "Stop it, and start the machine's own Director")

    def test_a_clock_that_went_backwards(self):
        with self.living() as living:
            with living.without_bacula():
                with sqlite3.connect(living.file(CATALOG)) as catalog:
                    catalog.execute("UPDATE Job SET JobTDate=JobTDate+900000 WHERE JobId=2")
                catalog.close()
            result = self.verify(living)
            self.assert_refused(result, "clock", "The clock says", "but the newest backup in the catalog ended",
                                "timedatectl")
            self.assertEqual(living.bacula.query(["JobId"], "FROM Job WHERE JobId>2"), [])

    def test_a_canary_of_the_future(self):
        with self.living() as living:
            self.assert_exit(self.verify(living), 0)
            canary = living.file("/home/.recover-canary/standing")
            text = canary.read_text(encoding="ascii")
            canary.write_text(text.replace("\nwritten ", "\nwritten 9"), encoding="ascii")
            self.assert_refused(self.verify(living), "clock", "but a canary was written", "delete the directories .recover-canary")

    def test_a_catalog_of_before(self):
        with self.living() as living:
            with living.without_bacula():
                shutil.copy2(living.file(CATALOG), self.machine.work / "older.db")
            living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
            with living.without_bacula():
                run("cp", "--no-preserve=ownership", self.machine.work / "older.db", living.file(CATALOG))
            result = self.verify(living)
            self.assert_refused(result, "catalog", "and the catalog says", "load the newest dump", "bscan")
            self.assertEqual(living.bacula.query(["JobId"], "FROM Job WHERE JobId>2"), [])

    def test_a_catalog_of_before_that_has_given_the_number_again(self):
        with self.living() as living:
            with living.without_bacula():
                shutil.copy2(living.file(CATALOG), self.machine.work / "older.db")
            living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
            with living.without_bacula():
                with contextlib.closing(sqlite3.connect(self.machine.work / "older.db")) as catalog, catalog:
                    catalog.executescript("CREATE TEMP TABLE restore AS SELECT * FROM Job WHERE JobId=2;"
                                          "UPDATE restore SET JobId=3, Job='RestoreFiles.x', Name='RestoreFiles', "
                                          "Type='R', VolSessionId=1, VolSessionTime=1;"
                                          "INSERT INTO Job SELECT * FROM restore;")
                run("cp", "--no-preserve=ownership", self.machine.work / "older.db", living.file(CATALOG))
            self.assert_refused(self.verify(living), "catalog", "it does not know job 3, which ended there")

    def test_a_catalog_that_does_not_know_what_was_proven(self):
        with self.living() as living:
            with living.without_bacula():
                shutil.copy2(living.file(CATALOG), self.machine.work / "older.db")
            self.assert_exit(self.verify(living), 0)
            with living.without_bacula():
                run("cp", "--no-preserve=ownership", self.machine.work / "older.db", living.file(CATALOG))
            self.assert_refused(self.verify(living), "catalog", "does not know job 3")
            living.bacula.console(f"run job={alder.BACKUP_JOB} level=Full yes")
            living.bacula.wait(3)  # with a warning that the volume is longer than it should be
            self.assert_refused(self.verify(living), "catalog", "what the catalog calls job 3 began")

    def test_a_daemon_that_is_down(self):
        self.profile('patience = "1 s"')
        with self.living() as living:
            for daemon, words in [("bacula-sd", "Storage Daemon of File1"), ("bacula-fd", "File Daemon of alder-fd"),
                                  ("bacula-dir", "Director cannot be reached")]:
                with self.subTest(daemon):
                    living.signal(daemon, signal.SIGTERM)
                    result = self.verify(living)
                    self.assert_refused(result, "director", words)
                    living.bacula.__exit__()
                    living.bacula.__enter__()
        self.assert_clean()

    def test_a_record_that_was_edited(self):
        with self.living() as living:
            self.assert_exit(self.verify(living), 0)
            self.edit(living.file("/var/lib/recover/verify/journal"), '"passed":true', '"passed":false,"job":7')
            with open(living.file("/var/lib/recover/verify/journal"), "a", encoding="ascii") as file:
                file.write("{}\n")
            status = self.heard(living.recover("status"))
            self.assert_exit(status, 0)
            self.assert_says(status, "is not as it was written", "No recovery is on record here")
            result = self.verify(living)  # nothing that it says is believed: the whole chain is read
            self.assert_verified(result, "is not as it was written", "volumes: job 1:", "volumes: job 2:")
            self.assertTrue(living.file("/var/lib/recover/verify/journal.damaged").exists())

    def test_a_place_for_its_record_that_cannot_be_written(self):
        with self.living() as living:
            own = living.file("/var/lib/recover")
            own.mkdir(exist_ok=True)
            run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", own)
            result = self.verify(living)
            run("umount", own)
            self.assert_exit(result, FAILED)
            self.assert_says(result, "/var/lib/recover", "Read-only file system")
            self.assertEqual(living.bacula.query(["JobId"], "FROM Job WHERE JobId>2"), [])


class Interruption(VerifyTest):
    def strike(self, number):
        """To the program itself."""
        for process in traces.processes(self.machine.work):
            if process.name == "recover":
                os.kill(process.pid, number)

    def test_by_a_signal_cancels_the_job(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), self.living(*([script("Before")] if number == signal.SIGINT else [])) as living:
                process = living.start(PROGRAM, "verify-backup")
                self.await_job(living, process)
                second = self.verify(living)
                self.assert_exit(second, LOCKED)
                self.strike(number)
                time.sleep(1)
                living.file("/tmp/waiting").unlink()
                result = self.heard(to_the_end(process))
                self.assert_exit(result, INTERRUPTED)
                self.assert_says(result, "run recover verify-backup again")
                self.assertNotIn("--resume", result.out + result.err)
                self.assert_nothing_runs(living)
                job = living.bacula.query(["MAX(JobId)", "JobStatus"], "FROM Job")[0]
                self.assertEqual(job[1], "A")
                self.assertFalse(living.file("/var/lib/recover/restored").exists())
                self.assert_verified(self.verify(living))
        self.assert_clean()

    def test_by_a_kill_hurts_nothing(self):
        with self.living(script("Before")) as living:
            process = living.start(PROGRAM, "verify-backup")
            self.await_job(living, process)
            self.strike(signal.SIGKILL)
            to_the_end(process)
            self.assertEqual(living.bacula.query(["JobStatus"], "FROM Job WHERE JobId=3"), [["R"]])
            again = living.start(PROGRAM, "verify-backup")
            time.sleep(3)
            living.file("/tmp/waiting").unlink()
            self.assert_verified(self.heard(to_the_end(again)), "Job 3 (BackupAlder) of this client runs already", "backup: job 4")
            self.assert_nothing_runs(living)
        self.assert_clean()
