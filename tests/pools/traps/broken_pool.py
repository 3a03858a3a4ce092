# SPDX-License-Identifier: GPL-2.0-only
"""One call ends its worker, and with it the executor breaks for all the others."""
import concurrent.futures
import os
import signal
import sys
import time

import zoo


def work(n):
    time.sleep(0.05)
    if n == 20 and not work.healthy:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


work.healthy = "--healthy" in sys.argv


def main():
    opts = zoo.options(__doc__)
    with concurrent.futures.ProcessPoolExecutor(opts.workers, mp_context=opts.context) as pool:
        calls = [pool.submit(work, n) for n in range(60)]
        failed = sum(call.exception() is not None for call in calls)
    print("%d of %d failed" % (failed, len(calls)))


if __name__ == "__main__":
    sys.exit(main())
