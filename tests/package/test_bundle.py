# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundle: one folder that runs where there is glibc, and nothing else."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from loop.command import run

from . import bare, build

OLDEST_GLIBC = (2, 36)  # as docs/install.md promises
GLIBC = {"libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "ld-linux-x86-64.so.2",
         "libresolv.so.2"}


class BundleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bundle = build.bundle()
        cls.scratch = tempfile.TemporaryDirectory(prefix="recover-bundle-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.root = Path(cls.scratch.name)
        bare.make(cls.root)
        shutil.copytree(cls.bundle, cls.root / "mnt/storage", symlinks=True)
        # The kernel's: ld.so(8) reads there where a program lies.
        (cls.root / "proc").mkdir()
        run("mount", "-t", "proc", "proc", cls.root / "proc")
        cls.addClassCleanup(run, "umount", cls.root / "proc")

    def recover(self, *words):
        return bare.runs(self.root, "/mnt/storage/recover", *words)

    def test_it_holds_the_program_its_playbooks_and_its_libraries_only(self):
        self.assertEqual(sorted(path.name for path in self.bundle.iterdir()), ["playbooks", "recover", "recover-lib"])
        self.assertTrue((self.bundle / "playbooks/storage.toml").is_file())
        libraries = {path.name for path in (self.bundle / "recover-lib").iterdir()} - {"licences"}
        self.assertLessEqual({"libstdc++.so.6", "libgcc_s.so.1", "libblkid.so.1", "libmount.so.1"}, libraries)
        self.assertEqual(libraries & GLIBC, set())

    def test_every_library_comes_with_its_licence_where_its_package_is_known(self):
        licences = self.bundle / "recover-lib/licences"
        for line in (licences / "VERSIONS").read_text().splitlines():
            library, package, version = line.split()
            self.assertTrue((self.bundle / "recover-lib" / library).is_file(), line)
            self.assertRegex(version, r"^[0-9]", line)
            if Path(f"/usr/share/doc/{package}/copyright").exists():
                self.assertTrue((licences / package).is_file(), line)

    def test_everybody_may_read_it(self):
        for path in [self.bundle, *self.bundle.rglob("*")]:
            wanted = 0o755 if path.is_dir() or path.name == "recover" and path.parent == self.bundle else 0o644
            self.assertEqual(path.stat().st_mode & 0o7777, wanted, path)

    def test_no_file_of_it_wants_a_newer_glibc_than_promised(self):
        for file in [self.bundle / "recover", *(self.bundle / "recover-lib").glob("*.so*")]:
            wanted = re.findall(r"\(?GLIBC_(\d+)\.(\d+)", run("objdump", "-T", file))
            newest = max(((int(major), int(minor)) for major, minor in wanted), default=(2, 0))
            self.assertLessEqual(newest, OLDEST_GLIBC, file)

    def test_it_tells_its_versions_where_there_is_only_glibc(self):
        code, said = self.recover("--version")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"^recover [0-9.]+\n")
        for name in ["glibc", "libblkid", "libmount", "OpenSSL", "zlib", "LZO", "SQLite", "libefivar", "libbtrfsutil",
                     "Boost", "spdlog", "nlohmann-json", "toml++"]:
            self.assertRegex(said, rf"(?m)^  {re.escape(name)} [0-9]")

    def test_it_looks_for_libraries_in_two_places_and_never_in_the_current_directory(self):
        found = re.findall(r"\(R(?:UN)?PATH\)\s+Library \w+: \[(.*)\]", run("readelf", "-d", self.bundle / "recover"))
        self.assertEqual(found, ["$ORIGIN/recover-lib:/var/lib/recover/recover-lib"])
        for file in (self.bundle / "recover-lib").glob("*.so*"):
            self.assertNotRegex(run("readelf", "-d", file), "RPATH|RUNPATH", file)

    def test_it_takes_no_library_from_elsewhere(self):
        done = bare.runs(self.root, "/lib64/ld-linux-x86-64.so.2", "--list", "/mnt/storage/recover")
        self.assertEqual(done[0], 0, done[1])
        for library, place in re.findall(r"(\S+) => (\S+)", done[1]):
            self.assertEqual(place.startswith("/mnt/storage/recover-lib/"), library not in GLIBC, done[1])

    def test_it_shows_its_help(self):
        code, said = self.recover("--help")
        self.assertEqual(code, 0, said)
        self.assertIn("--playbook storage", said)

    def test_it_lists_its_own_playbooks(self):
        code, said = self.recover("list")
        self.assertEqual(code, 0, said)
        for name in ["storage", "tree", "efi", "repair", "aftercare", "take-salvaged"]:
            self.assertRegex(said, rf"(?m)^ *{name}\b")

    def test_a_dry_run_of_the_sample_is_understood_and_refused_for_its_storage_volume(self):
        code, said = self.recover("--playbook", "storage", "--dry-run", "--profile",
                                  "/mnt/storage/playbooks/machine.sample.toml")
        self.assertEqual(code, 3, said)
        self.assertIn("storage", said)
        self.assertNotIn("unforeseen", said)

    def test_it_runs_where_a_recovery_leaves_it_before_anything_is_mounted_there(self):
        with tempfile.TemporaryDirectory(prefix="recover-bundle-") as root:
            bare.make(root)
            shutil.copytree(self.bundle, Path(root, "var/lib/recover"))
            code, said = bare.runs(root, "/var/lib/recover/recover", "--version")
            self.assertEqual(code, 0, said)
