# SPDX-License-Identifier: GPL-2.0-only
"""A Pool, an executor or bare processes at full speed: tasks that are empty, compute for a while,
or give back what they were given. Says how many a second.

What a task computes is a fixed amount, measured beforehand: a task that only waited for its time
to be over would hide what slows it down. Two batches are always out, so that no worker waits at
the end of one.
"""
import argparse
import concurrent.futures
import multiprocessing
import os
import signal
import time

import truth

log = None


def empty(_):
    pass


def carry(data):
    return data


def compute(loops):
    total = 0
    for i in range(loops):
        total += i
    return total


def loops_for(task_us):
    """How many take so long, when nothing disturbs: the fastest of several tries."""
    tries = []
    for _ in range(20):
        begin = time.perf_counter()
        compute(20000)
        tries.append(time.perf_counter() - begin)
    return max(1, int(20000 * task_us * 1e-6 / min(tries)))


def logged(task_us):
    """Known afterwards: when it ended."""
    if task_us:
        time.sleep(task_us * 1e-6)
    log.line(truth.now_ns())


def serve(tasks, results, initializer, initargs):
    initializer(*initargs)
    for func, item in iter(tasks.get, None):
        results.put(func(item))


class Answers:
    def __init__(self, queue, count):
        self.queue, self.count = queue, count

    def wait(self):
        for _ in range(self.count):
            self.queue.get()


class Processes:
    """Bare processes that take tasks from one queue and put results into another."""

    def __init__(self, workers, initializer, initargs):
        self.tasks, self.results = multiprocessing.Queue(), multiprocessing.Queue()
        self._pool = [multiprocessing.get_context("fork").Process(
            target=serve, args=(self.tasks, self.results, initializer, initargs))
            for _ in range(workers)]
        for process in self._pool:
            process.start()

    def map_async(self, func, work, chunksize=1):
        for item in work:
            self.tasks.put((func, item))
        return Answers(self.results, len(work))

    def close(self):
        for _ in self._pool:
            self.tasks.put(None)

    def join(self):
        for process in self._pool:
            process.join()


class Batch:
    def __init__(self, futures):
        self.futures = futures

    def wait(self):
        concurrent.futures.wait(self.futures)


class Executor:
    """A ProcessPoolExecutor, used as a Pool is."""

    def __init__(self, workers, initializer, initargs):
        self.executor = concurrent.futures.ProcessPoolExecutor(
            workers, multiprocessing.get_context("fork"), initializer, initargs)
        self.map_async(empty, range(workers)).wait()
        self._pool = list(self.executor._processes.values())
        self.close = self.executor.shutdown

    def map_async(self, func, work, chunksize=1):
        return Batch([self.executor.submit(func, item) for item in work])

    def join(self):
        """They have ended: shutdown() waits."""


def main():
    global log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--task-us", type=int, default=0)
    parser.add_argument("--bytes", type=int, help="of each task's argument, which is its result")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--executor", action="store_true", help="a ProcessPoolExecutor; no --truth")
    parser.add_argument("--processes", action="store_true",
                        help="bare ones, with two queues; no --truth")
    parser.add_argument("--batch", type=int, help="tasks; default: about a tenth of a second")
    parser.add_argument("--rates", help="a line for each batch: time in ns, tasks so far")
    parser.add_argument("--log", help="tasks sleep, and append the time of their end")
    parser.add_argument("--ready")
    parser.add_argument("--truth")
    args = parser.parse_args()

    func = logged if args.log else compute if args.task_us else carry if args.bytes else empty
    batch = args.batch or (2500 if not args.task_us else 100000 * args.workers // args.task_us)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    log = truth.Log(args.log)
    rates = truth.Log(args.rates)
    if args.truth:
        truth.install()
    start = (Executor if args.executor else Processes if args.processes
             else multiprocessing.get_context("fork").Pool)
    pool = start(args.workers, signal.signal, (15, 0))
    counted = truth.watch(pool, args.workers) if args.truth else None
    truth.write(args.ready, workers=[p.pid for p in pool._pool])

    each = loops_for(args.task_us) if func is compute else args.task_us
    if func is carry:
        each = os.urandom(args.bytes)
    work = [each] * max(batch, 1)
    begin = time.monotonic()
    done = 0
    out = [pool.map_async(func, work, chunksize=1) for _ in range(2)]
    while out:
        out.pop(0).wait()
        done += len(work)
        rates.line(truth.now_ns(), done)
        if not stop and time.monotonic() - begin < args.seconds:
            out.append(pool.map_async(func, work, chunksize=1))
    took = time.monotonic() - begin
    pool.close()
    pool.join()
    if counted:
        truth.write(args.truth, **counted.as_dict())
    print("%d tasks in %.3f s: %.0f a second" % (done, took, done / took), flush=True)


if __name__ == "__main__":
    main()
