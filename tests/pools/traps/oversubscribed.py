# SPDX-License-Identifier: GPL-2.0-only
"""Each worker computes with many threads of its own, as a library for linear algebra does: hashing
long blocks lets go of Python's lock."""
import hashlib
import json
import sys
import threading
import time

import zoo

BLOCK = bytes(1 << 20)
THREADS = 8


def waited():
    """Seconds that this thread wanted a core and had none, and that it had one."""
    with open("/proc/thread-self/schedstat") as f:
        on_core, off_core = f.read().split()[:2]
    return int(off_core) / 1e9, int(on_core) / 1e9


def crunch(times):
    before = waited()
    for _ in range(20):
        hashlib.sha256(BLOCK).digest()
    times.append([after - then for after, then in zip(waited(), before)])


def work(threads):
    """Of the main thread, and of the others together."""
    mine, times = [], []
    before = waited()
    others = [threading.Thread(target=crunch, args=(times,)) for _ in range(threads - 1)]
    for other in others:
        other.start()
    crunch(mine)
    for other in others:
        other.join()
    return [after - then for after, then in zip(waited(), before)], sum(map(sum, times))


def main():
    zoo.parser.add_argument("--tasks", type=int, default=0, help="so many and no more")
    zoo.parser.add_argument("--truth", help="with --tasks: file for what they waited for")
    opts = zoo.options(__doc__)
    threads = 1 if opts.healthy else THREADS
    with opts.context.Pool(opts.workers) as pool:
        if opts.tasks:
            began = time.monotonic()
            times = pool.map(work, [threads] * opts.tasks, chunksize=1)
            seconds = time.monotonic() - began
            off_core, on_core = [sum(each) for each in zip(*(mine for mine, _ in times))]
            with open(opts.truth, "w") as f:
                json.dump({"waiting_share": off_core / (off_core + on_core),
                           "others": sum(others for _, others in times) / seconds}, f)
        for _ in () if opts.tasks else zoo.going(opts):
            pool.map(work, [threads] * 16, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
