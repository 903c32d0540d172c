# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine `alder`: everything about it that tests and the builder must agree on."""

import os

GIB = 1 << 30

# Several of it can be on one host at once, each in a lane of its own (sweep.workers). What the kernel and the program
# take for an identity then differs; ports are the same, in a network namespace each. 0 to 15.
LANE = int(os.environ.get("RECOVER_TEST_LANE", "0"))


def of_lane(uuid):
    return f"{uuid[:-1]}{int(uuid[-1], 16) ^ LANE:x}"



NAME = "alder"
MACHINE_ID = "6d1c0f5a9be24b3fa7e83d20c5914e7b"

ROOT_SIZE = 8 * GIB
ROOT_UUID = of_lane("c59d1a72-8e34-4f0b-b6a1-27e9d0f3485c")
ROOT_LABEL = "alder-root"
NODE_SIZE = 16384
SECTOR_SIZE = 4096
CHECKSUM = "crc32c"
# btrfs-progs 6.2 keeps two lists and accepts a name only in its own one: `-O free-space-tree` is an error.
FORMAT_FEATURES = ["extref", "skinny-metadata", "no-holes"]
RUNTIME_FEATURES = ["free-space-tree"]

STORAGE_SIZE = 4 * GIB
STORAGE_UUID = of_lane("1f7b6c0e-52d9-4a83-9c1d-e40a97d3b865")
STORAGE_LABEL = "alder-storage"
STORAGE_MOUNT = "/mnt/storage"

OPTIONS = "rw,noatime"
# (path in the filesystem, mount point or None when it just lies nested, chattr +C)
SUBVOLUMES = [
    ("@", "/", False),
    ("@home", "/home", False),
    ("@/var/lib/machines", None, False),
    ("@images", "/var/lib/images", True),
]

DIRECTOR, CLIENT, STORAGE_DAEMON = "alder-dir", "alder-fd", "alder-sd"
FILESET, POOL, STORAGE, DEVICE = "alder-root", "File", "File1", "FileStorage"
BACKUP_JOB, VERIFY_JOB, RESTORE_JOB = "BackupAlder", "VerifyAlder", "RestoreFiles"
BOOTSTRAP = "alder.bsr"
DIRECTOR_PORT, CLIENT_PORT, STORAGE_PORT = 29101, 29102, 29103

# Each holds the same odd word, so that a test can search every output and file for a leak.
SECRET_WORD = "Geheim"
PASSWORDS = {
    "console": "Konsole-Geheim-4b7e91",
    "client": "Datei-Geheim-c02f6d",
    "storage": "Band-Geheim-a8135e",
}

# What the FileSet names, one subvolume a line: Bacula does not cross into another device number.
BACKED_UP = ["/", "/home", "/var/lib/machines", "/var/lib/images"]
# What it leaves out; a trailing * as in the FileSet. These are not in the manifests either.
EXCLUDED = ["/proc", "/sys", "/dev", "/run", "/tmp", "/mnt/storage"]
EXCLUDED_FILES = ["/var/lib/bacula/bacula.db*", "/var/lib/bacula/*.state", "/var/lib/bacula/*.conmsg",
                  "/var/lib/bacula/*.mail", "/var/lib/bacula/*.bsr", "/var/lib/bacula/*.spool"]


def mkfs_root(device):
    return ["mkfs.btrfs", "-q", "-f", "-L", ROOT_LABEL, "-U", ROOT_UUID, "-d", "single", "-m", "dup",
            "--csum", CHECKSUM, "-n", str(NODE_SIZE), "-s", str(SECTOR_SIZE),
            "-O", ",".join(FORMAT_FEATURES), "-R", ",".join(RUNTIME_FEATURES), device]


def fstab():
    lines = [f"UUID={ROOT_UUID} {mount} btrfs {OPTIONS},subvol=/{path} 0 0"
             for path, mount, _ in SUBVOLUMES if mount]
    lines.append(f"UUID={STORAGE_UUID} {STORAGE_MOUNT} ext4 rw,noatime,nofail 0 2")
    return "\n".join(lines) + "\n"


def profile(serial):
    """machine.toml. A loop device has no serial of its own: its backing file's path stands for it."""
    features = ", ".join(f'"{name}"' for name in FORMAT_FEATURES + RUNTIME_FEATURES)
    subvolumes = ""
    for path, mount, no_cow in SUBVOLUMES:
        subvolumes += f'\n[[subvolume]]\npath = "{path}"\n'
        if mount:
            subvolumes += f'mount = "{mount}"\noptions = "{OPTIONS}"\n'
        if mount == "/":
            subvolumes += "default = true\n"
        if no_cow:
            subvolumes += "no-cow = true\n"
    return f"""\
format = 1

[machine]
name = "{NAME}"
machine-id = "{MACHINE_ID}"

[[disk]]
name = "system"
serial = "{serial}"
size = {ROOT_SIZE}

[filesystem]
uuid = "{ROOT_UUID}"
label = "{ROOT_LABEL}"
data = "single"
metadata = "dup"
checksum = "{CHECKSUM}"
node-size = {NODE_SIZE}
sector-size = {SECTOR_SIZE}
features = [{features}]
devices = [ {{ disk = "system" }} ]
{subvolumes}
[storage]
uuid = "{STORAGE_UUID}"
volumes = "bacula"
environment = "environment"
bootstraps = "bootstraps"

[bacula]
director = "{DIRECTOR}"
client = "{CLIENT}"
fileset = "{FILESET}"
backup-job = "{BACKUP_JOB}"
restore-job = "{RESTORE_JOB}"
storage = "{STORAGE}"
device = "{DEVICE}"
archive-device = "{STORAGE_MOUNT}/bacula"
catalog = "sqlite3"
bootstrap = "{BOOTSTRAP}"
"""
