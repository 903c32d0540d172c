# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation puts where, and that all of it can be read."""

import re
import tempfile
import unittest
from pathlib import Path

from loop.command import run

from . import build

PLAYBOOKS = ["aftercare", "efi", "environment", "machine.sample", "repair", "salvage", "salvage-by-bacula", "storage",
             "take-salvaged", "tree"]
EXPECTED = {
    "sbin/recover",
    "lib/systemd/system/recover-freshen.service",
    "lib/systemd/system/recover-freshen.timer",
    "lib/systemd/system/recover-verify-backup.service",
    "lib/systemd/system/recover-verify-backup.timer",
    "share/bash-completion/completions/recover",
    "share/zsh/site-functions/_recover",
    "share/man/man5/recover-machine.5",
    "share/man/man5/recover-playbook.5",
    "share/man/man8/recover.8",
    *(f"share/recover/playbooks/{name}.toml" for name in PLAYBOOKS),
    *(f"share/doc/recover/{path.name}" for path in (build.ROOT / "docs").glob("*.md")),
}


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build.target("recover")
        build.target("manual")
        scratch = tempfile.TemporaryDirectory(prefix="recover-install-")
        cls.addClassCleanup(scratch.cleanup)
        build.run("cmake", "--install", build.directory(), env={**build.environment(), "DESTDIR": scratch.name})
        cls.prefix = Path(scratch.name, "usr/local")
        cls.scratch = Path(scratch.name)

    def test_exactly_what_is_expected_is_installed(self):
        found = {str(path.relative_to(self.prefix)) for path in self.scratch.rglob("*") if not path.is_dir()}
        self.assertEqual(sorted(found), sorted(EXPECTED))

    def test_the_installed_program_looks_for_libraries_where_the_system_has_them(self):
        self.assertNotRegex(run("readelf", "-d", self.prefix / "sbin/recover"), "RPATH|RUNPATH")
        self.assertTrue(run(self.prefix / "sbin/recover", "--version").startswith("recover "))

    def test_the_units_are_understood(self):
        for command in ["verify-backup", "freshen"]:
            service = (self.prefix / f"lib/systemd/system/recover-{command}.service").read_text()
            self.assertIn(f"ExecStart=/usr/local/sbin/recover {command}\n", service)
        for unit in (self.prefix / "lib/systemd/system").iterdir():
            self.assertNotIn("@", unit.read_text(), unit)


class ManualTest(unittest.TestCase):
    def test_the_pages_are_clean(self):
        pages = build.manual_pages()
        self.assertEqual([page.name for page in pages], ["recover-machine.5", "recover-playbook.5", "recover.8"])
        for page in pages:
            self.assertEqual(run("mandoc", "-T", "lint", page, check=False), "", page)

    def test_they_fit_on_a_console_of_80_columns(self):
        for page in build.manual_pages():
            text = re.sub(r".\x08", "", run("mandoc", "-T", "utf8", "-O", "width=78", page))
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80, f"{page}: {line}")

    def test_no_markdown_is_left_in_them(self):
        for page in build.manual_pages():
            for line in page.read_text(encoding="utf-8").splitlines():
                self.assertNotRegex(line, r"`|\]\(|\*\*|^\| |^#", page)

    def test_every_key_of_the_sample_profile_is_described(self):
        page = (build.target("manual") / "man/recover-machine.5").read_text(encoding="utf-8").replace("\\-", "-")
        sample = (build.ROOT / "playbooks/machine.sample.toml").read_text(encoding="utf-8")
        notes = sample.partition("[notes]")[2].partition("\n[")[0]
        for key in re.findall(r"(?m)^([a-z-]+) = ", sample):
            if not re.search(rf"(?m)^{key} = ", notes):
                self.assertIn(f"\\fB{key}\\fR", page)


class CompletionTest(unittest.TestCase):
    """That each option of --help is in both is a unit test; here they are used."""

    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = ('PATH="$1:$PATH"; shift; . /usr/share/bash-completion/bash_completion; . "$1"; shift\n'
                  'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}\n'
                  '_recover; printf "%s\\n" "${COMPREPLY[@]}"')
        output = build.run("bash", "-c", script, "bash", build.target("recover") / "bin",
                           build.ROOT / "packaging/completions/recover", *words)
        return set(output.split())

    def test_bash_completes_commands(self):
        self.assertEqual(self.complete("recover", "ver"), {"verify-backup"})
        self.assertEqual(self.complete("recover", "ca"), {"capture"})

    def test_bash_completes_playbooks_and_checks_by_what_the_program_knows(self):
        self.assertLessEqual({"storage", "tree", "efi"}, self.complete("recover", "--playbook", ""))
        self.assertEqual(self.complete("recover", "check", "target-fr"), {"target-free"})

    def test_bash_offers_the_options_of_a_command_only(self):
        self.assertIn("--resume", self.complete("recover", "--playbook", "storage", "--"))
        self.assertNotIn("--resume", self.complete("recover", "status", "--"))
        self.assertIn("--lift", self.complete("recover", "quarantine", "--"))
        self.assertEqual(self.complete("recover", "--playbook", "storage", "--prove", ""), {"quick", "full"})

    def test_zsh_understands_its_file(self):
        file = build.ROOT / "packaging/completions/_recover"
        build.run("zsh", "-n", file)
        self.assertTrue(file.read_text().startswith("#compdef recover\n"))
