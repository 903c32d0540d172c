# SPDX-License-Identifier: GPL-3.0-or-later
"""recover diagnose: what it recommends for each way in which a filesystem can be broken, and that it only reads."""

import tarfile

from . import alder, broken
from .broken_case import BrokenTest
from .case import FINISHED

# Way: what it advises, the playbook for it, and words of the recommendation or of the evidence behind it.
EXPECTED = {
    "healthy": ("nothing", "none", "Nothing wrong was found with the filesystem", "were looked at, but for their content"),
    "superblock": ("salvage", "salvage", "First take what no backup has", "superblock 0"),
    "superblocks": ("make-again", "storage", "recover --playbook storage", "superblock 0", "superblock 1"),
    "log-only": ("log-replay", "none", "waits in its log"),
    "log-tree": ("salvage", "salvage", "First take what no backup has", "log"),
    "chunk-tree": ("make-again", "storage", "recover --playbook storage"),
    "root-leaf": ("salvage", "salvage", "First take what no backup has", "usebackuproot"),
    "fs-leaf": ("salvage", "salvage", "First take what no backup has", "/home"),
    "data": ("nothing", "none", "but for their content"),
    "raid1": ("salvage", "salvage", "First take what no backup has", "missing", "degraded"),
}


class Recommendations(BrokenTest):
    def test_every_way_is_here(self):
        self.assertEqual(EXPECTED.keys(), broken.WAYS.keys())

    def test_of_every_way(self):
        for way, (advice, playbook, *words) in EXPECTED.items():
            with self.subTest(way), self.broken(way):
                self.assert_advice(self.diagnose(), advice, playbook, *words)

    def test_damaged_data_is_found_where_it_is_asked_for(self):
        with self.broken("data"):
            self.assert_advice(self.diagnose("--check-filesystem"), "salvage", "salvage", "btrfs check")
        with self.broken("healthy"):
            self.assert_advice(self.diagnose("--check-filesystem"), "nothing", "none", "btrfs check finds no error")

    def test_a_clone(self):
        with self.broken("healthy"), self.clone() as device:
            self.assert_advice(self.diagnose(), "detach-clone", "none", "A clone is attached", device)

    def test_the_screen_names_evidence_archive_and_recommendation(self):
        with self.broken("fs-leaf"):
            earlier = self.archives()
            result = self.recover("diagnose")
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "RECOMMENDED: ", "recover --playbook salvage", "superblock 0", alder.ROOT_UUID)
            archives = sorted(self.archives() - earlier)
            self.assertEqual(len(archives), 1, archives)
            self.assert_says(result, archives[0].name)
            with tarfile.open(archives[0]) as archive:
                names = archive.getnames()
            for name in ["recommendation.txt", "evidence.txt", "kernel.log"]:
                self.assertTrue(any(member.endswith(name) for member in names), names)

    def archives(self):
        return set((self.machine.storage / "recover-diagnosis").glob("*.tar.gz"))

    def diagnose(self, *words):
        result = self.recover("diagnose", "--json", *words)
        self.assert_exit(result, FINISHED)
        event, = self.told(result, "diagnosis")
        return event

    def assert_advice(self, event, advice, playbook, *words):
        text = "\n".join([event["recommendation"], *event["because"], *event["evidence"]])
        self.assertEqual((event["advice"], event["playbook"]), (advice, playbook), text)
        for word in words:
            self.assertIn(word, text)
