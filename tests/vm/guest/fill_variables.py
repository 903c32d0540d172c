# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in the rescue system: fills the firmware's memory for variables, to the last byte that the kernel gives.

    python3 -B fill_variables.py
"""

import os
import uuid

FOLDER = "/sys/firmware/efi/efivars"
# Non-volatile, for boot services, for the running system: EFI_VARIABLE_* in the kernel's include/linux/efi.h.
_ATTRIBUTES = (7).to_bytes(4, "little")


def write(name, size):
    """One variable, in one write, as efivarfs wants it; False when it is not taken."""
    path = f"{FOLDER}/{name}-{uuid.uuid4()}"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    except OSError:
        return False
    try:
        os.write(fd, _ATTRIBUTES + bytes(size))
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def main():
    size, count, total = 16384, 0, 0
    while size >= 16:
        if write(f"Junk{count}", size):
            count, total = count + 1, total + size
        else:
            size //= 2
    print(f"{count} variables, {total} bytes")


main()
