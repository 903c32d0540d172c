# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's guide is what happens: each command of it is run, each screen of it compared with what was seen.

A change of the screens is accepted by RECOVER_ACCEPT_GOLDEN=1, which writes them into the guide, in all languages.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest

from vm import guide as vm_guide

from . import guide, traces
from .case import FINISHED, INTERRUPTED, NOT_FINISHED, LoopTest
from .command import run
from .living import Living

CATALOG = "/var/lib/bacula/bacula.db"

# Command: what of the test below runs it.
COMMANDS = {
    "cp -r build/recover-bundle/. /mnt/storage/": "copy_bundle",
    "/mnt/storage/recover --version": "version",
    "/mnt/storage/recover --playbook environment": "environment",
    "/mnt/storage/recover verify-backup": "verify_backup",
    "/mnt/storage/recover freshen": "freshen",
    # Run whole by the virtual machine, and from "&&" on here.
    "mount /dev/vg2/storage /mnt/gentoo && /mnt/gentoo/recover --playbook storage": "recover_until_interrupted",
    "/mnt/gentoo/recover status": "status_of_the_interrupted",
    "/mnt/gentoo/recover --playbook storage --resume": "resume",
    "lsblk -d -o NAME,SERIAL,SIZE,MODEL": "list_disks",
    "/var/lib/recover/recover status": "status_of_the_open",
    "/var/lib/recover/recover verify-backup": "verify_backup_with_and_without_dump",
    "/mnt/storage/recover status": "status_of_the_finished",
    "/mnt/storage/recover --playbook repair": "nothing_to_do",
    "/mnt/storage/recover --playbook aftercare": "nothing_to_do",
}
# Command: [(file, what of it runs the command)], by other tests than these and the virtual machine's.
ELSEWHERE = {
    "cmake --preset release && cmake --build build --target bundle":
        [("tests/lib.sh", 'cmake --preset "$preset"'), ("tests/package/build.py", 'target("bundle")'),
         ("tests/package/build.py", '"cmake", "--build", directory(), "--target", name')],
}
# Name: from which words of the screen to which, and again.
SCREENS = {
    "environment": [("came back, with its digest",) * 2, ("is the new one now",) * 2, ("DONE",) * 2],
    "verified": [("VERIFIED: job",) * 2],
    "fresh": [("done: environment",) * 2, ("CURRENT: what",) * 2],
    "plan": [("WHAT WOULD BE DESTROYED", "disk serial"), ("Nothing speaks",) * 2],
    "begins": [("== choose: ",) * 2, ("ok backup-chosen",) * 2],
    "question": [("THIS WILL BE DESTROYED", "recover --playbook salvage"), ("AND REPLACED BY", "To erase "), ("> ",) * 2],
    "stopped": [("Continue with the same", "be done again")],
    "end": [("The tree is restored",) * 2, ("1. Reboot", "keep the storage volume")],
    "login": [("THIS MACHINE WAS RESTORED", "recover verify-backup")],
    "open": [("Playbook ",) * 2, ("restore: ",) * 2, ("The tree is restored",) * 2],
    "missing": [("NO catalog-dump", "Dump or copy"), ("NOT VERIFIED", "Mend it")],
    "closed": [("VERIFIED: job",) * 2],
    "finished": [("FINISHED: ",) * 2],
}
PROGRESS = re.compile(r"   \d+ of \d+ files, [^\r\n]*? left\b")


