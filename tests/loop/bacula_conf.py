# SPDX-License-Identifier: GPL-3.0-or-later
"""/etc/bacula of the machine, and of its recovery environment.

The environment's has the same names, passwords and ports, so that the catalog and the daemons fit, but
no job that writes (Backup, Verify, Copy, Migrate), no schedule, and no pruning: it can only restore.

Bacula's parser wants a newline before the `}` after a size, a duration or a schedule.
"""

import os

from . import alder

# A dead daemon must cost seconds, not the default minutes.
TIMEOUTS = """\
  FD Connect Timeout = 10 seconds
  SD Connect Timeout = 10 seconds
"""


def write(root, environment=False):
    """Writes the four files below root/etc/bacula, owned and closed as Debian has them."""
    texts = {
        "bacula-dir.conf": _director(environment),
        "bacula-sd.conf": _storage(),
        "bacula-fd.conf": _client(),
        "bconsole.conf": _console(),
    }
    group = os.stat(f"{root}/etc/bacula/bconsole.conf").st_gid  # Debian's package made it root:bacula
    for name, text in texts.items():
        path = f"{root}/etc/bacula/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(path, 0, group)
        os.chmod(path, 0o640)


def _writing_jobs():
    return f"""
Schedule {{
  Name = "Nightly"
  Run = Full 1st sun at 23:05
  Run = Incremental mon-sat at 23:05
}}

Job {{
  Name = "{alder.BACKUP_JOB}"
  Type = Backup
  Level = Incremental
  Accurate = yes
  Client = {alder.CLIENT}
  FileSet = "{alder.FILESET}"
  Schedule = "Nightly"
  Storage = {alder.STORAGE}
  Pool = {alder.POOL}
  Messages = Standard
  Write Bootstrap = "{alder.STORAGE_MOUNT}/bootstraps/{alder.BOOTSTRAP}"
}}

Job {{
  Name = "{alder.VERIFY_JOB}"
  Type = Verify
  Level = VolumeToCatalog
  Verify Job = "{alder.BACKUP_JOB}"
  Client = {alder.CLIENT}
  FileSet = "{alder.FILESET}"
  Storage = {alder.STORAGE}
  Pool = {alder.POOL}
  Messages = Standard
}}
"""


def _director(environment):
    prune = "no" if environment else "yes"
    names = "\n".join(f'    File = "{path}"' for path in alder.BACKED_UP)
    wild = "\n".join(f'      WildFile = "{pattern}"' for pattern in alder.EXCLUDED_FILES)
    excluded = "\n".join(f'    File = "{path}"' for path in alder.EXCLUDED)
    return f"""\
Director {{
  Name = {alder.DIRECTOR}
  DIRport = {alder.DIRECTOR_PORT}
  DirAddress = 127.0.0.1
  QueryFile = "/etc/bacula/scripts/query.sql"
  WorkingDirectory = "/var/lib/bacula"
  PidDirectory = "/run/bacula"
  Maximum Concurrent Jobs = 4
  Password = "{alder.PASSWORDS['console']}"
  Messages = Standard
{TIMEOUTS}}}
{"" if environment else _writing_jobs()}
Job {{
  Name = "{alder.RESTORE_JOB}"
  Type = Restore
  Client = {alder.CLIENT}
  FileSet = "{alder.FILESET}"
  Storage = {alder.STORAGE}
  Pool = {alder.POOL}
  Messages = Standard
  Where = /var/tmp/bacula-restores
}}

FileSet {{
  Name = "{alder.FILESET}"
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
  Name = {alder.CLIENT}
  Address = 127.0.0.1
  FDPort = {alder.CLIENT_PORT}
  Catalog = MyCatalog
  Password = "{alder.PASSWORDS['client']}"
  File Retention = 365 days
  Job Retention = 365 days
  AutoPrune = {prune}
}}

Storage {{
  Name = {alder.STORAGE}
  Address = 127.0.0.1
  SDPort = {alder.STORAGE_PORT}
  Password = "{alder.PASSWORDS['storage']}"
  Device = {alder.DEVICE}
  Media Type = File1
  Maximum Concurrent Jobs = 4
}}

Catalog {{
  Name = MyCatalog
  dbname = "bacula"; dbuser = "bacula"; dbpassword = ""
}}

Pool {{
  Name = {alder.POOL}
  Pool Type = Backup
  Label Format = "Alder-"
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


def _storage():
    return f"""\
Storage {{
  Name = {alder.STORAGE_DAEMON}
  SDPort = {alder.STORAGE_PORT}
  SDAddress = 127.0.0.1
  WorkingDirectory = "/var/lib/bacula"
  Pid Directory = "/run/bacula"
  Maximum Concurrent Jobs = 4
}}

Director {{
  Name = {alder.DIRECTOR}
  Password = "{alder.PASSWORDS['storage']}"
}}

Device {{
  Name = {alder.DEVICE}
  Media Type = File1
  Archive Device = {alder.STORAGE_MOUNT}/bacula
  LabelMedia = yes
  Random Access = yes
  AutomaticMount = yes
  RemovableMedia = no
  AlwaysOpen = no
}}

Messages {{
  Name = Standard
  director = {alder.DIRECTOR} = all
}}
"""


def _client():
    return f"""\
FileDaemon {{
  Name = {alder.CLIENT}
  FDport = {alder.CLIENT_PORT}
  FDAddress = 127.0.0.1
  WorkingDirectory = /var/lib/bacula
  Pid Directory = /run/bacula
  Plugin Directory = /usr/lib/bacula
  Maximum Concurrent Jobs = 4
}}

Director {{
  Name = {alder.DIRECTOR}
  Password = "{alder.PASSWORDS['client']}"
}}

Messages {{
  Name = Standard
  director = {alder.DIRECTOR} = all, !skipped, !restored
}}
"""


def _console():
    return f"""\
Director {{
  Name = {alder.DIRECTOR}
  DIRport = {alder.DIRECTOR_PORT}
  address = 127.0.0.1
  Password = "{alder.PASSWORDS['console']}"
}}
"""
