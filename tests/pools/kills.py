# SPDX-License-Identifier: GPL-2.0-only
"""A Pool that goes on while killer.py kills its workers, and knows what each took with it.

Workers log begin and end of every task. The queue is kept full: a worker that is killed while
it waits for a task holds the queue's lock, and the Pool would hang for ever.
"""
import argparse
import multiprocessing
import os
import random
import signal
import sys
import time

import truth

AHEAD = 60  # tasks given and not back
QUIET_S = 2.0  # no result for so long: what is out will not come back

log = None


def work(n):
    log.line(os.getpid(), "b", n, truth.now_ns())
    time.sleep(random.Random(n).uniform(0.05, 0.1))
    log.line(os.getpid(), "e", n, truth.now_ns())
    return n


def main():
    global log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--ready", required=True, help="written once the pool works")
    parser.add_argument("--stop", required=True, help="ends when this file exists")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=90)
    args = parser.parse_args()

    log = truth.Log(args.log)
    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers)
    counted = truth.watch(pool, args.workers)
    pending = {}
    jobs = {}
    given = 0
    progress = time.monotonic()
    end = progress + args.seconds
    stuck = False
    while True:
        stop = os.path.exists(args.stop) or time.monotonic() > end
        while not stop and len(pending) < AHEAD:
            result = pool.apply_async(work, (given,))
            pending[given] = result
            jobs[given] = result._job
            given += 1
            if given == AHEAD:
                truth.write(args.ready, workers=[p.pid for p in pool._pool])
        ready = [n for n, result in pending.items() if result.ready()]
        for n in ready:
            del pending[n]
        if ready:
            progress = time.monotonic()
        # Tasks that were lost stay in `pending`: leave room for them.
        lost = [n for n in pending if n < given - AHEAD - 4 * args.workers]
        for n in lost:
            jobs[n] = pending.pop(n)._job
            counted.failures.setdefault("lost", []).append(n)
        if time.monotonic() - progress > QUIET_S:
            stuck = not stop
            break
        time.sleep(0.01)

    lost = sorted(counted.failures.pop("lost", []) + list(pending))
    if not stuck:
        # One more, which nobody is killed over: was the last one killed with the lock?
        last = pool.apply_async(work, (given,))
        jobs[given] = last._job
        last.wait(QUIET_S)
        stuck = not last.ready()
    truth.write(args.truth, jobs_of=jobs, lost=lost, stuck=stuck, **counted.as_dict())
    if stuck:
        # The queue's lock is gone with a worker: terminate() would hang too.
        for pid in truth.children(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        os._exit(75)
    pool.terminate()
    pool.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
