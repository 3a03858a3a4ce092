# SPDX-License-Identifier: GPL-2.0-only
"""Functions b00 to b99, each for a block of tasks, so that a report tells by names when which
tasks went through. They sleep: what they say of time does not hang on the machine."""
import time

TASKS = 150  # of one block
NAP_S = 0.004


def _make(name):
    def block(x):
        time.sleep(NAP_S)
        return x
    block.__name__ = block.__qualname__ = name
    return block


ALL = [_make("b%02d" % n) for n in range(100)]
globals().update((func.__name__, func) for func in ALL)


def of(number):
    """The function of a task, by its number."""
    return ALL[number // TASKS % len(ALL)]
