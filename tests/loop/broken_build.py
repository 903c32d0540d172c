# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the broken disks in a folder; `broken` starts it in namespaces of its own."""

import base64
import contextlib
import json
import os
import shutil
import sys

from . import alder, awkward, broken, btrfs_image, mounts, tree
from .awkward import noise, write
from .command import progress, run
from .content import digest

# Half of the machine, without which all of this goes quicker: libraries and Perl.
_PRUNED = ["/usr/lib/x86_64-linux-gnu", "/usr/share/perl", "/usr/lib/file", "/var/cache"]
_SNAPSHOTS = 30  # each has a root item: the root tree has leaves then
_LONG = 300      # seconds between two commits


def main(folder):
    os.chdir(folder)
    os.mkdir("machine")
    mounts.forget_unmounted()
    progress("what happened since the backup")
    with mounted("root.img"):
        prune()
        run("btrfs", "filesystem", "sync", "machine")
        run("fstrim", "machine")
        snapshots()
        since_the_backup()
        run("btrfs", "filesystem", "sync", "machine")
        at_last()
        facts = look()
        tree.save(tree.scan("machine", not_covered=[]), "truth.manifest")
    run("btrfs", "check", "--readonly", "root.img")
    progress("the same with a log, and on two disks")
    with_log()
    on_two_disks()
    os.rmdir("machine")
    progress("ways to break it")
    facts["ways"] = {name: way(name, facts) for name in broken.WAYS}
    with open("facts.json", "w", encoding="ascii") as file:
        json.dump(facts, file)


@contextlib.contextmanager
def mounted(image, *options):
    """The machine's filesystems below `machine`, as by its fstab."""
    device = run("losetup", "--find", "--show", image).strip()
    try:
        for path, mount, _ in alder.SUBVOLUMES:
            if mount:
                run("mount", "-t", "btrfs", "-o", ",".join([alder.OPTIONS, f"subvol=/{path}", *options]), device,
                    f"machine{mount}")
        yield device
    finally:
        run("umount", "--recursive", "machine")
        run("btrfs", "device", "scan", "--forget", device, check=False)
        run("losetup", "--detach", device)


def prune():
    for path in _PRUNED:
        shutil.rmtree(f"machine{path}")


def snapshots():
    os.mkdir("machine/home/.snapshots")
    run("btrfs", "subvolume", "snapshot", "-r", "machine/home", "machine/home/.snapshots/of-home")
    for number in range(_SNAPSHOTS):
        run("btrfs", "subvolume", "snapshot", "-r", "machine/var/lib/machines",
            f"machine/home/.snapshots/of-machines-{number:02}")


def since_the_backup():
    home, newer = b"machine/home/ada", b"machine/home/ada/newer"
    odd = b"machine/srv/awkward/attributes"
    os.mkdir(newer)
    os.mkdir(newer + b"/thesis")
    for number in range(240):
        write(newer + b"/thesis/chapter-%03d" % number, noise(500 + 37 * number, f"chapter {number}"))
    write(os.fsencode(f"machine{broken.BIG}"), noise(6_000_000, "recording"))
    _kinds(newer)
    for name, source in [(b"acl", b"acl"), (b"capable", b"capable"), (b"user", b"user"), (b"everything", b"everything")]:
        write(newer + b"/" + name, b"newer " + name, 0o750)
        os.chown(newer + b"/" + name, 12345, 54321)
        _copy_attributes(odd + b"/" + source, newer + b"/" + name)
    os.mkdir(newer + b"/default-acl", 0o2770)
    _copy_attributes(odd + b"/default-acl", newer + b"/default-acl")
    os.mkdir(newer + b"/names")
    for name in awkward.ODD_NAMES:
        write(newer + b"/names/" + name, b"newer content of " + name)
    _changes(home)
    write(b"machine/etc/motd", b"changed after the backup\n")
    write(b"machine/var/lib/machines/box/etc/motd", b"in a subvolume that is mounted nowhere\n")
    with open(os.fsencode(f"machine{broken.NO_COW}"), "r+b") as file:
        file.seek(700 << 20)
        file.write(noise(250_000, "the guest wrote again"))


def _kinds(newer):
    with open(newer + b"/sparse", "wb") as file:
        file.seek(40 << 20)
        file.write(noise(1_000_000, "behind the hole"))
        file.truncate(60 << 20)
    write(newer + b"/empty", b"")
    write(newer + b"/one name", noise(50_000, "hard link"))
    os.link(newer + b"/one name", newer + b"/another name")
    os.symlink(b"thesis/chapter-001", newer + b"/symlink")
    os.symlink(b"nowhere \xff", newer + b"/dangling")
    os.lchown(newer + b"/dangling", 12345, 12345)
    os.mkfifo(newer + b"/fifo", 0o620)
    os.mknod(newer + b"/device", 0o020640, os.makedev(1, 3))


