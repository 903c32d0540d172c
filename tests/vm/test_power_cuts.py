# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of power_cuts.py: in mid mkfs, when the journal has just got the restore as done, and with the boot loader.

`python3 -m vm.power_cuts` tries them all.
"""

import random
import unittest

from . import power_cuts, power_log, work

_SEED = 4
# With this seed next to nothing of what was not flushed is there.
_SAMPLE = ["action-begun filesystem, 4 of 8 on", "step-done restore, flushed", "step-done loader, flushed"]


class PowerCuts(unittest.TestCase):
    maxDiff = None
    apart = True

    def test_the_power_goes_off_and_the_recovery_is_resumed(self):
        recording = power_cuts.Recording(self.enterContext(work.folder()))
        moments = recording.moments()
        # The first of that name: the filesystem's step has several long actions, and mkfs is one of the first.
        chosen = [next(moment for moment in moments if word in moment.name) for word in _SAMPLE]
        _, _, failures = power_cuts.try_out(recording, chosen, [_SEED])
        self.assertEqual(failures, [])

    def test_what_is_flushed_is_there_and_the_rest_is_as_the_seed_says(self):
        """The replay itself: three writes, a flush behind the first."""
        folder = self.enterContext(work.folder())
        image = folder / "disk"
        image.write_bytes(bytes(8192))
        log = power_log.Log(folder / "log", [image])
        _write_log(log.path, [(0, 0, b"a" * 512), (1, 0, b""), (0, 512, b"b" * 1024), (0, 4096, b"c" * 512)])
        log.read(journal_disk=0)
        self.assertEqual(log.open_requests(4), [2, 3])
        log.forward([image], 4)
        self.assertEqual(image.read_bytes(), b"a" * 512 + bytes(8192 - 512))
        seen = set()
        for seed in range(600):
            image.write_bytes(b"a" * 512 + bytes(8192 - 512))
            log.cut([image], 4, random.Random(seed))
            found = image.read_bytes()
            self.assertEqual(found[:512], b"a" * 512)
            seen.add((found[512:1024], found[1024:1536], found[4096:4608]))
        nothing, both, last = bytes(512), b"b" * 512, b"c" * 512
        # None, all, the later without the earlier, and one that was torn.
        self.assertLessEqual({(nothing, nothing, nothing), (both, both, last), (nothing, nothing, last)}, seen)
        self.assertTrue({one[:2] for one in seen} & {(both, nothing), (nothing, both)})


def _write_log(path, requests):
    with open(path, "wb") as file:
        for kind, offset, data in requests:
            file.write(power_log._HEAD.pack(kind, 0, offset, len(data), 0) + data)
