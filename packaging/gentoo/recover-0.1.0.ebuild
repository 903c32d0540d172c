# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

PYTHON_COMPAT=( python3_{11..13} )
inherit cmake python-any-r1 systemd

DESCRIPTION="Bring back a machine whose btrfs root is lost, from its Bacula backup"
HOMEPAGE="https://example.org/recover"
SRC_URI="https://example.org/recover/${P}.tar.gz"

LICENSE="GPL-3+"
SLOT="0"
KEYWORDS="~amd64"

# libblkid and libmount are of util-linux, libbtrfsutil of btrfs-progs.
DEPEND="
	dev-cpp/tomlplusplus:=
	dev-db/sqlite:3
	dev-libs/boost:=
	dev-libs/libfmt:=
	dev-libs/lzo:2
	dev-libs/openssl:=
	dev-libs/spdlog:=
	sys-apps/util-linux
	sys-fs/btrfs-progs
	sys-libs/efivar
	sys-libs/zlib:=
"
RDEPEND="${DEPEND}"
DEPEND+=" dev-cpp/nlohmann_json"
BDEPEND="
	${PYTHON_DEPS}
	virtual/pkgconfig
"

src_configure() {
	local mycmakeargs=(
		-DRECOVER_TESTS=OFF
		-DRECOVER_WERROR=OFF
		-DRECOVER_UNITS="$(systemd_get_systemunitdir)"
		-DRECOVER_ZSH_COMPLETIONS="${EPREFIX}/usr/share/zsh/site-functions"
		-DCMAKE_INSTALL_DOCDIR="${EPREFIX}/usr/share/doc/${PF}"
	)
	cmake_src_configure
}
