# SPDX-License-Identifier: GPL-3.0-or-later
"""Bacula's volumes, block by block: where a text stands, and damage of every kind at that place.

Block: 24 bytes of header, big-endian: CRC32 of all that follows it, length, number, "BB02", VolSessionId,
VolSessionTime (developers' guide of Bacula 9.6, "Storage Media Output Format").
"""

import struct
import zlib

_HEADER = 24


def find(folder, text):
    """(volume, offset of the text in it), of the one place in all volumes where it stands."""
    found = []
    for volume in sorted(folder.iterdir()):
        at = volume.read_bytes().find(text)
        if at >= 0:
            found.append((volume.name, at))
    if len(found) != 1:
        raise AssertionError(f"{text!r} stands in {found}, not in one volume")
    return found[0]


def block_at(volume, offset):
    """Where the block begins that holds this offset."""
    begin = 0
    with open(volume, "rb") as file:
        while header := file.read(_HEADER):
            _, length, _, magic = struct.unpack(">III4s", header[:16])
            if magic != b"BB02" or length < _HEADER:
                raise AssertionError(f"{volume} has no block at {begin}")
            if offset < begin + length:
                return begin
            begin += length
            file.seek(begin)
    raise AssertionError(f"{volume} ends before {offset}")


def make_checksum_right(volume, offset):
    """Of the block that holds this offset: as if what stands there had been written so."""
    begin = block_at(volume, offset)
    with open(volume, "r+b") as file:
        file.seek(begin + 4)
        length = struct.unpack(">I", file.read(4))[0]
        file.seek(begin + 4)
        checksum = zlib.crc32(file.read(length - 4))
        file.seek(begin)
        file.write(struct.pack(">I", checksum))
