# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts: one recovery is recorded, and its disks are made as a cut at any moment of it would leave them.

    cd tests && python3 -m vm.power_cuts                      each step, the moments that matter, and every 40th of the others
    cd tests && python3 -m vm.power_cuts --every 10 --seed 7 --boot 5
    cd tests && python3 -m vm.power_cuts --only "begun restore"     moments whose name has this in it

After each cut a fresh rescue system resumes. It must end as the undisturbed run did, with the same tree; the
filesystems must be whole; what the journal had as done must be there and must not be done again; every line whose
fsync had come back must be there. Every --boot'th machine is booted. The last lines are the figures.

The firmware's variables are not among the disks: user-mode Linux has none, so the machine takes the fallback path.
"""

import argparse
import json
import random
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from loop.command import progress, run

from . import layouts, power_log, work
from .case import NOT_FINISHED
from .disaster import Machine
from .test_layouts import FALLBACK_PATH, NEW_UUID, LayoutTest

_JOURNAL_DISK = 1  # storage.img, behind the machine's one disk
# Between two lines of the journal: whoever acts there writes much, and has no line for it.
_MUCH = 40  # requests
# ext4: behind the file's data, before the commit block of its journal, and behind that.
_FLUSHES_OF_FSYNC = 3
# Two minutes of shell scripts in user-mode Linux, for one more file of the restored root.
_LEFT_OUT = r'^\[\[step\]\]\nname = "initramfs"\n(?:(?!\[\[step\]\]).*\n)*'
# A FAT that was mounted when the power went says so: the kernel leaves such a mark as it finds it, and the machine's
# own fsck takes it away when it boots. The mark is the difference of the two boot sectors, too.
_ESP_WELL = re.compile(r"fsck\.fat .*|/dev/\S+: \d+ files, .*|Dirty bit is set\. .*| Automatically removing dirty bit\.|"
                       r"There are differences between boot sector and its backup\.|This is mostly harmless\. .*|"
                       r"  65:01/00|  Not automatically fixing this\.|Leaving filesystem unchanged\.|")


@dataclass
class Moment:
    name: str
    at: int  # requests that are finished
    matters: bool


class Recording:
    """One undisturbed recovery, in `folder`; a folder that has it already is taken as it is. `whole`: with the step
    that takes longest."""

    def __init__(self, folder, whole=False):
        self.folder, self._whole = Path(folder), whole
        self._lost, self._done = self.folder / "lost", self.folder / "recorded"
        self._kept = self._done.exists()
        self.machine = Machine(layouts.PLAIN, self.folder / f"machine-{time.monotonic_ns()}")
        names = [*(image.name for image in self.machine.images), "storage.img"]
        self.images = [self.machine.folder / name for name in names]
        self.log = power_log.Log(self.folder / "log", self.images)
        if not self._kept:
            self._record()
        shutil.rmtree(self.machine.share)
        shutil.copytree(self._lost / "share", self.machine.share)
        self.log.read(_JOURNAL_DISK)
        self._certain = [self.folder / f"certain-{name}" for name in names]
        for name, copy in zip(names, self._certain):
            _copy(self._lost / name, copy)

    def _record(self):
        self.machine.lose()
        # With another UUID there is something to do in fstab.
        if not self._whole:
            self.machine.edit("playbooks/storage.toml", _LEFT_OUT, "")
        self.machine.edit("machine.toml", r"^\[filesystem\]$", f'[filesystem]\nnew-uuid = "{NEW_UUID}"')
        shutil.rmtree(self._lost, ignore_errors=True)
        self._lost.mkdir()
        self.machine.copy_to(self._lost)
        self.machine.environment = self.log.recorder()
        ran = self.machine.rescue(restore=self.machine.restore(*FALLBACK_PATH))["restore"]
        self.machine.environment = {}
        if ran.exit != NOT_FINISHED:
            raise AssertionError(f"the undisturbed run exited {ran.exit}:\n{ran.out[-4000:]}")
        self._done.touch()

    def moments(self):
        """All, in order: each line of the journal, written and flushed; and in the midst of where much is written."""
        found = []
        lines = self.log.lines
        for number, line in enumerate(lines):
            end = lines[number + 1].at if number + 1 < len(lines) else len(self.log.requests)
            name = f"{line.sequence} {line.event} {line.step}".rstrip()
            flushes = [at for at in range(line.at, min(end, line.at + _MUCH))
                       if self.log.requests[at].kind == power_log.FLUSH
                       and self.log.requests[at].disk == _JOURNAL_DISK][:_FLUSHES_OF_FSYNC]
            matters = line.event in ("step-done", "run-complete")
            found.append(Moment(f"{name}, written", line.at + 1, False))
            if flushes:
                found.append(Moment(f"{name}, flushed", flushes[-1] + 1, matters or number == 0))
            if end - line.at > _MUCH:
                writes = [at for at in range(line.at + 1, end) if self.log.requests[at].kind == power_log.WRITE]
                found += [Moment(f"{name}, {part} of 8 on", writes[len(writes) * part // 8], part in (1, 4, 7))
                          for part in range(1, 8) if len(writes) > 8]
        return sorted(found, key=lambda moment: moment.at)

    def cut(self, moment, seed):
        """The machine's disks are as that moment leaves them. Moments only ever go forward."""
        self.log.forward(self._certain, moment.at)
        for copy, image in zip(self._certain, self.images):
            _copy(copy, image)
        return self.log.cut(self.images, moment.at, random.Random(f"{seed} {moment.name}"))

    def lines_for_certain(self, moment):
        """A line is written when the fsync of the one before has come back."""
        return max([line.sequence for line in self.log.lines if line.at < moment.at], default=1) - 1


