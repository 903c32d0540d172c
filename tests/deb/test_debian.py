# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package is built, looked at, installed and purged."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from loop import cache, debian
from loop.command import run
from package import build
from package.test_packages import version


class DebianTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="recover-deb-", dir=build.directory())
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = Path(scratch.name)
        # Not optimised: what is in the package is asked, and a compiler has other tests to do meanwhile.
        build.run(build.ROOT / "packaging/debian-package", build.ROOT, cls.scratch,
                  env={**build.environment(), "DEB_BUILD_OPTIONS": "noopt noautodbgsym parallel=2"})
        cls.package, = cls.scratch.glob("recover_*.deb")
        cls.changes, = cls.scratch.glob("recover_*.changes")

    def test_lintian_finds_nothing(self):
        said = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning,info", self.changes],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        self.assertEqual((said.returncode, said.stdout), (0, ""))

    def test_it_is_installed_and_purged(self):
        root = self.minimal_root()
        for name in ["upper", "work", "root"]:
            (self.scratch / name).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={root},upperdir={self.scratch}/upper,workdir={self.scratch}/work", self.scratch / "root")
        self.addCleanup(run, "umount", self.scratch / "root")
        inside = self.scratch / "root"
        (inside / "recover.deb").write_bytes(self.package.read_bytes())
        # mmdebstrap was told to leave out what a package is looked at for here.
        (inside / "etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink(missing_ok=True)

        def chroot(*words):
            return build.run("chroot", inside, *words, env={**build.environment(), "DEBIAN_FRONTEND": "noninteractive",
                                                            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

        chroot("dpkg", "--install", "/recover.deb")
        (inside / "recover.deb").unlink()
        self.assertTrue(chroot("recover", "--version").startswith(f"recover {version()}\n"))
        for path in ["usr/sbin/recover", "usr/share/man/man8/recover.8.gz", "usr/share/man/man5/recover-machine.5.gz",
                     "usr/share/recover/playbooks/storage.toml", "usr/share/bash-completion/completions/recover",
                     "usr/share/zsh/vendor-completions/_recover", "lib/systemd/system/recover-verify-backup.timer",
                     "lib/systemd/system/recover-freshen.timer"]:
            self.assertTrue((inside / path).is_file(), path)
        enabled = [path for path in (inside / "etc/systemd/system").rglob("*recover*")]
        self.assertEqual(enabled, [])
        chroot("dpkg", "--purge", "recover")
        left = [str(path.relative_to(self.scratch / "upper")) for path in (self.scratch / "upper").rglob("*")
                if path.is_file() or path.is_symlink()]
        # dpkg's own book-keeping, and caches that triggers wrote.
        kept = re.compile(r"var/lib/dpkg/|var/log/|var/cache/|etc/ld\.so\.cache$|var/lib/systemd/deb-systemd-helper")
        self.assertEqual([path for path in left if not kept.match(path)], [])
        self.assertEqual([path for path in left if "recover" in path], [])

    def minimal_root(self):
        """A Debian with what the package depends on, and not with it. Kept."""
        wanted = run("dpkg-deb", "--field", self.package, "Depends")
        packages = sorted({re.split(r"[ (|]", word.strip())[0] for word in wanted.split(",")})

        def make(folder):
            tar = folder / "tree.tar"
            debian.make_tree(tar, folder, packages)
            (folder / "root").mkdir()
            run("tar", "-x", "--numeric-owner", "--xattrs", "-f", tar, "-C", folder / "root")
            tar.unlink()

        return cache.ensure("package-root", cache.key(Path(debian.__file__), *packages), make) / "root"
