# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything awkward that a file tree can hold, and the changes between the two backups.

Names are bytes: some are not valid UTF-8.
"""

import os
import random
import stat

from .command import run

ODD_NAMES = [
    b"with space", b"trailing space ", b" leading space", b"new\nline", b"tab\there", b"back\\slash", b"back\\\\n",
    b"single'quote", b'double"quote', b"back`tick", b"$HOME", b"-rf", b"--help", b"*", b"[a-z]", b"?", b"#hash",
    b"%s%n%d", b"semi;colon", b"pi|pe", b"am&per", b"gre>ater", b"bang!", b"...", b"~", b"=", b"co:lon",
    "ümlaut-\u2713-\u65e5\u672c\u8a9e".encode(), "e\u0301 decomposed".encode(), b"not-utf8-\xff\xfe\x80", b"\x01\x7f",
    b"L" * 255,
]
IN_1985 = 499162500  # 1985-10-26, well before anything that a package ships


def populate(root):
    """Fills the mounted machine."""
    top = os.fsencode(root)
    home, images, odd = top + b"/home/ada", top + b"/var/lib/images", top + b"/srv/awkward"
    for folder in [home, odd, top + b"/var/lib/machines/box/etc"]:
        os.makedirs(folder)
    os.chown(home, 1000, 1000)
    write(top + b"/var/lib/machines/box/etc/os-release", b"NAME=box\n")
    _names(odd + b"/names")
    _links(odd + b"/links")
    _kinds(odd + b"/kinds")
    _owners_and_modes(odd + b"/modes")
    _attributes(root, odd + b"/attributes")
    _sparse(images, home)
    _depth(odd)
    _plain(home)


def change(root):
    """What happens on the machine between the Full and the Incremental."""
    top = os.fsencode(root)
    odd, home = top + b"/srv/awkward", top + b"/home/ada"
    write(home + b"/notes/note-003.txt", b"changed after the Full\n")
    with open(home + b"/photos/photo-1.raw", "r+b") as file:  # same size, other bytes in the middle
        file.seek(100_000)
        file.write(b"retouched")
    with open(top + b"/var/lib/images/disk.img", "r+b") as file:
        file.seek(1 << 30)
        file.write(noise(200_000, "guest wrote"))
    write(home + b"/notes/added later.txt", b"added\n")
    write(top + b"/var/lib/machines/box/etc/hostname", b"box\n")
    os.mkdir(home + b"/new-folder")
    write(home + b"/new-folder/inside", b"inside\n")
    os.unlink(home + b"/notes/note-007.txt")
    os.unlink(odd + b"/names/new\nline")
    _remove_folder(home + b"/obsolete")
    os.rename(home + b"/notes/note-005.txt", home + b"/notes/note-five renamed.txt")
    os.rename(home + b"/notes/drafts", home + b"/notes/drafts-2")
    _remove_folder(home + b"/was-a-folder")
    write(home + b"/was-a-folder", b"now a file\n")
    os.unlink(home + b"/was-a-file")
    os.mkdir(home + b"/was-a-file")
    write(home + b"/was-a-file/inside", b"now a folder\n")
    os.chmod(home + b"/notes/note-009.txt", 0o600)
    os.chown(home + b"/notes/note-011.txt", 12345, 54321)
    run("chroot", root, "setfacl", "-m", "u:12345:rw", "/srv/awkward/attributes/plain-then-acl")
    os.link(odd + b"/links/one/original", odd + b"/links/two/third name")


def write(path, content, mode=0o644):
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


def noise(size, seed):
    """Bytes that neither compress nor repeat, the same in every build."""
    return random.Random(seed).randbytes(size)


def _remove_folder(folder):
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    os.rmdir(folder)


def _names(folder):
    os.mkdir(folder)
    for name in ODD_NAMES:
        write(folder + b"/" + name, b"content of " + name)
    os.mkdir(folder + b"/dir \xff\n'\"")
    write(folder + b"/dir \xff\n'\"/child", b"child")


def _links(folder):
    for sub in [b"", b"/one", b"/two"]:
        os.mkdir(folder + sub)
    write(folder + b"/one/original", noise(70_000, "linked"))
    os.link(folder + b"/one/original", folder + b"/one/same folder")
    os.link(folder + b"/one/original", folder + b"/two/other folder")
    write(folder + b"/two/empty", b"")
    os.link(folder + b"/two/empty", folder + b"/one/empty too")
    for target, name in [(b"one/original", b"relative"), (b"/srv/awkward/kinds", b"absolute"),
                         (b"nowhere", b"dangling"), (b"new\nline \xff", b"odd target"), (b"loop", b"loop"),
                         (b"x" * 1000, b"long target")]:
        os.symlink(target, folder + b"/" + name)
    os.lchown(folder + b"/dangling", 12345, 12345)


def _kinds(folder):
    os.mkdir(folder)
    os.mkfifo(folder + b"/fifo", 0o620)
    os.mknod(folder + b"/char", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(folder + b"/block", stat.S_IFBLK | 0o660, os.makedev(254, 300))
    os.chown(folder + b"/block", 0, 6)
    os.mkdir(folder + b"/empty folder")
    write(folder + b"/empty file", b"")
    write(folder + b"/one byte", b"x")


def _owners_and_modes(folder):
    os.mkdir(folder)
    for name, mode in [(b"setuid", 0o4755), (b"setgid", 0o2755), (b"setuid-no-x", 0o4644), (b"nobody-may", 0o0000),
                       (b"read-only", 0o444), (b"all", 0o7777)]:
        write(folder + b"/" + name, b"#!/bin/sh\n")
        os.chown(folder + b"/" + name, 12345, 54321)
        os.chmod(folder + b"/" + name, mode)  # chown takes setuid away
    for name, mode in [(b"sticky", 0o1777), (b"setgid folder", 0o2775), (b"closed folder", 0o000)]:
        os.mkdir(folder + b"/" + name)
        write(folder + b"/" + name + b"/inside", b"inside")
        os.chmod(folder + b"/" + name, mode)
    for name in [b"old file", b"old folder"]:
        (os.mkdir if name.endswith(b"folder") else lambda path: write(path, b"1985"))(folder + b"/" + name)
        os.utime(folder + b"/" + name, (IN_1985, IN_1985))


def _attributes(root, folder):
    os.mkdir(folder)
    for name in [b"acl", b"user", b"trusted", b"capable", b"everything", b"plain-then-acl", b"compressed"]:
        write(folder + b"/" + name, b"content", 0o755)
    os.mkdir(folder + b"/default-acl")
    inside = folder[len(os.fsencode(root)):]
    run("chroot", root, "setfacl", "-m", "u:12345:rwx,g:54321:r,m::rx", inside + b"/acl", inside + b"/everything")
    run("chroot", root, "setfacl", "-d", "-m", "u:12345:rwx,g::rx,o::-", inside + b"/default-acl")
    write(folder + b"/default-acl/inherits", b"made below a default ACL")
    os.mkdir(folder + b"/default-acl/inherits too")
    for name in [b"user", b"everything", b"default-acl"]:
        os.setxattr(folder + b"/" + name, b"user.comment", b"text")
        os.setxattr(folder + b"/" + name, b"user.binary", b"\0\1\xff\n" * 200)
        os.setxattr(folder + b"/" + name, b"user.empty", b"")
    os.setxattr(folder + b"/trusted", b"trusted.overlay.opaque", b"y")
    os.setxattr(folder + b"/everything", b"trusted.note", b"root only")
    os.setxattr(folder + b"/compressed", b"btrfs.compression", b"zstd")
    run("chroot", root, "setcap", "cap_net_raw,cap_net_bind_service=ep", inside + b"/capable")
    run("chroot", root, "setcap", "cap_net_admin=eip", inside + b"/everything")


def _sparse(images, home):
    with open(images + b"/disk.img", "wb") as file:  # ends in a hole
        for offset in [0, 700 << 20, (2 << 30) + 12345]:
            file.seek(offset)
            file.write(noise(300_000, str(offset)))
        file.truncate(3 << 30)
    write(images + b"/config.xml", b"<domain/>\n")
    with open(home + b"/sparse, data last", "wb") as file:
        file.seek(64 << 20)
        file.write(b"the end")
    with open(home + b"/only a hole", "wb") as file:
        file.truncate(10 << 20)


def _depth(folder):
    path = folder + b"/deep"
    os.mkdir(path)
    for level in range(40):
        path += b"/level-%02d-of-a-long-way-down" % level
        os.mkdir(path)
    write(path + b"/bottom", b"bottom")


def _plain(home):
    for sub in [b"notes", b"notes/drafts", b"photos", b"obsolete", b"was-a-folder"]:
        os.mkdir(home + b"/" + sub)
    for number in range(20):
        write(home + b"/notes/note-%03d.txt" % number, b"note %d\n" % number)
        write(home + b"/notes/drafts/draft-%d" % number, noise(3000, number))
    for number in range(6):
        write(home + b"/photos/photo-%d.raw" % number, noise(4_000_000, f"photo {number}"))
    for sub in [b"obsolete", b"was-a-folder"]:
        write(home + b"/" + sub + b"/inside", b"to be deleted\n")
    write(home + b"/was-a-file", b"a file\n")
    for folder, _, names in os.walk(home + b"/notes"):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            os.chown(path, 1000, 1000)
