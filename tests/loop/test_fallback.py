# SPDX-License-Identifier: GPL-3.0-or-later
"""When the Director fails, or cannot be had: bextract, and a list of what it could not bring back."""

import os
import signal
import threading
import time

from . import traces
from .case import NOT_FINISHED, LoopTest


def has_acl_or_xattr(entry):
    return bool(entry.get("xattrs"))


class Fallback(LoopTest):
    def assert_degraded(self, expected=None):
        """Everything is back but ACLs and xattrs, and each file that lost one is named: on the screen and in the journal."""
        expected = self.machine.newest if expected is None else expected
        named = {}
        for event in self.events("degraded"):
            named.setdefault(event["lost"], set()).update(event["files"])
        should_acl, should_xattr = set(), set()
        for path, entry in expected.items():
            keys = entry.get("xattrs", {})
            if any(key.startswith("system.posix_acl") for key in keys):
                should_acl.add(path)
            if any(not key.startswith("system.posix_acl") for key in keys):
                should_xattr.add(path)
        self.assertTrue(should_acl and should_xattr)
        self.assertEqual(len(named.get("ACL", ())), len(should_acl))
        self.assertEqual(len(named.get("xattr", ())), len(should_xattr))
        self.assertNotIn("data", named)
        screen = "\n".join(self.outputs)
        for name in named["ACL"] | named["xattr"]:
            self.assertIn(name[:40], screen)
        # A mode's group bits are the ACL's mask: without the ACL they come back as the mode says.
        self.assert_restored(expected, lost=lambda path, difference: difference.startswith("attribute "))

    def test_the_file_daemon_does_not_accept_the_director(self):
        self.machine.destroy()
        self.machine.break_password("client")
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "Falling back", "DEGRADED")
        self.assert_degraded()
        self.assert_says(self.recover("status"), "DEGRADED", "NOT FINISHED")
        self.assert_clean()

    def test_the_catalog_is_gone_and_cannot_be_rebuilt(self):
        self.machine.destroy()
        self.machine.corrupt_catalog()
        self.machine.lose_bscan()
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        self.assert_says(result, "Falling back", "bootstrap")
        self.assert_degraded()
        self.assert_clean()

    def test_the_catalog_is_gone_and_an_earlier_moment_is_asked(self):
        self.machine.destroy()
        self.machine.corrupt_catalog()
        self.machine.lose_bscan()
        result = self.restore("--as-of", self.machine.facts["moment-between"])
        self.assert_exit(result, NOT_FINISHED)
        self.assert_degraded(self.machine.full)
        self.assert_clean()

    def kill_during_restore(self, name):
        """SIGKILL to the daemon as soon as restored files appear."""
        process = self.machine.start("--playbook", "tree", "--confirm", self.machine.serial)

        def strike():
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and process.poll() is None:
                restoring = (self.state / "journal").exists() and "run job=" in (self.state / "journal").read_text()
                if restoring:
                    time.sleep(0.3)
                    for victim in traces.processes(self.machine.work):
                        if victim.name == name:
                            os.kill(victim.pid, signal.SIGKILL)
                    return
                time.sleep(0.02)

        thread = threading.Thread(target=strike)
        thread.start()
        out, err = process.communicate(timeout=400)
        thread.join()
        self.outputs.append(out + err)
        return process.returncode, out + err

    def test_the_director_is_killed_in_mid_restore(self):
        self.machine.destroy()
        code, text = self.kill_during_restore("bacula-dir")
        self.assertEqual(code, NOT_FINISHED, text[-5000:])
        self.assertIn("Falling back", text)
        self.assert_degraded()
        self.assert_clean()

    def test_the_file_daemon_is_killed_in_mid_restore(self):
        self.machine.destroy()
        code, text = self.kill_during_restore("bacula-fd")
        self.assertEqual(code, NOT_FINISHED, text[-5000:])
        self.assertIn("Falling back", text)
        self.assert_degraded()
        self.assert_clean()

    def test_a_damaged_block_costs_the_files_it_touches_and_each_is_named(self):
        self.machine.destroy()
        self.machine.flip_byte("Alder-0002", 20_000_000)
        result = self.restore()
        self.assert_exit(result, NOT_FINISHED)
        damaged = [name for event in self.events("degraded") if event["lost"] == "data" for name in event["files"]]
        self.assertTrue(damaged)
        named = [name.split(": ")[0] for name in damaged]

        def lost(path, difference):
            return difference.startswith("attribute ") or any(path in name or name in path for name in named)

        self.assert_restored(lost=lost)
        self.assert_clean()