class Judge(LayoutTest):
    def judge(self, recording, moment, booting):
        """Resumes, and raises AssertionError for whatever is not as it should be."""
        machine = recording.machine
        ran = machine.resume_after_cut(machine.restore("--resume", *FALLBACK_PATH), machine.restore(*FALLBACK_PATH))
        resumed = ran.get("start", ran["resume"])
        self.assert_exit(resumed, NOT_FINISHED)
        self.assert_nothing_left(ran["resume"])
        if "start" in ran:
            self.assertEqual(recording.lines_for_certain(moment), 0, "the journal is gone")
        else:
            self.assert_nothing_done_twice(machine, recording.lines_for_certain(moment))
        for name in ["btrfs-check", "fsck-storage"]:
            self.assertEqual(ran[name].exit, 0, f"{name}:\n{ran[name].out[-3000:]}")
        self.assertEqual([line for line in ran["fsck-esp"].out.splitlines() if not _ESP_WELL.fullmatch(line)], [])
        self.assert_restored(machine, NEW_UUID, machine.found())
        if booting:
            self.assert_boots(machine, NEW_UUID)

    def assert_nothing_done_twice(self, machine, certain):
        lines = (machine.share / "journal").read_text(encoding="utf-8").splitlines()
        events = [json.loads(line) for line in lines]
        names = [event["event"] for event in events]
        resumed = names.index("run-resumed") if "run-resumed" in names else len(events)
        self.assertGreaterEqual(resumed, certain, "lines that were flushed are gone from the journal")
        done = {event["step"] for event in events[:resumed] if event["event"] == "step-done"}
        again = {event["step"] for event in events[resumed:] if event["event"] == "step-begun"}
        self.assertEqual(sorted(done & again), [])


def choose(moments, every, seed, only=()):
    """Those that matter and every so manieth of the others, or those that have one of the words of `only` in them."""
    if only:
        return [moment for moment in moments if any(word in moment.name for word in only)]
    others = [moment for moment in moments if not moment.matters]
    taken = [moment for moment in moments if moment.matters] + others[seed % every::every]
    return sorted(taken, key=lambda moment: moment.at)


def try_out(recording, moments, seeds, boot=0):
    """Prints what came of each; returns (cuts, boots, failures: a text each)."""
    cuts = boots = 0
    failures = []
    for moment in moments:
        for seed in seeds:
            cuts += 1
            booting = bool(boot) and cuts % boot == 0
            boots += booting
            begin = time.monotonic()
            became = recording.cut(moment, seed)
            try:
                Judge().judge(recording, moment, booting)
                verdict = "ok"
            except AssertionError as error:
                verdict = "FAILED"
                failures.append(f"{moment.name}, seed {seed} ({became}):\n{error}")
            print(f"  {verdict:6} {time.monotonic() - begin:5.1f} s  {moment.name}, seed {seed}: {became}"
                  f"{'; booted' if booting else ''}", flush=True)
            if verdict == "FAILED":
                print(failures[-1][-6000:], flush=True)
    return cuts, boots, failures


def main():
    parser = argparse.ArgumentParser(prog="python3 -m vm.power_cuts", description="Power cuts in a recovery.")
    parser.add_argument("--every", type=int, default=40, help="every Kth of the moments that are not named as mattering")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many for each moment")
    parser.add_argument("--boot", type=int, default=8, help="boot every Nth machine; 0: none")
    parser.add_argument("--only", action="append", help="moments with this in their name, and no others; several times")
    parser.add_argument("--list", action="store_true", help="name the moments and end")
    parser.add_argument("--whole", action="store_true", help="record the step initramfs as well, which takes minutes")
    parser.add_argument("--keep", metavar="FOLDER", help="record there; a recording that is there is used again")
    options = parser.parse_args()
    begin = time.monotonic()
    with work.folder() as folder:
        recording = Recording(options.keep or folder, options.whole)
        moments = recording.moments()
        chosen = choose(moments, options.every, options.seed, options.only)
        progress(f"{len(recording.log.requests)} requests to the disks, {len(moments)} moments, {len(chosen)} chosen")
        if options.list:
            print("\n".join(f"{moment.at:8} {'!' if moment.matters else ' '} {moment.name}" for moment in chosen))
            return 0
        seeds = range(options.seed, options.seed + options.seeds)
        cuts, boots, failures = try_out(recording, chosen, seeds, options.boot)
        if options.keep:
            shutil.rmtree(recording.machine.folder)
    print(f"{cuts} power cuts at {len(chosen)} of {len(moments)} moments, seeds {seeds.start} to {seeds.stop - 1}: "
          f"{cuts - len(failures)} resumed and ended alike, {boots} of them booted, {len(failures)} did not; "
          f"{time.monotonic() - begin:.0f} s")
    print(f"{cuts - len(failures)} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


def _copy(image, to):
    run("cp", "--sparse=always", "--reflink=auto", image, to)


if __name__ == "__main__":
    sys.exit(main())
