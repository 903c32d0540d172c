# SPDX-License-Identifier: GPL-3.0-or-later
"""The recovery environment from what is not the machine's own packages: a mirror, by mmdebstrap; a stage3."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import alder, golden, mirror, signer
from .case import FAILED, FINISHED, NOT_FINISHED
from .command import run
from .living import Living
from .test_environment import CATALOG, PROGRAM, EnvironmentTest

BACULA, ADM = (777, 778), 4  # user and group; Debian's group of who reads logs


def newer(index):
    """Of a mirror that has gone on to another Bacula."""
    return "\n\n".join(stanza.replace("Version: 9.6.7-7", "Version: 13.0.4-1", 1)
                       if stanza.startswith("Package: bacula-fd\n") else stanza for stanza in index.split("\n\n"))


class FromTest(EnvironmentTest):
    def profile(self, *lines):
        with open(self.machine.storage / "machine.toml", "a", encoding="utf-8") as file:
            file.write("\n[environment]\n" + "\n".join(lines) + "\n")

    def recover_by_it(self):
        self.machine.destroy()
        self.assert_exit(self.restore(), NOT_FINISHED)
        self.assert_restored()
        self.assert_clean()

    def text(self, path):
        return (self.machine.environment / path).read_text(encoding="utf-8")


    def assert_fails(self, living, *words):
        result = self.make(living, *(["--restart"] if self.own_journal().exists() else []))
        self.assert_exit(result, FAILED)
        self.assert_says(result, *words)
        self.assertTrue(self.is_old())


class MirrorTest(FromTest):
    wants_mirror = True

    def prepare(self, living):
        """The machine has the programs; and its bacula is not the number that a fresh Debian would choose."""
        living.file("/etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n", encoding="ascii")
        apt = ["apt-get", "--option", "APT::Sandbox::User=root", "--yes", "--no-install-recommends"]
        with mirror.served() as served:
            served.tell(living.path)
            for words in [[*apt, "update"], [*apt, "install", "mmdebstrap", "debootstrap"],
                          ["usermod", "--uid", str(BACULA[0]), "bacula"],
                          ["groupmod", "--gid", str(BACULA[1]), "bacula"],
                          ["chown", "--recursive", "bacula:bacula", "/var/lib/bacula", "/var/log/bacula"]]:
                result = living.run(*words)
                self.assertEqual(result.exit, 0, result.out + result.err)

    def assert_is_from_a_mirror(self, users):
        self.assertFalse(self.is_old())
        self.assertFalse(self.new.exists())
        self.assert_can_only_restore()
        self.assert_secrets_are_roots()
        self.assertTrue(self.text("etc/passwd").startswith(users), "the machine's users, by its numbers")
        for path, owner in [(CATALOG, BACULA), ("var/lib/bacula", BACULA), ("var/log/bacula", (BACULA[0], ADM))]:
            found = os.stat(self.machine.environment / path)
            self.assertEqual((found.st_uid, found.st_gid), owner, path)
        for path in ["etc/apt/apt.conf.d/00recover", "etc/apt/sources.list", "usr/share/doc/bash", "usr/share/doc/perl",
                     "var/cache/apt", "dev/null", "debootstrap", "etc/resolv.conf"]:
            self.assertFalse((self.machine.environment / path).exists(), path)
        self.assertEqual(run("grep", "-rlF", mirror.PASSWORD, self.machine.environment, check=False), "")
        self.assertIn("exit 101", self.text("usr/sbin/policy-rc.d"))


class Mmdebstrap(MirrorTest):
    minutes = 2

    def test_by_mmdebstrap_it_recovers_the_machine(self):
        self.profile('from = "mmdebstrap"')
        with Living(self.machine) as living:
            self.prepare(living)
            dry = self.make(living, "--dry-run")
            self.assert_exit(dry, FINISHED)
            self.assert_says(dry, "mmdebstrap --verbose --mode=root", "from the network some")
            self.assert_fails(living, "mmdebstrap ended with status", "can be reached from here")
            with mirror.served(signed=False) as served:
                served.tell(living.path)
                self.assert_fails(living, "mmdebstrap ended with status", "is not signed")
            with mirror.served() as served:
                served.tell(living.path)
                result = self.make(living, "--restart")
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "mmdebstrap has installed", "of bookworm, Bacula's as on this machine",
                             "came back, with its digest", "DONE")
            self.assertIn(alder.BACKUP_JOB, living.bacula.console(".jobs"))
            users = living.file("/etc/passwd").read_text(encoding="utf-8")
        self.assertEqual(self.stamp()["from"], "mmdebstrap")
        self.assert_is_from_a_mirror(users)
        self.recover_by_it()


class DebootstrapNightly(MirrorTest):
    """And what is seen when the making is ended or refused in the midst: minutes that .ci/run has not."""

    def test_by_debootstrap_it_is_proven(self):
        self.profile('from = "debootstrap"')
        with Living(self.machine) as living:
            self.prepare(living)
            with mirror.served() as served:
                served.tell(living.path)
                result = self.make(living)
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "debootstrap has installed", "came back, with its digest", "DONE")
            users = living.file("/etc/passwd").read_text(encoding="utf-8")
        self.assertEqual(self.stamp()["from"], "debootstrap")
        self.assert_is_from_a_mirror(users)
        self.assert_clean()

    def test_ended_or_refused_in_the_midst_it_leaves_the_old_one(self):
        """And nothing running or mounted."""
        self.profile('from = "mmdebstrap"')
        with Living(self.machine) as living:
            self.prepare(living)
            with mirror.served() as served:
                served.tell(living.path)
                for number in [signal.SIGTERM, signal.SIGKILL]:
                    with self.subTest(signal=number):
                        self.end(living, number)
                        self.assertTrue(self.is_old())
                        self.assertEqual(self.of_the_tree(), [])
            with mirror.served(newer) as served:
                served.tell(living.path)
                self.assert_fails(living, "bacula-fd is 9.6.7-7 on this machine and 13.0.4-1 there")
        self.assert_clean()

    def end(self, living, number):
        """When packages are being unpacked in it."""
        self.own_journal().unlink(missing_ok=True)
        process = living.start(PROGRAM, "--playbook", "environment")
        deadline = time.monotonic() + 300
        while not self.of_the_tree():
            if process.poll() is not None or time.monotonic() > deadline:
                self.fail(f"nothing is unpacked: {process.communicate()}")
            time.sleep(0.02)
        pid, = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and self.is_recover(entry)]
        os.kill(pid, number)
        process.communicate(timeout=60)

    @staticmethod
    def is_recover(pid):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(PROGRAM.encode() + b"\0--playbook\0")
        except OSError:
            return False

    @staticmethod
    def of_the_tree():
        """Processes that have it as their root."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{entry}/root").endswith("/environment.new"):
                    found.append(entry)
            except OSError:
                pass
        return found


