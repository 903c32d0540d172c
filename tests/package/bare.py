# SPDX-License-Identifier: GPL-3.0-or-later
"""A root directory with glibc and nothing else: what a bundle may ask of a system."""

import os
import shutil
import subprocess
from pathlib import Path

from loop.command import ENVIRONMENT, run


def make(root):
    """Copies what the package libc6 has in its library directories. No /etc, no /proc, no shell."""
    root = Path(root)
    copied = 0
    for line in run("dpkg", "-L", "libc6").splitlines():
        file = Path(line)
        if ".so" not in file.name or "/gconv/" in line or "/doc/" in line or not file.exists() or file.is_dir():
            continue
        # Both ways to it: /lib may be a link to /usr/lib here, and is none there.
        for to in {line, line.removeprefix("/usr")}:
            place = root / to.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.resolve(), place)
            place.chmod(0o755)
        copied += 1
    assert copied > 5, "dpkg knows no files of libc6"


def runs(root, *argv):
    """(exit code, what was said) of argv in a chroot, without network, mounts or variables of this system."""
    done = subprocess.run(["chroot", os.fspath(root), *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, timeout=120,
                          env={"LC_ALL": ENVIRONMENT["LC_ALL"], "PATH": ENVIRONMENT["PATH"]})
    return done.returncode, done.stdout
