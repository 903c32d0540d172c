# SPDX-License-Identifier: GPL-3.0-or-later
"""A key of OpenPGP for as long as a test wants one.

    with signer.new() as signing: signing.key, signing.clear(text), signing.detached(file)
"""

import contextlib
import tempfile

from .command import run


@contextlib.contextmanager
def new():
    with tempfile.TemporaryDirectory() as home:
        signing = Signer(home)
        try:
            yield signing
        finally:
            run("gpgconf", "--homedir", home, "--kill", "gpg-agent")


class Signer:
    def __init__(self, home):
        self._gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--armor", "--passphrase", "", "--pinentry-mode",
                     "loopback"]
        run(*self._gpg, "--quick-generate-key", "test@example.org", "ed25519", "sign", "never")
        self.key = run(*self._gpg, "--export").encode()  # in armor

    def clear(self, text):
        return run(*self._gpg, "--clearsign", input=text)

    def detached(self, file):
        """The text of its signature."""
        return run(*self._gpg, "--detach-sign", "--output", "-", file)
