# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the golden images in a folder; `golden` starts it in namespaces of its own.

Being PID 1 of them, it may be killed at any moment: its mounts, daemons and loop devices go with it.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import sys
import time

from . import alder, awkward, bacula_conf, database, tree
from .command import progress, run
from .daemons import Daemons

_MOUNT_POINTS = ["machine", "storage", "top"]


def main(folder, catalog):
    os.chdir(folder)
    run("ip", "link", "set", "lo", "up")
    make_images()
    for name in _MOUNT_POINTS:
        os.mkdir(name)
    mount_machine()
    progress("filling the machine")
    fill_machine()
    with serve(catalog):
        facts = back_up()
    if catalog == "sqlite3":  # else recover is to make it
        progress("making the recovery environment")
        make_environment()
    with open("facts.json", "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
    for name in _MOUNT_POINTS:
        run("umount", "--recursive", name)
        os.rmdir(name)
    progress("checking the images")
    run("btrfs", "check", "--readonly", "root.img")
    run("e2fsck", "-fn", "storage.img")


def make_images():
    for name, size in [("root.img", alder.ROOT_SIZE), ("storage.img", alder.STORAGE_SIZE)]:
        with open(name, "wb") as image:
            image.truncate(size)
    run(*alder.mkfs_root("root.img"))
    # Nothing left to initialise later: a test that proves "nothing was written" compares whole images.
    run("mkfs.ext4", "-q", "-U", alder.STORAGE_UUID, "-L", alder.STORAGE_LABEL, "-m", "0",
        "-E", "lazy_itable_init=0,lazy_journal_init=0", "storage.img")


def mount_machine():
    """The subvolumes, the Debian tree, and all of it mounted as the machine's fstab does."""
    run("mount", "-o", "loop,noatime", "storage.img", "storage")
    # The top level stays mounted: the last mount that goes takes the loop device with it.
    run("mount", "-o", "loop,noatime,subvolid=5", "root.img", "top")
    device = run("findmnt", "-n", "-o", "SOURCE", "top").strip()
    for path, mount, no_cow in alder.SUBVOLUMES:
        os.makedirs(os.path.dirname(f"top/{path}"), exist_ok=True)
        if os.path.isdir(f"top/{path}"):
            os.rmdir(f"top/{path}")
        run("btrfs", "subvolume", "create", f"top/{path}")
        if no_cow:
            run("chattr", "+C", f"top/{path}")
        if mount == "/":
            run("btrfs", "subvolume", "set-default", f"top/{path}")
            run("tar", "-x", "-f", "tree.tar", "-C", f"top/{path}", "--numeric-owner", "--xattrs",
                "--xattrs-include=*", "--acls")
        if mount:
            os.makedirs(f"machine{mount}", exist_ok=True)
            run("mount", "-o", f"{alder.OPTIONS},subvol=/{path}", device, f"machine{mount}")
    for path in alder.EXCLUDED:
        os.makedirs(f"machine{path}", exist_ok=True)
    run("mount", "-t", "proc", "proc", "machine/proc")
    run("mount", "--bind", "/dev", "machine/dev")
    run("mount", "-t", "tmpfs", "tmpfs", "machine/run")
    run("mount", "--bind", "storage", f"machine{alder.STORAGE_MOUNT}")


def fill_machine():
    identify("machine")
    bacula_conf.write("machine")
    awkward.populate("machine")
    spool = os.stat("machine/var/lib/bacula")  # bacula's, as the package made it
    tape = int(run("chroot", "machine", "getent", "group", "tape").split(":")[2])
    for name, group in [("bacula", tape), ("bootstraps", spool.st_gid)]:
        os.mkdir(f"storage/{name}", 0o750)
        os.chown(f"storage/{name}", spool.st_uid, group)
    os.mkdir("machine/run/bacula", 0o755)
    os.chown("machine/run/bacula", spool.st_uid, spool.st_gid)


def serve(catalog):
    """What the Director's catalog needs besides."""
    if catalog == "sqlite3":
        return contextlib.nullcontext()
    progress(f"making the catalog in {catalog}")
    server = database.of(catalog, "machine")
    server.install()
    server.configure()
    return server


def identify(root):
    """What Debian's installer would have written."""
    texts = {"fstab": alder.fstab(), "hostname": f"{alder.NAME}\n", "machine-id": f"{alder.MACHINE_ID}\n",
             "hosts": f"127.0.0.1 localhost {alder.NAME}\n", "resolv.conf": ""}
    for name, text in texts.items():
        awkward.write(os.fsencode(f"{root}/etc/{name}"), text.encode())


def back_up():
    """A Full, changes, an Incremental, and a manifest of each; returns the facts for the tests."""
    with Daemons("machine") as bacula:
        progress("Full backup")
        full = bacula.run_job(f"run job={alder.BACKUP_JOB} level=Full yes")
        before = tree.scan("machine")
        tree.save(before, "full.manifest")
        # `before=` of a restore counts whole seconds: one for the moment, clear of both jobs.
        next_second()
        moment = run("chroot", "machine", "date", "+%Y-%m-%d %H:%M:%S").strip()
        next_second()
        awkward.change("machine")
        progress("Incremental backup")
        incremental = bacula.run_job(f"run job={alder.BACKUP_JOB} level=Incremental yes")
        newest = tree.scan("machine")
        forget_lost_times(newest, "machine", os.stat("full.manifest").st_mtime)
        tree.save(newest, "newest.manifest")
        jobs = bacula.query(["JobId", "Level", "JobFiles", "JobBytes", "StartTime", "EndTime"],
                            "FROM Job ORDER BY JobId")
        volumes = bacula.query(["VolumeName", "VolBytes", "VolStatus"], "FROM Media ORDER BY MediaId")
    if [(int(job[0]), job[1]) for job in jobs] != [(full, "F"), (incremental, "I")] or len(volumes) < 3:
        raise RuntimeError(f"not the backups that were asked for: {jobs} on {volumes}")
    return {
        "moment-between": moment,
        "jobs": [{"id": int(job), "level": level, "files": int(files), "bytes": int(size), "start": start, "end": end}
                 for job, level, files, size, start, end in jobs],
        "volumes": [{"name": name, "bytes": int(size), "status": status} for name, size, status in volumes],
        # what the Director has to say when it has chosen: "5,609 files selected to be restored."
        "restored-entries": {"full": len(before), "newest": len(newest)},
        "root-uuid": alder.ROOT_UUID, "storage-uuid": alder.STORAGE_UUID, "machine-id": alder.MACHINE_ID,
        "passwords": list(alder.PASSWORDS.values()), "built": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
    }


def forget_lost_times(entries, root, since):
    """Takes out the folder times that Bacula cannot bring back.

    Where something in a folder changed after the Full but the folder itself did not, the folder's record is
    restored from the Full, and then the Incremental's file is put into it: its mtime is that of the restore.
    """
    changed = {path for path in entries if os.lstat(os.fsencode(root) + path).st_ctime >= since}
    for folder in {os.path.dirname(path) for path in changed} - changed:
        entries[folder].pop("mtime", None)


def next_second():
    time.sleep(1.05 - time.time() % 1)


def make_environment():
    """The recovery environment and the catalog, as the machine leaves them behind after a backup."""
    environment = "storage/environment"
    os.mkdir(environment)
    run("tar", "-x", "-f", "tree.tar", "-C", environment, "--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls")
    for path in [*alder.EXCLUDED, f"{alder.STORAGE_MOUNT}/bacula", "/mnt/recover"]:
        os.makedirs(environment + path, exist_ok=True)
    identify(environment)
    awkward.write(os.fsencode(f"{environment}/etc/fstab"), b"")
    bacula_conf.write(environment, environment=True)
    catalog = "machine/var/lib/bacula/bacula.db"
    shutil.copy2(catalog, f"{environment}/var/lib/bacula/bacula.db")
    owner = os.stat(catalog)
    os.chown(f"{environment}/var/lib/bacula/bacula.db", owner.st_uid, owner.st_gid)
    dump_catalog(catalog, "storage/bootstraps/bacula.sql")


def dump_catalog(catalog, file_name):
    database = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)
    database.text_factory = lambda text: text.decode("utf-8", "surrogateescape")  # file names are bytes
    with open(file_name, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(f"{line}\n" for line in database.iterdump())
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
