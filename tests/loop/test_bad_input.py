# SPDX-License-Identifier: GPL-3.0-or-later
"""What bad input gets: a sentence that says what was tried, what the system said and what to do; never a half-mounted disk."""

import os
import socket
import subprocess
import threading

from . import alder
from .case import FAILED, NOT_FINISHED, REFUSED, USAGE, LoopTest


class Usage(LoopTest):
    def test_command_line(self):
        for words, said in [([], "Nothing to do"), (["--playbok", "storage"], "--playbook"), (["statsu"], "status"),
                            (["--playbook", "storag"], "storage"), (["--playbook"], "playbook"),
                            (["status", "x"], "Unexpected"), (["check", "target-fond"], "target-found"),
                            (["status", "--resume"], "--playbook"), (["--playbook", "tree", "--as-of", "yesterday"], "as-of"),
                            (["--playbook", "tree", "--as-of", "2026-02-30 00:00:00"], "as-of")]:
            with self.subTest(words=words):
                result = self.recover(*words)
                self.assert_exit(result, USAGE)
                self.assert_says(result, said)

    def test_playbook(self):
        book = self.machine.storage / "playbooks" / "bad.toml"
        for text, said in [("", "bad.toml:1:1: the playbook is empty"),
                           ('title = "t"\n[[step]]\nname = "a"\nuses = "make-btrf"\n', 'bad.toml:4:8: unknown kind of step "make-btrf"'),
                           ('title = "t"\n[[step]]\nname = "a"\nuses = "make-btrfs"\ngaurds = []\n', "bad.toml:5:1: unknown key")]:
            with self.subTest(said=said):
                book.write_text(text, encoding="utf-8")
                result = self.recover("--playbook", "bad", "--dry-run")
                self.assert_exit(result, USAGE)
                self.assert_says(result, said)
        self.assert_exit(self.recover("--playbook", "/nowhere.toml"), USAGE)

    def test_profile(self):
        self.assert_exit(self.recover("--playbook", "tree", "--profile", "/nowhere.toml"), USAGE)
        self.edit_profile("format = 1", "format = 7")
        self.assert_exit(self.recover("--playbook", "tree"), USAGE)


