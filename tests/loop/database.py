# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's catalog, where a database server has it: PostgreSQL or MariaDB of Debian, as the machine runs it.

    with database.of("postgresql", root) as server: print(server.ask("SELECT count(*) FROM Job"))

It listens on a Unix socket in the machine's /run, and on no network. Its Director has a password there.
"""

import os
import subprocess
import time

from . import alder, debian, tree
from .command import CommandFailed, ENVIRONMENT, run

NAME = USER = "bacula"
PASSWORD = "Katalog-Geheim-77d0e3"
_CATALOG = 'dbname = "bacula"; dbuser = "bacula"; dbpassword = ""'


class Server:
    """The server of a root, in the foreground; a context."""
    kind = user = owner = own = packages = left_out = run_folder = data = None

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self._process = None

    def __enter__(self):
        info = os.stat(f"{self.root}{self.data}")
        os.makedirs(f"{self.root}{self.run_folder}", exist_ok=True)
        os.chown(f"{self.root}{self.run_folder}", info.st_uid, info.st_gid)
        with open(f"{self.root}{self.run_folder}/log", "ab") as log:
            self._process = subprocess.Popen(self._as(self.user, *self._command), stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, env=ENVIRONMENT, cwd="/")
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            if subprocess.run(self._client(self.own), input=b"SELECT 1;", capture_output=True, env=ENVIRONMENT,
                              check=False).returncode == 0:
                return self
            time.sleep(0.1)
        self.__exit__()
        raise CommandFailed(f"{self.kind} in {self.root} does not answer:\n{self.log()[-3000:]}")

    def __exit__(self, *_):
        self._process.send_signal(self._stop)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log(self):
        with open(f"{self.root}{self.run_folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def _as(self, user, *argv):
        # A change of the user takes the death signal away: it is asked for behind it.
        return ["chroot", self.root, "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--pdeathsig=KILL",
                *argv]

    def ask(self, sql):
        """What the one who may do all is answered: lines, with tabs between columns."""
        return run(*self._client(NAME), input=sql)

    def do(self, sql):
        """The same where there is no catalog yet, or another. By the input: a password is in no argv."""
        run(*self._client(self.own), input=sql)

    def known(self):
        """The good jobs that the catalog knows."""
        return {int(job) for job in self.ask("SELECT JobId FROM Job WHERE Type='B' AND JobStatus='T';").split()}

    def dump(self):
        """Lines of its content, the same as long as nobody writes to it."""
        return [line for line in self.dump_text().splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]

    def install(self):
        """An empty catalog, by Bacula's own scripts as an administrator runs them."""
        for script in [f"create_{self.kind}_database", f"make_{self.kind}_tables"]:
            with open(f"{self.root}/usr/share/bacula-director/{script}", encoding="utf-8") as file:
                text = file.read().replace("XXX_DBNAME_XXX", NAME)
            run(*self._as(self.owner, "sh"), input=text, env=self._owned)

    def configure(self):
        """The Director's way to it, and what the backup leaves out."""
        path = f"{self.root}/etc/bacula/bacula-dir.conf"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        last = f'    File = "{alder.EXCLUDED[-1]}"\n'
        for old, new in [(_CATALOG, _CATALOG.replace('word = ""', f'word = "{PASSWORD}"')),
                         (last, last + "".join(f'    File = "{folder}/*"\n' for folder in tree.DATABASES))]:
            if text.count(old) != 1:
                raise RuntimeError(f"{path} has not one {old!r}")
            text = text.replace(old, new)
        with open(path, "w", encoding="utf-8") as file:  # owner and mode stay
            file.write(text)


class PostgreSQL(Server):
    kind, user, owner, own = "postgresql", "postgres", "postgres", "postgres"
    # As dbconfig-common has it: since PostgreSQL 15 only a database's owner makes tables in it, as an Accurate job does.
    _owned = {"PGOPTIONS": f"-c role={USER}"}
    packages = ["bacula-director-pgsql", "dbconfig-pgsql", "postgresql-15"]
    # 160 MB that only make long queries faster, and that it does without.
    left_out = ["/usr/lib/x86_64-linux-gnu/libLLVM*", "/usr/lib/x86_64-linux-gnu/libz3*",
                "/usr/lib/postgresql/15/lib/bitcode/*", "/usr/lib/postgresql/15/lib/llvmjit*"]
    run_folder, data, _stop = "/run/postgresql", tree.DATABASES[0], 2  # SIGINT: at once, and cleanly
    _settings = "/etc/postgresql/15/main"
    # /dev/shm: as mounted there, it is not for all users
    _command = ["/usr/lib/postgresql/15/bin/postgres", "-D", tree.DATABASES[0], "-c", f"config_file={_settings}/postgresql.conf",
                "-c", "listen_addresses=", "-c", "dynamic_shared_memory_type=mmap"]

    def _client(self, database):
        return self._as("postgres", "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", database)

    def install(self):
        path = f"{self.root}{self._settings}/pg_hba.conf"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:  # the first that fits is taken
            file.write(f"local {NAME} {USER} scram-sha-256\n{text}")
        with self:
            self.do(f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}';")
            super().install()

    def dump_text(self):
        # A table of a job that is still ending may be gone when its turn comes.
        return run(*self._as("postgres", "pg_dump", "--exclude-table=btemp*", NAME))

    def load(self, text):
        """In place of what is there."""
        run(*self._as("postgres", "dropdb", NAME))
        run(*self._as("postgres", "createdb", "--template=template0", "--encoding=SQL_ASCII", "--locale=C",
                      f"--owner={USER}", NAME))
        self.ask(text)


class MariaDB(Server):
    kind, user, owner, own, _owned = "mysql", "mysql", "root", "mysql", {}
    packages = ["bacula-director-mysql", "dbconfig-mysql", "mariadb-server"]
    # 80 MB of tools that only an administrator has a use for.
    left_out = [f"/usr/bin/{name}" for name in ["aria_*", "myisam*", "innochecksum", "mariadb-slap", "mariadb-conv"]]
    run_folder, data, _stop = "/run/mysqld", tree.DATABASES[1], 15
    _command = ["mariadbd", "--skip-networking"]

    def _client(self, database):
        return ["chroot", self.root, "mariadb", "--batch", "--skip-column-names", database]

    def install(self):
        with self:
            super().install()
            self.do(f"GRANT ALL PRIVILEGES ON {NAME}.* TO '{USER}'@'localhost' IDENTIFIED BY '{PASSWORD}';")

    def dump_text(self):
        return run("chroot", self.root, "mariadb-dump", "--skip-dump-date", NAME)

    def load(self, text):
        self.do(f"DROP DATABASE {NAME}; CREATE DATABASE {NAME};")
        self.ask(text)


_KINDS = {server.kind: server for server in [PostgreSQL, MariaDB]}


def of(kind, root):
    return _KINDS[kind](root)


def ingredients(kind):
    """What debian.make_tree is given for it: that server, and the Director for it. Bacula's packages for two exclude each other."""
    server = _KINDS[kind]
    packages = [name for name in debian.PACKAGES if name != "bacula-director-sqlite3"] + server.packages
    # No catalog of the package's own making: no server runs while it is installed.
    answer = f"{server.packages[0]} {server.packages[0]}/dbconfig-install boolean false"
    return {"packages": packages, "left_out": debian.LEFT_OUT + server.left_out,
            "options": [f'--essential-hook=echo "{answer}" | chroot "$1" debconf-set-selections']}
