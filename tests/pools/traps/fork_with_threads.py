# SPDX-License-Identifier: GPL-2.0-only
"""A thread of the parent holds a lock while workers are forked: they wait for it for ever."""
import sys
import threading
import time

import zoo

LOCK = threading.Lock()


def work(n):
    with LOCK:
        return n


def main():
    opts = zoo.options(__doc__)
    stop = threading.Event()

    def hold():
        with LOCK:
            stop.wait()

    holder = threading.Thread(target=hold, daemon=True)
    if not opts.healthy:
        holder.start()
        time.sleep(0.1)
    with opts.context.Pool(opts.workers) as pool:
        answer = pool.map_async(work, range(4), chunksize=1)
        answer.wait(opts.seconds)
        if opts.healthy:
            answer.get(1)
            time.sleep(opts.seconds / 2)
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
