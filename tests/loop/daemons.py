# SPDX-License-Identifier: GPL-3.0-or-later
"""The three Bacula daemons, chrooted into a root, and a bconsole to talk with them."""

import re
import subprocess
import time

from . import alder
from .command import CommandFailed, ENVIRONMENT, run
from .sockets import listening_ports

# As Debian's units start them: the File Daemon must be root, the others must not.
_DAEMONS = [
    ("bacula-sd", ["-u", "bacula", "-g", "tape"], "STORAGE_PORT"),
    ("bacula-fd", [], "CLIENT_PORT"),
    ("bacula-dir", ["-u", "bacula", "-g", "bacula"], "DIRECTOR_PORT"),
]
_ENDED = set("TWefEAD")


class Daemons:
    """with Daemons(root) as bacula: ... `machine` has the ports that alder.py has."""

    def __init__(self, root, machine=alder):
        self.root, self.machine = root, machine
        self._running = []

    def __enter__(self):
        try:
            for name, user, port in _DAEMONS:
                self._start(name, user, getattr(self.machine, port))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for _, process in reversed(self._running):
            process.terminate()
        for _, process in reversed(self._running):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _start(self, name, user, port):
        # SQLite's own choice is /var/tmp, which is backed up: the tree would change under the backup.
        # -f: a daemon in the background has answered 0 and then died; in the foreground we would see it.
        argv = ["chroot", self.root, name, "-f", "-P", *user, "-c", f"/etc/bacula/{name}.conf"]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env={**ENVIRONMENT, "SQLITE_TMPDIR": "/tmp"})
        self._running.append((name, process))
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            if port in listening_ports():
                return
            time.sleep(0.05)
        raise CommandFailed(f"{name} in {self.root} does not listen on port {port}")

    def console(self, *lines, timeout=120):
        """What bconsole printed. Its exit code says nothing, so it is not looked at."""
        argv = ["chroot", self.root, "bconsole", "-n", "-c", "/etc/bacula/bconsole.conf"]
        return run(*argv, input="".join(f"{line}\n" for line in lines), timeout=timeout, check=False)

    def query(self, columns, rest):
        """Rows of words: query(["JobId", "Level"], "FROM Job").

        bconsole ends each value with a tab and rows with nothing at all. Without `.api 1` it glues
        "You have messages." to the last value.
        """
        sql = f'.sql query="SELECT {",".join(columns)} {rest}"'
        words = self.console(".api 1", sql).partition(f"{sql}\n")[2].split("\t")[:-1]
        return [words[at:at + len(columns)] for at in range(0, len(words), len(columns))]

    def run_job(self, line, timeout=300):
        """Starts a job, waits for its end; it must end with T, without errors and without skipping anything."""
        queued = re.search(r"Job queued\. JobId=(\d+)", self.console(line))
        if not queued:
            raise CommandFailed(f"bconsole did not queue {line!r}")
        job = int(queued[1])
        status = self.wait(job, timeout)
        log = self.console(f"list joblog jobid={job}")
        for bad in ["Will not descend", "Could not stat", "Read error", "Cannot open", "Warning:"]:
            if bad in log:
                raise CommandFailed(f"job {job} says {bad!r}:\n{log}")
        if status != ("T", 0):
            errors = "\n".join(line for line in log.splitlines() if "rror: " in line)
            raise CommandFailed(f"job {job} ended with status {status[0]} and {status[1]} errors:\n{errors}\n\n{log}")
        return job

    def wait(self, job, timeout=300):
        """(JobStatus, JobErrors) of an ended job, from the catalog: `wait jobid=` has no time-out."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            rows = self.query(["JobStatus", "JobErrors"], f"FROM Job WHERE JobId={job}")
            if rows and rows[0][0] in _ENDED:
                return rows[0][0], int(rows[0][1])
            time.sleep(0.3)
        raise CommandFailed(f"job {job} has not ended after {timeout} s:\n{self.console(f'list joblog jobid={job}')}")
