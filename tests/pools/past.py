# SPDX-License-Identifier: GPL-2.0-only
"""A pool that something happens to before anybody watches; then it waits, and is looked at.

  oom        a worker takes more memory than its cgroup has, with a task in hand: its caller hangs
  kill       a worker is killed by SIGKILL with a task in hand: its caller hangs
  crash      a worker crashes at an address that is not there, with a task in hand
  stranger   another program of the same name is killed for want of memory in a cgroup of its own
             (--stranger), and the pool is well
  recycle    the same, in the pool's own cgroup, while its workers come and go by maxtasksperchild
  slow       nothing: its caller waits for a task that a worker is at work on
  bare       of two processes with queues one is killed, and nobody waits for it
  executor   nothing; a ProcessPoolExecutor

What was done is written to --told when it is over. Python 3.6 or newer, standard library only.
"""
import argparse
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import truth

EAT = "x = bytearray(1 << 20)\nheap = []\nwhile True:\n    heap.append(bytes(x) + b'y')\n"


def square(x):
    return x * x


def wait_for(pool_file):
    while not os.path.exists(pool_file):
        time.sleep(0.01)


def eat(path):
    truth.write(path, pid=os.getpid())
    exec(EAT, {})


def hold(path):
    truth.write(path, pid=os.getpid())
    time.sleep(600)


def crash(path):
    truth.write(path, pid=os.getpid())
    ctypes.string_at(0)


def victim_of(opts, pool, func):
    """The one that is lost, and the task's answer, which will not come."""
    pool.map(square, range(8))
    path = opts.told + ".victim"
    answer = pool.apply_async(func, (path,))
    wait_for(path)
    with open(path) as f:
        return __import__("json").load(f)["pid"], answer


def wait_gone(pid):
    while os.path.exists("/proc/%d" % pid):
        time.sleep(0.005)


def lose(opts, func, sig=None):
    with opts.context.Pool(2) as pool:
        time.sleep(0.7)  # its successor is none of the first set
        pid, answer = victim_of(opts, pool, func)
        if sig:
            os.kill(pid, sig)
        wait_gone(pid)
        workers = []
        while pid in workers or len(workers) < 2 or None in workers:  # None: not started yet
            time.sleep(0.01)
            workers = [p.pid for p in list(pool._pool)]
        truth.write(opts.told, victim=pid, workers=workers)
        answer.get()


def eat_elsewhere(cgroup):
    """Another program, killed in that cgroup."""
    script = "open(%r, 'w').write('0')\n" % (cgroup + "/cgroup.procs") if cgroup else ""
    child = subprocess.Popen([sys.executable, "-c", script + EAT])
    child.wait()
    return child.pid


def stranger(opts):
    with opts.context.Pool(2) as pool:
        time.sleep(0.7)
        pool.map(square, range(8))
        pid = eat_elsewhere(opts.stranger)
        truth.write(opts.told, victim=pid, workers=[p.pid for p in pool._pool])
        time.sleep(600)


def recycle(opts):
    with opts.context.Pool(2, maxtasksperchild=1) as pool:
        time.sleep(0.7)
        pid = eat_elsewhere(None)
        pool.map(square, range(4), chunksize=1)
        truth.write(opts.told, victim=pid, workers=[p.pid for p in pool._pool])
        while True:
            pool.map(square, range(2), chunksize=1)
            time.sleep(0.2)


def slow(opts):
    with opts.context.Pool(2) as pool:
        path = opts.told + ".victim"
        answer = pool.apply_async(hold, (path,))
        wait_for(path)
        truth.write(opts.told, workers=[p.pid for p in pool._pool])
        answer.get()


def serve(asks, answers):
    for number in iter(asks.get, None):
        answers.put(number * number)


def bare(opts):
    asks, answers = opts.context.Queue(), opts.context.Queue()
    workers = [opts.context.Process(target=serve, args=(asks, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(8):
        asks.put(number)
        answers.get()
    time.sleep(0.2)
    with open("/proc/%d/syscall" % workers[0].pid) as f:
        reads = f.read().startswith("0 ")
    victim, other = (workers[1], workers[0]) if reads else workers
    os.kill(victim.pid, signal.SIGKILL)
    while open("/proc/%d/stat" % victim.pid).read().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.005)
    truth.write(opts.told, victim=victim.pid, workers=[other.pid])
    while True:
        asks.put(3)
        answers.get()
        time.sleep(0.05)


def executor(opts):
    import concurrent.futures
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=opts.context) as pool:
        list(pool.map(square, range(8)))
        truth.write(opts.told, workers=list(pool._processes))
        time.sleep(600)


WAYS = {"oom": lambda o: lose(o, eat), "kill": lambda o: lose(o, hold, signal.SIGKILL),
        "crash": lambda o: lose(o, crash), "stranger": stranger, "recycle": recycle, "slow": slow,
        "bare": bare, "executor": executor}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--method", default="fork")
    parser.add_argument("--stranger", help="cgroup that the stranger goes into")
    parser.add_argument("--told", required=True)
    opts = parser.parse_args()
    opts.context = multiprocessing.get_context(opts.method)
    WAYS[opts.way](opts)


if __name__ == "__main__":
    main()
