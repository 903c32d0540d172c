# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in the machine `birch` itself, booted, as part of a job.

    python3 -B -m vm.guest.booted backup Full      the backup job; must end with T and skip nothing
    python3 -B -m vm.guest.booted verify           the newest backup job against its volumes
    python3 -B -m vm.guest.booted change           what a user does between two backups
    python3 -B -m vm.guest.booted manifest         $OUT/manifest: every file, as a recovery has to bring it back
    python3 -B -m vm.guest.booted tree             $OUT/tree: every file as it is
"""

import calendar
import os
import sys
import time

from loop import awkward, tree
from loop.build import forget_lost_times
from loop.daemons import Daemons
from loop.sockets import listening_ports
from vm import layouts

_PATIENCE = 900
BACULA = layouts.PLAIN.bacula
_PORTS = {BACULA.DIRECTOR_PORT, BACULA.CLIENT_PORT, BACULA.STORAGE_PORT}


def backup(level):
    bacula = _bacula()
    job = bacula.run_job(f"run job={BACULA.BACKUP_JOB} level={level} yes", timeout=_PATIENCE)
    _, status, errors, files, size = bacula.query(["JobId", "JobStatus", "JobErrors", "JobFiles", "JobBytes"],
                                                  f"FROM Job WHERE JobId={job}")[0]
    print(f"job {job}: {level}, status {status}, {errors} errors, {files} files, {size} bytes")


def verify():
    job = _bacula().run_job(f"run job={BACULA.VERIFY_JOB} level=VolumeToCatalog yes", timeout=_PATIENCE)
    print(f"job {job}: Verify, status T")


def change():
    awkward.change("/")


def manifest():
    entries = tree.scan("/")
    # In the catalog's own clock: UTC, as everything here.
    begun, = _bacula().query(["EndTime"], f"FROM Job WHERE Level='F' AND Name='{BACULA.BACKUP_JOB}' AND JobStatus='T'")[0]
    forget_lost_times(entries, "/", calendar.timegm(time.strptime(begun, "%Y-%m-%d %H:%M:%S")))
    tree.save(entries, f"{os.environ['OUT']}/manifest")
    print(f"{len(entries)} entries")


def whole_tree():
    entries = tree.scan("/")
    tree.save(entries, f"{os.environ['OUT']}/tree")
    print(f"{len(entries)} entries")


def _bacula():
    # Not entered: the daemons are systemd's.
    bacula = Daemons("/", BACULA)
    # A job wants all three. bconsole tries for a quarter of a minute.
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if _PORTS <= set(listening_ports()) and bacula.query(["COUNT(*)"], "FROM Job"):
            return bacula
        time.sleep(1)
    raise RuntimeError(f"Bacula does not answer; ports {listening_ports()}:\n{bacula.console('version')}")


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    {"backup": backup, "verify": verify, "change": change, "manifest": manifest, "tree": whole_tree}[command](*words)
