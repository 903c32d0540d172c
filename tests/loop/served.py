# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests on a machine whose catalog a database server has: its environment is made once, and each has a copy of both disks."""

import contextlib
import os
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path

from . import alder, database, machine, traces
from .case import FINISHED, LoopTest
from .command import run
from .living import Living
from .sockets import listening

PLACE = "var/lib/recover-catalog"  # of the environment's own data
PROGRAMS = f"/{PLACE}/bin/"


class Made:
    """What `recover --playbook environment` did on the healthy machine, and the disks as they were behind it."""

    def __init__(self, folder, catalog):
        self.folder = folder
        with machine.Machine(catalog=catalog) as alive:
            with Living(alive) as living:
                self.profile = living.recover("capture", "--output", "/run/captured.toml")
                self.captured = living.file("/run/captured.toml").read_text(encoding="utf-8")
                before, sockets, segments = living.database.dump(), listening(), shared_memory()
                with Watch() as self.watch:
                    self.result = living.recover("--playbook", "environment")
                self.changes = sorted(set(living.database.dump()) ^ set(before))
                self.sockets, self.segments = listening() ^ sockets, shared_memory() ^ segments
                self.catalog = living.database.known()
            self.leaks, self.decoys = alive.leaks(), alive.decoys.differences()
            run("umount", alive.storage)
            for image in alive.images:
                os.link(image, folder / image.name)


class Watch(threading.Thread):
    """Looks at all that runs, for as long as the context lasts: passwords in an argv, new sockets."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.sockets = set(), set()
        self._before, self._done = listening(), threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self.join()

    def run(self):
        looks = {}  # a process has its last argv soon: so many looks are enough, and cheap
        while not self._done.wait(0.03):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                looks[pid] = looks.get(pid, 0) + 1
                if looks[pid] > 5:
                    continue
                with contextlib.suppress(OSError):  # gone
                    line = Path(f"/proc/{pid}/cmdline").read_bytes()
                    if alder.SECRET_WORD.encode() in line:
                        self.seen.add(line.replace(b"\0", b" ").decode(errors="replace"))
            self.sockets |= listening() - self._before


def backups_in(dump):
    """The numbers of the backup jobs that a dump of either kind has."""
    rows = re.findall(r"^(\d+)\tBackupAlder\.|[(](\d+),'BackupAlder\.", dump.replace("),(", "),\n("), re.M)
    return {int(one or other) for one, other in rows}


def shared_memory():
    """Segments that a server which was killed leaves to the kernel."""
    with open("/proc/sysvipc/shm", encoding="ascii") as file:
        return {line.split()[1] for line in file.readlines()[1:]}


def bacula_ports():
    """Where the environment's daemons listen on the day."""
    return {("tcp", "0100007F", port) for port in [alder.DIRECTOR_PORT, alder.CLIENT_PORT, alder.STORAGE_PORT]}


@contextlib.contextmanager
def folder():
    """Beside the machines; what a killed test left there goes."""
    root = machine._work_root()
    for path in root.glob("made-*"):
        if not os.path.exists(f"/proc/{path.name.split('-')[1]}"):
            shutil.rmtree(path)
    made = Path(tempfile.mkdtemp(prefix=f"made-{os.getpid()}-", dir=root))
    try:
        yield made
    finally:
        traces.remove(made)


class ServedTest(LoopTest):
    """A class of tests for a kind of server: `catalog`."""

    @classmethod
    def setUpClass(cls):
        cls.made = Made(cls.enterClassContext(folder()), cls.catalog)

    def make_machine(self):
        return machine.Machine(catalog=self.catalog, images=self.made.folder)

    def setUp(self):
        super().setUp()
        self.assert_exit(self.made.result, FINISHED)

    def freshen(self, living, *args):
        result = living.recover("freshen", *args)
        self.outputs.append(result.out + result.err)
        return result

    def back_up(self, living):
        """One more job, with something in it; its number."""
        self.content = f"changed {time.time()}\n"
        living.file("/etc/fresh").write_text(self.content, encoding="ascii")
        self.content_job = living.bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
        return self.content_job

    def lose_with_a_dump(self):
        """The machine is lost after a backup that its environment does not know, and a dump does; the job's number."""
        with Living(self.machine) as living:
            job = self.back_up(living)
            text = living.database.dump_text()
        (self.machine.bootstraps / "bacula.sql").write_text(text, encoding="utf-8", errors="surrogateescape")
        with open(self.machine.storage / "machine.toml", "a", encoding="utf-8") as profile:
            profile.write('\n[verify]\ncatalog-dump = "bootstraps/bacula.sql"\n')
        self.machine.destroy()
        self.assertNotIn(job, self.known())
        dry = self.recover("--playbook", "tree", "--dry-run")
        self.assert_says(dry, "THE DIRECTOR'S CATALOG", "bootstraps/bacula.sql", "Else it is rebuilt from the volumes")
        return job

    def known(self):
        """The good jobs that the environment's catalog knows, as it says itself."""
        lines = (self.machine.environment / PLACE / "known").read_text(encoding="utf-8").splitlines()
        return {int(words[3]) for words in (line.split("\t") for line in lines) if words[0] == "backup"}

    def assert_secrets_are_roots(self):
        """The passwords are in files that root alone can read; the catalog's in none but the Director's."""
        holders = {}
        for place, _, names in os.walk(self.machine.environment):
            for path in (Path(place, name) for name in names):
                if path.is_symlink() or not path.is_file():
                    continue
                content = path.read_bytes()
                if alder.SECRET_WORD.encode() in content:
                    holders[str(path.relative_to(self.machine.environment))] = database.PASSWORD.encode() in content
                    info = path.stat()
                    self.assertEqual((info.st_uid, info.st_mode & 0o077), (0, 0), path)
        self.assertGreaterEqual(len(holders), 4)
        self.assertLessEqual({path for path, catalogs in holders.items() if catalogs}, {"etc/bacula/bacula-dir.conf"})
