# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole machine: UEFI firmware, GRUB, kernel, systemd, LVM, Bacula; lost, recovered from a rescue system, booted.

`guest_tree` and `rescue` make the two systems, `build` (in user-mode Linux) the machine's disks, `golden` boots the
machine once and lets it back itself up. `qemu` boots any of it, with a `job` that is run inside:

    from vm import job, qemu

    with qemu.Guest(folder, disks=[...]) as guest:
        result = guest.run(job.Job("step uname uname -a\\n"))
    assert result.steps["uname"].exit == 0

Needs root, qemu-system-x86, ovmf and user-mode-linux; KVM is used where it is, and not needed.
Run from the folder above: `cd tests && python3 -m vm`.
"""
