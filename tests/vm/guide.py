# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands of the operator's guide a whole machine runs, and where that stands. `CYCLE` and `FIRMWARE` are boots of
this package's tests; what each ends with is asked there.
"""

from pathlib import Path

_HERE = Path(__file__).parent
CYCLE, FIRMWARE, LAYOUTS = _HERE / "cycle.py", _HERE / "test_firmware.py", _HERE / "test_layouts.py"

# Command: (file, what of it runs the command). The machine's storage volume is on /mnt/storage in most rescue boots.
COMMANDS = {
    "/mnt/storage/recover capture --to-storage -o /root/machine.toml":
        (CYCLE, "step capture /mnt/storage/recover capture --to-storage -o /root/machine.toml\n"),
    "/mnt/storage/recover capture --check /mnt/storage/machine.toml":
        (CYCLE, "step drift /mnt/storage/recover capture --check /mnt/storage/machine.toml\n"),
    "vgchange -ay vg2": (CYCLE, "step activate vgchange -ay vg2\n"),
    "mkdir -p /mnt/gentoo": (CYCLE, "mkdir -p /mnt/gentoo\n"),
    # Nobody is there to type the serial.
    "mount /dev/vg2/storage /mnt/gentoo && /mnt/gentoo/recover --playbook storage":
        (CYCLE, "mount /dev/vg2/storage /mnt/gentoo && /mnt/gentoo/recover --playbook storage --confirm {SYSTEM} {GIVEN_UP}; }}\n"),
    "umount /mnt/gentoo": (CYCLE, "umount /mnt/gentoo\n"),
    "/mnt/gentoo/recover --playbook efi": (FIRMWARE, "step recover /mnt/storage/recover --playbook efi\n"),
    "/mnt/gentoo/recover --playbook storage --replace S4EVNX0R123456=S5NEW0R777777":
        (LAYOUTS, '"--playbook", "storage", "--profile", f"{HOME}/machine.toml", "--replace",\n'),
    "journalctl -u recover-hold -u recover-verify":
        (CYCLE, "journalctl --no-pager --output=cat --unit=recover-hold --unit=recover-verify\n"),
}

# As in loop/test_guide.py.
SCREENS = {"capture": [("Written: /root/machine.toml", "Written: /mnt/storage/machine.toml")]}
