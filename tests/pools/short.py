# SPDX-License-Identifier: GPL-2.0-only
"""Workers that live a few milliseconds and die of it: an initializer that raises.

The Pool replaces them for ever; each logs its pid before it goes.
"""
import argparse
import multiprocessing
import os
import signal
import sys
import time

import truth

log = None


def initializer():
    log.line(os.getpid(), truth.now_ns())
    sys.stderr = open(os.devnull, "w")
    raise RuntimeError("this initializer always raises")


def main():
    global log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--log", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2)
    args = parser.parse_args()

    log = truth.Log(args.log)
    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers, initializer)
    counted = truth.watch(pool, args.workers)
    time.sleep(args.seconds)
    # No terminate(): it would SIGTERM some of them, and which ones is chance.
    pool._worker_handler._state = multiprocessing.pool.CLOSE
    pool._change_notifier.put(None)
    pool._worker_handler.join(5)
    for process in pool._pool:
        process.join(5)
    born = [int(line[0]) for line in truth.read_log(args.log)]
    truth.write(args.truth, born=born, **counted.as_dict())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
