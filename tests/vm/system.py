# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine and the rescue system have in common: how a tree is made, and the test's job."""

from pathlib import Path

from loop import debian

GUEST = Path(__file__).parent / "guest"
KERNEL = "linux-image-cloud-amd64"  # smaller, and quicker to unpack, than linux-image-amd64
COMMON = [KERNEL, "initramfs-tools", "zstd", "systemd-sysv", "udev", "kmod", "lvm2", "dosfstools", "e2fsprogs",
          "btrfs-progs", "efibootmgr", "gdisk", "acl", "attr", "libcap2-bin", "iproute2",
          "python3-minimal", "libpython3-stdlib"]
# What needs a network, or waits for somebody at a keyboard.
_USELESS = ["serial-getty@ttyS0.service", "getty@tty1.service", "apt-daily.timer", "apt-daily-upgrade.timer",
            "getty-static.service", "systemd-logind.service",
            "systemd-user-sessions.service"]
# What writes by itself, at any moment, into what is compared.
_RESTLESS = ["dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer",
             "systemd-tmpfiles-clean.timer", "systemd-random-seed.service", "systemd-update-utmp.service",
             "systemd-update-utmp-runlevel.service"]
# What costs an emulated processor a second each, and is not what is tested.
_SLOW = ["systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "sys-kernel-debug.mount",
         "sys-kernel-tracing.mount", "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "dev-mqueue.mount",
         "dev-hugepages.mount", "modprobe@drm.service", "modprobe@fuse.service", "systemd-pstore.service"]
MASKED = _USELESS + _RESTLESS + _SLOW
_LEFT_OUT = ["/usr/lib/python3*/lib2to3/*", "/usr/lib/python3*/ensurepip/*", "/usr/lib/python3*/pydoc_data/*",
             "/lib/modules/*/kernel/drivers/net/*", "/lib/modules/*/kernel/drivers/infiniband/*",
             "/lib/modules/*/kernel/drivers/gpu/*", "/lib/modules/*/kernel/net/*"]
_INITRAMFS_CONF = "MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n"
# btrfs finds its checksums by name, when it mounts: nothing says beforehand that it wants these.
_INITRAMFS_MODULES = ["virtio_pci", "virtio_blk", "btrfs", "vfat", "ext4", "dm_mod", "nls_ascii", "nls_cp437",
                      "squashfs", "overlay", "crc32c_generic", "xxhash_generic", "sha256_generic", "blake2b_generic"]


def sources():
    """The files that a tree depends on."""
    return [Path(__file__), Path(debian.__file__), GUEST / "job.sh", GUEST / "job.service"]


def make_tree(tar, scratch, packages, before, after):
    """A Debian with those packages, kernel and initramfs.

    `before` and `after` the packages are shell commands, $1 being the tree.
    """
    modules = "\\n".join(f"manual_add_modules {name}" for name in _INITRAMFS_MODULES)
    early = [
        # In place before the kernel's package makes its initramfs.
        "mkdir -p $1/etc/initramfs-tools/conf.d $1/etc/initramfs-tools/hooks",
        f"printf '{_shell(_INITRAMFS_CONF)}' >$1/etc/initramfs-tools/conf.d/recover-test",
        "printf '#!/bin/sh\\n[ \"$1\" = prereqs ] && exit\\n. /usr/share/initramfs-tools/hook-functions\\n"
        f"{modules}\\n' >$1/etc/initramfs-tools/hooks/recover-test",
        "chmod +x $1/etc/initramfs-tools/hooks/recover-test",
        *before,
    ]
    late = [
        f"install -m 755 {GUEST / 'job.sh'} $1/usr/local/sbin/recover-test-job",
        f"install -m 644 {GUEST / 'job.service'} $1/etc/systemd/system/recover-test-job.service",
        "mkdir -p $1/etc/systemd/journald.conf.d",
        "printf '[Journal]\\nStorage=volatile\\n' >$1/etc/systemd/journald.conf.d/recover-test.conf",
        "systemctl --quiet --root=$1 enable recover-test-job.service",
        "systemctl --quiet --root=$1 set-default multi-user.target",
        "systemctl --quiet --root=$1 mask " + " ".join(MASKED),
        *after,
        "rm -rf $1/var/lib/apt/lists/* $1/var/cache/apt/* $1/var/cache/debconf/*-old $1/var/log/*.log $1/var/log/apt/*",
    ]
    options = [f"--essential-hook={line}" for line in early] + [f"--customize-hook={line}" for line in late]
    debian.make_tree(tar, scratch, [*COMMON, *packages], debian.LEFT_OUT + _LEFT_OUT, options)


def _shell(text):
    return text.replace("\n", "\\n")