class Refusals(LoopTest):
    """Exit 3, and the target as it was."""

    def assert_refused(self, result, *words):
        self.assert_exit(result, REFUSED)
        self.assert_says(result, *words)
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()

    def setUp(self):
        super().setUp()
        self.machine.destroy()

    def test_nobody_confirms(self):
        self.assert_refused(self.recover("--playbook", "tree"), "--confirm")
        self.assert_refused(self.recover("--playbook", "tree", "--confirm", "WRONG", "--restart"), "WRONG")

    def test_input_that_says_yes_is_no_confirmation(self):
        self.assert_refused(self.recover("--playbook", "tree", input="yes\n" + self.machine.serial + "\n"), "terminal")

    def test_profile_of_another_machine(self):
        self.edit_profile(f'serial = "{self.machine.serial}"', 'serial = "WD-ANOTHER"')
        self.assert_refused(self.restore(), "WD-ANOTHER", "not attached", self.machine.serial)

    def test_disk_of_another_size(self):
        self.edit_profile("size = ", "size = 1")
        self.assert_refused(self.restore(), "bytes, but the profile says")

    def test_target_is_mounted(self):
        result = self.with_mounted_target(lambda: self.restore())
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "in use: mounted on", "umount")

    def test_target_is_mounted_in_another_namespace(self):
        subprocess.run(["mkfs.btrfs", "-q", "-f", self.machine.device], check=True)
        point = self.machine.work / "held"
        point.mkdir()
        holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", 'mount "$1" "$2" && echo ready && exec sleep 300', "sh",
                                   self.machine.device, str(point)], stdout=subprocess.PIPE)
        holder.stdout.readline()
        result = self.restore()
        holder.kill()
        holder.communicate()
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "in use")

    def with_mounted_target(self, act):
        subprocess.run(["mkfs.btrfs", "-q", "-f", self.machine.device], check=True)
        point = self.machine.work / "held"
        point.mkdir()
        subprocess.run(["mount", self.machine.device, point], check=True)
        try:
            return act()
        finally:
            subprocess.run(["umount", point], check=True)

    def test_target_is_busy(self):
        holder = os.open(self.machine.device, os.O_RDWR | os.O_EXCL)
        try:
            self.assert_refused(self.restore(), "in use")
        finally:
            os.close(holder)

    def test_target_is_the_storage_volume(self):
        self.edit_profile(f'serial = "{self.machine.serial}"', f'serial = "{self.machine.work}/storage.img"')
        self.edit_profile("size = 8589934592", f"size = {os.stat(self.machine.work / 'storage.img').st_size}")
        before = (self.machine.storage / "machine.toml").read_bytes()
        result = self.recover("--playbook", "tree", "--confirm", f"{self.machine.work}/storage.img")
        self.assert_exit(result, REFUSED)
        self.assertEqual((self.machine.storage / "machine.toml").read_bytes(), before)

    def test_target_is_too_small(self):
        self.shrink_target(1 << 30)
        self.assert_refused(self.restore(), "bytes, but the profile says")

    def test_a_clone_is_attached(self):
        clone = self.machine.work / "clone.img"
        with open(clone, "wb") as file:
            file.truncate(1 << 30)
        device = subprocess.run(["losetup", "--find", "--show", clone], check=True, capture_output=True, text=True).stdout.strip()
        try:
            subprocess.run(["mkfs.btrfs", "-q", "-f", "-U", alder.ROOT_UUID, device], check=True)
            before = clone.read_bytes()
            self.assert_exit(result := self.restore(), REFUSED)
            self.assert_says(result, device, "clone")
            self.assertEqual(clone.read_bytes(), before)
        finally:
            subprocess.run(["losetup", "--detach", device], check=True)

    def test_storage_is_read_only(self):
        subprocess.run(["mount", "-o", "remount,ro", self.machine.storage], check=True)
        self.assert_refused(self.restore(), "read-only", "remount,rw")
        subprocess.run(["mount", "-o", "remount,rw", self.machine.storage], check=True)

    def test_storage_is_another(self):
        self.edit_profile(f'uuid = "{alder.STORAGE_UUID}"', 'uuid = "12345678-1234-1234-1234-123456789abc"')
        self.assert_refused(self.restore(), "12345678-1234-1234-1234-123456789abc", "not attached")

    def test_a_tool_is_missing(self):
        # Something that is no program lies over it, for this run alone.
        hide = 'mount --bind /dev/null "$(command -v mkfs.btrfs)" && exec "$@"'
        result = subprocess.run(["unshare", "--mount", "sh", "-c", hide, "sh", self.machine.storage / "recover", "--playbook",
                                 "tree", "--confirm", self.machine.serial], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, REFUSED, result.stdout + result.stderr)
        self.assertIn("mkfs.btrfs", result.stderr)
        self.assertIn("btrfs-progs", result.stderr)
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()

    def test_bextract_is_missing_in_the_environment(self):
        for place in ["usr/sbin/bextract", "sbin/bextract"]:
            if (self.machine.environment / place).exists():
                os.unlink(self.machine.environment / place)
        self.assert_refused(self.restore(), "bextract")

    def test_not_root(self):
        binary = self.machine.work / "recover-for-all"
        subprocess.run(["install", "-m", "0755", self.machine.storage / "recover", binary], check=True)
        os.chmod(self.machine.work, 0o755)
        result = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", binary, "--playbook",
                                 self.machine.storage / "playbooks/tree.toml", "--profile", self.machine.storage / "machine.toml"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, REFUSED, result.stdout + result.stderr)
        self.assertIn("root", result.stderr)

    def test_a_volume_is_missing(self):
        self.machine.remove_volume("Alder-0003")
        self.assert_refused(self.restore(), "Alder-0003", "--as-of")

    def test_a_volume_is_no_volume(self):
        self.machine.truncate_volume("Alder-0002", 0)
        self.assert_refused(self.restore(), "Alder-0002")

    def test_a_director_that_could_write_backups(self):
        self.machine.edit_environment_config("Type = Restore", "Type = Backup\n  Level = Full")
        self.assert_exit(result := self.restore(), REFUSED)
        self.assert_says(result, "could overwrite the real backups")
        self.assertTrue(self.target_is_untouched())
        self.assertEqual(self.machine.leaks(), [])

    def test_no_secret_in_what_a_configuration_error_quotes(self):
        self.without_bootstrap()
        for name in ["bacula-dir.conf", "bacula-sd.conf", "bacula-fd.conf", "bconsole.conf"]:
            with self.subTest(name=name):
                self.machine.edit_environment_config("Password", "Passwrd", name)
                self.assert_refused(self.restore(), "line", name)
                self.machine.edit_environment_config("Passwrd", "Password", name)

    def test_another_disk_takes_the_place_while_the_question_is_asked(self):
        machine = self.machine
        precious = machine.work / "precious.img"
        with open(precious, "wb") as file:
            file.truncate(os.stat(machine.root_image).st_size)
        subprocess.run(["mkfs.ext4", "-q", "-F", precious], check=True)

        def swap():
            subprocess.run(["losetup", "--detach", machine.device], check=True)
            os.rename(precious, machine.root_image)
            subprocess.run(["losetup", machine.device, machine.root_image], check=True)
            return machine.serial + "\n"

        result = machine.recover_tty(["--playbook", "tree"], [("type its serial(.|\n)*> ", swap)])
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "changed")
        kind = subprocess.run(["blkid", "-p", "-o", "value", "-s", "TYPE", machine.device], capture_output=True, text=True, check=False)
        self.assertEqual(kind.stdout.strip(), "ext4")

    def test_output_that_is_closed_from_the_start(self):
        result = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", self.machine.storage / "recover", "--playbook", "tree",
                                 "--confirm", self.machine.serial], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 5, result.stderr)
        self.assertTrue(self.target_is_untouched())
        lock = self.machine.storage / "recover.lock"
        self.assertNotIn(b"btrfs", lock.read_bytes() if lock.exists() else b"")

    def test_bextract_could_not_work_and_the_director_does_not(self):
        self.machine.edit_environment_config("Device {", "Devixe {", "bacula-sd.conf")
        self.assert_refused(self.restore(), "bacula-sd.conf")

    def test_a_device_that_the_storage_daemon_does_not_have(self):
        self.machine.break_password("console")  # so that all depends on bextract
        self.edit_profile('device = "FileStorage"', 'device = "FileStorag"')
        self.assert_refused(self.restore(), "FileStorag")

    def test_a_playbook_that_would_restore_over_what_is_there(self):
        subprocess.run(["mkfs.btrfs", "-q", "-f", "-U", alder.ROOT_UUID, self.machine.device], check=True)
        book = self.machine.storage / "playbooks" / "oops.toml"
        book.write_text('title = "t"\n' + "".join(f'[[step]]\nname = "{name}"\nuses = "{name}"\n' for name in
                                                 ["enter-environment", "choose-backup", "restore-by-bextract"]))
        result = self.recover("--playbook", "oops", "--confirm", self.machine.serial)
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "has not made the filesystem")
        self.assert_clean()

    def test_a_name_that_the_director_does_not_know(self):
        # Bacula would take the only one that it knows, silently.
        self.edit_profile('fileset = "alder-root"', 'fileset = "alder-rot"')
        self.assert_refused(self.restore(), "alder-rot", "alder-root")

    def without_bootstrap(self):
        """Nothing to fall back to."""
        os.unlink(self.machine.bootstraps / "alder.bsr")

    def test_wrong_password_and_nothing_to_fall_back_to(self):
        self.without_bootstrap()
        self.machine.break_password("console")
        self.assert_refused(self.restore(), "password")

    def test_refused_connection_and_nothing_to_fall_back_to(self):
        self.without_bootstrap()
        self.machine.edit_environment_config("29101", "29199", "bconsole.conf")
        self.edit_playbook('patience = "60 s"', 'patience = "5 s"')
        self.assert_refused(self.restore(), "29199")

    def test_a_director_that_hangs_and_nothing_to_fall_back_to(self):
        self.without_bootstrap()
        self.machine.edit_environment_config("29101", "29198", "bconsole.conf")
        self.edit_playbook('patience = "60 s"', 'patience = "5 s"')
        with socket.create_server(("127.0.0.1", 29198)) as silent:
            accepted = []
            threading.Thread(target=lambda: accepted.append(silent.accept()), daemon=True).start()
            result = self.restore(timeout=300)  # it must come to an end
        self.assert_refused(result, "answer")


