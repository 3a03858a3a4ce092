# SPDX-License-Identifier: GPL-2.0-only
"""The pool's initializer raises: workers end at once, and others take their places."""
import sys

import zoo


def get_ready(healthy):
    if not healthy:
        raise RuntimeError("no licence for worker")


def work(n):
    zoo.burn(0.01)
    return n


def main():
    opts = zoo.options(__doc__)
    pool = opts.context.Pool(opts.workers, initializer=get_ready, initargs=(opts.healthy,))
    for _ in zoo.going(opts):
        answer = pool.map_async(work, range(20), chunksize=1)
        answer.wait(None if opts.healthy else opts.seconds)
    pool.terminate()
    pool.join()


if __name__ == "__main__":
    sys.exit(main())
