# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as people see it: in a browser, on a wide screen and a narrow one, and in a text browser.

    cd tests && RECOVER_BIN=$PWD/../build/bin/recover python3 -m report
"""
