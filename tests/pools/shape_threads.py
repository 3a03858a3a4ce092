# SPDX-License-Identifier: GPL-2.0-only
"""A parent with threads of its own that forks a Pool and gives it work from all of them."""
import argparse
import multiprocessing
import threading

import mixed
import tally

THREADS = 6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=50)
    args = parser.parse_args()

    tally.install()
    there = threading.Event()
    pools = []

    def give():
        there.wait()
        for _ in pools[0].imap_unordered(mixed.square, range(args.items)):
            pass
        pools[0].map(mixed.measure, [b"a" * size for size in mixed.SIZES], chunksize=1)

    threads = [threading.Thread(target=give) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    pools.append(multiprocessing.get_context(args.method).Pool(3))
    counted = tally.watch_pool(pools[0])
    there.set()
    for thread in threads:
        thread.join()
    pools[0].close()
    pools[0].join()
    tally.write(args.truth, [counted], method=args.method)


if __name__ == "__main__":
    main()