class Pages(unittest.TestCase):
    """What can be seen without running anything."""

    def setUp(self):
        self.english, self.japanese = map(guide.read, guide.LANGUAGES)

    def test_each_fits_on_a_sheet_of_paper(self):
        for name in guide.LANGUAGES:
            pages = guide.read(name).pages
            self.assertEqual(len(pages), 3, name)
            for page in pages:
                self.assertLessEqual(len(page.printed()), guide.LINES, f"{name}: {page.title}")
                for line in page.printed():
                    self.assertLessEqual(guide.columns(line), guide.COLUMNS, f"{name}: {line}")

    def test_both_languages_have_the_same_commands_and_screens(self):
        self.assertEqual([page.commands for page in self.japanese.pages], [page.commands for page in self.english.pages])
        self.assertEqual(self.japanese.screens, self.english.screens)

    def test_every_command_is_run_by_a_test_and_every_screen_seen_by_one(self):
        commands = {command for page in self.english.pages for command in page.commands}
        self.assertEqual(commands, COMMANDS.keys() | ELSEWHERE.keys() | vm_guide.COMMANDS.keys())
        self.assertEqual(self.english.screens.keys(), SCREENS.keys() | {"progress"} | vm_guide.SCREENS.keys())
        claims = [(guide.ROOT / file, words) for all_of_it in ELSEWHERE.values() for file, words in all_of_it]
        for file, words in claims + list(vm_guide.COMMANDS.values()):
            self.assertIn(words, file.read_text(encoding="utf-8"), file)

    def test_no_command_is_hidden_in_a_sentence(self):
        for name in guide.LANGUAGES:
            text = guide.path(name).read_text(encoding="utf-8")
            self.assertEqual(re.findall(r"`((?:/[\w/]+/)?recover [^`]+)`", text), [], name)

    def test_links_lead_somewhere(self):
        """Of all documentation, and what the program says of the handbook."""
        for file in [guide.ROOT / "README.md", *guide.ROOT.glob("docs/*.md")]:
            for target in re.findall(r"\]\(([^)\s]+)\)", file.read_text(encoding="utf-8")):
                if "://" in target:
                    continue
                name, _, anchor = target.partition("#")
                there = file.parent / name if name else file
                self.assertTrue(there.exists(), f"{file.name}: {target}")
                if anchor:
                    self.assertIn(anchor, self.anchors(there), f"{file.name}: {target}")
        numbers = re.findall(r"(?m)^### (\d\.\d+) ", guide.path("handbook.md").read_text(encoding="utf-8"))
        for file in [*guide.ROOT.glob("recover/**/*.cpp"), *guide.ROOT.glob("checks/*.cpp")]:
            text = file.read_text(encoding="utf-8")
            self.assertNotIn("docs/operator.md", text, file)
            for number in re.findall(r"docs/handbook\.md, (\d\.\d+)", text):
                self.assertIn(number, numbers, file)

    @staticmethod
    def anchors(file):
        """As GitHub makes them of headings."""
        titles = re.findall(r"(?m)^#+ (.*)$", file.read_text(encoding="utf-8"))
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


