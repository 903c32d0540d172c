# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recipes of Arch and Gentoo say, read by their own shell; tests/deb builds the Debian package."""

import re
import unittest

from . import build

# What the program is linked with, as each distribution calls it.
NEEDED = {
    "arch/PKGBUILD": ["boost", "btrfs-progs", "efivar", "fmt", "lzo", "openssl", "spdlog", "sqlite", "tomlplusplus",
                      "util-linux-libs", "zlib", "nlohmann-json"],
    "gentoo": ["dev-libs/boost", "sys-fs/btrfs-progs", "sys-libs/efivar", "dev-libs/libfmt", "dev-libs/lzo",
               "dev-libs/openssl", "dev-libs/spdlog", "dev-db/sqlite", "dev-cpp/tomlplusplus",
               "sys-apps/util-linux", "sys-libs/zlib", "dev-cpp/nlohmann_json"],
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
