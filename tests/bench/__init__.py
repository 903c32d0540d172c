# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures, printed as ratios of one run. Nothing here passes or fails by a time: docs/figures.md says what bounds them."""
