# SPDX-License-Identifier: GPL-3.0-or-later
"""A firmware that will not take a boot entry is found out before anything is destroyed; one that forgot it gets it back."""

from loop.command import run

from . import golden, qemu, system
from .case import NOT_FINISHED, REFUSED, CycleTest, unexpected
from .cycle import GIVEN_UP, MOUNT_STORAGE, entries, load_tree, timed
from .machine import BYSTANDER, SYSTEM

# All that recover has no business with on the storage volume.
_PREPARE = MOUNT_STORAGE + f"""
storage() {{
  find /mnt/storage -mindepth 1 -xdev \\( -path /mnt/storage/recover-state -o -name recover.lock \\) -prune \\
    -o -printf '%P %y %m %s %T@\\n' | sort
}}
variables() {{ ls /sys/firmware/efi/efivars | sort; }}
storage >storage.before
variables >variables.before
recover_root() {{ /mnt/storage/recover --playbook storage --confirm {SYSTEM} {GIVEN_UP}; }}
same_storage() {{ storage | diff storage.before -; }}
same_variables() {{ variables | diff variables.before -; }}
"""

_BIOS = _PREPARE + """
step recover recover_root
step storage same_storage
"""

_READ_ONLY_AND_FULL = _PREPARE + """
mount -o remount,ro /sys/firmware/efi/efivars
step read-only recover_root
step read-only-storage same_storage
mount -o remount,rw /sys/firmware/efi/efivars
step read-only-variables same_variables
step fill python3 -B fill_variables.py
variables >variables.before
step full recover_root
step full-storage same_storage
step full-variables same_variables
"""

_EFI = MOUNT_STORAGE + """
step recover /mnt/storage/recover --playbook efi
step entries efibootmgr -v
step mounts findmnt --list --noheadings --output SOURCE,TARGET
"""

_AFTER_EFI = """
step running systemctl is-system-running --wait
step entries efibootmgr -v
step tree python3 -B -m vm.guest.booted tree
"""

GONE = "GONE"
_WINDOWS = r"\EFI\Microsoft\Boot\bootmgfw.efi"
# Entries of an older disk, which is then pulled out. FAT knows no case.
_STALE = rf"""
disk=$(readlink -f /dev/disk/by-id/virtio-{GONE})
entry() {{ efibootmgr --quiet --create-only --disk "$disk" --part 1 --label "$1" --loader "$2"; }}
step old entry {golden.LABEL} '{golden.LOADER}'
step older entry {golden.LABEL} '{golden.LOADER.upper()}'
step foreign entry "Windows Boot Manager" '{_WINDOWS}'
step before efibootmgr -v
echo 1 >"$(readlink -f "/sys/block/${{disk#/dev/}}/device")/../remove"
udevadm settle
"""


class Refusals(CycleTest):
    """The machine is lost; nothing more may be."""

    def test_a_rescue_system_started_by_bios(self):
        machine = self.cycle.lost_twin()
        result = timed("the rescue system, started by BIOS", lambda: machine.rescue(_BIOS, bios=True))
        said = self.step(result, "recover", REFUSED)
        self.assert_says(said, "efi-variables", "not started by UEFI firmware", "UEFI mode")
        self.step(result, "storage")
        self.assert_nothing_written(machine)

    def test_variables_that_cannot_be_written(self):
        machine = self.cycle.lost_twin()
        files = {"fill_variables.py": system.GUEST / "fill_variables.py"}
        result = timed("EFI variables read-only, and full", lambda: machine.rescue(_READ_ONLY_AND_FULL, files))
        for case, words in [("read-only", "efivarfs is mounted read-only"),
                            ("full", "The firmware's store for variables is full")]:
            with self.subTest(case):
                self.assert_says(self.step(result, case, REFUSED), words)
                self.step(result, f"{case}-storage")
                self.step(result, f"{case}-variables")
        self.step(result, "fill")
        self.assert_nothing_written(machine)

    def assert_nothing_written(self, machine):
        self.assertTrue(machine.is_unchanged(SYSTEM))
        self.assertEqual(machine.bystander_digest(), self.cycle.machine.bystander_digest(), BYSTANDER)


class EfiPlaybook(CycleTest):
    """The disks are well, and the board has forgotten them."""

    def test_a_wiped_memory_gets_its_entry_again_and_nothing_else_changes(self):
        machine = self.cycle.twin()
        machine.lose_variables()
        result = timed("the playbook efi, from the rescue system", lambda: machine.rescue(_EFI))
        self.step(result, "recover", NOT_FINISHED)
        self.assert_entry(entries(result).first)
        booted = timed("the machine boots", lambda: machine.boot(_AFTER_EFI))
        self.step(booted, "running")
        self.assert_entry(entries(booted).booted)
        changed = unexpected(self.cycle.manifest, load_tree(machine, booted, "tree"), ["/boot/grub", "/boot/efi"])
        self.assertEqual(changed, [])
        self.assertEqual(machine.bystander_digest(), self.cycle.machine.bystander_digest(), BYSTANDER)

    def test_stale_twins_of_the_entry_go_and_a_foreign_entry_stays(self):
        machine = self.cycle.twin()
        gone = machine.folder / "gone.img"
        with open(gone, "wb") as image:
            image.truncate(16 << 20)
        run("sgdisk", "--new=1:0:0", "--typecode=1:ef00", gone)
        result = timed("the playbook efi, among stale entries",
                       lambda: machine.rescue(_STALE + _EFI, more_disks=[qemu.Disk(gone, GONE)]))
        for name in ["old", "older", "foreign"]:
            self.step(result, name)
        self.assertEqual(len(entries(result, "before").labelled(golden.LABEL)), 3)
        self.step(result, "recover", NOT_FINISHED)
        after = entries(result)
        self.assertEqual(len(after.labelled(golden.LABEL)), 1)
        self.assert_entry(after.first)
        self.assertEqual([entry.path for entry in after.labelled("Windows Boot Manager")],
                         [entry.path for entry in entries(result, "before").labelled("Windows Boot Manager")])
