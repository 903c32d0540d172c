# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for build.py: empty disks become the machine and its storage volume.

    python3 -m vm.guest.make LAYOUT [EMPTY]   the disks in the layout's order, the storage disk, the tree as a tar;
                                              EMPTY: no recovery environment is made
"""

import os
import sys

from loop import awkward, bacula_conf
from loop.command import progress, run
from vm import layouts
from vm.guest import disks

# What a recovery environment does not need of the machine's tree.
_NOT_IN_ENVIRONMENT = ["./boot/*", "./usr/lib/modules/*", "./usr/lib/grub/*", "./usr/lib/systemd/system/*"]


def main(name, empty=""):
    layout = layouts.ALL[name]
    tar = f"/dev/ubd{'abcdef'[len(layout.disks) + 1]}"
    progress("disks")
    disks.make(layout)
    disks.make_subvolumes(layout)
    progress("the machine's tree")
    with disks.mounted(layout) as root:
        _unpack(tar, root, [])
        disks.enter()
        progress("configuration")
        _identify(layout, root)
        bacula_conf.write(root, machine=layout.bacula)
        awkward.populate(root)
        progress("boot loader")
        _make_bootable(layout, root)
        _make_storage(layout, root)
        if not empty:
            progress("recovery environment")
            _make_environment(layout, tar)
        progress("writing to disk")
    disks.let_go()
    progress("done")


def _unpack(tar, folder, without):
    run("tar", "-x", "-f", tar, "-C", folder, "--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls",
        "--exclude=./dev/*", "--exclude=./boot/efi", *(f"--exclude={path}" for path in without))


def _identify(layout, root):
    """What Debian's installer would have written."""
    texts = {"fstab": _fstab(layout), "hostname": f"{layouts.NAME}\n", "machine-id": f"{layouts.MACHINE_ID}\n",
             "hosts": f"127.0.0.1 localhost {layouts.NAME}\n", "resolv.conf": "",
             # In user-mode Linux LVM does not know the disks' driver, in the machine as in the rescue system.
             "lvm/lvmlocal.conf": 'devices {\n  types = [ "ubd", 16 ]\n}\n'}
    for name, text in texts.items():
        awkward.write(os.fsencode(f"{root}/etc/{name}"), text.encode())


def _fstab(layout):
    lines = []
    for subvolume in layout.subvolumes:
        if subvolume.mount:
            by_name = "" if subvolume.mount == "/" and layout.root_by_default else f",subvol=/{subvolume.path}"
            lines.append(f"UUID={layouts.ROOT_UUID} {subvolume.mount} btrfs {layouts.OPTIONS}{by_name} 0 0")
    if layout.boot:
        lines.append(f"UUID={layouts.BOOT_UUID} /boot ext4 rw,noatime 0 2")
    lines.append(f"UUID={layouts.ESP_ID} /boot/efi vfat umask=0077 0 1")
    lines.append(f"UUID={layouts.STORAGE_UUID} {layouts.STORAGE_MOUNT} ext4 rw,noatime,nofail 0 2")
    return "\n".join(lines) + "\n"


def _make_bootable(layout, root):
    if layout.grub2_names:
        os.rename(f"{root}/boot/grub", f"{root}/boot/grub2")
        os.symlink("grub2", f"{root}/boot/grub")
        for name in ["install", "mkconfig"]:
            os.rename(f"{root}/usr/sbin/grub-{name}", f"{root}/usr/sbin/grub2-{name}")
    if layout.lvm:  # the tree's initramfs was made for a machine without
        run("chroot", root, "update-initramfs", "-u")
    # The partition table's driver is not found out on a disk of user-mode Linux.
    modules = "part_gpt btrfs" + (" lvm" if layout.lvm else "") + (" ext2" if layout.boot else "")
    install = ["chroot", root, layout.tool("grub-install"), "--target=x86_64-efi", "--efi-directory=/boot/efi",
               "--bootloader-id=debian", "--no-nvram", f"--modules={modules}"]
    run(*install)
    if layout.fallback_path:
        run(*install, "--removable")
    run("chroot", root, layout.tool("grub-mkconfig"), "-o", f"{layout.grub_folder}/grub.cfg")


def _make_storage(layout, root):
    """The storage volume's places for Bacula."""
    spool = os.stat(f"{root}/var/lib/bacula")  # bacula's, as the package made it
    tape = int(run("chroot", root, "getent", "group", "tape").split(":")[2])
    for name, group in [("bacula", tape), ("bootstraps", spool.st_gid)]:
        os.mkdir(f"{disks.STORAGE}/{name}", 0o750)
        os.chown(f"{disks.STORAGE}/{name}", spool.st_uid, group)


def _make_environment(layout, tar):
    environment = f"{disks.STORAGE}/environment"
    os.mkdir(environment)
    _unpack(tar, environment, _NOT_IN_ENVIRONMENT)
    for path in [*layout.bacula.EXCLUDED, f"{layouts.STORAGE_MOUNT}/bacula", "/mnt/recover"]:
        os.makedirs(environment + path, exist_ok=True)
    _identify(layout, environment)
    awkward.write(os.fsencode(f"{environment}/etc/fstab"), b"")
    bacula_conf.write(environment, environment=True, machine=layout.bacula)


if __name__ == "__main__":
    main(*sys.argv[1:])
