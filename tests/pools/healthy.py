# SPDX-License-Identifier: GPL-2.0-only
"""A Pool that is ended in one of the ways in which Pools are ended: nobody died."""
import argparse
import multiprocessing
import sys
import time

import truth


def work(x):
    time.sleep(0.002)
    return x


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument(
        "--how", default="close", choices=("close", "terminate", "busy", "with", "del", "exit")
    )
    args = parser.parse_args()

    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers)
    counted = truth.watch(pool, args.workers)
    workers = [p.pid for p in pool._pool]
    pool.map(work, range(args.items), chunksize=2)
    if args.how == "busy":
        # Ended while tasks run: sent and never returned, yet no one died.
        for n in range(200):
            pool.apply_async(work, (n,))
        time.sleep(0.05)
    if args.how == "close":
        pool.close()
    elif args.how == "with":
        with pool:
            pass
    elif args.how == "del":
        del pool
        time.sleep(0.5)
    elif args.how != "exit":
        pool.terminate()
    if args.how in ("close", "terminate", "busy"):
        pool.join()
    truth.write(args.truth, workers=workers, **counted.as_dict())
    sys.stdout.flush()


if __name__ == "__main__":
    main()
