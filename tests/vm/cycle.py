# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a machine in four boots: well, lost, recovered, well again. Tests and the tour ask what came of each.

    cycle = Cycle(work_folder)
    cycle.prepared.steps["capture"].exit     # each boot happens when it is first asked for, and once
    cycle.recovered.steps["recover"].out
"""

import atexit
import contextlib
import functools
import time

from loop import reminder, tree
from loop.command import progress

from . import efi, work
from .machine import SYSTEM, Machine, program

# The machine is well: the bundle comes to the storage volume, captures the profile, makes the recovery environment, and
# brings the catalog of the next backup into it.
_PREPARE = """
step running systemctl is-system-running --wait
step install cp -r "$JOB/recover-bundle/." /mnt/storage/
step capture /mnt/storage/recover capture --to-storage -o /root/machine.toml
step drift /mnt/storage/recover capture --check /mnt/storage/machine.toml
step environment /mnt/storage/recover --playbook environment
step change python3 -B -m vm.guest.booted change
step backup python3 -B -m vm.guest.booted backup Incremental
step freshen /mnt/storage/recover freshen
step manifest python3 -B -m vm.guest.booted manifest
step entries efibootmgr -v
cp /mnt/storage/machine.toml "$OUT"
"""

# What an operator types in a rescue system before anything else.
MOUNT_STORAGE = """
step activate vgchange -ay vg2
mkdir -p /mnt/storage
step mount mount /dev/vg2/storage /mnt/storage
"""

# Both superblocks of its root are junk: nothing can be salvaged, and somebody must say so.
GIVEN_UP = "--confirm 'nothing can be salvaged'"

# As the operator's guide has it, but for the serial and that, which are typed there (vm/guide.py).
_RECOVER = f"""
one_line() {{ mount /dev/vg2/storage /mnt/gentoo && /mnt/gentoo/recover --playbook storage --confirm {SYSTEM} {GIVEN_UP}; }}
step module recover --version
step nothing recover status
step activate vgchange -ay vg2
mkdir -p /mnt/gentoo
step recover one_line
step entries efibootmgr -v
step mounts findmnt --list --noheadings --output SOURCE,TARGET
cp /mnt/gentoo/recover-state/journal "$OUT"
umount /mnt/gentoo
"""

# Nobody helps it: it boots by its own entry, runs a backup and verifies it, and this is asked meanwhile and behind it.
GATE = """
gate() {
  while systemctl list-jobs | grep -q recover- || systemctl is-active --quiet recover-verify; do sleep 5; done
  journalctl --no-pager --output=cat --unit=recover-hold --unit=recover-verify
  /mnt/storage/recover status
}
"""
_AFTERWARDS = GATE + f"""
gone() {{
  for path in {" ".join(reminder.MESSAGES | reminder.SYSTEMD)}; do
    if [ -e "$path" ] || [ -L "$path" ]; then echo "$path"; fi
  done
}}
step message sh -i -c '. /etc/profile.d/recover.sh'
step running systemctl is-system-running --wait
step failed systemctl --failed --no-legend --plain
step entries efibootmgr -v
step root findmnt --noheadings --output UUID,FSROOT /
step status /var/lib/recover/recover status
step drift /mnt/storage/recover capture --check /mnt/storage/machine.toml
step gate gate
step gone gone
step tree python3 -B -m vm.guest.booted tree
"""


def once(stage):
    """A property that is worked out when it is first asked for. What it raised then it raises again."""
    @functools.wraps(stage)
    def ask(self):
        kept = self.__dict__.setdefault("_kept", {})
        if stage not in kept:
            try:
                kept[stage] = stage(self), None
            except Exception as error:
                kept[stage] = None, error
        result, error = kept[stage]
        if error:
            raise error
        return result
    return property(ask)


class Cycle:
    def __init__(self, work, echo=None):
        self.machine = Machine.golden(work)
        self.echo = echo

    @once
    def prepared(self):
        return timed("the healthy machine is captured and backed up",
                     lambda: self.machine.boot(_PREPARE, program(), timeout=2400, echo=self.echo))

    def twin(self):
        """A machine that begins as the prepared one ended."""
        _ = self.prepared
        return self.machine.twin()

    def lost_twin(self):
        """The prepared machine without its root, and with a board that knows nothing of it."""
        lost = self.twin()
        lost.lose_root()
        lost.lose_variables()
        return lost.twin()

    @once
    def lost(self):
        return self.lost_twin()

    @once
    def recovered(self):
        return timed("it is recovered from the rescue system",
                     lambda: self.lost.rescue(_RECOVER, timeout=1200, echo=self.echo))

    def recovered_twin(self):
        """A machine that begins as the recovery left it."""
        _ = self.recovered
        return self.lost.twin()

    @once
    def back(self):
        return self.recovered_twin()

    @once
    def rebooted(self):
        return timed("it boots by itself, and is backed up",
                     # To verify every file takes its time on an emulated processor.
                     lambda: self.back.boot(_AFTERWARDS, timeout=3600, echo=self.echo))

    @once
    def manifest(self):
        """Every file, as the newest backup has it."""
        return load_tree(self.machine, self.prepared, "manifest")

    @once
    def tree(self):
        """Every file, as it is on the recovered machine."""
        return load_tree(self.back, self.rebooted, "tree")


@functools.cache
def shared():
    """One for all tests of this process."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return Cycle(stack.enter_context(work.folder()))


def timed(what, do):
    begin = time.monotonic()
    result = do()
    progress(f"{what}: {time.monotonic() - begin:.0f} s")
    return result


def load_tree(machine, result, name):
    path = machine.folder / name
    path.write_bytes(result.files[name])
    return tree.load(path)


def entries(result, step="entries"):
    return efi.parse(result.steps[step].out)
