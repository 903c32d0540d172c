# SPDX-License-Identifier: GPL-3.0-or-later
"""Before anything is destroyed the volumes show that the backup can be restored, or the run is refused and names what
would be missing."""

import os
import re

from . import alder, volumes
from .case import INTERRUPTED, NOT_FINISHED, REFUSED, USAGE, LoopTest


def ranges(machine):
    """(volume, first address, last address) of each range of the newest backup, in its order."""
    text = (machine.bootstraps / alder.BOOTSTRAP).read_text(encoding="utf-8")
    found, volume = [], None
    for line in text.splitlines():
        if named := re.fullmatch(r'Volume="(.*)"', line.strip()):
            volume = named[1]
        elif place := re.fullmatch(r"VolAddr=(\d+)-(\d+)", line.strip()):
            found.append((volume, int(place[1]), int(place[2])))
    return found


class ProofTest(LoopTest):
    def setUp(self):
        super().setUp()
        self.machine.destroy()

    def proofs(self):
        return self.events("backup-proven")

    def refusal(self):
        """The event of the one proof that was not good."""
        found = self.events("backup-not-proven")
        self.assertEqual(len(found), 1)
        return found[0]

    def assert_refused(self, result, *words):
        self.assert_exit(result, REFUSED)
        self.assert_says(result, *words)
        self.assertTrue(self.target_is_untouched())
        self.assertEqual(self.events("confirmed"), [])
        self.assert_clean()

    def assert_names(self, event, expected=None):
        """What would be missing are files of the backup, by their names."""
        expected = self.machine.newest if expected is None else expected
        self.assertGreater(event["missing"], 0)
        self.assertEqual(len(event["names"]), min(event["missing"], 20))
        for name in event["names"]:
            # Odd bytes are told as \ooo.
            self.assertTrue("\\" in name or os.fsencode(name.rstrip("/") or "/") in expected, name)

    def middle(self):
        """(volume, offset) in a block that is neither the first nor the last of the longest range."""
        volume, first, last = max(ranges(self.machine), key=lambda place: place[2] - place[1])
        return volume, volumes.block_at(self.machine.volumes / volume, (first + last) // 2) + 30_000


class Good(ProofTest):
    def test_quick_reads_the_ends_and_full_reads_all(self):
        result = self.machine.recover_tty(["--playbook", "tree"], [("type its serial", "\x03")])
        self.assert_exit(result, INTERRUPTED)
        self.assert_says(result, "proven, quick", "the first and the last block of each read", "as the catalog says",
                         "--prove full", "no verify-backup is on record")
        [quick] = self.proofs()
        self.assertEqual(quick["ranges"], len(ranges(self.machine)))
        self.assertLessEqual(quick["blocks"], 2 * quick["ranges"])
        self.assertEqual(quick["files"], len(self.machine.newest))
        self.assert_clean()

        result = self.restore("--prove", "full")
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "proven, full", "every block read", "digests computed and right")
        [full] = self.proofs()
        self.assertEqual(full["whole"], full["files"])
        self.assertEqual(full["bytes"], sum(last - first + 1 for _, first, last in ranges(self.machine)))
        self.assertGreater(full["digests"], 1000)
        self.assert_restored()
        self.assert_clean()

    def test_a_playbook_that_forgets_the_proof_destroys_nothing(self):
        book = self.machine.storage / "playbooks" / "tree.toml"
        text = book.read_text(encoding="utf-8")
        step = '[[step]]\nname = "prove"\nuses = "prove-backup"\ndepth = "quick"\n'
        self.assertIn(step, text)
        book.write_text(text.replace(step, "").replace(', "backup-proven"', ""), encoding="utf-8")
        self.assert_refused(self.restore(), "backup-proven", "prove-backup")
        result = self.restore("--prove", "full")
        self.assert_exit(result, USAGE)
        self.assert_says(result, "no step that proves")

    def test_a_resumed_run_keeps_a_proof_that_fits_and_refuses_one_that_does_not(self):
        args = ["--playbook", "tree"]
        result = self.machine.recover_tty([*args, "--confirm", self.machine.serial], [("== filesystem", "\x03")])
        self.assert_exit(result, INTERRUPTED)
        if not self.events("step-begun")[-1]["destroys"]:
            self.skipTest("it was interrupted before the filesystem had begun")
        volume = self.machine.volumes / ranges(self.machine)[0][0]
        changed = os.stat(volume).st_mtime_ns + 1_000_000_000
        before = os.stat(volume)
        os.utime(volume, ns=(changed, changed))
        result = self.restore("--resume")
        self.assertNotEqual(result.exit, NOT_FINISHED)
        self.assert_says(result, volume.name, "was written to since it was proven")
        os.utime(volume, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assert_exit(self.restore("--resume"), NOT_FINISHED)
        self.assertEqual(len(self.proofs()), 1)
        self.assert_restored()
        self.assert_clean()


class Bad(ProofTest):
    def test_a_volume_that_is_missing(self):
        volume = ranges(self.machine)[-1][0]
        self.machine.remove_volume(volume)
        self.assert_refused(self.restore(), f"The volume {volume} is missing", "would be missing or damaged", "--as-of")
        self.assert_names(self.refusal())

    def test_a_volume_with_the_label_of_another(self):
        first, second = sorted({volume for volume, _, _ in ranges(self.machine)})[:2]
        (self.machine.volumes / first).write_bytes((self.machine.volumes / second).read_bytes())
        self.assert_refused(self.restore(), f"is labelled as volume {second}", "would be missing or damaged")
        self.assert_names(self.refusal())

    def test_a_volume_that_is_cut_short(self):
        volume, first, last = ranges(self.machine)[0]
        self.machine.truncate_volume(volume, (first + last) // 2)
        self.assert_refused(self.restore(), volume, "would be missing or damaged", "--as-of", "first copy from the old disk")
        self.assert_names(self.refusal())

    def test_the_last_block_of_the_last_range(self):
        volume, _, last = ranges(self.machine)[-1]
        self.machine.flip_byte(volume, last - 100)
        self.assert_refused(self.restore(), volume, "checksum wrong", "would be missing or damaged")
        self.assert_names(self.refusal())

    def test_the_first_block_of_a_range(self):
        volume, first, _ = ranges(self.machine)[0]
        self.machine.flip_byte(volume, first + 30_000)
        self.assert_refused(self.restore(), f"block at {first} of {volume}: checksum wrong")
        self.assert_names(self.refusal())

    def test_zeros_in_the_middle_are_found_by_full(self):
        volume, offset = self.middle()
        path = self.machine.volumes / volume
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(bytes(1 << 20))
        self.assert_refused(self.restore("--prove", "full"), volume, "would be missing or damaged")
        self.assert_names(self.refusal())

    def test_a_bit_in_the_middle_is_found_by_full_and_else_by_the_restore(self):
        volume, offset = self.middle()
        self.machine.flip_byte(volume, offset)
        self.assert_refused(self.restore("--prove", "full"), f"{volume}: checksum wrong", "would be missing or damaged")
        self.assert_names(self.refusal())
        # Quick cannot see it; the restore does, and says so.
        result = self.restore("--restart")
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "proven, quick", "Falling back", "DEGRADED")
        damaged = [name for event in self.events("degraded") if event["lost"] == "data" for name in event["files"]]
        self.assertTrue(damaged)
        self.assert_clean()

    def test_without_a_director_damage_is_found_while_adopting_and_refused(self):
        volume, offset = self.middle()
        self.machine.flip_byte(volume, offset)
        self.machine.break_password("console")
        self.assert_refused(self.restore(), "Falling back", "DAMAGED on the volumes", "would be missing or damaged")
        self.assertTrue([name for event in self.events("backup-damaged") for name in event["files"]])

    def test_without_a_director_a_missing_volume_is_named_with_what_it_holds(self):
        volume = ranges(self.machine)[-1][0]
        self.machine.remove_volume(volume)
        self.machine.break_password("console")
        self.assert_refused(self.restore(), f"The volume {volume} is missing", "stand on it", "--as-of")

    def test_a_target_that_is_too_small(self):
        self.shrink_target(160 << 20)
        self.edit_profile("size = 8589934592", f"size = {160 << 20}")
        self.assert_refused(self.restore(), "does not fit on the target", "compress")
