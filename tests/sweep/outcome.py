# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a recovery leaves, as values, so that two of them can be compared."""

import json
import os
from typing import NamedTuple

from loop import reminder, tree
from loop.command import run
from loop.content import digest

_HOME = reminder.HOME.lstrip("/")


class Outcome(NamedTuple):
    tree: frozenset         # how it differs from what was backed up; subvolumes and no-CoW flags are in there too
    filesystem: frozenset   # UUID, label, default subvolume, subvolumes, features
    added: frozenset        # what recover itself has put into the root, with its content where that is always the same
    catalog: str            # the one in the root, against the environment's
    state: frozenset        # names of what is kept in the state directory
    held: frozenset         # volumes set read-only, with what they were before
    degraded: frozenset     # what the journal says is lost

    def differences(self, other):
        """A sentence for each thing in which the other differs."""
        lines = []
        for name, mine, its in zip(self._fields, self, other):
            if isinstance(mine, frozenset):
                lines += [f"{name}: without {thing}" for thing in sorted(mine - its)]
                lines += [f"{name}: with {thing}" for thing in sorted(its - mine)]
            elif mine != its:
                lines.append(f"{name}: {its!r} instead of {mine!r}")
        return lines


def of(machine):
    with machine.root() as root:
        found = frozenset(line for line in tree.compare(machine.newest, tree.scan(root))
                          if not reminder.explains(line, reminder.KEPT | reminder.MESSAGES))
        state = machine.storage / "recover-state"
        events = journal(state / "journal")
        return Outcome(found, _filesystem(machine.device, root), _added(root, machine),
                       _catalog(machine, root), _names(state), _held(events), _degraded(events))


def journal(path, torn=False):
    """Its events; `torn`: the last line may be cut off."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if torn and lines and not lines[-1].endswith("\n"):
        lines.pop()
    return [json.loads(line) for line in lines]


def _filesystem(device, root):
    blkid = run("blkid", "--probe", "--output", "export", device)
    subvolumes = [" ".join(line.split()[5:]) for line in run("btrfs", "subvolume", "list", "-a", root).splitlines()]
    default = run("btrfs", "subvolume", "get-default", root).split(" path ")[-1]
    super_block = run("btrfs", "inspect-internal", "dump-super", device).splitlines()
    facts = [line.strip() for line in blkid.splitlines() if line.partition("=")[0] in ("UUID", "LABEL", "TYPE")]
    facts += [line.replace("\t", " ") for line in super_block
              if line.split() and line.split()[0] in ("csum_type", "nodesize", "sectorsize", "incompat_flags", "num_devices")]
    return frozenset([*facts, f"default subvolume {default.strip()}", *(f"subvolume {name}" for name in subvolumes)])


def _added(root, machine):
    """What is below /var/lib/recover: whole where it is a copy, and the journal by what it amounts to."""
    lines = set()
    for folder, _, names in os.walk(root / _HOME):
        for name in names:
            path = os.path.join(folder, name)
            lines.add(f"{path.removeprefix(str(root))} mode {os.stat(path).st_mode & 0o7777:04o}")
    copied = {f"{_HOME}/recover": machine.storage / "recover", f"{_HOME}/machine.toml": machine.storage / "machine.toml",
              f"{_HOME}/backup.bsr": machine.storage / "recover-state/backup.bsr"}
    for to, source in copied.items():
        lines.add(f"/{to} is the same as {source.name}: {digest(root / to) == digest(source)}")
    there, here = journal(root / _HOME / "journal"), journal(machine.storage / "recover-state/journal")
    lines.add(f"the journal there ends with {there[-1]['event']}")
    lines.add(f"the journal there begins as the one here: {there[:-1] == here[:len(there) - 1]}")
    return frozenset(lines)


def _catalog(machine, root):
    mine, its = root / "var/lib/bacula/bacula.db", machine.environment / "var/lib/bacula/bacula.db"
    if not mine.exists():
        return "none"
    info = mine.stat()
    beside = sorted(name for name in os.listdir(mine.parent) if "bacula.db" in name)
    return f"the same: {digest(mine) == digest(its)}, owner {info.st_uid}:{info.st_gid}, {info.st_mode & 0o7777:04o}, {beside}"


def _names(state):
    # Of a run that was killed behind its last line the choice may stay: the next one that begins forgets it. And it may
    # have left no report yet, or a piece of one: nothing depends on it, and "recover log --report" makes it again.
    return frozenset(name for name in os.listdir(state)
                     if not name.startswith(("journal.", "report.", ".report.")) and name != "backup.toml")


def _held(events):
    held = {}
    for event in events:
        if event["event"] == "volumes-held":
            for pair in event["volumes"]:
                status, _, name = pair.partition(" ")
                held.setdefault(name, status)
    return frozenset(held.items())


def _degraded(events):
    lost = set()
    for event in events:
        if event["event"] == "losses-begun":
            lost.clear()
        elif event["event"] == "degraded":
            lost |= {f"{event['lost']} of {name}" for name in event["files"]}
    return frozenset(lost)
