# SPDX-License-Identifier: GPL-3.0-or-later
"""A recovered machine whose backups are not right says so by itself, and stays open until they are."""

from .case import NOT_FINISHED, CycleTest
from .cycle import GATE, MOUNT_STORAGE, timed

_CONFIGURATION = "/etc/bacula/bacula-dir.conf"
_LEAVE_OUT_THE_ESP = MOUNT_STORAGE + rf"""
mkdir -p /mnt/root
step root mount -o subvol=@ /dev/disk/by-label/birch-root /mnt/root
step skip sed -i '/File = "\/boot\/efi"/d' /mnt/root{_CONFIGURATION}
step unmount umount /mnt/root
"""
_MEND = GATE + rf"""
step gate gate
step message sh -i -c '. /etc/profile.d/recover.sh'
step mend sed -i 's,^\( *\)File = "/home"$,&\n\1File = "/boot/efi",' {_CONFIGURATION}
step reload sh -c 'echo reload | bconsole'
step again systemctl start recover-verify
step closed gate
"""


class OpenGate(CycleTest):
    def test_a_fileset_without_the_esp_keeps_it_open(self):
        machine = self.cycle.recovered_twin()
        broken = timed("its FileSet leaves out the ESP", lambda: machine.rescue(_LEAVE_OUT_THE_ESP))
        for name in ["root", "skip", "unmount"]:
            self.step(broken, name)
        booted = timed("it boots, refuses, and is mended", lambda: machine.boot(_MEND, timeout=3600))
        refusal = self.step(booted, "gate", NOT_FINISHED)
        for text in (refusal, booted.console):
            self.assert_says(text, "NO coverage:", "skips /boot/efi", 'File = "/boot/efi"', "NOT VERIFIED")
        self.assertIn("IS NOT FINISHED", self.step(booted, "message"))
        self.step(booted, "again")
        self.assertIn("FINISHED: backup job", self.step(booted, "closed"))
