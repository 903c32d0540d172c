# SPDX-License-Identifier: GPL-3.0-or-later
"""The SystemRescue module: a squashfs that lies over the root of a live system."""

import os
import tempfile
import unittest
from pathlib import Path

from loop.command import run

from . import bare, build


class ModuleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.module = build.module()
        scratch = tempfile.TemporaryDirectory(prefix="recover-module-")
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = Path(scratch.name)
        # As the live system is: read-only, and it has directories that the module has too.
        cls.live, cls.unpacked, cls.root = (cls.scratch / name for name in ["live", "unpacked", "root"])
        bare.make(cls.live)
        for name in ["usr/local/bin", "usr/local/sbin", "opt", "proc", "tmp", "etc"]:
            (cls.live / name).mkdir(parents=True, exist_ok=True)
        (cls.live / "usr/local/bin/tool").write_text("of the live system")
        (cls.live / "tmp").chmod(0o1777)
        run("unsquashfs", "-quiet", "-no-progress", "-dest", cls.unpacked, cls.module)
        cls.root.mkdir()
        (cls.scratch / "memory").mkdir()
        cls.mount("-t", "tmpfs", "tmpfs", cls.scratch / "memory")
        for name in ["upper", "work"]:
            (cls.scratch / "memory" / name).mkdir()
        cls.mount("--bind", "-o", "ro", cls.live, cls.live)
        cls.mount("--bind", "-o", "ro", cls.unpacked, cls.unpacked)
        cls.mount("-t", "overlay", "overlay", "-o", f"lowerdir={cls.unpacked}:{cls.live},"
                  f"upperdir={cls.scratch}/memory/upper,workdir={cls.scratch}/memory/work", cls.root)
        cls.mount("-t", "proc", "proc", cls.root / "proc")

    @classmethod
    def mount(cls, *words):
        run("mount", *words)
        cls.addClassCleanup(run, "umount", words[-1])

    def test_recover_is_a_command_of_the_live_system(self):
        code, said = bare.runs(self.root, "/usr/local/sbin/recover", "--version")
        self.assertEqual(code, 0, said)
        self.assertTrue(said.startswith("recover "), said)

    def test_it_has_its_playbooks(self):
        code, said = bare.runs(self.root, "/usr/local/sbin/recover", "list")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^ *storage\b")

    def test_status_ends_well_where_nothing_is_on_record(self):
        code, said = bare.runs(self.root, "/usr/local/sbin/recover", "status")
        self.assertEqual(code, 0, said)

    def test_nothing_of_the_live_system_is_covered(self):
        self.assertEqual((self.root / "usr/local/bin/tool").read_text(), "of the live system")
        self.assertEqual((self.root / "tmp").stat().st_mode & 0o7777, 0o1777)
        self.assertEqual(sorted(path.name for path in self.unpacked.iterdir()), ["opt", "usr"])

    def test_all_of_it_is_roots_and_everybody_may_read_it(self):
        for path in [self.unpacked, *self.unpacked.rglob("*")]:
            status = path.lstat()
            self.assertEqual((status.st_uid, status.st_gid), (0, 0), path)
            if not path.is_symlink():
                executable = path.is_dir() or path == self.unpacked / "opt/recover/recover"
                self.assertEqual(status.st_mode & 0o7777, 0o755 if executable else 0o644, path)

    def test_completions_and_manual_pages_are_where_shells_and_man_look(self):
        local = self.unpacked / "usr/local/share"
        for name in ["bash-completion/completions/recover", "zsh/site-functions/_recover", "man/man8/recover.8",
                     "man/man5/recover-playbook.5", "man/man5/recover-machine.5", "doc/recover/operator.md",
                     "doc/recover/operator.ja.md", "doc/recover/handbook.md"]:
            self.assertTrue((local / name).is_file(), name)

    def test_the_recipe_holds_the_two_files_that_a_stick_gets(self):
        recipe = self.module.parent / "sysrescue-recipe"
        files = sorted(str(path.relative_to(recipe)) for path in recipe.rglob("*") if path.is_file())
        self.assertEqual(files, ["iso_add/sysresccd/recover.srm", "iso_add/sysrescue.d/500-recover.yaml"])
        self.assertEqual((recipe / files[0]).read_bytes(), self.module.read_bytes())

    def test_the_configuration_loads_modules_and_starts_what_the_module_has(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not there")
        text = (build.ROOT / "packaging/sysrescue/500-recover.yaml").read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        self.assertIs(content["global"]["loadsrm"], True)
        started = content["autorun"]["exec"]["recover-status"]
        self.assertTrue(os.path.lexists(self.unpacked / started["path"].lstrip("/")), started)
        self.assertEqual(started["parameters"], ["status"])
