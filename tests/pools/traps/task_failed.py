# SPDX-License-Identifier: GPL-2.0-only
"""Tasks that raise, and a program that goes on without what they were to return."""
import sys

import zoo


def work(row):
    zoo.burn(0.01)
    if row % 10 == 3 and not work.healthy:
        raise ValueError("row %d has no price" % row)
    return row


work.healthy = "--healthy" in sys.argv


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            answers = [pool.apply_async(work, (row,)) for row in range(40)]
            for answer in answers:
                try:
                    answer.get()
                except ValueError:
                    pass
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