class Stage3(FromTest):
    """A machine of Debian's files with Portage's lists, and a tarball with a stage3's layout: no real one."""

    LIBC = "sys-libs/glibc-2.36"

    def make_portage(self, root):
        """Portage's lists out of dpkg's, which go."""
        lists = root / "var/lib/dpkg/info"
        status = (root / "var/lib/dpkg/status").read_text(encoding="utf-8")
        for stanza in status.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
            if not fields.get("Status", "").endswith(" installed"):
                continue
            name, version = fields["Package"], fields["Version"].replace("-", ".").replace(":", ".")
            key = self.LIBC if name == "libc6" else f"app-dpkg/{name}-{version}"
            entry = root / "var/db/pkg" / key
            entry.mkdir(parents=True)
            listed = next(path for path in [lists / f"{name}:amd64.list", lists / f"{name}.list"] if path.exists())
            contents = []
            for path in listed.read_text(encoding="utf-8").splitlines():
                place = Path(f"{root}{path}")
                if place.is_symlink():
                    contents.append(f"sym {path} -> {os.readlink(place)} 1")
                elif place.is_dir():
                    contents.append(f"dir {path}")
                elif place.exists():
                    contents.append(f"obj {path} {'0' * 32} 1")
            (entry / "CONTENTS").write_text("\n".join(contents) + "\n", encoding="utf-8")
            needs = [word.split()[0].split(":")[0] for field in ["Depends", "Pre-Depends"]
                     for group in fields.get(field, "").split(",") for word in group.split("|") if word.strip()]
            (entry / "RDEPEND").write_text(" ".join(
                "sys-libs/glibc" if need == "libc6" else f"app-dpkg/{need}" for need in needs) + "\n",
                encoding="utf-8")
            (entry / "CHOST").write_text("x86_64-pc-linux-gnu\n", encoding="ascii")
        shutil.rmtree(root / "var/lib/dpkg")

    def make_stage3(self, living):
        """In the machine's /run; without Bacula, and some of it another than the machine's."""
        tree = living.file("/run/stage3")
        tree.mkdir()
        run("tar", "-x", "-f", golden.tree() / "tree.tar", "-C", tree, "--numeric-owner", "--xattrs",
            "--xattrs-include=*", "--acls", "--exclude=*bacula*", "--exclude=./dev/*")
        self.make_portage_of_stage3(tree)
        for path, text in [("usr/bin/less", "the stage3's\n"), ("usr/bin/grep", "the stage3's\n"),
                           ("etc/hosts", "the stage3's\n"), ("etc/gentoo-release", "the stage3's\n")]:
            (tree / path).unlink(missing_ok=True)
            (tree / path).write_text(text, encoding="ascii")
        with open(tree / "etc/passwd", "a", encoding="ascii") as users:
            users.write("portage:x:250:250::/var/tmp/portage:/sbin/nologin\n")
        os.mknod(tree / "dev/null", 0o666 | 0o020000, os.makedev(1, 3))
        tarball = living.file("/run/stage3-amd64-openrc.tar.gz")
        run("tar", "-c", "-f", tarball, "-C", tree, "--use-compress-program=gzip -1", "--numeric-owner", "--xattrs",
            "--acls", ".")
        shutil.rmtree(tree)
        return tarball

    def make_portage_of_stage3(self, tree):
        for name in ["bash-5.2", "coreutils-9.1"]:
            (tree / "var/db/pkg/app-shells" / name).mkdir(parents=True)
            (tree / "var/db/pkg/app-shells" / name / "CONTENTS").write_text("", encoding="ascii")
        (tree / "var/db/pkg" / self.LIBC).mkdir(parents=True)
        (tree / "var/db/pkg" / self.LIBC / "CHOST").write_text("x86_64-pc-linux-gnu\n", encoding="ascii")

    def test_with_the_machines_packages_over_it_recovers_the_machine(self):
        self.profile('from = "stage3"', 'stage3 = "/run/stage3-amd64-openrc.tar.gz"')
        with Living(self.machine) as living:
            tarball = self.make_stage3(living)
            self.make_portage(living.file("/"))
            content = tarball.read_bytes()
            for damaged, words in [(content[:len(content) // 2], "cut short"), (b"", "tar, reading")]:
                tarball.write_bytes(damaged)
                self.assert_fails(living, words)
            tarball.write_bytes(content)
            self.sign(living, tarball)
            dry = self.make(living, "--dry-run")
            self.assert_says(dry, "--file=/run/stage3-amd64-openrc.tar.gz", "nothing from the network")
            result = self.make(living, "--restart")
            self.assert_exit(result, FINISHED)
            self.assert_says(result, "unpacked /run/stage3-amd64-openrc.tar.gz", "checked: SHA256 of",
                             ".sha256, signature stage3-amd64-openrc.tar.gz.asc by", "came back, with its digest", "DONE")
            users = living.file("/etc/passwd").read_text(encoding="utf-8")
            # It is not made anew without need; and with need and without the tarball that is said.
            tarball.unlink()
            (self.machine.environment / "environment.toml").unlink()
            fresh = living.recover("freshen")
            self.outputs.append(fresh.out + fresh.err)
            self.assert_says(fresh, "there is no stage3 /run/stage3-amd64-openrc.tar.gz, which it is made from")
        self.assertFalse(self.is_old())
        self.assertFalse(self.new.exists())
        self.assert_can_only_restore()
        self.assert_secrets_are_roots()
        self.assertEqual(self.text("etc/passwd"), users + "portage:x:250:250::/var/tmp/portage:/sbin/nologin\n")
        self.assertEqual(self.text("etc/gentoo-release"), "the stage3's\n")
        self.assertNotIn("stage3", self.text("etc/hosts"))
        self.assertGreater((self.machine.environment / "usr/bin/grep").stat().st_size, 1000)
        self.assertEqual(os.listdir(self.machine.environment / "dev"), [])
        self.recover_by_it()

    def sign(self, living, tarball):
        """With checksum and signature beside it; before that with those of others."""
        checksum, sums = run("sha256sum", tarball).split()[0], Path(f"{tarball}.sha256")
        keys, signature = living.file("/usr/share/openpgp-keys/gentoo-release.asc"), Path(f"{tarball}.asc")
        keys.parent.mkdir()
        with signer.new() as gentoo, signer.new() as other:
            keys.write_bytes(gentoo.key)
            for told, signing, words in [("0" * 64, gentoo, "has not the SHA256 that"), (checksum, other, "gpgv said:")]:
                sums.write_text(f"# SHA256 HASH\n{told}  {tarball.name}\n", encoding="ascii")
                signature.write_text(signing.detached(tarball), encoding="ascii")
                self.assert_fails(living, words)
            signature.write_text(gentoo.detached(tarball), encoding="ascii")

    def test_a_hostile_tarball_writes_nothing_outside(self):
        self.profile('from = "stage3"', 'stage3 = "/run/hostile.tar"')
        with Living(self.machine) as living:
            self.make_portage(living.file("/"))
            for script in ["ln -s /run/out usr/out", "ln -s ../../../run/out etc/out"]:
                with self.subTest(script=script):
                    self.hostile(living, script)
                    self.assert_fails(living)
                    self.assertEqual(os.listdir(living.file("/run/out")), [])
        self.assert_clean()

    def hostile(self, living, script):
        """A link that leads out, and then a file through it."""
        folder = living.file("/run/hostile")
        shutil.rmtree(folder, ignore_errors=True)
        for path in ["usr/bin", "etc", "var/db/pkg/a/b-1"]:
            (folder / "one" / path).mkdir(parents=True)
        link = script.split()[-1]
        for path in ["usr/bin/bash", "var/db/pkg/a/b-1/CONTENTS"]:
            (folder / "one" / path).write_text("", encoding="ascii")
        subprocess.run(["sh", "-c", script], cwd=folder / "one", check=True)
        (folder / "two" / link).mkdir(parents=True)
        (folder / "two" / link / "x").write_text("hostile", encoding="ascii")
        living.file("/run/out").mkdir(exist_ok=True)
        tarball = living.file("/run/hostile.tar")
        run("tar", "-c", "-f", tarball, "-C", folder / "one", ".")
        run("tar", "-r", "-f", tarball, "-C", folder / "two", f"./{link}/x")
