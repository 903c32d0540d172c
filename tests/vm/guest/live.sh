# SPDX-License-Identifier: GPL-3.0-or-later
# boot=live of the rescue system's initramfs: its root is the squashfs on the disk RECOVER-RESCUE, and what is
# changed is kept in memory, as in every live system. A squashfs on a disk RECOVER-MODULE lies over it, as SystemRescue
# has it of a module that its option loadsrm finds.
mountroot() {
  modprobe -a virtio_blk squashfs overlay
  wait_for_udev 10
  local disk=/dev/disk/by-id/virtio-RECOVER-RESCUE
  [ -b "$disk" ] || panic "There is no disk RECOVER-RESCUE."
  # below /run: that moves on into the new root
  mkdir -p /run/live/system /run/live/changes
  mount -t squashfs -o ro "$disk" /run/live/system
  mount -t tmpfs -o mode=0755 tmpfs /run/live/changes
  mkdir -p /run/live/changes/upper /run/live/changes/work
  local lower=/run/live/system module=/dev/disk/by-id/virtio-RECOVER-MODULE
  if [ -b "$module" ]; then
    mkdir -p /run/live/module
    mount -t squashfs -o ro "$module" /run/live/module
    lower=/run/live/module:$lower
  fi
  # shellcheck disable=SC2154  # rootmnt is initramfs-tools'
  mount -t overlay -o lowerdir=$lower,upperdir=/run/live/changes/upper,workdir=/run/live/changes/work overlay "$rootmnt"
}
mount_top() { :; }
mount_premount() { :; }
mount_bottom() { :; }
