# SPDX-License-Identifier: GPL-2.0-only
"""Workers that take long to start, for a task each: a new pool for every piece of work."""
import sys
import time

import zoo


def get_ready():
    """As a heavy import, or a model that is loaded."""
    zoo.burn(0.3)


def work(n):
    zoo.burn(0.02)
    return n


def main():
    zoo.parser.add_argument("--tasks", type=int, default=0, help="so many and no more")
    zoo.parser.add_argument("--recycle", type=int, default=2, help="a worker after so many tasks")
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers, initializer=get_ready,
                           maxtasksperchild=None if opts.healthy else opts.recycle) as pool:
        began = time.monotonic()
        for _ in range(opts.tasks // 20) if opts.tasks else zoo.going(opts):
            pool.map(work, range(20), chunksize=1)
        if opts.tasks:
            print(time.monotonic() - began)
        time.sleep(0.1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
