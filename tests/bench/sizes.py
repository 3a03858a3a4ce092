# SPDX-License-Identifier: GPL-2.0-only
"""Pools of all sizes, and messages of all sizes: what each loses while it is recorded."""
import os

from windows import Pool, Recorder, add_loss, in_turns

# What it is, microseconds of a task, workers, bytes of its argument and of its result, options.
ROWS = [
    ("100 us tasks, 2 workers", 100, 2, None),
    ("50 ms tasks, 2 workers", 50000, 2, None),
    ("empty tasks, 8 workers", 0, 8, None),
    ("empty tasks, 64 workers", 0, 64, None),
    ("empty tasks, 256 workers", 0, 256, None),
    ("1 ms tasks, 64 workers", 1000, 64, None),
    ("empty tasks, an executor of 2", 0, 2, None, "--executor"),
    ("empty tasks, 2 bare processes with queues", 0, 2, None, "--processes"),
    ("messages of 100 B", 0, 2, 100),
    ("messages of 10 KB", 0, 2, 10000),
    ("messages of 1 MB", 0, 2, 1000000),
    ("messages of 64 MB", 0, 2, 64000000),
]
BATCH = 2500  # tasks, at most; fewer of long ones and of those with much to carry
BATCH_US, BATCH_BYTES = 200 * 1000, 20 * 1000 * 1000


def pool_of(case, task_us, workers, size, *options):
    batch = min(BATCH, BATCH_US // max(1, task_us), BATCH_BYTES // (size or 1))
    args = ["--bytes", size] if size else []
    return Pool(case, task_us, "--batch", max(2, batch), *args, *options,
                workers=workers)


class Removed(Recorder):
    """Its recording is not looked at."""

    def stop(self):
        Recorder.stop(self)
        os.unlink(self.tape)


def sizes(case, table, opts, what, *row):
    """Of one row."""
    pool = pool_of(case, *row)
    alone, watched = in_turns(pool, opts, max(2, opts.pairs // 2),
                              lambda: Removed(case, pool.pid), opts.settle)
    table.add(what + ": unwatched", [w.rate for w in alone], "tasks/s")
    add_loss(table, what, alone, watched)
    table.add(what + ": own CPU", [100 * w.own for w in watched], "%")
    table.add(what + ": own share", [sum(m[1] for m in w.memory) / 1024 for w in watched],
              "MiB")
