# SPDX-License-Identifier: GPL-2.0-only
"""A task calls sys.exit(): its worker goes, and the call that waits for it never ends."""
import sys

import zoo


def work(n):
    zoo.burn(0.02)
    if n == 20 and not work.healthy:
        sys.exit("no such order: %d" % n)
    return n


work.healthy = "--healthy" in sys.argv


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            answer = pool.map_async(work, range(40), chunksize=1)
            answer.wait(None if opts.healthy else opts.seconds)


if __name__ == "__main__":
    sys.exit(main())
