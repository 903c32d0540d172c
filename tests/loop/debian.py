# SPDX-License-Identifier: GPL-3.0-or-later
"""A minimal Debian bookworm with Bacula, as a tar: the machine's root and its recovery environment."""

import glob
import os
import re
import subprocess

from .command import CommandFailed, ENVIRONMENT, confined, run

SUITE = "bookworm"
PACKAGES = [
    # bacula-director-sqlite3 does not pull in bacula-director
    "bacula-director", "bacula-director-sqlite3", "bacula-sd", "bacula-fd", "bacula-console", "bacula-bscan",
    # bacula-director wants a mail program and an MTA: the smallest of each
    "bsd-mailx", "msmtp-mta",
    "acl", "attr", "libcap2-bin", "btrfs-progs", "e2fsprogs", "passwd",
]
LEFT_OUT = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"]


def make_tree(tar, scratch, packages=PACKAGES, left_out=LEFT_OUT, options=()):
    """Writes the tree to `tar`; `scratch` gets mmdebstrap's temporary files. `options` are more words for it."""
    argv = ["mmdebstrap", "--variant=apt", "--mode=root", "--format=tar", f"--include={','.join(packages)}",
            "--dpkgopt=force-unsafe-io", "--aptopt=APT::Install-Recommends \"false\""]
    argv += [f"--dpkgopt=path-exclude={path}" for path in left_out]
    argv += options
    argv += [f"--aptopt={line}" for line in _host_options()]
    # What apt was told here is nobody's business inside: no proxy, no mirror, no name of the build host.
    argv.append('--customize-hook=cd "$1" && rm -f etc/apt/apt.conf.d/99mmdebstrap etc/apt/sources.list.d/* '
                'etc/apt/sources.list etc/resolv.conf')
    argv += [SUITE, tar, *_host_sources()]
    log = f"{tar}.log"
    with open(log, "wb") as output:
        code = subprocess.call(confined(*argv), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                               env={**os.environ, **ENVIRONMENT, "TMPDIR": scratch})
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as file:
            raise CommandFailed(f"mmdebstrap exited {code}:\n{file.read()[-3000:]}")


def _host_sources():
    """The host's own files of sources that speak of the suite; none: mmdebstrap's default."""
    found = []
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]:
        if path.endswith((".list", ".sources")) and os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                if re.search(rf"^[^#\n]*\b{SUITE}\b", file.read(), re.M):
                    found.append(path)
    return found


def _host_options():
    """How the host's apt fetches (proxy, validity of dates): mmdebstrap does not take that over by itself."""
    wanted = re.compile(r"Acquire::(https?|ftp|Check-|Retries|Force)", re.I)
    return [line for line in run("apt-config", "dump").splitlines() if wanted.match(line) and not line.endswith('"";')]
