#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The rescue system inside user-mode Linux, behind start.sh: what systemd would have done in a real one, then the
# job: the file run/share/job. Its output goes to the second console, and behind it a line with its exit code.
mount -t devtmpfs devtmpfs /dev
exec >/dev/tty1 2>&1
stty -F /dev/tty1 raw -echo
mount -t proc proc /proc
umount -l /host  # the host's files are nobody's business from here on
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm /run/lock /run/lvm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=1777 tmpfs /tmp
ip link set lo up
hostname rescue
# loop, overlay and squashfs come by themselves; nobody asks for these in time.
modprobe -a vfat nls_ascii nls_cp437 dm-mod ipv6
# LVM takes only disks whose driver it knows.
mkdir -p /etc/lvm
printf 'devices {\n  types = [ "ubd", 16 ]\n}\n' >/etc/lvm/lvmlocal.conf
/lib/systemd/systemd-udevd --daemon --resolve-names=never >/dev/null 2>&1
udevadm trigger --action=add --subsystem-match=block
udevadm settle --timeout=30
cd /
sh /run/share/job
code=$?
sync
echo "recover-vm-exit $code"
sleep 0.2
echo o >/proc/sysrq-trigger
sleep 5
