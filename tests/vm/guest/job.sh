#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The job of the test that booted this system: /usr/local/sbin/recover-test-job of the machine and the rescue system.
#
# The disk RECOVER-JOB holds a tar; it is unpacked, and `run` in it is run by sh. What that prints goes to the second
# serial port, and behind it a line with its exit code. The files that it leaves in $OUT go back as a tar, at
# 1 GiB of the same disk. Then the power is switched off. job.py is the other end of this.
disk=/dev/disk/by-id/virtio-RECOVER-JOB
# In memory, and nowhere that a backup looks.
export JOB=/run/recover-test/job OUT=/run/recover-test/out LC_ALL=C TZ=UTC HOME=/root
# As root has it after a login.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p "$JOB" "$OUT"
exec >/dev/ttyS1 2>&1 </dev/null
stty -F /dev/ttyS1 raw -echo
tar -x -f "$disk" -C "$JOB"
# The firmware and GRUB write to this port as well: only what stands behind this line is ours.
echo
echo "recover-test: the job begins"
cd "$JOB" || exit
sh ./run
code=$?
tar -c -C "$OUT" . | dd of="$disk" bs=1M seek=1024 conv=notrunc,fsync 2>/dev/null
echo "recover-test: exit $code"
systemctl --no-block poweroff
