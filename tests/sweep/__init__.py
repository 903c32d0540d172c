# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills recover at every point of its run, resumes it, and compares what comes of it with an undisturbed run.

    cd tests && RECOVER_BIN=$PWD/../build/bin/recover python3 -m sweep [--from N] [--to M] [--every K] [--jobs J]

`killpoint` (the C++ beside) follows one whole run by ptrace(2) and tells its points: before, in the middle of and
behind each line of the journal, each start and end of a child, each mount, each file that is renamed or removed. Where nothing was written between two
points, one of them is tried. `workers` has several machines at it at once.
"""
