# SPDX-License-Identifier: GPL-2.0-only
"""Every way in which a worker comes to its end with a task in hand, one after another."""
import argparse
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import time

import truth

log = None


def here():
    log.line(os.getpid(), truth.now_ns())


def exit_code(code):
    here()
    os._exit(code)


def sys_exit(code):
    here()
    sys.exit(code)


def interrupt(_):
    here()
    sys.stderr = open(os.devnull, "w")
    raise KeyboardInterrupt


def by_signal(number):
    here()
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    os.kill(os.getpid(), number)
    time.sleep(10)


def fault(_):
    here()
    ctypes.string_at(8)


def hog(cgroup):
    with open(os.path.join(cgroup, "cgroup.procs"), "w") as f:
        f.write(str(os.getpid()))
    here()
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(4096) * 256))


def fine(x):
    time.sleep(0.001)
    return x


def fails(x):
    raise LookupError("nothing at %d" % x)


# function, argument, end, signal, exit code, who sent the signal
ENDS = [
    (exit_code, 7, "exit", None, 7, None),
    (exit_code, 0, "exit", None, 0, None),
    (sys_exit, 3, "exit", None, 3, None),
    (interrupt, 0, "exit", None, 1, None),
    (by_signal, signal.SIGKILL, "signal", "SIGKILL", None, "self"),
    (by_signal, signal.SIGABRT, "signal", "SIGABRT", None, "self"),
    (by_signal, signal.SIGTERM, "signal", "SIGTERM", None, "self"),
    (by_signal, signal.SIGUSR1, "signal", "SIGUSR1", None, "self"),
    (fault, 0, "signal", "SIGSEGV", None, "kernel"),
]


def wait_for(what, seconds):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("the pool does not go on")
        time.sleep(0.002)


def main():
    global log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--log", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cgroup", help="with a limit of memory: one worker is killed for it")
    args = parser.parse_args()

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    log = truth.Log(args.log)
    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers)
    counted = truth.watch(pool, args.workers)
    ends = list(ENDS)
    if args.cgroup:
        ends.append((hog, args.cgroup, "oom", "SIGKILL", None, None))
    deaths = []
    for func, arg, end, number, code, sender in ends:
        pool.map(fine, range(50), chunksize=5)
        try:
            pool.map(fails, range(3), chunksize=1)
        except LookupError:
            pass
        result = pool.apply_async(func, (arg,))
        lines = len(deaths) + 1
        wait_for(lambda: len(truth.read_log(args.log)) == lines, 10)
        pid = int(truth.read_log(args.log)[-1][0])

        def replaced():
            now = [p.pid for p in pool._pool]
            return pid not in now and len(now) == args.workers

        wait_for(replaced, 20)
        name = truth.name_of(func)
        deaths.append(
            {"pid": pid, "end": end, "signal": number, "exit_code": code, "sender": sender,
             "function": name, "job": result._job}
        )
        counted.function(name)
    pool.terminate()
    pool.join()
    truth.write(args.truth, deaths=deaths, **counted.as_dict())


if __name__ == "__main__":
    main()
