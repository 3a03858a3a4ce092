# SPDX-License-Identifier: GPL-2.0-only
"""Two workers, each bound to a core of its own: one computes all the time, the other half of it.
What each has used of its core since the pool was under way is on the log, by their own clocks.
"""
import argparse
import multiprocessing
import os
import time

import truth


def work(half, cpu, seconds, path):
    os.sched_setaffinity(0, {cpu})
    log = truth.Log(path)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        if half:
            time.sleep(0.02)
        log.line(os.getpid(), cpu, truth.now_ns(), int(time.process_time() * 1e9))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", required=True)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--cgroup", help="its cpu.stat is on the log before there is a pool")
    args = parser.parse_args()
    if args.cgroup:
        with open(os.path.join(args.cgroup, "cpu.stat")) as f:
            truth.Log(args.log).line(*f.read().split())
    cpus = sorted(os.sched_getaffinity(0))[:2]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.starmap(work, [(False, cpus[0], args.seconds, args.log),
                            (True, cpus[-1], args.seconds, args.log)], chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    main()