class Failures(LoopTest):
    """Exit 1 after the first write; everything unmounted; --resume after the mend."""

    def test_full_target(self):
        # Both ways of restoring fail on it, so there is nothing to fall back to. With compression it might fit: a run
        # without is refused before it writes (test_proof).
        self.machine.destroy()
        self.shrink_target(116 << 20)
        self.edit_profile("size = 8589934592", f"size = {116 << 20}")
        self.edit_profile(f'options = "{alder.OPTIONS}"', f'options = "{alder.OPTIONS},compress=lzo"')
        result = self.restore()
        self.assert_exit(result, FAILED)
        self.assert_says(result, "full", "No space left on device")
        self.assert_clean()

    def test_target_is_full_for_a_while(self):
        self.machine.destroy()
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)
        self.machine.fill_target(leave=8 << 20, after="/usr/bin")
        out, err = process.communicate(timeout=400)
        self.outputs.append(out + err)
        # The fallback begins by emptying the tree, and so takes away what filled it.
        self.assertEqual(process.returncode, NOT_FINISHED, out[-4000:] + err)
        self.assertIn("No space left", out)
        self.assert_clean()

    def test_mkfs_fails(self):
        self.machine.destroy()
        self.edit_profile('features = ["extref"', 'features = ["no-such-feature"')
        result = self.restore()
        self.assert_exit(result, REFUSED)
        self.assert_says(result, "no-such-feature", "mkfs.btrfs", "The disk is as it was")
        self.assertTrue(self.target_is_untouched())
        self.assert_clean()
