# SPDX-License-Identifier: GPL-3.0-or-later
"""The pixels of a PNG as Chromium writes it: 8 bits a channel, RGB or RGBA, not interlaced. PNG specification, 2nd edition."""

import struct
import zlib


def _paeth(a, b, c):
    p = a + b - c
    return min((a, b, c), key=lambda near: abs(p - near))


def read(path):
    """(width, height, rows); a row is bytes, `step` a pixel: 3 or 4 as its length says."""
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG"
    at, packed, header = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", data[at + 8:at + 8 + length])
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    width, height, depth, colour, _, _, interlaced = header
    assert depth == 8 and colour in (2, 6) and not interlaced, header
    step = 3 if colour == 2 else 4
    return width, height, _unfiltered(zlib.decompress(packed), width * step, height, step)


def _unfiltered(raw, length, height, step):
    rows, above = [], bytes(length)
    for y in range(height):
        begin = y * (length + 1)
        kind, row = raw[begin], bytearray(raw[begin + 1:begin + 1 + length])
        for i in range(length if kind else 0):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            add = [0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner)][kind]
            row[i] = (row[i] + add) & 0xFF
        above = bytes(row)
        rows.append(above)
    return rows


def count(rows, colour, width):
    """How many pixels have exactly this colour, (red, green, blue)."""
    step = len(rows[0]) // width
    wanted = bytes(colour)
    return sum(1 for row in rows for at in range(0, len(row), step) if row[at:at + 3] == wanted)
