# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program does, done by hand: to prove that the fixture can be restored at all, and how."""

import contextlib
import os
import re
import shutil

from . import alder, mounts
from .command import run
from .daemons import Daemons


def make_filesystem(machine):
    """An empty root like the lost one, mounted where the environment sees it as /mnt/recover."""
    # Where an earlier try left off, mkfs.btrfs -U would find this UUID on the very disk it is to format
    # and refuse: "non-unique UUID", -f or not.
    run("wipefs", "--all", machine.device)
    run(*alder.mkfs_root(machine.device))
    target = f"{machine.environment}/mnt/recover"
    run("mount", "-t", "btrfs", "-o", "subvolid=5", machine.device, target)
    for path, mount, no_cow in alder.SUBVOLUMES:
        os.makedirs(os.path.dirname(f"{target}/{path}"), exist_ok=True)
        run("btrfs", "subvolume", "create", f"{target}/{path}")
        if no_cow:  # before the first file: only what is made afterwards inherits it
            run("chattr", "+C", f"{target}/{path}")
        if mount == "/":
            run("btrfs", "subvolume", "set-default", f"{target}/{path}")
    run("umount", target)
    for path, mount, _ in alder.SUBVOLUMES:
        if mount:
            os.makedirs(f"{target}{mount}", exist_ok=True)
            run("mount", "-t", "btrfs", "-o", f"{alder.OPTIONS},subvol=/{path}", machine.device, f"{target}{mount}")


@contextlib.contextmanager
def environment(machine):
    """The environment with its daemons, the volumes read-only in it; yields the Daemons."""
    root = str(machine.environment)
    with _chroot(root):
        volumes = f"{root}{alder.STORAGE_MOUNT}/bacula"
        run("mount", "--bind", machine.volumes, volumes)
        try:
            run("mount", "-o", "remount,bind,ro", volumes)  # a bind mount takes `ro` only in a second step
            with Daemons(root) as bacula:
                yield bacula
        finally:
            run("umount", volumes)


@contextlib.contextmanager
def booted(machine, catalog):
    """The restored machine as after its reboot, its daemons running on that catalog; yields the Daemons."""
    with machine.root() as path:
        root = str(path)
        for folder in alder.EXCLUDED:  # not in the backup, and nothing starts without them
            os.makedirs(f"{root}{folder}", exist_ok=True)
        os.chmod(f"{root}/tmp", 0o1777)
        spool = os.stat(f"{root}/var/lib/bacula")
        shutil.copy(catalog, f"{root}/var/lib/bacula/bacula.db")
        os.chown(f"{root}/var/lib/bacula/bacula.db", spool.st_uid, spool.st_gid)
        with _chroot(root):
            run("mount", "--bind", machine.storage, f"{root}{alder.STORAGE_MOUNT}")
            try:
                with Daemons(root) as bacula:
                    yield bacula
            finally:
                run("umount", f"{root}{alder.STORAGE_MOUNT}")


@contextlib.contextmanager
def _chroot(root):
    """What daemons need around them."""
    mounted = []
    try:
        for kind, point in [("proc", "/proc"), ("devtmpfs", "/dev"), ("tmpfs", "/run")]:
            run("mount", "-t", kind, kind, f"{root}{point}")
            mounted.append(f"{root}{point}")
        os.mkdir(f"{root}/run/bacula")
        run("chroot", root, "chown", "bacula:bacula", "/run/bacula")
        yield
    finally:
        for point in reversed(mounted):
            run("umount", point)


def make_bootstrap(bacula, before=None):
    """Lets the Director choose the files and write down where they are, and then says no."""
    # `before=` counts only in front of `select`; behind it, it is ignored without a word.
    which = f'before="{before}" select' if before else "select current"
    text = bacula.console(f"restore client={alder.CLIENT} fileset={alder.FILESET} where=/mnt/recover "
                          f"{which} all done", "no")
    written = re.search(r"^Bootstrap records written to (\S+)$", text, re.M)
    if not written or "Job not run." not in text:
        raise AssertionError(f"the Director made no bootstrap:\n{text}")
    return written[1]


def restore(machine, before=None):
    """Destroyed machine to restored machine; returns the restore's JobId."""
    with environment(machine) as bacula:
        bootstrap = make_bootstrap(bacula, before)
        make_filesystem(machine)
        try:
            return bacula.run_job(f"run job={alder.RESTORE_JOB} client={alder.CLIENT} bootstrap={bootstrap} "
                                  "where=/mnt/recover yes")
        finally:
            mounts.unmount_below(f"{machine.environment}/mnt/recover")
