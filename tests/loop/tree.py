# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest of a file tree: all that a restore has to bring back, and how two trees differ.

    expected = tree.load("newest.manifest")
    differences = tree.compare(expected, tree.scan("/mnt"))

Left out on purpose: sockets (Bacula does not keep them), parts of a second, ctime and atime.
"""

import base64
import fcntl
import fnmatch
import json
import os
import stat
import struct

from . import alder
from .content import digest

FORMAT = "recover-test-manifest 1"
# What a database server writes while it runs: no backup of it, and never the same twice. No kind of machine has both.
DATABASES = ["/var/lib/postgresql/15/main", "/var/lib/mysql"]
NOT_COVERED = [pattern.encode() for pattern in alder.EXCLUDED + alder.EXCLUDED_FILES + [f"{path}/*" for path in DATABASES]]
_TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo",
          stat.S_IFCHR: "char", stat.S_IFBLK: "block"}
_GET_FLAGS, _NO_COW = 0x80086601, 0x00800000  # FS_IOC_GETFLAGS, FS_NOCOW_FL of linux/fs.h
_SUBVOLUME_INODE = 256  # BTRFS_FIRST_FREE_OBJECTID: the root of every btrfs subvolume


def scan(root, not_covered=NOT_COVERED):
    """{path from the root, as bytes: what is there}. Crosses mounts and subvolumes."""
    top = os.fsencode(root).rstrip(b"/")
    # Where the backup leaves something out, the folder around it is touched again after a restore.
    touched = {os.path.dirname(pattern) for pattern in not_covered}
    found, first_name = {}, {}
    waiting = [b"/"]
    while waiting:
        path = waiting.pop()
        entry = _entry(top + path, path, first_name)
        if entry is None:
            continue
        if path in touched:
            del entry["mtime"]
        found[path] = entry
        if entry["type"] == "directory":
            for name in os.listdir(top + path):
                child = os.path.join(path, name)
                if not any(fnmatch.fnmatchcase(child, pattern) for pattern in not_covered):
                    waiting.append(child)
    # The walk's order is the disk's; the name that stands for a group of hard links must not depend on it.
    for names in first_name.values():
        for path in names:
            found[path]["links"] = os.fsdecode(min(names))
    return found


def _entry(full, path, groups):
    info = os.lstat(full)
    kind = _TYPES.get(stat.S_IFMT(info.st_mode))
    if kind is None:
        return None
    entry = {"type": kind, "mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid,
             "mtime": int(info.st_mtime_ns // 1_000_000_000)}
    if kind != "directory" and info.st_nlink > 1:
        groups.setdefault((info.st_dev, info.st_ino), []).append(path)
    xattrs = {name: base64.b64encode(os.getxattr(full, name, follow_symlinks=False)).decode()
              for name in os.listxattr(full, follow_symlinks=False)}
    if xattrs:
        entry["xattrs"] = xattrs
    if kind == "symlink":
        entry["target"] = os.fsdecode(os.readlink(full))
    elif kind in ("char", "block"):
        entry["device"] = [os.major(info.st_rdev), os.minor(info.st_rdev)]
    elif kind == "file":
        entry.update(size=info.st_size, disk=info.st_blocks * 512, digest=digest(full))
    elif kind == "directory" and info.st_ino == _SUBVOLUME_INODE:
        entry["subvolume"] = True
    if kind in ("file", "directory") and _no_cow(full):
        entry["no-cow"] = True
    return entry


def _no_cow(full):
    fd = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        flags, = struct.unpack("l", fcntl.ioctl(fd, _GET_FLAGS, bytes(struct.calcsize("l"))))
        return bool(flags & _NO_COW)
    except OSError:  # a filesystem without flags: tmpfs
        return False
    finally:
        os.close(fd)


def save(entries, file_name):
    """One JSON object a line. Bytes that are not UTF-8 travel as Python's surrogates, escaped by JSON."""
    with open(file_name, "w", encoding="ascii") as file:
        file.write(json.dumps(FORMAT) + "\n")
        for path in sorted(entries):
            file.write(json.dumps([os.fsdecode(path), entries[path]], sort_keys=True) + "\n")


def load(file_name):
    with open(file_name, encoding="ascii") as file:
        if json.loads(file.readline()) != FORMAT:
            raise ValueError(f"{file_name} is not a {FORMAT}")
        return {os.fsencode(path): entry for path, entry in map(json.loads, file)}


def compare(expected, actual):
    """What is wrong with `actual`, a sentence each, sorted by path; [] when nothing is."""
    differences = []
    for path in sorted(expected.keys() | actual.keys()):
        name = show(path)
        if path not in actual:
            differences.append(f"{name}: missing")
        elif path not in expected:
            differences.append(f"{name}: should not be there")
        elif expected[path]["type"] != actual[path]["type"]:
            differences.append(f"{name}: is a {actual[path]['type']}, should be a {expected[path]['type']}")
        else:
            differences += [f"{name}: {text}" for text in _compare_entry(expected[path], actual[path])]
    return differences


def show(path):
    return repr(path)[2:-1]


def _compare_entry(expected, actual):
    for key in sorted((expected.keys() | actual.keys()) - {"xattrs", "disk"}):
        was, now = expected.get(key), actual.get(key)
        if was == now or key == "mtime" and None in (was, now):
            continue
        if key == "mode":
            was, now = f"{was:04o}", f"{now:04o}"
        yield f"{key} is {_value(now)}, should be {_value(was)}"
    was, now = expected.get("xattrs", {}), actual.get("xattrs", {})
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            yield f"attribute {key} is {_value(now.get(key))}, should be {_value(was.get(key))}"
    if "disk" in expected and _swollen(expected, actual):
        yield f"takes {actual['disk']} bytes on disk, should be sparse and take {expected['disk']}"


def _value(value):
    text = "absent" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _swollen(expected, actual):
    """Extents are laid out anew by a restore, so only a file whose holes were filled counts."""
    was_sparse = expected["disk"] < expected["size"] // 2
    return was_sparse and actual["disk"] > expected["disk"] + max(1 << 20, expected["size"] // 10)
