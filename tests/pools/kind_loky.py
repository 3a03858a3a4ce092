# SPDX-License-Identifier: GPL-2.0-only
"""joblib over loky, given mixed calls, counted in the parent. Needs joblib and numpy."""
import argparse
import concurrent.futures
import time

import numpy
from joblib import Parallel, delayed
from joblib.externals.loky.backend import queues
from joblib.externals.loky.process_executor import ProcessPoolExecutor

import mixed
import tally


def mine(x):
    """Goes by value, since it is the main script's."""
    return -x


def remember(dumps):
    """A call cannot be unpickled a second time: the files that it shares count their users."""
    def remembering(obj, **kwargs):
        tally.pickled.obj = obj
        return dumps(obj, **kwargs)
    return remembering


def watch_all():
    """Counts each executor that joblib makes, apart; returns the list that they come to."""
    found = []
    set_up = ProcessPoolExecutor._setup_queues

    def watching(self, *args, **kwargs):
        set_up(self, *args, **kwargs)
        found.append(tally.watch("loky", tally.by_value(tally.executor_message),
                                 [self._call_queue._writer], [self._result_queue._reader]))
        found[-1].more["killed"] = True  # joblib does that when a call fails
    ProcessPoolExecutor._setup_queues = watching
    queues.dumps = remember(queues.dumps)
    return found


def cancel(counted):
    """More calls to an executor of its own than the queue takes, all but the first cancelled."""
    executor = ProcessPoolExecutor(2)
    futures = [executor.submit(time.sleep, 0.1) for _ in range(20)]
    counted[-1].cancelled += sum(future.cancel() for future in futures[1:])
    concurrent.futures.wait(futures)
    executor.shutdown()


def work(n, big):
    with Parallel(n_jobs=2) as parallel:
        parallel(delayed(mixed.square)(x) for x in mixed.numbers(n))
        parallel(delayed(mine)(x) for x in range(n))
        parallel(delayed(mixed.measure)(b"a" * size) for size in mixed.SIZES)
        parallel(delayed(mixed.make)(size) for size in mixed.SIZES)
        parallel(delayed(mixed.measure)(b"a" * size) for size in (1, big))
        # More than a megabyte: goes through a file in shared memory.
        parallel(delayed(mixed.measure)(numpy.zeros(200000)) for _ in range(4))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="loky")
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    args = parser.parse_args()

    tally.install()
    counted = watch_all()
    work(args.items, args.big)
    cancel(counted)
    # A failure makes joblib kill the executor, and everybody in it.
    mixed.expect(mixed.Refused, Parallel(n_jobs=2), [delayed(mixed.refuses)(1)])
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
