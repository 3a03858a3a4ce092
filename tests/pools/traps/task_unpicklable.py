# SPDX-License-Identifier: GPL-2.0-only
"""Functions that cannot be pickled, and results that nobody asks for."""
import sys

import zoo


def work(n):
    return zoo.burn(0.01)


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            pool.map(work, range(8), chunksize=1)
            pool.map(work, [])
            call = pool.apply_async(work if opts.healthy else lambda n: work(n), (1,))
            call.wait()


if __name__ == "__main__":
    sys.exit(main())
