# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine with many small files and a fresh Full of them."""

import os
import sqlite3
from contextlib import closing

from loop import alder, by_hand
from loop.command import progress


def back_up(machine, count):
    progress(f"a tree of {count} files, and its backup")
    catalog = machine.environment / "var/lib/bacula/bacula.db"
    with by_hand.booted(machine, catalog) as bacula:
        root = machine.work / "root"
        for number in range(count):
            folder = root / "home" / "many" / f"{number // 500:03}"
            if number % 500 == 0:
                os.makedirs(folder)
            with open(folder / f"file-{number}", "wb") as file:
                file.write(number.to_bytes(8, "big") * (64 + number % 512))  # 0.5 to 4.5 KiB
        bacula.run_job(f"run job={alder.BACKUP_JOB} level=Full yes")
        with closing(sqlite3.connect(root / "var/lib/bacula/bacula.db")) as source, closing(sqlite3.connect(catalog)) as copy:
            source.backup(copy)
