# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole small machine on loop devices: real btrfs, real Bacula, no boot loader.

`golden` builds the machine and its backups once and caches them; `Machine` hands a test a private
copy that may be destroyed, recovered and looked at:

    from loop import tree
    from loop.machine import Machine

    with Machine(binary="build/bin/recover") as machine:
        machine.destroy()
        result = machine.recover("--playbook", "tree", "--confirm", machine.serial)
        assert result.exit == 4
        assert tree.compare(machine.newest, machine.tree()) == []
        assert machine.leaks() == []

`by_hand` does without the program what the program does; `selftest` proves the fixture with it.

Needs root, loop devices, btrfs and ext4 in the kernel, mmdebstrap and btrfs-progs. Run the modules
from the folder above: `cd tests && python3 -m loop.selftest`.
"""
