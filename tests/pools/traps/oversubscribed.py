# SPDX-License-Identifier: GPL-2.0-only
"""Each worker computes with many threads of its own, as a library for linear algebra does: hashing
long blocks lets go of Python's lock."""
import hashlib
import sys
import threading

import zoo

BLOCK = bytes(1 << 20)
THREADS = 8


def crunch():
    for _ in range(10):
        hashlib.sha256(BLOCK).digest()


def waited():
    """Seconds that this thread wanted a core and had none, and that it had one."""
    with open("/proc/thread-self/schedstat") as f:
        on_core, off_core = f.read().split()[:2]
    return int(off_core) / 1e9, int(on_core) / 1e9


def work(threads):
    before = waited()
    others = [threading.Thread(target=crunch) for _ in range(threads - 1)]
    for other in others:
        other.start()
    crunch()
    for other in others:
        other.join()
    return [after - then for after, then in zip(waited(), before)]


def main():
    zoo.parser.add_argument("--tasks", type=int, default=0, help="so many and no more")
    opts = zoo.options(__doc__)
    threads = 1 if opts.healthy else THREADS
    with opts.context.Pool(opts.workers) as pool:
        if opts.tasks:
            times = pool.map(work, [threads] * opts.tasks, chunksize=1)
            off_core, on_core = [sum(each) for each in zip(*times)]
            print(off_core / (off_core + on_core))
        for _ in () if opts.tasks else zoo.going(opts):
            pool.map(work, [threads] * 16, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
