# SPDX-License-Identifier: GPL-2.0-only
"""The dashboard beside other screens, one after another on one pool: all at 1 Hz in a 160x50."""
import shutil
import time

import harness
from windows import SETTLE_S, Dashboard, Monitor, Window

SIZE = (160, 50)
KEYS = 12
DOWN, UP = b"\x1bOB", b"\x1bOA"  # as a terminal says them to who asked for its keypad


def first_paint(make):
    """(the watcher, ms until the first picture stood on its terminal)."""
    began = time.monotonic()
    watcher = make()
    while watcher.bytes_written() < 1000:
        if time.monotonic() > began + 20:
            raise harness.Failed("no picture: %r" % bytes(watcher.reader.tail))
        time.sleep(0.001)
    return watcher, 1000 * (time.monotonic() - began)


def key_to_paint(watcher, key):
    """ms from a key to the next bytes to the terminal."""
    count, began = watcher.bytes_written(), time.monotonic()
    watcher.terminal.keys(key)
    while watcher.bytes_written() == count:
        if time.monotonic() > began + 5:
            raise harness.Failed("key %r is not answered" % key)
        time.sleep(0.0005)
    return 1000 * (time.monotonic() - began)


class Seen:
    """What one of them took, over all its turns."""

    def __init__(self):
        self.windows, self.first, self.keys = [], [], []

    def watch(self, make, seconds):
        watcher, first = first_paint(make)
        self.first.append(first)
        time.sleep(3 * SETTLE_S)
        self.windows.append(Window(None, seconds, watcher))
        for i in range(KEYS):
            time.sleep(0.13)  # not in step with the seconds at which they all paint
            self.keys.append(key_to_paint(watcher, UP if i % 2 else DOWN))
        watcher.stop()

    def rows(self, table, what):
        table.add("%s: to a 160x50" % what, [w.terminal for w in self.windows], "B/s")
        table.add("%s: own CPU" % what, [100 * w.own for w in self.windows], "%")
        table.add("%s: resident" % what,
                  [sum(m[0] for m in w.memory) / 1024 for w in self.windows], "MiB")
        table.add("%s: first screen" % what, self.first, "ms")
        table.add("%s: key to paint" % what, self.keys, "ms")


def screens(case, table, opts, workers):
    """Bytes to the terminal, own CPU and memory, time to the first screen and to answer a key."""
    _, facts = harness.busy_pool(case, "--workers", str(workers), "--task-us", "5000",
                                 "--seconds", "100000")
    makers = [("pooltop", lambda: Dashboard(case, facts["pid"], SIZE))]
    makers += [(name, lambda n=name: Monitor(case, n, SIZE)) for name in ("htop", "btop")
               if shutil.which(name)]
    seen = {name: Seen() for name, _ in makers}
    for _ in range(max(2, opts.pairs // 2)):
        for name, make in makers:
            seen[name].watch(make, opts.window)
    for name, _ in makers:
        seen[name].rows(table, "%s, %d workers" % (name, workers))
