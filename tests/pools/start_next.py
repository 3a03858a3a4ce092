# SPDX-License-Identifier: GPL-2.0-only
"""Imported behind start_cost: what that cost is over then."""
import starts_log

BEGAN = starts_log.now_ns()
