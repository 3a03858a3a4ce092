# SPDX-License-Identifier: GPL-2.0-only
"""One worker's initializer waits for what never comes."""
import sys
import time

import zoo


def get_ready(counter, healthy):
    with counter.get_lock():
        counter.value += 1
        turn = counter.value
    if turn == 2 and not healthy:
        time.sleep(3600)


def work(n):
    zoo.burn(0.01)
    return n


def main():
    opts = zoo.options(__doc__)
    counter = opts.context.Value("i", 0)
    with opts.context.Pool(opts.workers, initializer=get_ready,
                           initargs=(counter, opts.healthy)) as pool:
        for _ in zoo.going(opts):
            pool.map(work, range(50), chunksize=1)


if __name__ == "__main__":
    sys.exit(main())
