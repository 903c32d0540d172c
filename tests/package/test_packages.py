# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package is built, looked at, installed and purged; the others are read by their own shell."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from loop import cache, debian
from loop.command import run

from . import build

# What the program is linked with, as each distribution calls it.
NEEDED = {
    "arch/PKGBUILD": ["boost", "btrfs-progs", "efivar", "fmt", "lzo", "openssl", "spdlog", "tomlplusplus",
                      "util-linux-libs", "zlib", "nlohmann-json"],
    "gentoo": ["dev-libs/boost", "sys-fs/btrfs-progs", "sys-libs/efivar", "dev-libs/libfmt", "dev-libs/lzo",
               "dev-libs/openssl", "dev-libs/spdlog", "dev-cpp/tomlplusplus", "sys-apps/util-linux", "sys-libs/zlib",
               "dev-cpp/nlohmann_json"],
}


def version():
    return re.search(r"project\(recover VERSION (\S+)", (build.ROOT / "CMakeLists.txt").read_text())[1]


def options():
    """Cache variables of ours that a package may set."""
    text = "".join((build.ROOT / name).read_text() for name in ["CMakeLists.txt", "packaging/CMakeLists.txt"])
    return set(re.findall(r"option\((\w+)", text)) | set(re.findall(r"set\((RECOVER_\w+)[^\n]* CACHE ", text))


class RecipesTest(unittest.TestCase):
    def variables(self, file, names, before=""):
        """What a recipe sets, as bash reads it: name -> words."""
        file = build.ROOT / "packaging" / file
        build.run("bash", "-n", file)
        script = before + ' . "$1" || exit; shift; for name; do declare -n value=$name; echo "$name" ${value[@]}; done'
        lines = build.run("bash", "-u", "-c", script, "bash", file, *names).splitlines()
        return {line.split()[0]: line.split()[1:] for line in lines}

    def assert_options_are_known(self, words):
        for name in re.findall(r"-D(RECOVER_\w+)", " ".join(words)):
            self.assertIn(name, options())

    def test_the_versions_are_the_programs(self):
        changelog = (build.ROOT / "packaging/debian/changelog").read_text()
        self.assertTrue(changelog.startswith(f"recover ({version()}) "))
        self.assertTrue((build.ROOT / f"packaging/gentoo/recover-{version()}.ebuild").is_file())
        self.assertEqual(self.variables("arch/PKGBUILD", ["pkgver"])["pkgver"], [version()])

    def test_arch(self):
        names = ["pkgname", "pkgver", "pkgrel", "pkgdesc", "arch", "url", "license", "depends", "makedepends", "source",
                 "sha256sums"]
        found = self.variables("arch/PKGBUILD", names)
        for name in names:
            self.assertTrue(found[name], name)
        self.assertEqual(found["license"], ["GPL-3.0-or-later"])
        self.assertLessEqual(set(NEEDED["arch/PKGBUILD"]), set(found["depends"] + found["makedepends"]))
        self.assertEqual(len(found["source"]), len(found["sha256sums"]))
        said = build.run("bash", "-uc", 'cmake() { printf "%s\\n" "$@"; }; . "$1"; build; srcdir=. pkgdir=. package',
                         "bash", build.ROOT / "packaging/arch/PKGBUILD")
        self.assertIn("--install", said)
        self.assert_options_are_known(said.split())

    def test_gentoo(self):
        stubs = ('inherit() { INHERITED=($*); }; P=recover-1 PN=recover PV=1 PF=recover-1 EPREFIX= PYTHON_DEPS=python;'
                 'systemd_get_systemunitdir() { echo /usr/lib/systemd/system; };'
                 'cmake_src_configure() { printf "%s\\n" "${mycmakeargs[@]}"; };')
        names = ["EAPI", "DESCRIPTION", "HOMEPAGE", "SRC_URI", "LICENSE", "SLOT", "KEYWORDS", "DEPEND", "RDEPEND",
                 "BDEPEND", "INHERITED"]
        file = f"gentoo/recover-{version()}.ebuild"
        found = self.variables(file, names, stubs)
        for name in names:
            self.assertTrue(found[name], name)
        self.assertEqual((found["EAPI"], found["LICENSE"]), (["8"], ["GPL-3+"]))
        packages = {re.sub(r":.*", "", word) for word in found["DEPEND"]}
        self.assertLessEqual(set(NEEDED["gentoo"]), packages)
        said = build.run("bash", "-uc", stubs + ' . "$1"; src_configure', "bash", build.ROOT / "packaging" / file)
        self.assertIn("-DRECOVER_TESTS=OFF", said)
        self.assert_options_are_known(said.split())


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
                     "usr/share/zsh/vendor-completions/_recover", "lib/systemd/system/recover-verify-backup.timer"]:
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
