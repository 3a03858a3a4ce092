# SPDX-License-Identifier: GPL-2.0-only
"""Near miss of a repeated payload: as large each time, beginning and ending in the same way, and
of another content. Healthy as it is."""
import os
import sys

import zoo

BYTES = 1 << 20


def measure(block):
    zoo.burn(0.02)
    return len(block)


def main():
    opts = zoo.options(__doc__)
    edge = bytes(BYTES // 64)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            blocks = [edge + os.urandom(4096) * (BYTES >> 12) + edge for _ in range(8)]
            for answer in [pool.apply_async(measure, (block,)) for block in blocks]:
                answer.get()
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
