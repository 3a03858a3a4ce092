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


def work(threads):
    others = [threading.Thread(target=crunch) for _ in range(threads - 1)]
    for other in others:
        other.start()
    crunch()
    for other in others:
        other.join()


def main():
    opts = zoo.options(__doc__)
    threads = 1 if opts.healthy else THREADS
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            pool.map(work, [threads] * 16, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
