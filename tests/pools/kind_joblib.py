# SPDX-License-Identifier: GPL-2.0-only
"""joblib over a Pool of its own, given mixed calls, counted in the parent. Needs joblib."""
import argparse

from joblib import Parallel, delayed
from joblib.pool import PicklingPool

import mixed
import tally


def mine(x):
    return -x


def watch_all():
    """Counts each Pool that joblib makes, apart; returns the list that they come to."""
    found = []
    set_up = PicklingPool._setup_queues

    def watching(self):
        set_up(self)
        found.append(tally.watch("Pool", tally.pool_message, [self._inqueue._writer],
                                 [self._outqueue._reader]))
    PicklingPool._setup_queues = watching
    return found


def work(n, big):
    with Parallel(n_jobs=2, backend="multiprocessing") as parallel:
        parallel(delayed(mixed.square)(x) for x in mixed.numbers(n))
        parallel(delayed(mine)(x) for x in range(n))
        parallel(delayed(mixed.measure)(b"a" * size) for size in mixed.SIZES + (big,))
        parallel(delayed(mixed.make)(size) for size in mixed.SIZES)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    args = parser.parse_args()

    tally.install()
    counted = watch_all()
    work(args.items, args.big)
    # A failure makes joblib terminate the Pool.
    parallel = Parallel(n_jobs=2, backend="multiprocessing")
    mixed.expect(mixed.Refused, parallel, [delayed(mixed.refuses)(1)])
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
