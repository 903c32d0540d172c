# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the disks of one run in user-mode Linux were told, and the disks as a power cut in it would leave them.

    log = power_log.Log(path, images)
    uml.run(..., environment=log.recorder())     # `images` as they are at the beginning have been copied before
    log.read()
    for line in log.lines: line.at, line.event   # the journal's lines, and the request that wrote each
    log.forward(copies, cut)                     # what is certain by then; only ever forward
    log.cut(copies, cut, random.Random(seed))    # and some of what is not

A cut is a number of requests: those have been finished, the next one was not begun. What a disk was told before
its last flush is on it. Of the writes behind that flush each is there, or is not, or is there in part: some of its
sectors. A zeroing is there or not.
"""

import ctypes
import json
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from loop.command import run

_HEAD = struct.Struct("<5Q")  # as in record_writes.c
WRITE, FLUSH, ZEROES = range(3)
SECTOR = 512
_SOURCE = Path(__file__).parent / "record_writes.c"
_LINE = re.compile(rb'\{"event":"[^\n]*"seq":\d+[^\n]*\}\n')
_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # fallocate(2)
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Request:
    kind: int
    disk: int
    offset: int
    length: int
    seconds: float
    data_at: int  # in the log


@dataclass
class Line:
    """Of the recovery's journal."""
    at: int  # index of the request that wrote it first
    sequence: int
    event: str
    step: str


class Log:
    def __init__(self, path, images):
        self.path, self.images = Path(path), [Path(image).absolute() for image in images]
        self.requests, self.lines = [], []
        self._done = 0  # what the copies hold for certain
        self._certain_through = [0] * len(self.images)

    def recorder(self):
        """The environment of the process that is to be written down."""
        library = self.path.with_suffix(".so")
        run("cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, _SOURCE)
        self.path.unlink(missing_ok=True)
        return {"LD_PRELOAD": str(library.absolute()), "RECOVER_RECORD_LOG": str(self.path.absolute()),
                "RECOVER_RECORD_DISKS": ":".join(map(str, self.images))}

    def read(self, journal_disk):
        """`journal_disk` is the number of the image that the recovery's journal is on."""
        self.requests, self.lines = [], []
        size, seen, before = self.path.stat().st_size, 0, (0, b"")
        with open(self.path, "rb") as log:
            while head := log.read(_HEAD.size):
                kind, disk, offset, length, nanoseconds = _HEAD.unpack(head)
                request = Request(kind, disk, offset, length, nanoseconds / 1e9, log.tell())
                if kind == WRITE:
                    if request.data_at + length > size or offset % SECTOR or length % SECTOR:
                        raise ValueError(f"{self.path}: request {len(self.requests)} makes no sense: {request}")
                    if disk == journal_disk:
                        data = log.read(length)
                        # A line may lie across two blocks, which are then written one behind the other.
                        seen = self._note_lines((before[1] if before[0] == offset else b"") + data, seen)
                        before = offset + length, data[data.rfind(b"\n") + 1:]
                    else:
                        log.seek(length, os.SEEK_CUR)
                self.requests.append(request)
        if not any(request.kind == FLUSH for request in self.requests):
            raise ValueError(f"{self.path}: no disk was ever flushed, or nobody has seen it")

    def _note_lines(self, data, seen):
        for found in _LINE.finditer(data):
            event = json.loads(found[0])
            if event["seq"] > seen:
                seen = event["seq"]
                self.lines.append(Line(len(self.requests), seen, event["event"], event.get("step", "")))
        return seen

    def certain(self, disk, cut):
        """The number of requests that are on that disk for certain: those before its last flush."""
        return next((at for at in range(cut - 1, -1, -1)
                     if self.requests[at].kind == FLUSH and self.requests[at].disk == disk), 0)

    def forward(self, copies, cut):
        """Brings copies of the first images to what is certain at `cut`, which is never before the one of last time."""
        through = [self.certain(disk, cut) for disk in range(len(self.images))]
        self._apply(copies, (at for at in range(min(self._certain_through, default=0), max(through, default=0))
                             if self._certain_through[self.requests[at].disk] <= at < through[self.requests[at].disk]))
        self._certain_through = through

    def open_requests(self, cut):
        """What is not certain at `cut`, in order."""
        through = [self.certain(disk, cut) for disk in range(len(self.images))]
        return [at for at in range(min(through), cut)
                if at >= through[self.requests[at].disk] and self.requests[at].kind != FLUSH]

    def cut(self, copies, cut, random):
        """On top of `forward`: some of what is not certain. Returns in words what became of it."""
        # From "the disk had written next to nothing" to "nearly all": each end is what finds other mistakes.
        share = random.choice([0, 0.1, 0.5, 0.9, 1])
        waiting = self.open_requests(cut)
        whole, torn = [], {}
        for at in waiting:
            if random.random() >= share:
                continue
            sectors = self.requests[at].length // SECTOR
            if self.requests[at].kind == WRITE and sectors > 1 and random.random() < 0.1:
                torn[at] = [number for number in range(sectors) if random.random() < 0.5]
            whole.append(at)
        self._apply(copies, whole, torn)
        return f"{len(whole)} of {len(waiting)} writes that were not flushed, {len(torn)} of them torn"

    def _apply(self, copies, numbers, torn=None):
        files = [open(copy, "r+b") for copy in copies]
        try:
            with open(self.path, "rb") as log:
                for at in numbers:
                    self._apply_one(log, files, self.requests[at], (torn or {}).get(at))
        finally:
            for file in files:
                file.close()

    @staticmethod
    def _apply_one(log, files, request, sectors):
        descriptor = files[request.disk].fileno()
        if request.kind == ZEROES:
            _punch(descriptor, request.offset, request.length)
        elif request.kind == WRITE:
            log.seek(request.data_at)
            data = log.read(request.length)
            if sectors is None:
                os.pwrite(descriptor, data, request.offset)
            else:
                for number in sectors:
                    os.pwrite(descriptor, data[number * SECTOR:(number + 1) * SECTOR], request.offset + number * SECTOR)


def _punch(descriptor, offset, length):
    if _LIBC.fallocate64(descriptor, _KEEP_SIZE | _PUNCH_HOLE, ctypes.c_int64(offset), ctypes.c_int64(length)) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")
