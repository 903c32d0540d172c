# SPDX-License-Identifier: GPL-3.0-or-later
"""What efibootmgr -v says, as data. Numbers are the firmware's affair: ask for labels and device paths.

    BootCurrent: 0001
    BootOrder: 0001,0000
    Boot0001* debian\\tHD(1,GPT,5c0b...,0x800,0x40000)/File(\\EFI\\debian\\grubx64.efi)
"""

import re
from dataclasses import dataclass


@dataclass
class Entry:
    number: str
    label: str
    path: str


@dataclass
class Variables:
    current: str   # number of the entry that was booted; None in a system that had another start
    order: list    # numbers
    entries: dict  # number: Entry

    @property
    def booted(self):
        return self.entries.get(self.current)

    @property
    def first(self):
        return self.entries.get(self.order[0]) if self.order else None

    def labelled(self, label):
        return [entry for entry in self.entries.values() if entry.label == label]


def parse(text):
    current = re.search(r"^BootCurrent: ([0-9A-F]{4})", text, re.M)
    order = re.search(r"^BootOrder: (\S+)", text, re.M)
    found = re.findall(r"^Boot([0-9A-F]{4})[* ] ([^\t\n]*)\t?(.*)$", text, re.M)
    return Variables(current and current[1], order[1].split(",") if order else [],
                     {number: Entry(number, label, path) for number, label, path in found})
