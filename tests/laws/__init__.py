# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the tests guard the laws? Each line that keeps one of the first three laws of the design is taken out of the
program in turn; then some unit test must fail.

    cd tests && python3 -m laws
"""