class Story(LoopTest):
    """The three pages, one behind the other, on one machine."""

    def test_every_command_runs_and_every_screen_is_as_it_is_shown(self):
        self.recorded = {}
        shown = guide.read("operator.md")
        today, day, afterwards = shown.pages
        with Living(self.machine) as self.living:
            self.living.file("/usr/lib/systemd/systemd").touch(0o755)  # that is how a machine with systemd is known
            self.follow(today)
        self.machine.destroy()
        self.follow(day)
        with Living(self.machine) as self.living:
            login = self.living.run("sh", "-i", "-c", ". /etc/profile.d/recover.sh")
            self.record("login", login.out)
            self.follow(afterwards)
        self.assert_clean()
        self.compare(shown.screens)

    def follow(self, page):
        for command in page.commands:
            if command in COMMANDS:
                getattr(self, COMMANDS[command])(command)

    def compare(self, shown):
        if guide.accepts():
            return guide.write(self.recorded)
        for name, text in self.recorded.items():
            with self.subTest(name):
                self.assertEqual(guide.likeness(shown[name]), guide.likeness(text), f"\n{text}\n"
                                 "Is this as it should be? RECOVER_ACCEPT_GOLDEN=1 writes it into the guide")
        self.assertEqual(self.recorded.keys(), SCREENS.keys() | {"progress"})

    def record(self, name, text):
        self.recorded[name] = guide.excerpt(text, SCREENS[name], self.names())

    def names(self):
        """What the disposable machine calls so, and a machine of flesh and blood otherwise. It boots by nothing of ours:
        its playbook is `tree`; but the screens that are shown are those of `storage` as well."""
        return {str(self.machine.storage): "/mnt/gentoo", self.machine.serial: "S4EVNX0R123456",
                self.machine.device: "/dev/nvme0n1", "playbook tree": "playbook storage",
                "Playbook tree": "Playbook storage"}

    def within(self, command, code):
        """In the machine that runs; what it said."""
        result = self.living.run(*shlex.split(command))
        self.outputs.append(result.out + result.err)
        self.assert_exit(result, code)
        return result.out

    def on_terminal(self, command, dialogue, code):
        """In the rescue system."""
        words = shlex.split(command.replace("--playbook storage", "--playbook tree"))
        self.assertEqual(words[0], "/mnt/gentoo/recover")
        result = self.machine.recover_tty(words[1:], dialogue)
        self.outputs.append(result.out)
        self.assert_exit(result, code)
        return result.out

    # Page 1.

    def copy_bundle(self, command):
        bundle = self.machine.work / "source/build/recover-bundle"
        bundle.parent.mkdir(parents=True)
        run("cmake", f"-DPROGRAM={self.machine.binary}", f"-DSOURCE={guide.ROOT}", f"-DTO={bundle}", "-P",
            guide.ROOT / "packaging/bundle.cmake")
        words = shlex.split(command.replace("/mnt/storage", str(self.machine.storage)))
        subprocess.run(words, check=True, cwd=self.machine.work / "source")

    def version(self, command):
        self.assertTrue(self.within(command, 0).startswith("recover "))

    def environment(self, command):
        self.record("environment", self.within(command, FINISHED))

    def verify_backup(self, command):
        self.record("verified", self.within(command, FINISHED))

    def freshen(self, command):
        self.record("fresh", self.within(command, FINISHED))

    # Page 2.

    def recover_until_interrupted(self, command):
        _, _, command = command.partition(" && ")
        self.record("plan", self.on_terminal(f"{command} --dry-run", [], FINISHED))

        def interrupt():
            time.sleep(0.5)
            return "\x03"
        said = self.on_terminal(command, [("type its serial(.|\n)*> ", self.machine.serial + "\n"),
                                          ("run job=RestoreFiles", interrupt)], INTERRUPTED)
        for name in ["begins", "question", "stopped"]:
            self.record(name, said)

    def status_of_the_interrupted(self, command):
        self.assertIn("--resume", self.on_terminal(command, [], NOT_FINISHED))

    def resume(self, command):
        said = self.on_terminal(command, [(r"\d of \d+ files, ", self.hold_up)], NOT_FINISHED)
        self.record("end", said)
        lines = PROGRESS.findall(said)
        self.assertTrue(lines, said)
        self.recorded["progress"] = lines[0] + "\n"

    def hold_up(self):
        """This machine is restored in less time than the time left takes to be shown."""
        # Both: what the one has sent is enough for the other to come to the end.
        daemons = [process.pid for process in traces.processes(self.machine.work)
                   if process.name in ("bacula-fd", "bacula-sd")]
        self.assertEqual(len(daemons), 2)
        for number in [signal.SIGSTOP, signal.SIGCONT]:
            for pid in daemons:
                os.kill(pid, number)
            time.sleep(3 if number == signal.SIGSTOP else 0)
        return ""

    def list_disks(self, command):
        run(*shlex.split(command))

    # Page 3.

    def status_of_the_open(self, command):
        self.record("open", self.within(command, NOT_FINISHED))

    def verify_backup_with_and_without_dump(self, command):
        catalog = f"{self.machine.environment}{CATALOG}"
        shutil.move(catalog, f"{catalog}.away")
        self.record("missing", self.within(command, NOT_FINISHED))
        shutil.move(f"{catalog}.away", catalog)
        self.record("closed", self.within(command, FINISHED))

    def status_of_the_finished(self, command):
        self.record("finished", self.within(command, FINISHED))

    def nothing_to_do(self, command):
        self.within(command, FINISHED)
