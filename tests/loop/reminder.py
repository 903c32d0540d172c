# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recovery adds to the restored root on purpose: {path: mode}, None for a link."""

import os
from pathlib import Path

PLAYBOOKS = [path.name for path in Path(__file__).parents[2].glob("playbooks/*.toml")
             if not path.name.startswith("machine.")]

HOME = "/var/lib/recover"
# The journal and its report, and what makes the program complete.
KEPT = {HOME: 0o700, f"{HOME}/journal": 0o600, f"{HOME}/report.html": 0o600, f"{HOME}/report.md": 0o600,
        f"{HOME}/backup.bsr": 0o600, f"{HOME}/backup.toml": 0o600,
        f"{HOME}/recover": 0o755, f"{HOME}/machine.toml": 0o600, f"{HOME}/playbooks": 0o700,
        **{f"{HOME}/playbooks/{name}": 0o644 for name in PLAYBOOKS}}
MESSAGES = {"/etc/issue.d": 0o755, "/etc/issue.d/recover.issue": 0o644, "/etc/profile.d/recover.sh": 0o644}
# Only where the program runs.
_UNITS = "/etc/systemd/system"
SYSTEMD = {f"{_UNITS}/recover-hold.service": 0o644, f"{_UNITS}/recover-verify.service": 0o644,
           f"{_UNITS}/bacula-director.service.wants": 0o755, f"{_UNITS}/bacula-dir.service.wants": 0o755,
           f"{_UNITS}/bacula-director.service.wants/recover-hold.service": None,
           f"{_UNITS}/bacula-dir.service.wants/recover-hold.service": None,
           f"{_UNITS}/multi-user.target.wants/recover-verify.service": None}
OPENRC = {f"{HOME}/after-boot": 0o755, "/etc/init.d/recover-verify": 0o755, "/etc/runlevels": 0o755,
          "/etc/runlevels/default": 0o755, "/etc/runlevels/default/recover-verify": None}


def explains(line, added):
    """Is this difference, a line of tree.compare(), one of those paths, or the time of a folder around one?"""
    path, _, difference = line.partition(": ")
    if difference == "should not be there":
        return path in added
    return difference.startswith("mtime") and path in {os.path.dirname(one) for one in added}
