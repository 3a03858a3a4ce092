# SPDX-License-Identifier: GPL-2.0-only
"""An idle worker is killed, to have one less: the one that holds the task queue's lock."""
import os
import signal
import sys
import time

import zoo

READ = "0"  # number of the system call


def work(n):
    zoo.burn(0.01)
    return n


def reader(pool):
    """The idle worker that waits for a task, and not for the lock."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for worker in pool._pool:
            with open("/proc/%d/syscall" % worker.pid) as f:
                if f.read().split()[0] == READ:
                    return worker.pid
        time.sleep(0.01)
    raise SystemExit("no worker waits for a task")


def main():
    opts = zoo.options(__doc__)
    pool = opts.context.Pool(opts.workers + 1)
    pool.map(work, range(20), chunksize=1)
    time.sleep(0.5)
    if not opts.healthy:
        os.kill(reader(pool), signal.SIGKILL)
    end = time.monotonic() + opts.seconds
    while time.monotonic() < end:
        answer = pool.map_async(work, range(20), chunksize=1)
        answer.wait(None if opts.healthy else end - time.monotonic())
    if opts.healthy:
        pool.close()
        pool.join()
        return 0
    # terminate() would wait for the lock too.
    for worker in pool._pool:
        os.kill(worker.pid, signal.SIGKILL)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
