# SPDX-License-Identifier: GPL-2.0-only
"""Two Celery apps at a time, each with tasks of its own names and a prefork pool of its own,
counted in its parent: two programs that this one starts, or, with --shape threads, two workers in
threads of this process. A process has one event loop for all, so those have the pools that do
without. Needs celery and billiard.
"""
import argparse
import json
import os
import subprocess
import sys
import threading
import time

import celery

import kind_billiard
import kind_celery
import mixed
import tally
import truth

NAMES = ("letters", "parcels")
FUNCTIONS = (mixed.square, mixed.fails, mixed.measure, mixed.refuses)
PATIENCE_S = 60


class App:
    def __init__(self, name):
        # The broker in memory is one for all of a process: each has a queue of its own.
        self.app = celery.Celery(name, broker="memory://", backend=None)
        self.app.conf.update(kind_celery.SETTINGS, task_default_queue=name)
        self.tasks = {function.__name__: self.app.task(name="%s.%s" % (name, function.__name__))(
            function) for function in FUNCTIONS}

    def feed(self, n):
        """How many of them there are differs by the app."""
        calls = [(function, x) for x in range(n) for function in ("square", "fails")]
        calls += [("measure", b"a" * size) for size in mixed.SIZES]
        calls += [("refuses", x) for x in range(4)]
        for name, argument in calls:
            self.tasks[name].delay(argument)
        return len(calls)


def program(name, n, where):
    """One of the two; it has work when both are up."""
    app = App(name)
    kind_celery.make_asynchronous()
    counted = tally.watch("billiard", tally.celery_message, [], [])
    kind_celery.count(counted)
    worker = kind_celery.new_worker(2, app.app)
    truth.write("%s.%s.up" % (where, name))
    for other in NAMES:
        truth.wait_for_file("%s.%s.up" % (where, other))
    calls = app.feed(n)
    threading.Thread(target=kind_celery.stop_after, args=(counted, calls), daemon=True).start()
    worker.start()
    tally.write("%s.%s" % (where, name), [counted])


def in_programs(n, where):
    started = [subprocess.Popen([sys.executable, __file__, "--program", name, "--truth", where,
                                 "--items", str(n + 10 * i)]) for i, name in enumerate(NAMES)]
    for child in started:
        child.wait(PATIENCE_S)
    pools = []
    for name in NAMES:
        with open("%s.%s" % (where, name)) as f:
            pools += json.load(f)["pools"]
    return pools


def pool_of(worker):
    """Its pool, once it has started."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        pool = getattr(getattr(worker, "pool", None), "_pool", None)
        if pool and worker.consumer and worker.consumer.task_consumer:
            return pool
        time.sleep(0.02)
    raise RuntimeError("a worker does not start")


def in_threads(n, _):
    apps = [App(name) for name in NAMES]
    counted, pools = [], []
    for app in apps:
        # A pool's workers inherit the tasks of the app whose worker was made last.
        worker = kind_celery.new_worker(2, app.app)
        threading.Thread(target=worker.start, daemon=True).start()
        pool = pool_of(worker)
        counted.append(tally.watch("billiard", tally.celery_message, [pool._inqueue._writer],
                                   [pool._outqueue._reader]))
        counted[-1].more["workers"] = [p.pid for p in pool._pool]
        pools.append(pool)
    calls = [app.feed(n + 10 * i) for i, app in enumerate(apps)]
    end = time.monotonic() + PATIENCE_S
    while [one.tasks["returned"] for one in counted] != calls and time.monotonic() < end:
        time.sleep(0.02)
    kind_billiard.end(pools)
    return counted


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--shape", choices=("programs", "threads"), default="programs")
    parser.add_argument("--program", choices=NAMES)
    args = parser.parse_args()

    os.environ["C_FORCE_ROOT"] = "1"  # what it unpickles is its own
    if args.program:
        tally.install()
        program(args.program, args.items, args.truth)
        return
    from billiard.connection import Connection
    tally.install(Connection)
    run = in_programs if args.shape == "programs" else in_threads
    pools = run(args.items, args.truth)
    tally.write(args.truth, pools, method=args.method)
    os._exit(0)  # the threads of billiard 4.1 may wait for ever


if __name__ == "__main__":
    main()
