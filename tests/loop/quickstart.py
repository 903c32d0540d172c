# SPDX-License-Identifier: GPL-3.0-or-later
"""The tour of tests/quickstart: a machine is broken and comes back, with everything shown."""

import signal
import subprocess
import sys

from . import reminder, tree
from .machine import Machine


def say(text):
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def show(machine, *words):
    print("$ recover " + " ".join(words), flush=True)
    return subprocess.run([str(machine.storage / "recover"), *words], env=machine.env(None), check=False).returncode


def tour(machine):
    say("A machine: btrfs root on an image file, backed up by a real Bacula, Full and Incremental")
    print(f"   {len(machine.newest)} files, directories and devices; disk {machine.device} is {machine.root_image}")
    say("Its root filesystem is destroyed")
    machine.destroy()
    print("   the first 256 MiB are zeros; blkid finds nothing any more")
    say("What would recover do? The dry run writes nothing")
    if show(machine, "--playbook", "tree", "--dry-run") != 0:
        return "the dry run found something against the plan"
    say("The recovery. On a terminal the operator types the disk's serial; here it is given")
    if show(machine, "--playbook", "tree", "--confirm", machine.serial) != 4:
        return "the recovery did not end as it should (exit 4: done, not finished)"
    say("Is every file as it was backed up? Content, owner, mode, times, links, ACLs, xattrs, holes")
    added = reminder.KEPT | reminder.MESSAGES
    wrong = [line for line in tree.compare(machine.newest, machine.tree()) if not reminder.explains(line, added)]
    for line in wrong[:20]:
        print("   " + line)
    if wrong:
        return f"{len(wrong)} differences"
    print(f"   all {len(machine.newest)} are; added were recover itself with its journal, in /var/lib/recover, and what says")
    print("   at each login that the machine is not finished: /etc/issue.d/recover.issue, /etc/profile.d/recover.sh")
    say("And recover says so itself")
    show(machine, "status")
    leaks = machine.leaks()
    return f"something was left behind: {leaks}" if leaks else None


def main():
    # A closed terminal or a polite kill cleans up as ^C does; after anything harder the next run does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        with Machine() as machine:
            problem = tour(machine)
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left behind.")
        return 130
    say(f"FAILED: {problem}" if problem else "The tree came back. The disposable machine is gone again")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
