# SPDX-License-Identifier: GPL-2.0-only
"""Pools that stop moving, each in one of the ways that pools have, and with --healthy the near
miss: nearly the same, but it goes on. What was done, and when, is written to --told. Python 3.7
or newer, standard library only."""
import argparse
import concurrent.futures
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

LOCK = threading.Lock()
BIG = 3 << 20
FUTEX = 202 if os.uname().machine == "x86_64" else 98


class Told:
    """What the program itself knows of its stall."""

    def __init__(self, path):
        self.path = path

    def tell(self, **facts):
        facts["t_ns"] = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        with open(self.path + ".new", "w") as f:
            json.dump(facts, f)
        os.rename(self.path + ".new", self.path)


def patience(opts):
    """The stall is looked at from outside meanwhile."""
    time.sleep(opts.seconds)


def leave(opts, pool):
    """What is stuck cannot be terminated: its workers go with the program."""
    if opts.healthy:
        return
    for p in list(pool._pool):
        kill(p.pid)
    os._exit(0)


def square(x):
    return x * x


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def blocked_in(pid, *numbers):
    """Waits until its main thread is in one of these system calls."""
    for _ in range(2000):
        with open("/proc/%d/syscall" % pid) as f:
            if f.read().split()[0] in [str(n) for n in numbers]:
                return True
        time.sleep(0.005)
    return False


# -------------------------------------------------------------------------------------------------
# A: a task goes with its worker.


def exit_in_task(path):
    if path:
        os._exit(7)
    return 1


def lost_task(opts, told):
    with opts.context.Pool(2) as pool:
        pool.map(square, range(4))
        answer = pool.apply_async(exit_in_task, (not opts.healthy,))
        told.tell(pids=[p.pid for p in pool._pool])
        if opts.healthy:
            answer.get()
        patience(opts)


# -------------------------------------------------------------------------------------------------
# D, E: a worker is killed while it holds a lock.


def idle_reader(pool):
    """The worker that waits for a task and not for the lock."""
    for _ in range(2000):
        for p in pool._pool:
            with open("/proc/%d/syscall" % p.pid) as f:
                if f.read().startswith("0 "):
                    return p.pid
        time.sleep(0.005)
    raise SystemExit("no worker waits for a task")


def task_lock(opts, told):
    with opts.context.Pool(3) as pool:
        pool.map(square, range(6), chunksize=1)
        time.sleep(0.3)
        reader = idle_reader(pool)
        others = [p.pid for p in pool._pool if p.pid != reader]
        victim = others[0] if opts.healthy else reader
        kill(victim)
        told.tell(pids=[victim])
        answers = [pool.apply_async(square, (n,)) for n in range(5)]
        if opts.healthy:
            [a.get() for a in answers]
        patience(opts)
        leave(opts, pool)


def big_result(_):
    return b"x" * BIG


def result_lock(opts, told):
    """The parent's reader of results is held up, so that a big result fills the pipe."""
    with opts.context.Pool(2) as pool:
        gate = threading.Event()
        first = pool.apply_async(square, (1,), callback=lambda _: gate.wait())
        time.sleep(0.2)
        workers = [p.pid for p in pool._pool]
        second = pool.apply_async(big_result, (0,))
        writer = None
        while not writer:
            for pid in workers:
                with open("/proc/%d/syscall" % pid) as f:
                    if f.read().startswith("1 "):
                        writer = pid
            time.sleep(0.005)
        if not opts.healthy:
            kill(writer)
            told.tell(pids=[writer])
        gate.set()
        first.get()
        if opts.healthy:
            second.get()
            told.tell(pids=[])
        patience(opts)
        leave(opts, pool)


# -------------------------------------------------------------------------------------------------
# F: the thread that reads results.


def reader_died(opts, told):
    def complain(_):
        if not opts.healthy:
            raise ValueError("a callback that raises")

    with opts.context.Pool(2) as pool:
        pool.map(square, range(4))
        pool.apply_async(square, (3,), callback=complain)
        time.sleep(0.3)
        answers = [pool.apply_async(square, (n,)) for n in range(3)]
        told.tell(pids=[])
        if opts.healthy:
            [a.get() for a in answers]
        patience(opts)
        leave(opts, pool)


# -------------------------------------------------------------------------------------------------
# J: a lock that was held when the worker was forked.


def take_lock(n):
    with LOCK:
        return n


def take_in_time(n):
    LOCK.acquire(timeout=60)
    return n


def fork_lock(opts, told):
    def hold():
        with LOCK:
            stop.wait()

    stop = threading.Event()
    threading.Thread(target=hold, daemon=True).start()
    time.sleep(0.1)
    with opts.context.Pool(2) as pool:
        # In time it would give up: that is no stall.
        answers = [pool.apply_async(take_in_time if opts.healthy else take_lock, (n,))
                   for n in range(3)]
        told.tell(pids=[p.pid for p in pool._pool])
        patience(opts)
        assert not any(a.ready() for a in answers)
    stop.set()


