# SPDX-License-Identifier: GPL-3.0-or-later
"""/etc/bacula of the machine, and of its recovery environment.

The environment's has the same names, passwords and ports, so that the catalog and the daemons fit, but
no job that writes (Backup, Verify, Copy, Migrate), no schedule, and no pruning: it can only restore.

Bacula's parser wants a newline before the `}` after a size, a duration or a schedule.
"""

import os

from . import alder

# A dead daemon must not cost the default 3 and 30 minutes. Less than 60 s would fail jobs whose daemons are well, on a
# busy machine: Bacula's watchdog counts from when it last woke, up to 60 s ago, and interrupts the connection at once.
TIMEOUTS = """\
  FD Connect Timeout = 75 seconds
  SD Connect Timeout = 75 seconds
"""


def write(root, environment=False, machine=alder):
    """Writes the four files below root/etc/bacula, owned and closed as Debian has them.

    `machine` has the names that alder.py has.
    """
    texts = {
        "bacula-dir.conf": _director(machine, environment),
        "bacula-sd.conf": _storage(machine),
        "bacula-fd.conf": _client(machine),
        "bconsole.conf": _console(machine),
    }
    group = os.stat(f"{root}/etc/bacula/bconsole.conf").st_gid  # Debian's package made it root:bacula
    for name, text in texts.items():
        path = f"{root}/etc/bacula/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(path, 0, group)
        os.chmod(path, 0o640)


def _writing_jobs(machine):
    return f"""
Schedule {{
  Name = "Nightly"
  Run = Full 1st sun at 23:05
  Run = Incremental mon-sat at 23:05
}}

Job {{
  Name = "{machine.BACKUP_JOB}"
  Type = Backup
  Level = Incremental
  Accurate = yes
  Client = {machine.CLIENT}
  FileSet = "{machine.FILESET}"
  Schedule = "Nightly"
  Storage = {machine.STORAGE}
  Pool = {machine.POOL}
  Messages = Standard
  Write Bootstrap = "{machine.STORAGE_MOUNT}/bootstraps/{machine.BOOTSTRAP}"
}}

Job {{
  Name = "{machine.VERIFY_JOB}"
  Type = Verify
  Level = VolumeToCatalog
  Verify Job = "{machine.BACKUP_JOB}"
  Client = {machine.CLIENT}
  FileSet = "{machine.FILESET}"
  Storage = {machine.STORAGE}
  Pool = {machine.POOL}
  Messages = Standard
}}
"""


def _director(machine, environment):
    prune = "no" if environment else "yes"
    names = "\n".join(f'    File = "{path}"' for path in machine.BACKED_UP)
    wild = "\n".join(f'      WildFile = "{pattern}"' for pattern in machine.EXCLUDED_FILES)
    excluded = "\n".join(f'    File = "{path}"' for path in machine.EXCLUDED)
    return f"""\
Director {{
  Name = {machine.DIRECTOR}
  DIRport = {machine.DIRECTOR_PORT}
  DirAddress = 127.0.0.1
  QueryFile = "/etc/bacula/scripts/query.sql"
  WorkingDirectory = "/var/lib/bacula"
  PidDirectory = "/run/bacula"
  Maximum Concurrent Jobs = 4
  Password = "{machine.PASSWORDS['console']}"
  Messages = Standard
{TIMEOUTS}}}
{"" if environment else _writing_jobs(machine)}
Job {{
  Name = "{machine.RESTORE_JOB}"
  Type = Restore
  Client = {machine.CLIENT}
  FileSet = "{machine.FILESET}"
  Storage = {machine.STORAGE}
  Pool = {machine.POOL}
  Messages = Standard
  Where = /var/tmp/bacula-restores
}}

FileSet {{
  Name = "{machine.FILESET}"
  Include {{
    Options {{
{wild}
      Exclude = yes
    }}
    Options {{
      Signature = SHA1
      AclSupport = yes
      XattrSupport = yes
      Sparse = yes
      OneFS = yes
    }}
{names}
  }}
  Exclude {{
{excluded}
  }}
}}

Client {{
  Name = {machine.CLIENT}
  Address = 127.0.0.1
  FDPort = {machine.CLIENT_PORT}
  Catalog = MyCatalog
  Password = "{machine.PASSWORDS['client']}"
  File Retention = 365 days
  Job Retention = 365 days
  AutoPrune = {prune}
}}

Storage {{
  Name = {machine.STORAGE}
  Address = 127.0.0.1
  SDPort = {machine.STORAGE_PORT}
  Password = "{machine.PASSWORDS['storage']}"
  Device = {machine.DEVICE}
  Media Type = File1
  Maximum Concurrent Jobs = 4
}}

Catalog {{
  Name = MyCatalog
  dbname = "bacula"; dbuser = "bacula"; dbpassword = ""
}}

Pool {{
  Name = {machine.POOL}
  Pool Type = Backup
  Label Format = "{machine.NAME.capitalize()}-"
  Maximum Volume Bytes = 50000000
  Maximum Volumes = 100
  Volume Retention = 365 days
  Recycle = {prune}
  AutoPrune = {prune}
}}

Messages {{
  Name = Standard
  console = all, !skipped, !saved
  catalog = all, !skipped, !saved
}}
"""


def _storage(machine):
    return f"""\
Storage {{
  Name = {machine.STORAGE_DAEMON}
  SDPort = {machine.STORAGE_PORT}
  SDAddress = 127.0.0.1
  WorkingDirectory = "/var/lib/bacula"
  Pid Directory = "/run/bacula"
  Maximum Concurrent Jobs = 4
}}

Director {{
  Name = {machine.DIRECTOR}
  Password = "{machine.PASSWORDS['storage']}"
}}

Device {{
  Name = {machine.DEVICE}
  Media Type = File1
  Archive Device = {machine.STORAGE_MOUNT}/bacula
  LabelMedia = yes
  Random Access = yes
  AutomaticMount = yes
  RemovableMedia = no
  AlwaysOpen = no
}}

Messages {{
  Name = Standard
  director = {machine.DIRECTOR} = all
}}
"""


def _client(machine):
    return f"""\
FileDaemon {{
  Name = {machine.CLIENT}
  FDport = {machine.CLIENT_PORT}
  FDAddress = 127.0.0.1
  WorkingDirectory = /var/lib/bacula
  Pid Directory = /run/bacula
  Plugin Directory = /usr/lib/bacula
  Maximum Concurrent Jobs = 4
}}

Director {{
  Name = {machine.DIRECTOR}
  Password = "{machine.PASSWORDS['client']}"
}}

Messages {{
  Name = Standard
  director = {machine.DIRECTOR} = all, !skipped, !restored
}}
"""


def _console(machine):
    return f"""\
Director {{
  Name = {machine.DIRECTOR}
  DIRport = {machine.DIRECTOR_PORT}
  address = 127.0.0.1
  Password = "{machine.PASSWORDS['console']}"
}}
"""
