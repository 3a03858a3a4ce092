# SPDX-License-Identifier: GPL-2.0-only
"""A script that makes its pool at the top level, where spawned workers run it again."""
import multiprocessing
import os
import sys

import zoo


def work(n):
    zoo.burn(0.01)
    return n


def main():
    opts = zoo.options(__doc__)
    with multiprocessing.get_context("spawn").Pool(opts.workers) as pool:
        answer = pool.map_async(work, range(20), chunksize=1)
        answer.wait(None if opts.healthy else min(opts.seconds, 4))
        if not answer.ready():
            sys.stdout.flush()
            for child in multiprocessing.active_children():
                child.kill()
            os._exit(0)
        for _ in zoo.going(opts):
            pool.map(work, range(20), chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__" or "--healthy" not in sys.argv:
    main()