def _copy_attributes(source, to):
    for name in os.listxattr(source):
        os.setxattr(to, name, os.getxattr(source, name))


def _changes(home):
    """Of what the backup has."""
    write(home + b"/notes/note-002.txt", b"changed after the backup\n")
    _rewrite(home + b"/notes/note-004.txt", b"NOTE 4\n")  # no longer, no younger: only the digest can tell
    _rewrite(home + b"/notes/note-006.txt", b"note 6\n")  # nothing but its ctime
    os.chmod(home + b"/notes/note-008.txt", 0o600)
    os.rename(home + b"/notes/note-010.txt", home + b"/notes/note-010 renamed.txt")
    os.unlink(home + b"/notes/note-012.txt")
    with open(home + b"/photos/photo-2.raw", "r+b") as file:
        file.seek(2_000_000)
        file.write(b"retouched")


def _rewrite(path, content):
    info = os.stat(path)
    if len(content) != info.st_size:
        raise ValueError(f"{path} has {info.st_size} bytes")
    with open(path, "r+b") as file:
        file.write(content)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def at_last():
    """In the last transaction."""
    os.mkdir("machine/home/ada/newer/last")
    for number in range(20):
        write(b"machine/home/ada/newer/last/%02d" % number, noise(3000, f"last {number}"))
    write(b"machine/home/ada/newer/thesis/chapter-010", b"the last word\n")
    # So the leaf that it is in was written anew, and an older generation has it still.
    os.chmod(f"machine{broken.IN_LEAF}", 0o600)


def look():
    """Which inodes and extents there are; only while it is mounted can the kernel be asked."""
    home = {}
    for path in _files("machine/home"):
        home.setdefault(str(os.lstat(path).st_ino), []).append(_inside(path))
    names, places = {}, {}
    for top in ["machine/home/ada", "machine/etc", "machine/usr", "machine/var/lib/images"]:
        for path in _files(top):
            if os.path.isfile(path) and not os.path.islink(path) and (found := btrfs_image.extents(path)):
                info = os.lstat(path)
                group = names.setdefault((info.st_dev, info.st_ino), [])
                group.append(_inside(path))
                places[group[0]] = found
    run_of_home = run("btrfs", "inspect-internal", "rootid", "machine/home").strip()
    return {"home-tree": int(run_of_home), "home-inodes": home, "extents": places,
            "names": {group[0]: group for group in names.values()}}


def _files(top):
    """All but directories, in this subvolume."""
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name != ".snapshots")
        yield from (os.path.join(folder, name) for name in sorted(names))


def _inside(path):
    return path.removeprefix("machine")


def with_log():
    """As it lies there when the power goes after an fsync: with a log tree that nothing has replayed."""
    _copy("root.img", "running.img")
    with mounted("running.img", f"commit={_LONG}"):
        for name in ["one", "two"]:
            with open(f"machine/home/ada/only in the log, {name}", "wb") as file:
                file.write(noise(20_000, f"log {name}"))
                file.flush()
                os.fsync(file.fileno())
        _copy("running.img", "log.img")
    os.unlink("running.img")
    if btrfs_image.Layout("log.img").superblock["log_root"] == 0:
        raise RuntimeError("the image of the running machine has no log")


def on_two_disks():
    """Only the first one is kept."""
    _copy("root.img", "raid1.img")
    with open("second.img", "wb") as file:
        file.truncate(alder.ROOT_SIZE)
    second = run("losetup", "--find", "--show", "second.img").strip()
    try:
        with mounted("raid1.img"):
            run("btrfs", "device", "add", "-K", second, "machine")
            run("btrfs", "balance", "start", "-dconvert=raid1", "-mconvert=raid1", "machine")
    finally:
        run("btrfs", "device", "scan", "--forget", second, check=False)
        run("losetup", "--detach", second)
    os.unlink("second.img")


def _copy(image, to):
    run("cp", "--sparse=always", "--reflink=auto", image, to)


def way(name, facts):
    _, image, function = broken.WAYS[name]
    damage = function(broken.Scene(image, facts))
    whole = broken.read(image, [(offset, len(data)) for offset, data in damage.patches])
    broken.write(image, damage.patches)
    found = {"patches": [(offset, base64.b64encode(data).decode()) for offset, data in damage.patches],
             "hit": sorted(damage.hit), "lost": sorted(damage.lost), "digest": digest(image)}
    broken.write(image, whole)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
