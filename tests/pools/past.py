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
  stopped    a worker of a pool of another kind (--kind) is killed while its parent is stopped, so
             that nobody waits for it

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


def ppe_workers(_):
    import concurrent.futures
    pool = concurrent.futures.ProcessPoolExecutor(2)
    list(pool.map(square, range(8)))
    return pool, list(pool._processes)


def loky_workers(_):
    from joblib.externals.loky import get_reusable_executor
    pool = get_reusable_executor(2)
    list(pool.map(square, range(8)))
    return pool, list(pool._processes)


def billiard_workers(_):
    import billiard
    pool = billiard.Pool(2)
    pool.map(square, range(8))
    return pool, [p.pid for p in pool._pool]


def celery_workers(_):
    """The worker runs in the main thread; this one goes on once its pool is there."""
    import kind_celery
    os.environ["C_FORCE_ROOT"] = "1"
    kind_celery.make_asynchronous()
    for number in range(8):
        kind_celery.square.delay(number)
    worker = kind_celery.new_worker(2)
    return worker, None


KINDS = {"ProcessPoolExecutor": ppe_workers, "loky": loky_workers, "billiard": billiard_workers,
         "Celery": celery_workers}


def strike(opts, workers):
    subprocess.Popen(["sh", "-c", "sleep 0.3; kill -9 %d" % workers[0]], start_new_session=True)
    truth.write(opts.told, victim=workers[0], workers=workers[1:])
    os.kill(os.getpid(), signal.SIGSTOP)


def strike_when_there(opts, worker):
    while not (worker.consumer and worker.consumer.pool and
               len(truth.children(os.getpid())) >= 2):
        time.sleep(0.05)
    time.sleep(2)
    strike(opts, [p.pid for p in worker.consumer.pool._pool._pool])


def stopped(opts):
    pool, workers = KINDS[opts.kind](opts)
    if workers:
        time.sleep(0.2)
        strike(opts, workers)
        return
    import threading
    threading.Thread(target=strike_when_there, args=(opts, pool), daemon=True).start()
    pool.start()


WAYS = {"oom": lambda o: lose(o, eat), "kill": lambda o: lose(o, hold, signal.SIGKILL),
        "crash": lambda o: lose(o, crash), "stranger": stranger, "recycle": recycle, "slow": slow,
        "bare": bare, "executor": executor, "stopped": stopped}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--method", default="fork")
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--stranger", help="cgroup that the stranger goes into")
    parser.add_argument("--told", required=True)
    opts = parser.parse_args()
    opts.context = multiprocessing.get_context(opts.method)
    WAYS[opts.way](opts)


if __name__ == "__main__":
    main()
