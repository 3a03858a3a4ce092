# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose workers are killed, one after another, deep in a recursion: more frames than the
kernel's walk tells, and functions of three names."""
import argparse
import multiprocessing
import os
import signal
import time

DEPTH = 40  # of each function


def end():
    os.kill(os.getpid(), signal.SIGKILL)


def even(depth):
    return odd(depth - 1) if depth else end()


def odd(depth):
    return even(depth)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deaths", type=int, default=20)
    args = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for _ in range(args.deaths):
            before = {p.pid for p in pool._pool}
            pool.apply_async(even, (DEPTH,))
            while {p.pid for p in list(pool._pool)} == before:
                time.sleep(0.002)
        time.sleep(0.2)


if __name__ == "__main__":
    main()
