# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for build.py: the machine is backed up twice, and changed in between.

    python3 -m vm.guest.back_up LAYOUT

Leaves full.manifest, newest.manifest and facts.json in /run/share, and in the recovery environment the
catalog as it was after the second backup.
"""

import json
import os
import shutil
import sys
import time

from loop import awkward, tree
from loop.build import dump_catalog, forget_lost_times, next_second
from loop.command import progress, run
from loop.daemons import Daemons
from vm import layouts
from vm.guest import disks

SHARE = "/run/share"


def main(name):
    layout = layouts.ALL[name]
    with disks.running(layout) as root:
        spool = os.stat(f"{root}/var/lib/bacula")
        os.mkdir(f"{root}/run/bacula", 0o755)
        os.chown(f"{root}/run/bacula", spool.st_uid, spool.st_gid)
        with Daemons(root, layout.bacula) as bacula:
            progress("Full backup")
            full = bacula.run_job(f"run job={layout.bacula.BACKUP_JOB} level=Full yes", timeout=600)
            before, scanned = tree.scan(root), time.time()
            next_second()
            moment = run("chroot", root, "date", "+%Y-%m-%d %H:%M:%S").strip()
            next_second()
            awkward.change(root)
            progress("Incremental backup")
            incremental = bacula.run_job(f"run job={layout.bacula.BACKUP_JOB} level=Incremental yes", timeout=600)
        progress("manifests")
        newest = tree.scan(root)
        forget_lost_times(newest, root, scanned)
        for manifest, entries in [("full", before), ("newest", newest)]:
            tree.save(entries, f"{SHARE}/{manifest}.manifest")
        _hand_over_catalog(root)
        with open(f"{SHARE}/facts.json", "w", encoding="utf-8") as file:
            json.dump({"moment-between": moment, "jobs": [full, incremental]}, file, indent=2)
    disks.let_go()
    progress("done")


def _hand_over_catalog(root):
    """As a machine's RunAfterJob would."""
    catalog, owner = f"{root}/var/lib/bacula/bacula.db", os.stat(f"{root}/var/lib/bacula/bacula.db")
    copy = f"{disks.STORAGE}/environment/var/lib/bacula/bacula.db"
    shutil.copy2(catalog, copy)
    os.chown(copy, owner.st_uid, owner.st_gid)
    dump_catalog(catalog, f"{disks.STORAGE}/bootstraps/bacula.sql")


if __name__ == "__main__":
    main(sys.argv[1])