def wait_for_thread(seconds):
    thread = threading.Thread(target=time.sleep, args=(seconds,))
    thread.start()
    thread.join()
    return 1


def no_fork_lock(opts, told):
    """A near miss of its own: the lock's holder is in the same process."""
    with opts.context.Pool(2) as pool:
        answers = [pool.apply_async(wait_for_thread, (opts.seconds,)) for _ in range(2)]
        told.tell(pids=[])
        [a.get() for a in answers]


# -------------------------------------------------------------------------------------------------
# B, C, I: workers that never get ready.


def raise_at_start(path):
    if path:
        open(path, "w").close()
        raise ValueError("not ready")


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.005)


def init_raises(opts, told):
    path = None if opts.healthy else told.path + ".began"
    pool = opts.context.Pool(2, initializer=raise_at_start, initargs=(path,))
    answer = pool.map_async(square, range(6))
    if path:
        wait_for(path)
    told.tell(pids=[])
    if opts.healthy:
        answer.get()
    patience(opts)
    pool.terminate()


def take_gate(gate, timeout):
    gate.acquire(True, timeout)


def start_held(opts, told):
    """An initializer that waits for a lock that the parent holds; in time it would give up."""
    gate = opts.context.Lock()
    gate.acquire()
    pool = opts.context.Pool(2, take_gate, (gate, 60 if opts.healthy else None))
    answer = pool.map_async(square, range(6), chunksize=1)
    [blocked_in(p.pid, FUTEX) for p in pool._pool]
    told.tell(pids=[])
    patience(opts)
    gate.release()
    if opts.healthy:
        gate.release()
        answer.get()
    leave(opts, pool)


UNGUARDED = """
import multiprocessing, os, time
%s
    pool = multiprocessing.get_context("spawn").Pool(2)
    answer = pool.map_async(abs, range(6))
    seen, end = set(), time.monotonic() + 60
    while len(seen) < %d and time.monotonic() < end:
        seen |= {p.pid for p in list(pool._pool)}
        time.sleep(0.001)
    with open(%r, "w") as f:
        f.write('{"pids": [], "t_ns": %%d}' %% time.clock_gettime_ns(time.CLOCK_MONOTONIC))
    os.rename(%r, %r)
    if %r:
        answer.get()
    time.sleep(%r)
    pool.terminate()
"""


def unguarded(opts, told):
    """A main module that starts its pool in every worker too."""
    path, new = told.path + ".main.py", told.path + ".new"
    guard = "if __name__ == '__main__':" if opts.healthy else "if True:"
    with open(path, "w") as f:
        f.write(UNGUARDED % (guard, 2 if opts.healthy else 8, new, new, told.path, opts.healthy,
                             opts.seconds))
    os.execv(sys.executable, [sys.executable, path])


def breaks(opts, told):
    """Rule H: an executor's worker that goes breaks it for all."""
    executor = concurrent.futures.ProcessPoolExecutor(2, mp_context=opts.context)
    list(executor.map(square, range(4)))
    future = executor.submit(exit_in_task, not opts.healthy)
    told.tell(pids=list(executor._processes))
    try:
        future.result(30)
    except concurrent.futures.process.BrokenProcessPool:
        assert not opts.healthy
    patience(opts)
    executor.shutdown()


class Poison:
    """Can be pickled, and not unpickled."""

    def __reduce__(self):
        return (refuse, ())


def refuse():
    raise ValueError("not this")


def make_poison(poisons):
    return Poison() if poisons else 1


def unreadable(opts, told):
    """Rule G: a result that the parent cannot unpickle breaks an executor."""
    executor = concurrent.futures.ProcessPoolExecutor(2, mp_context=opts.context)
    list(executor.map(square, range(4)))
    futures = [executor.submit(time.sleep, 1), executor.submit(make_poison, not opts.healthy)]
    told.tell(pids=list(executor._processes))
    try:
        [f.result(30) for f in futures]
    except concurrent.futures.process.BrokenProcessPool:
        assert not opts.healthy
    patience(opts)
    executor.shutdown()


def unpicklable(opts, told):
    """Rule L: a call, and one item of a map, that cannot be pickled. The near miss leaves numbers
    out too: by calls with nothing to do, and by those of another pool."""
    with opts.context.Pool(2) as pool, opts.context.Pool(1) as other:
        pool.map(square, range(4))
        told.tell(pids=[])
        refused = []
        for what in [None if opts.healthy else lambda: 1] * 2:
            pool.map(square, [])
            other.map(square, range(3), chunksize=1)
            refused.append(is_refused(pool.map_async(str, [1, what, 3, 4], chunksize=1)))
            refused.append(is_refused(pool.apply_async(str, (what,))))
            assert list(pool.imap(square, range(9))) == [n * n for n in range(9)]
        assert refused == [not opts.healthy] * 4
        patience(opts)


