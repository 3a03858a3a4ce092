#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose workers know how they spend their time, and say so in the words of pooltop's states.

Each reads three clocks of its main thread where one thing ends and the next begins: the wall's,
the time it was on a core, and the time it wanted one and had none (/proc/thread-self/schedstat).
What is left of the wall's it was blocked in what it did. The parent says when each was gone.

    states.py --truth FILE: all there is to do, with pauses. --plain: a mix of three functions.

Standard library only, Python 3.6 and later.
"""
import argparse
import json
import multiprocessing
import os
import threading
import time
from multiprocessing import connection, reduction, util

SLOW = 0.06  # seconds that an argument takes to unpickle, and a result to pickle
WORK = 0.12
REST = 0.04  # in a system call, on a lock, and as long again against another thread
READY = 0.8  # to start
TURN = 0.05  # of that, one after another
PAUSE = 1.2  # of the parent, between two halves of the work
LEAVE = 0.5  # to leave
BLOCK = 256 << 10  # bytes: of a result, which no pipe holds at once; and of a file
TAKE = 0.04  # the parent waits so long before it reads one that has begun to come

SUMS = ["start", "wait", "unpickle", "pickle", "send", "io", "lock", "runq", "exit", "gil",
        "alpha", "beta", "gamma", "delta", "noise"]
FIELDS = SUMS + ["pid"]
MIX = ["alpha"] * 6 + ["beta"] * 3 + ["gamma"]

clock, THREAD = time.clock_gettime, time.CLOCK_THREAD_CPUTIME_ID

me = None  # this worker
held = threading.Lock()


class Meter:
    """(wall, on a core, waiting for one) in seconds, of the thread that made it."""

    def __init__(self):
        self.schedstat = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def read(self):
        delay = int(os.pread(self.schedstat, 100, 0).split()[1]) / 1e9
        return time.monotonic(), clock(THREAD), delay


class Worker:
    def __init__(self, sums):
        self.sums = sums
        self.meter = Meter()
        self.taken = self.pickled = None
        self.free = 0  # it has had nothing in hand since then
        self.go, self.done = threading.Event(), threading.Event()
        sums[FIELDS.index("pid")] = os.getpid()

    def add(self, field, seconds):
        self.sums[FIELDS.index(field)] += seconds

    def on_core(self, field, func, *args):
        began = clock(THREAD)
        try:
            return func(*args)
        finally:
            self.add(field, clock(THREAD) - began)

    def off_core(self, field, func, *args):
        began = self.meter.read()
        func(*args)
        wall, on, delay = (b - a for a, b in zip(began, self.meter.read()))
        self.add(field, wall - on - delay)


def born():
    """By the clock that everything else is told by, to a hundredth of a second."""
    with open("/proc/self/stat") as f:
        ticks = int(f.read().rpartition(")")[2].split()[19])
    slept = time.clock_gettime(7) - time.monotonic()  # CLOCK_BOOTTIME
    return ticks / os.sysconf("SC_CLK_TCK") - slept


def burn(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def alpha(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def beta(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def gamma(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def delta(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def noise(seconds):
    end = clock(THREAD) + seconds
    while clock(THREAD) < end:
        pass


def make_noise(worker):
    """The other thread, which wants the interpreter whenever it is told to."""
    while True:
        worker.go.wait()
        worker.go.clear()
        worker.on_core("noise", noise, REST)
        worker.done.set()


def rebuilt():
    burn(SLOW)
    return Argument()


class Argument:
    def __reduce__(self):
        return rebuilt, ()


class Result:
    def __reduce__(self):
        burn(SLOW)
        return len, (b"r" * BLOCK,)


def loads(data):
    """A message has come: a task, or the word to leave."""
    if not me:
        return real_loads(data)
    me.taken = me.meter.read()
    me.add("wait", me.taken[0] - me.free)
    message = me.on_core("unpickle", real_loads, data)
    if message is None:
        me.add("exit", -me.taken[0])  # the parent adds when it was gone
        util.Finalize(None, time.sleep, (LEAVE,), exitpriority=1)
    return message


def dumps(obj, protocol=None):
    if not me:
        return real_dumps(obj, protocol)
    data = me.on_core("pickle", real_dumps, obj, protocol)
    me.pickled = me.meter.read()
    return data


def write_some(handle, data):
    """Of a message, on a pipe."""
    written = os.write(handle, data)
    if me and me.pickled:
        now = me.meter.read()
        wall, _, delay = (b - a for a, b in zip(me.pickled, now))
        me.add("send", wall - delay)
        me.add("runq", now[2] - me.taken[2])
        me.pickled = me.taken = now
        me.free = now[0]
    return written


# Where they stand on no stack between what multiprocessing's own functions are known by.
real_loads, real_dumps = reduction.ForkingPickler.loads, reduction.ForkingPickler.dumps
reduction.ForkingPickler.loads, reduction.ForkingPickler.dumps = map(staticmethod, (loads, dumps))
connection.Connection._send.__defaults__ = (write_some,)


def begin(all_sums, numbers, plain):
    global me
    with numbers.get_lock():
        place = numbers.value
        numbers.value += 1
        time.sleep(0 if plain else TURN)
    me = Worker(all_sums[place])
    if not plain:
        threading.Thread(target=make_noise, args=(me,), daemon=True).start()
        held.acquire()
        time.sleep(READY)
    me.free = time.monotonic()
    me.add("start", me.free - born())


def write(path):
    with open(path, "wb") as f:
        f.write(b"w" * BLOCK)
        f.flush()
        os.fsync(f.fileno())


def compute(number):
    name = MIX[number % len(MIX)]
    me.on_core(name, globals()[name], WORK)


def compete():
    me.go.set()
    me.on_core("delta", delta, REST)


def work(number, _, path):
    compute(number)
    me.off_core("io", time.sleep, REST)
    me.off_core("io", write, "%s.%d" % (path, os.getpid()))
    me.off_core("lock", held.acquire, True, REST)
    me.off_core("gil", compete)
    me.off_core("lock", me.done.wait)
    me.done.clear()
    return Result()


def work_plain(number):
    compute(number)


class Ends(threading.Thread):
    """When each process was gone."""

    def __init__(self, processes):
        super().__init__()
        self.processes, self.at = list(processes), {}
        self.start()

    def run(self):
        left = {p.sentinel: p.pid for p in self.processes}
        while left:
            for sentinel in connection.wait(list(left)):
                self.at[left.pop(sentinel)] = time.monotonic()


def slowly(recv):
    def wrapper(reader):
        reader.poll(None)
        time.sleep(TAKE)
        return recv(reader)
    return wrapper


def told(all_sums, ends):
    """In seconds, of all workers."""
    total = {field: sum(one[n] for one in all_sums) for n, field in enumerate(SUMS)}
    for one in all_sums:
        total["exit"] += ends.at[int(one[FIELDS.index("pid")])]
    total["lock"] += total["gil"]
    total["run"] = sum(total[name] for name in ("alpha", "beta", "gamma", "delta"))
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", default="fork")
    parser.add_argument("--tasks", type=int, default=70)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    ctx = multiprocessing.get_context(args.method)
    all_sums = [ctx.RawArray("d", len(FIELDS)) for _ in range(args.workers)]
    if not args.plain:
        connection.Connection.recv = slowly(connection.Connection.recv)
    with ctx.Pool(args.workers, begin, (all_sums, ctx.Value("i", 0), args.plain)) as pool:
        ends = Ends(pool._pool)
        if args.plain:
            pool.map(work_plain, range(args.tasks), chunksize=1)
        for half in range(0 if args.plain else 2):
            time.sleep(PAUSE)
            pool.starmap(work, [(n, Argument(), args.truth) for n in range(args.tasks // 2)],
                         chunksize=1)
        pool.close()
        pool.join()
    ends.join()
    with open(args.truth, "w") as f:
        json.dump(told(all_sums, ends), f)


if __name__ == "__main__":
    main()
