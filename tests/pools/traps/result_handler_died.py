# SPDX-License-Identifier: GPL-2.0-only
"""A callback raises, and with it ends the thread that reads results."""
import os
import sys
import time

import zoo


def work(n):
    time.sleep(0.01)
    return n


def main():
    opts = zoo.options(__doc__)

    def on_result(n):
        if n == 20 and not opts.healthy:
            raise ValueError("a callback that raises")

    pool = opts.context.Pool(opts.workers)
    answers = [pool.apply_async(work, (n,), callback=on_result) for n in range(100)]
    end = time.monotonic() + opts.seconds
    while time.monotonic() < end and not all(answer.ready() for answer in answers):
        time.sleep(0.05)
    if opts.healthy:
        pool.close()
        pool.join()
        return 0
    # terminate() asserts that the handler is there: nothing is left but to go.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
