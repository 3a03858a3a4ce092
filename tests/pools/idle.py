# SPDX-License-Identifier: GPL-2.0-only
"""A Pool with nothing to do, until its standard input ends or the time is over."""
import argparse
import multiprocessing
import select
import sys

import truth


def nothing(x):
    return x


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready", required=True)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()

    pool = multiprocessing.get_context("fork").Pool(args.workers)
    pool.map(nothing, range(args.workers), chunksize=1)
    truth.write(args.ready, workers=[p.pid for p in pool._pool])
    select.select([sys.stdin], [], [], args.seconds)
    pool.close()
    pool.join()


if __name__ == "__main__":
    main()
