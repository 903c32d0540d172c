# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine `birch` as it stands before a test: booted once by its EFI entry, backed up once, powered off. On its
storage volume are Bacula's volumes, and nothing that recover makes.

    cd tests && python3 -m vm.golden     makes it if need be, and prints where it is

system.img, storage.img (only ever below an overlay) and variables.fd, the firmware's memory. The program under test
has no part in it.
"""

import time
from pathlib import Path

from loop import cache
from loop.command import progress

from . import build, guest_tree, job, layouts, qemu, work

LABEL, LOADER = "debian", r"\EFI\debian\grubx64.efi"
SERIALS = {"system": "BIRCH-SYSTEM", "storage": "BIRCH-STORAGE"}
_HERE = Path(__file__).parent
_SOURCES = [Path(__file__), _HERE / "build.py", _HERE / "layouts.py",
            *(_HERE / "guest" / name for name in ["booted.py", "disks.py", "make.py"]),
            *(_HERE.parent / "loop" / name for name in ["alder.py", "awkward.py", "bacula_conf.py", "daemons.py"])]

_MAKE_ENTRY = rf"""
step entry efibootmgr --create --disk /dev/disk/by-id/virtio-{SERIALS["system"]} --part 1 --label {LABEL} \
  --loader '{LOADER}'
"""
_BACK_UP = """
step running systemctl is-system-running --wait || systemctl --failed --no-pager
step backup python3 -B -m vm.guest.booted backup Full
"""


def ensure():
    tree = guest_tree.ensure()
    return cache.ensure("vm-golden", cache.key(tree.name, *_SOURCES), lambda folder: _build(tree / "tree.tar", folder))


def disks(folder):
    return [qemu.Disk(folder / f"{name}.img", serial) for name, serial in SERIALS.items()]


def tests():
    """The packages of the tests, for a job that runs one of their modules."""
    return {"loop": _HERE.parent / "loop", "vm": _HERE}


def _build(tar, folder):
    progress("the machine's disks (user-mode Linux), some 2 min")
    build.build(layouts.PLAIN, tar, folder, environment=False)
    variables = qemu.empty_variables(folder / "variables.fd")
    with work.folder() as scratch:
        progress("its EFI entry, by the rescue system, some 1 min")
        made = qemu.run(scratch, disks(folder), job.Job(_MAKE_ENTRY), variables=variables, live=True)
        _check(made, "entry")
        progress("its first boot and its first backup, some 3 min")
        booted = qemu.run(scratch, disks(folder), job.Job(_BACK_UP, tests()), variables=variables, timeout=1500)
        _check(booted, "running", "backup")


def _check(result, *steps):
    for name in steps:
        if result.steps[name].exit != 0:
            raise qemu.Failed(f"making the golden machine failed at {name!r}:\n{result.out}")
    progress(f"done in {result.seconds:.0f} s")


if __name__ == "__main__":
    begin = time.monotonic()
    print(ensure())
    progress(f"{time.monotonic() - begin:.0f} s")
