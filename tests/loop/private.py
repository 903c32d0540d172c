# SPDX-License-Identifier: GPL-3.0-or-later
"""A mount namespace of its own for a run of tests: whoever else makes one meanwhile (another test, a virtual machine)
would copy what is mounted here, and hold it, and its loop devices, for as long as it lives."""

import os
import sys

_MARK = "RECOVER_TEST_PRIVATE_MOUNTS"


def enter(package):
    """Begins the package anew, with the same words, in such a namespace. Returns when it is in one."""
    if os.environ.get(_MARK) == "1":
        del os.environ[_MARK]  # what is started from here may want one for itself
        return
    os.environ[_MARK] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", "-m", package,
                          *sys.argv[1:]])
