# SPDX-License-Identifier: GPL-2.0-only
"""What a recorder's memory comes to in a long watch over many workers, not by a generator: minute
by minute of real time."""
import time

import harness
from windows import Recorder, memory_kib, run_ns

WORKERS, TASK_US = 64, 100000  # that sleep: they need no cores


def long_watch(case, table, opts):
    """Each task is told, as all together are cheap enough for the budget."""
    pool, facts = harness.busy_pool(
        case, "--workers", WORKERS, "--task-us", TASK_US, "--batch", 10 * WORKERS, "--log",
        case.path("naps"), "--seconds", "100000")
    watcher = Recorder(case, facts["pid"])
    shares, began, used = [], time.monotonic(), 0
    for minute in range(1, opts.minutes + 1):
        time.sleep(max(0, began + 60 * minute - time.monotonic()))
        shares.append(memory_kib(watcher.pid)[1] / 1024)
        used = run_ns(watcher.pid)
    passed = time.monotonic() - began
    watcher.stop()
    pool.terminate()
    pool.wait()
    size, tasks, _ = watcher.recorded()
    what = "%d workers, %d minutes of %d tasks/s" % (WORKERS, opts.minutes, tasks / passed)
    table.add(what + ": own share", shares, "MiB")
    table.add(what + ": own share at the end", shares[-1:], "MiB", "24")
    table.add(what + ": own CPU", [100 * used / 1e9 / passed], "%", "3")
    table.add(what + ": recorded", [size / max(tasks, 1)], "bytes/task", "8")
