# SPDX-License-Identifier: GPL-2.0-only
"""Few chunks: whoever has the last one works alone."""
import sys
import time

import zoo

ITEMS = 60


def work(n):
    zoo.burn(0.07)
    return n


def wait(n):
    time.sleep(0.1)
    return n


def main():
    zoo.parser.add_argument("--chunksize", type=int, default=0)
    zoo.parser.add_argument("--once", action="store_true")
    zoo.parser.add_argument("--wait", action="store_true", help="for others, not for a core")
    opts = zoo.options(__doc__)
    # Three chunks for two workers: in the second half of the time one of them has nothing to do.
    chunksize = opts.chunksize or (2 if opts.healthy else ITEMS // 3)
    with opts.context.Pool(opts.workers) as pool:
        for _ in range(1) if opts.once else zoo.going(opts):
            began = time.monotonic()
            pool.map(wait if opts.wait else work, range(ITEMS), chunksize=chunksize)
            if opts.once:
                print(time.monotonic() - began)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
