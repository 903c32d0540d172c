# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in user-mode Linux, for disaster.py: an operator in a rescue system, with the program and a profile.

    python3 -m vm.guest.rescue

/run/share/commands.json names what to do, a list of [name, argv]. What each said and its exit code go to
/run/share/results.json, and what it left mounted or running behind. LVM is not active and nothing is mounted
at the beginning.
"""

import json
import os
import subprocess

from loop.command import progress, run

SHARE = "/run/share"
# The operator has carried it here: the storage volume, which has another copy, is not mounted yet.
HOME = "/root/recover"


def main():
    bring("machine.toml")
    with open(f"{SHARE}/commands.json", encoding="utf-8") as file:
        commands = json.load(file)
    before = _world()
    for name, argv in commands:
        call(name, argv)
        left = sorted(_world() - before)
        _note(name, {"left": left})
    # What a failed run has left open is in its result; here it must only not stand in the way of the power going off.
    run("vgchange", "-q", "-an", check=False)


def bring(*more, to=HOME):
    """The program, what it wants beside it, and more."""
    os.makedirs(to, exist_ok=True)
    run("cp", "-r", *(f"{SHARE}/{name}" for name in ["recover", "recover-lib", "playbooks", *more]), to)


def call(name, argv):
    """Runs argv, shows what it says, and keeps that and the exit code under this name."""
    progress(f"{name}: {' '.join(argv)}")
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env={"LC_ALL": "C", "TZ": "UTC", "HOME": "/root", "PATH": os.environ["PATH"]}, cwd="/")
    said = []
    for line in process.stdout:
        said.append(line.decode("utf-8", "replace"))
        print(said[-1], end="", flush=True)
    _note(name, {"exit": process.wait(), "out": "".join(said)})
    progress(f"{name}: exit {process.returncode}")
    return process.returncode


def _note(name, more):
    path = f"{SHARE}/results.json"
    results = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
    results.setdefault(name, {}).update(more)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)


def _world():
    """Mounts and processes, a sentence each."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        found = {f"mount on {line.split()[4]}" for line in file}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        # Kernel threads have none; udev's workers come and go.
        if words[0] and not words[0].endswith("systemd-udevd") and words[0] != "(udev-worker)":
            found.add(f"process {pid}: {' '.join(words)}")
    return found


if __name__ == "__main__":
    main()
