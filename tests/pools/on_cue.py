# SPDX-License-Identifier: GPL-2.0-only
"""A Pool that stands still until a line comes on its standard input, then runs tasks that it
counts, some that raise and some whose worker is killed, and stands still again until the end of
its input. What was before the line is not counted."""
import argparse
import multiprocessing
import os
import signal
import sys

import truth


def fine(x):
    return x * x


def fails(x):
    raise ValueError("no %d" % x)


def dies(x):
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--fine", type=int, default=200)
    parser.add_argument("--chunksize", type=int, default=1, help="of the fine ones")
    parser.add_argument("--fails", type=int, default=7)
    parser.add_argument("--dies", type=int, default=2)
    args = parser.parse_args()

    with multiprocessing.get_context("fork").Pool(args.workers) as pool:
        pool.map(fine, range(args.workers), chunksize=1)
        truth.write(args.ready, pid=os.getpid())
        sys.stdin.readline()
        pool.map(fine, range(args.fine), chunksize=args.chunksize)
        for x in range(args.fails):
            try:
                pool.apply(fails, (x,))
            except ValueError:
                pass
        for x in range(args.dies):
            before = {p.pid for p in pool._pool}
            pool.apply_async(dies, (x,))
            while before == {p.pid for p in pool._pool}:
                multiprocessing.connection.wait([], 0.05)
        truth.write(args.truth, fine=args.fine, fails=args.fails, dies=args.dies)
        sys.stdin.read()


if __name__ == "__main__":
    main()
