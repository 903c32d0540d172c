# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror of the few packages that a recovery environment is made from, signed with a key of its own, and reached
by a proxy that wants a password. Both are on 127.0.0.1: tests have no network.

    with mirror.served() as served: served.tell(living.path)
"""

import base64
import contextlib
import functools
import hashlib
import http.server
import os
import shutil
import threading
from pathlib import Path

from . import alder, cache, signer
from .command import progress, run
from .debian import PACKAGES, SUITE

FORMAT = 1
# Besides the machine's own: what the machine makes the tree with.
_TOOLS = ["mmdebstrap", "debootstrap"]
_URI = "http://mirror.example.org/debian"  # no such name is asked for: the proxy is
_KEYRING = "/etc/apt/keyrings/mirror.asc"
PASSWORD = f"{alder.SECRET_WORD}-of-the-proxy"
_ALLOWED = "Basic " + base64.b64encode(f"recover:{PASSWORD}".encode()).decode()


class Served:
    """What a machine's apt must know."""
    source = f"deb [signed-by={_KEYRING}] {_URI} {SUITE} main\n"

    def __init__(self, port, key):
        self.options = f'Acquire::http::Proxy "http://recover:{PASSWORD}@127.0.0.1:{port}";\n'
        self._key = key

    def tell(self, root):
        for path, content in [("/etc/apt/sources.list", self.source.encode()), (_KEYRING, self._key),
                              ("/etc/apt/apt.conf.d/proxy", self.options.encode())]:
            file = Path(f"{root}{path}")
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)


@contextlib.contextmanager
def served(changed=None, signed=True):
    """`changed`: the text of the index, as a function of what it is."""
    folder = ensure()
    index = (folder / "Packages").read_text(encoding="utf-8")
    texts, key = _release({"main/binary-amd64/Packages": changed(index) if changed else index})
    if not signed:
        del texts["InRelease"]
    handler = functools.partial(_Handler, texts, directory=str(folder / "pool"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Served(server.server_port, key)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, texts, *args, **named):
        self._texts = texts
        super().__init__(*args, **named)

    def do_GET(self):
        if self.headers.get("Proxy-Authorization") != _ALLOWED:
            return self.send_error(407)
        self.path = self.path.removeprefix(_URI)
        name = self.path.removeprefix(f"/dists/{SUITE}/")
        if name == self.path:
            return super().do_GET()
        if name not in self._texts:
            return self.send_error(404)
        text = self._texts[name].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        return None

    def log_message(self, *_):
        pass


def _release(texts):
    """With the Release file that speaks of them, and that file signed; and the key."""
    lines = [f"Origin: Test\nSuite: {SUITE}\nCodename: {SUITE}\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:"]
    lines += [f" {hashlib.sha256(text.encode()).hexdigest()} {len(text.encode())} {name}"
              for name, text in texts.items()]
    # debootstrap does not read the last line: it takes the signature off, and the newline too.
    release = "\n".join([*lines, "Architectures: amd64", "Components: main"]) + "\n"
    with signer.new() as signing:
        return {**texts, "Release": release, "InRelease": signing.clear(release)}, signing.key


def ensure():
    """The folder with its packages; builds it first where there is none: for that there must be a network."""
    return cache.ensure("debian-mirror", cache.key(FORMAT, *PACKAGES, Path(__file__)), _build)


def _build(building):
    progress("mirror of Debian packages, some 100 MB from the network")
    scratch, pool = building / "scratch", building / "pool"
    archives = scratch / "cache/archives"
    for path in [scratch / "state/lists/partial", archives / "partial"]:
        path.mkdir(parents=True)
    (scratch / "status").touch()
    options = [f"Dir::State={scratch}/state", f"Dir::State::status={scratch}/status", f"Dir::Cache={scratch}/cache",
               "APT::Sandbox::User=root", "APT::Install-Recommends=false", "Acquire::Languages=none"]
    apt = ["apt-get", "--quiet", "--yes", *(word for option in options for word in ("--option", option))]
    run(*apt, "update")
    run(*apt, "--download-only", "install", "?essential", "?priority(required)", "apt", *PACKAGES, *_TOOLS,
        timeout=1800)
    # debootstrap wants it in the place of usrmerge, which goes not with it.
    run("env", f"--chdir={archives}", *apt, "download", "usr-is-merged")
    pool.mkdir()
    stanzas = []
    for package in sorted(archives.glob("*.deb")):
        name = package.name.replace("%3a", ".")
        data = package.read_bytes()
        stanzas.append(run("dpkg-deb", "--field", package).rstrip() +
                       f"\nFilename: {name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n")
        os.rename(package, pool / name)
    (building / "Packages").write_text("\n".join(stanzas) + "\n", encoding="utf-8")
    shutil.rmtree(scratch)
