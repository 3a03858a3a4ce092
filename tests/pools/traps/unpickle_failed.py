# SPDX-License-Identifier: GPL-2.0-only
"""An argument that can be pickled, and not unpickled."""
import sys
import time

import zoo


class Order:
    """As a class whose constructor wants what its pickle does not have."""

    def __init__(self, number, healthy):
        self.number = number
        self.healthy = healthy

    def __reduce__(self):
        return (Order, (self.number, True)) if self.healthy else (make_wrong, (self.number,))


def make_wrong(number):
    raise KeyError("order %d has no customer" % number)


def work(order):
    zoo.burn(0.01)
    return order.number


def main():
    opts = zoo.options(__doc__)
    pool = opts.context.Pool(opts.workers)
    calls = [pool.apply_async(work, (Order(n, opts.healthy or n % 10),)) for n in range(30)]
    end = time.monotonic() + opts.seconds
    while time.monotonic() < end:
        time.sleep(0.1)
    if opts.healthy:
        for call in calls:
            call.get()
        pool.close()
    else:
        pool.terminate()
    pool.join()


if __name__ == "__main__":
    sys.exit(main())
