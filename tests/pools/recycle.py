# SPDX-License-Identifier: GPL-2.0-only
"""A Pool with maxtasksperchild: each worker ends by itself after so many tasks, and no one died.

With the default of one empty task each, workers live a few milliseconds.
"""
import argparse
import multiprocessing
import os
import time

import truth

log = None


def once(task_us):
    log.line(os.getpid(), truth.now_ns())
    if task_us:
        time.sleep(task_us / 1e6)
    return os.getpid()


def main():
    global log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--log")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--each", type=int, default=1, help="tasks of one worker")
    parser.add_argument("--task-us", type=int, default=0)
    args = parser.parse_args()

    log = truth.Log(args.log)
    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers, maxtasksperchild=args.each)
    counted = truth.watch(pool, args.workers)
    done = {}
    for pid in pool.imap_unordered(once, [args.task_us] * args.tasks):
        done[pid] = done.get(pid, 0) + 1
    pool.close()
    pool.join()
    recycled = [pid for pid, tasks in done.items() if tasks == args.each]
    truth.write(args.truth, recycled=recycled, **counted.as_dict())


if __name__ == "__main__":
    main()
