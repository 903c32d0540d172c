# SPDX-License-Identifier: GPL-3.0-or-later
"""The main thing: a machine that is lost comes back, boots by itself, and is backed up again."""

import re

from loop import alder, reminder

from . import golden, layouts
from .case import NOT_FINISHED, CycleTest, unexpected
from .cycle import entries
from .machine import BYSTANDER, SYSTEM

# What is left until a backup has verified. When it is gone, the times of the folders around it still differ.
REMINDER = list(reminder.MESSAGES | reminder.SYSTEMD)
# What else may differ from the backup on the recovered machine, and why.
MADE_ANEW = {
    "/boot/grub": "grub-install and grub-mkconfig write it",
    "/boot/efi/EFI/debian": "grub-install writes the loader",
    "/var/lib/recover": "recover's own journal",
    "/root/.bconsole_history": "bconsole writes it, behind the backup: for freshen, and for verify-backup",
    "/var/tmp": "the catalog's SQLite has temporary files there",
    **{f"{place}/.recover-canary": "verify-backup writes it, and restores it from the backup"
       for place in ["", "/home", "/var/lib/images", "/var/lib/machines", "/boot/efi"]},
}


class RecoveryTest(CycleTest):
    """One cycle for all of them; what a test asks for happens when it asks."""

    # The machine is well.

    def test_1_the_healthy_machine_is_captured(self):
        prepared = self.cycle.prepared
        self.step(prepared, "running")
        self.step(prepared, "capture")
        profile = prepared.files["machine.toml"].decode()
        for thing in [SYSTEM, layouts.ROOT_UUID, golden.LABEL, layouts.PLAIN.disks[0].partitions[0].guid]:
            self.assertIn(thing, profile)

    def test_1_the_captured_profile_is_that_of_the_machine(self):
        self.step(self.cycle.prepared, "drift")

    def test_1_its_recovery_environment_is_made_and_proven(self):
        said = self.step(self.cycle.prepared, "environment")
        self.assert_says(said, "came back, with its digest", "is the new one now", "DONE")

    def test_1_the_environment_gets_the_catalog_of_the_next_backup(self):
        said = self.step(self.cycle.prepared, "freshen")
        self.assert_says(said, "only the catalog copied anew", "CURRENT")
        self.assertNotIn("NOT CURRENT", said)

    def test_1_the_healthy_machine_is_backed_up(self):
        for name in ["change", "backup", "manifest"]:
            self.step(self.cycle.prepared, name)
        self.assertGreater(len(self.cycle.manifest), 5000)

    # It is recovered.

    def test_2_the_module_has_the_program(self):
        self.assertEqual(self.step(self.cycle.recovered, "module").split()[0], "recover")
        self.step(self.cycle.recovered, "nothing")

    def test_2_the_recovery_ends_as_done_but_not_finished(self):
        self.step(self.cycle.recovered, "activate")
        self.step(self.cycle.recovered, "recover", NOT_FINISHED)

    def test_2_the_recovery_says_what_it_does_and_what_is_left_to_do(self):
        said = " ".join(self.cycle.recovered.steps["recover"].out.split())
        for words in [SYSTEM, "NOT FINISHED", "Full", "Incremental"]:
            self.assertIn(words, said)

    def test_2_no_password_is_on_the_screen_or_in_the_journal(self):
        self.assertNotIn(alder.SECRET_WORD, self.cycle.recovered.out)
        self.assertNotIn(alder.SECRET_WORD.encode(), self.cycle.recovered.files["journal"])

    def test_2_nothing_is_left_mounted(self):
        mounted = self.step(self.cycle.recovered, "mounts")
        self.assertEqual([line for line in mounted.splitlines() if re.search(r"/dev/vd|/dev/mapper|/dev/vg", line)
                          and not re.search(r" (/run/live/system|/run/live/module|/mnt/gentoo)$", line)], [])

    def test_2_the_entry_is_the_first_in_the_boot_order(self):
        self.assert_entry(entries(self.cycle.recovered).first)

    # It boots by itself.

    def test_3_nothing_but_the_entry_can_have_booted_it(self):
        self.assertNotIn(b"/boot/efi/EFI/BOOT", self.cycle.tree)

    def test_3_it_boots_by_its_entry(self):
        found = entries(self.cycle.rebooted)
        self.assert_entry(found.booted)
        self.assertEqual(found.first, found.booted)
        self.assertEqual(len(found.labelled(golden.LABEL)), 1)

    def test_3_the_system_is_up(self):
        self.step(self.cycle.rebooted, "running")
        self.assertEqual(self.step(self.cycle.rebooted, "failed").strip(), "")
        self.assertEqual(self.step(self.cycle.rebooted, "root").split(), [layouts.ROOT_UUID, "/@"])

    def test_3_every_file_is_as_it_was_backed_up(self):
        self.step(self.cycle.rebooted, "tree")
        self.assertEqual(unexpected(self.cycle.manifest, self.cycle.tree, [*MADE_ANEW, *REMINDER]), [])

    def test_3_the_machine_says_that_it_is_not_finished(self):
        self.assertIn("IS NOT FINISHED", self.step(self.cycle.rebooted, "message"))
        self.step(self.cycle.rebooted, "status", NOT_FINISHED)

    def test_3_the_machine_has_not_drifted_from_its_profile(self):
        self.step(self.cycle.rebooted, "drift")

    def test_3_it_makes_a_backup_by_itself_and_verifies_it(self):
        self.assertIn("FINISHED", self.step(self.cycle.rebooted, "gate"))

    def test_3_nothing_reminds_of_it_any_more(self):
        self.assertEqual(self.step(self.cycle.rebooted, "gone"), "")

    def test_4_the_disk_that_was_not_named_is_untouched(self):
        _ = self.cycle.rebooted
        self.assertEqual(self.cycle.back.bystander_digest(), self.cycle.machine.bystander_digest(), BYSTANDER)
