# SPDX-License-Identifier: GPL-3.0-or-later
"""Aftercare: what snapper and Docker miss on the recovered machine is proposed, and done after a yes."""

import time

from . import alder
from .case import FINISHED, REFUSED, LoopTest
from .command import run
from .living import Living

LEFT = 7
DOCKER = "/var/lib/docker"


class Aftercare(LoopTest):
    def setUp(self):
        super().setUp()
        with self.machine.root() as root:
            configs = root / "etc/snapper/configs"
            configs.mkdir(parents=True)
            for name, subvolume in [("root", "/"), ("home", "/home")]:
                (configs / name).write_text(f'SUBVOLUME="{subvolume}"\nFSTYPE="btrfs"\n', encoding="ascii")
            (root / "home/.snapshots").mkdir()
            layers = root / DOCKER[1:] / "image/btrfs/layerdb/sha256"
            for name in ["one", "two"]:
                (layers / name).mkdir(parents=True)
                (layers / name / "cache-id").write_text(name, encoding="ascii")
            (root / DOCKER[1:] / "btrfs/subvolumes/two").mkdir(parents=True)
            run("btrfs", "subvolume", "create", root / DOCKER[1:] / "btrfs/subvolumes/one")
            # In place of Docker's service.
            (root / "sbin/rc-service").write_text('#!/bin/sh\necho "$@" >>/run/rc-service\n', encoding="ascii")
            (root / "sbin/rc-service").chmod(0o755)

    def aftercare(self, living, *args):
        result = living.recover("--playbook", "aftercare", *args)
        self.outputs.append(result.out + result.err)
        return result

    def is_subvolume(self, living, path):
        return living.file(path).is_dir() and living.file(path).stat().st_ino == 256

    def test_everything_is_proposed_and_done_after_a_yes(self):
        with Living(self.machine) as living:
            dry = self.aftercare(living, "--dry-run")
            self.assert_exit(dry, FINISHED)
            self.assert_says(dry, "btrfs subvolume create /home/.snapshots", "rc-service docker stop")
            asked = self.aftercare(living)
            self.assert_exit(asked, LEFT)
            self.assert_says(asked, "LEFT AS IT IS, snapper's subvolume /.snapshots: there is no terminal to ask on",
                             "NO aftercare-done:", "1 subvolumes of its image layers", "DONE, BUT NOT ALL")
            self.assertFalse(living.file("/.snapshots").exists())
            self.assertFalse(living.file("/run/rc-service").exists())

            screen = self.talk(living, ["yes", "no", "yes"])
            self.assertRegex(screen, r"LEFT AS IT IS, snapper's subvolume [^:]*: you did not say yes")
            home, root = (self.is_subvolume(living, path) for path in ["/home/.snapshots", "/.snapshots"])
            self.assertEqual([home, root].count(True), 1)
            self.assertTrue(living.file(f"{DOCKER}/before-recovery/image/btrfs/layerdb").is_dir())
            self.assertFalse(living.file(f"{DOCKER}/image").exists())
            self.assertEqual(living.file("/run/rc-service").read_text(encoding="ascii"), "docker stop\ndocker start\n")

            self.talk(living, ["yes"])
            for path in ["/home/.snapshots", "/.snapshots"]:
                self.assertTrue(self.is_subvolume(living, path), path)
            self.assertTrue(living.file("/home/.snapshots.before-recovery").is_dir())
            done = self.aftercare(living)
            self.assert_exit(done, FINISHED)
            self.assert_says(done, "ok aftercare-done")
        self.assert_clean()

    def talk(self, living, answers):
        conversation = living.converse(f"{alder.STORAGE_MOUNT}/recover", "--playbook", "aftercare")
        deadline, at = time.monotonic() + 120, 0
        for answer in answers:
            at = conversation.expect("Type yes, or press Enter to leave it: ", deadline, at)
            conversation.type(f"{answer}\n")
        conversation.finish(deadline)
        conversation.close()
        self.outputs.append(conversation.text)
        return " ".join(conversation.text.split())

    def test_never_before_the_gate_has_closed(self):
        self.machine.destroy()
        self.assert_exit(self.restore(), 4)
        with Living(self.machine) as living:
            result = self.aftercare(living)
            self.assert_exit(result, REFUSED)
            self.assert_says(result, "gate-closed", "No backup has verified yet", "recover verify-backup")
        self.assert_clean()
