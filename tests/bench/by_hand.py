# SPDX-License-Identifier: GPL-3.0-or-later
"""The same recovery as a shell script, as an operator would have typed it: the yardstick."""

import subprocess

from loop import alder

SCRIPT = r"""
set -eu
cd /
E=$STORAGE/environment T=$STORAGE/environment/mnt/recover
mount -t proc proc "$E/proc"
mount -t sysfs -o ro sysfs "$E/sys"
mount -o bind /dev "$E/dev"
mount -t tmpfs tmpfs "$E/run"
mount -t tmpfs tmpfs "$E/tmp"
mkdir -p "$E/run/bacula"
mount -o bind "$STORAGE/bacula" "$E/mnt/storage/bacula"
mount -o remount,bind,ro "$E/mnt/storage/bacula"
chroot "$E" bacula-sd -f -c /etc/bacula/bacula-sd.conf & sd=$!
chroot "$E" bacula-fd -f -c /etc/bacula/bacula-fd.conf & fd=$!
chroot "$E" bacula-dir -f -c /etc/bacula/bacula-dir.conf & dir=$!
sleep 1
bsr=$(printf 'restore client=%s fileset=%s where=/mnt/recover select current all done\nno\n' "$CLIENT" "$FILESET" |
  chroot "$E" bconsole -n -c /etc/bacula/bconsole.conf | sed -n 's/^Bootstrap records written to //p')
wipefs --all "$DEVICE" >/dev/null
mkfs.btrfs --quiet --force --uuid "$UUID" --label "$LABEL" --data single --metadata dup "$DEVICE"
mount -t btrfs -o subvolid=5 "$DEVICE" "$T"
btrfs subvolume create "$T/@" >/dev/null
btrfs subvolume set-default "$T/@"
btrfs subvolume create "$T/@home" >/dev/null
btrfs subvolume create "$T/@images" >/dev/null
chattr +C "$T/@images"
mkdir -p "$T/@/var/lib"
btrfs subvolume create "$T/@/var/lib/machines" >/dev/null
umount "$T"
mount -o noatime,subvol=@ "$DEVICE" "$T"
mkdir -p "$T/home" "$T/var/lib/images"
mount -o noatime,subvol=@home "$DEVICE" "$T/home"
mount -o noatime,subvol=@images "$DEVICE" "$T/var/lib/images"
job=$(printf 'run job=%s client=%s bootstrap=%s where=/mnt/recover yes\n' "$JOB" "$CLIENT" "$bsr" |
  chroot "$E" bconsole -n -c /etc/bacula/bconsole.conf | sed -n 's/^Job queued. JobId=//p')
printf 'wait jobid=%s\nmessages\n' "$job" | chroot "$E" bconsole -n -c /etc/bacula/bconsole.conf >/dev/null
printf '.sql query="SELECT JobStatus FROM Job WHERE JobId=%s"\n' "$job" |
  chroot "$E" bconsole -n -c /etc/bacula/bconsole.conf | grep -q '^T'
kill "$dir" "$fd" "$sd"
wait || true
mkdir -p "$T/proc" "$T/sys" "$T/dev" "$T/run"
install -d -m 1777 "$T/tmp"
umount "$T/var/lib/images" "$T/home" "$T" "$E/mnt/storage/bacula" "$E/tmp" "$E/run" "$E/dev" "$E/sys" "$E/proc"
"""


def run(machine):
    environment = machine.env({"STORAGE": str(machine.storage), "DEVICE": machine.device, "UUID": alder.ROOT_UUID,
                                "LABEL": "alder-root", "CLIENT": alder.CLIENT, "FILESET": alder.FILESET,
                                "JOB": alder.RESTORE_JOB, "LC_ALL": "C"})
    subprocess.run(["bash", "-c", SCRIPT], env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
