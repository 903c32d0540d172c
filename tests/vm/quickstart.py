# SPDX-License-Identifier: GPL-3.0-or-later
"""The tour of `tests/quickstart --vm`: a whole machine is lost, comes back, boots by itself, and is backed up again."""

import signal
import sys

from loop.quickstart import say

from . import layouts, qemu, work
from .case import NOT_FINISHED, unexpected
from .cycle import Cycle, entries
from .test_cycle import MADE_ANEW, REMINDER


def line(text):
    print(f"   {text}", flush=True)


def must(step, code=0):
    if step.exit != code:
        raise Problem(f"exit {step.exit} instead of {code}")


class Problem(Exception):
    pass


def tour(folder):
    say("A machine: UEFI, GRUB, btrfs, Debian with Bacula, in QEMU. Made once (some minutes), then kept")
    cycle = Cycle(folder, echo=line)
    say("It is well: recover captures its profile and makes its recovery environment, files change, Bacula makes a backup")
    for name in ["running", "install", "capture", "environment", "backup", "freshen", "manifest"]:
        must(cycle.prepared.steps[name])
    say("It is lost: 256 MiB of its root are junk, and its board has forgotten the boot entry")
    _ = cycle.lost
    say("The rescue system is booted; the storage volume is mounted; recover --playbook storage")
    must(cycle.recovered.steps["recover"], NOT_FINISHED)
    say("The power is switched on, and nobody touches anything")
    for name in ["running", "gate", "tree"]:
        must(cycle.rebooted.steps[name])
    booted = entries(cycle.rebooted).booted
    wrong = unexpected(cycle.manifest, cycle.tree, [*MADE_ANEW, *REMINDER])
    for text in wrong[:20]:
        line(text)
    if wrong:
        raise Problem(f"{len(wrong)} differences between the backup and the recovered machine")
    if cycle.back.bystander_digest() != cycle.machine.bystander_digest():
        raise Problem("the disk that was not named has changed")
    say("What was shown")
    line(f"it booted by its own entry: {booted.label} {booted.path}")
    line(f"root is the btrfs {layouts.ROOT_UUID}, as before")
    line(f"all {len(cycle.manifest)} files, directories and devices are as they were backed up")
    line("(" + "; ".join(f"{place} is new: {why}" for place, why in MADE_ANEW.items()) + ")")
    line("it ran a backup by itself, and verified it: recover says that it is finished")
    line("a third disk was there all the time, and no byte of it changed")


def main():
    # A closed terminal or a polite kill cleans up as ^C does; after anything harder the next run does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        with work.folder() as folder:
            tour(folder)
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left behind.")
        return 130
    except (Problem, qemu.Failed) as problem:
        say(f"FAILED: {problem}")
        return 1
    say("The machine came back. The disposable one is gone again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