def is_refused(answer):
    answer.wait()
    return not answer.successful()


def retire(opts, told):
    """max_tasks_per_child with work in the queue: the last worker retires, none is started."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context,
                                                max_tasks_per_child=2) as executor:
        if opts.healthy:
            # One at a time, so that nothing is in the queue when it retires.
            for n in range(4):
                executor.submit(square, n).result(20)
            told.tell(pids=[])
            return patience(opts)
        futures = [executor.submit(square, n) for n in range(8)]
        futures[1].result(20)
        told.tell(pids=[])
        patience(opts)
        if any(not f.done() for f in futures):
            os._exit(0)


# -------------------------------------------------------------------------------------------------
# K, and pipes that are full for ever.


def pipe_full(opts, told):
    """join() before the queue is read."""
    queue = opts.context.SimpleQueue()
    tasks = opts.context.SimpleQueue()
    worker = opts.context.Process(target=serve, args=(tasks, queue))
    worker.start()
    for _ in range(3):
        tasks.put(10)
        queue.get()
    tasks.put(BIG)
    tasks.put(None)
    told.tell(pids=[worker.pid])
    if opts.healthy:
        queue.get()
        return patience(opts)
    watchdog(opts, worker.pid)
    worker.join()


def serve(tasks, answers):
    for size in iter(tasks.get, None):
        answers.put(b"x" * size)


def watchdog(opts, *pids):
    """Another program ends it all: a thread would be one more that is waited for."""
    kills = " ".join(str(p) for p in pids + (os.getpid(),))
    subprocess.Popen(["sh", "-c", "sleep %g; kill -9 %s" % (opts.seconds, kills)],
                     start_new_session=True)


def two_pipes_full(opts, told):
    """Both send much before they read."""
    answers = opts.context.SimpleQueue()
    tasks = opts.context.SimpleQueue()
    worker = opts.context.Process(target=echo, args=(tasks, answers))
    worker.start()
    for _ in range(3):
        tasks.put(b"x")
        answers.get()
    told.tell(pids=[worker.pid])
    if not opts.healthy:
        watchdog(opts, worker.pid)
    for _ in range(6):
        tasks.put(b"x" * BIG)
        if opts.healthy:
            answers.get()
    tasks.put(None)
    patience(opts)


def echo(tasks, answers):
    for data in iter(tasks.get, None):
        answers.put(data)


def back_pressure(opts, told):
    """Rule K: tasks wait because all workers are busy."""
    with opts.context.Pool(2) as pool:
        data = b"x" * 300000
        answers = [pool.apply_async(sleep_with, (data, opts.seconds / 3)) for _ in range(6)]
        told.tell(pids=[])
        [a.get() for a in answers]


def sleep_with(_, seconds):
    time.sleep(seconds)


# -------------------------------------------------------------------------------------------------
# A straggler.


def take_long(seconds, path=None):
    if path:
        open(path, "w").close()
    time.sleep(seconds)


def straggler(opts, told):
    with opts.context.Pool(3) as pool:
        tasks = [(0.05,)] * 40
        path = told.path + ".began"
        tasks[30] = (0.1 if opts.healthy else opts.seconds + 4, path)
        answer = pool.starmap_async(take_long, tasks, chunksize=1)
        wait_for(path)
        told.tell(pids=[])
        answer.get()
        time.sleep(1)


def long_tasks(opts, told):
    """All take long, and the last of them a little longer: nobody is waited for."""
    with opts.context.Pool(3) as pool:
        told.tell(pids=[])
        pool.map(take_long, [opts.seconds / 3] * 5 + [opts.seconds / 2], chunksize=1)


# -------------------------------------------------------------------------------------------------

WAYS = {
    "init-raises": init_raises,
    "start-held": start_held,
    "unguarded": unguarded,
    "breaks": breaks,
    "unreadable": unreadable,
    "unpicklable": unpicklable,
    "retire": retire,
    "pipe-full": pipe_full,
    "two-pipes-full": two_pipes_full,
    "back-pressure": back_pressure,
    "straggler": straggler,
    "long-tasks": long_tasks,
    "lost-task": lost_task,
    "task-lock": task_lock,
    "result-lock": result_lock,
    "reader-died": reader_died,
    "fork-lock": fork_lock,
    "no-fork-lock": no_fork_lock,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--healthy", action="store_true", help="the near miss")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--seconds", type=float, default=8, help="it stays so, that long")
    parser.add_argument("--told", required=True)
    opts = parser.parse_args()
    opts.context = multiprocessing.get_context(opts.method)
    WAYS[opts.way](opts, Told(opts.told))


if __name__ == "__main__":
    sys.exit(main())
