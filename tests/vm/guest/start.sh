#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Init of a user-mode Linux that uml.py starts. Its root is the host's, read-only: from there only the modules
# and a few programs are taken, until the rescue system on the last disk (a squashfs, under a tmpfs) is the root.
# Hands on to inside.sh. uml_share and uml_tests come from the kernel's command line.
set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mount -t tmpfs tmpfs /tmp
cd /tmp
mkdir system changes root proc
mount -t proc proc proc
kernel=/usr/lib/uml/modules/$(uname -r)
for module in fs/squashfs/squashfs.ko fs/overlayfs/overlay.ko; do
  insmod "$kernel/kernel/$module"
done
umount proc
mknod disk b 98 240  # ubdp: 98 is ubd's number, sixteen minors a disk
mount -t squashfs -o ro disk system
mount -t tmpfs tmpfs changes
mkdir changes/upper changes/work
mount -t overlay -o lowerdir=system,upperdir=changes/upper,workdir=changes/work overlay root
mkdir -p root/lib/modules root/run root/host root/tmp
mount --bind /usr/lib/uml/modules root/lib/modules
mount -t tmpfs tmpfs root/run
mkdir root/run/tests root/run/share
mount -t hostfs -o "ro,$uml_tests" none root/run/tests
mount -t hostfs -o "$uml_share" none root/run/share
cd root
# pivot_root and not chroot: the kernel's own calls for modprobe must come out here as well.
pivot_root . host
exec chroot . /bin/sh /run/tests/vm/guest/inside.sh <dev/null >dev/null 2>&1
