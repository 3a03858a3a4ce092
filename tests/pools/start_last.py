# SPDX-License-Identifier: GPL-2.0-only
"""Imported behind what the main module costs by itself."""
import starts_log

BEGAN = starts_log.now_ns()
