# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's disks as user-mode Linux has them: where they are, how they are made, mounted and let go."""

import contextlib
import os

from loop import mounts
from loop.command import run
from vm import layouts

MACHINE = "/tmp/machine"
STORAGE = MACHINE + layouts.STORAGE_MOUNT


def disk(layout, name):
    names = [disk.name for disk in layout.disks] + ["storage"]
    return f"/dev/ubd{'abcdef'[names.index(name)]}"


def partition(layout, place):
    return f"{disk(layout, place[0])}{place[1]}"


def root_devices(layout):
    return ["/dev/vg1/root"] if layout.lvm else [partition(layout, place) for place in layout.root]


def make(layout):
    """Partition tables, volume groups and filesystems on empty disks."""
    for one in layout.disks:
        argv = ["sgdisk", f"--disk-guid={one.guid}"]
        for number, part in enumerate(one.partitions, 1):
            size = f"+{part.size}M" if part.size else "0"
            argv += [f"--new={number}:0:{size}", f"--typecode={number}:{part.type}",
                     f"--partition-guid={number}:{part.guid}"]
        run(*argv, disk(layout, one.name))
    run("udevadm", "settle")
    run("mkfs.vfat", "-F", "32", "-i", layouts.ESP_ID.replace("-", ""), "-n", "ESP", partition(layout, layout.esp))
    if layout.boot:
        _make_ext4(partition(layout, layout.boot), layouts.BOOT_UUID, "birch-boot")
    if layout.lvm:
        _make_volume("vg1", "root", partition(layout, layout.root[0]))
    run("mkfs.btrfs", "-q", "-f", "-L", layouts.ROOT_LABEL, "-U", layouts.ROOT_UUID, "-d", layout.data,
        "-m", layout.metadata, "-O", ",".join(layouts.FEATURES), "-R", ",".join(layouts.RUNTIME_FEATURES),
        *root_devices(layout))
    _make_volume("vg2", "storage", disk(layout, "storage"))
    _make_ext4("/dev/vg2/storage", layouts.STORAGE_UUID, "birch-storage")
    settle()


def _make_volume(group, name, device):
    run("vgcreate", "-q", group, device)
    run("lvcreate", "-q", "--yes", "--name", name, "--extents", "100%FREE", group)


def _make_ext4(device, uuid, label):
    # Nothing left to initialise later: a test that proves "nothing was written" compares whole disks.
    run("mkfs.ext4", "-q", "-U", uuid, "-L", label, "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", device)


@contextlib.contextmanager
def top_level(layout):
    """The btrfs with all its subvolumes."""
    top = "/tmp/top"
    os.mkdir(top)
    run("mount", "-o", "noatime,subvolid=5", root_devices(layout)[0], top)
    try:
        yield top
    finally:
        run("umount", top)
        os.rmdir(top)


def make_subvolumes(layout):
    """And the default one, where the machine's root is that."""
    with top_level(layout) as top:
        for subvolume in layout.subvolumes:
            path = f"{top}/{subvolume.path}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            run("btrfs", "subvolume", "create", path)
            if subvolume.no_cow:
                run("chattr", "+C", path)
            if subvolume.mount == "/" and layout.root_by_default:
                run("btrfs", "subvolume", "set-default", path)


def settle():
    """udev must have seen what was just made, or /dev/disk/by-uuid shows what was there before."""
    run("udevadm", "trigger", "--settle", "--subsystem-match=block")


@contextlib.contextmanager
def mounted(layout):
    """The machine's filesystems as it mounts them itself, at MACHINE."""
    run("vgchange", "-q", "-ay")
    settle()
    device = root_devices(layout)[0]
    run("btrfs", "device", "scan")
    try:
        for subvolume in layout.subvolumes:
            if subvolume.mount:
                by_name = "" if subvolume.mount == "/" and layout.root_by_default else f",subvol=/{subvolume.path}"
                _mount("-t", "btrfs", "-o", layouts.OPTIONS + by_name, device, subvolume.mount)
        if layout.boot:
            _mount("-t", "ext4", "-o", "noatime", partition(layout, layout.boot), "/boot")
        _mount("-t", "vfat", "-o", "umask=0077,iocharset=ascii", partition(layout, layout.esp), "/boot/efi")
        _mount("-t", "ext4", "-o", "noatime", "/dev/vg2/storage", layouts.STORAGE_MOUNT)
        yield MACHINE
    finally:
        mounts.unmount_below(MACHINE)


@contextlib.contextmanager
def running(layout):
    """The same, and fit to chroot into."""
    with mounted(layout):
        enter()
        yield MACHINE


def enter():
    """What a chroot into the mounted machine wants besides. It goes when the machine is unmounted."""
    _mount("-t", "proc", "proc", "/proc")
    _mount("-t", "sysfs", "-o", "ro", "sysfs", "/sys")
    _mount("--rbind", "/dev", "/dev")
    _mount("-t", "tmpfs", "tmpfs", "/run")
    _mount("--bind", "/run/udev", "/run/udev")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp")


def _mount(*words):
    *options, point = words
    os.makedirs(f"{MACHINE}{point}".rstrip("/"), exist_ok=True)
    run("mount", *options, f"{MACHINE}{point}".rstrip("/"))


def let_go():
    """All volume groups are inactive, and what was written is on the disks."""
    run("vgchange", "-q", "-an")
    os.sync()
