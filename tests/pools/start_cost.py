# SPDX-License-Identifier: GPL-2.0-only
"""A module whose import costs what it says."""
import starts_log

if starts_log.NESTED:
    import wave  # noqa: F401  (its file is the last that is opened before what costs)
BEGAN = starts_log.now_ns()
starts_log.cost(0.4)
ENDED = starts_log.now_ns()
