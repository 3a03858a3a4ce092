# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose worker dies in every way there is, and writes its own stack down before.

Each way is one task. Right before its end a worker logs one line of JSON: what it is about to do,
its threads, and the frames of each as Python itself sees them, innermost first.
"""
import argparse
import ctypes
import functools
import json
import mmap
import multiprocessing
import operator
import os
import resource
import signal
import sys
import tempfile
import threading
import time

log_path = None  # of the worker's own; a spawned one is told again by its initializer
cgroup_path = None


def kill(sig):
    return functools.partial(os.kill, os.getpid(), sig)


def crash():
    """A write to address 0, by C code that Python calls."""
    return functools.partial(ctypes.memset, 0, 1, 1)


def bus_error():
    """A read behind the end of a mapped file."""
    with tempfile.TemporaryFile() as f:
        f.truncate(mmap.PAGESIZE)
        mapped = mmap.mmap(f.fileno(), mmap.PAGESIZE)
        f.truncate(0)
    return functools.partial(operator.getitem, mapped, 0)


def too_much():
    """More memory than the cgroup has."""
    with open(os.path.join(cgroup_path, "cgroup.procs"), "w") as f:
        f.write(str(os.getpid()))
    return functools.partial(operator.mul, b"x", 512 << 20)


def leave():
    return functools.partial(sys.exit, 3)


def interrupt():
    return functools.partial((_ for _ in ()).throw, KeyboardInterrupt("enough"))


def recurse():
    """Through C that needs much of the machine's stack: Python's own limits come too late."""
    sys.setrecursionlimit(1 << 30)
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, hard))
    if sys.version_info >= (3, 14):
        claim_stack()
    return deeper


def claim_stack():
    """3.14 and later look how much of it is left, and raise an exception instead: not where they
    are told that all addresses are of it."""
    api = ctypes.pythonapi
    api.PyThreadState_Get.restype = ctypes.c_void_p
    claim = api.PyUnstable_ThreadState_SetStackProtection
    claim.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    claim(api.PyThreadState_Get(), 1 << 16, 1 << 46)


def deeper(_=None):
    return sorted((0, 1), key=deeper)


WAYS = {
    "SIGKILL": lambda: kill(signal.SIGKILL),
    "SIGTERM": lambda: kill(signal.SIGTERM),
    "SIGSEGV": crash,
    "SIGABRT": lambda: os.abort,
    "SIGBUS": bus_error,
    "os._exit": lambda: functools.partial(os._exit, 7),
    "oom": too_much,
    "sys.exit": leave,
    "interrupt": interrupt,
    "recursion": recurse,
}


def frames_of(frame):
    """[function, file, line] of a frame and those that called it."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append([getattr(code, "co_qualname", code.co_name), code.co_filename,
                      frame.f_lineno])
        frame = frame.f_back
    return found


def log(way, where, frame):
    me = threading.get_ident()
    others = {ident: frames_of(f) for ident, f in sys._current_frames().items() if ident != me}
    main = threading.main_thread()
    line = json.dumps({
        "way": way, "where": where, "pid": os.getpid(), "tid": threading.get_native_id(),
        "frames": frames_of(frame), "main": others.get(main.ident),
    })
    fd = os.open(log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, (line + "\n").encode())
    os.close(fd)


def end_here(way, where):
    end = WAYS[way]()
    log(way, where, sys._getframe()), end()


def outer(way, where, depth):
    if where == "thread" and not depth:
        time.sleep(0.1)  # until the main thread is where it stays
    if depth:
        return outer(way, where, depth - 1)
    return [end_here(*pair) for pair in [(way, where)]]


def die(way, where):
    if where == "main":
        outer(way, where, 6)
    threading.stack_size(256 << 10)
    thread = threading.Thread(target=outer, args=(way, where, 6))
    thread.start()
    time.sleep(20)


def prepare(path, cgroup):
    global log_path, cgroup_path
    log_path, cgroup_path = path, cgroup
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    time.sleep(0.2)  # by then the watcher knows which libraries were loaded


def wait_for_deaths(pool, args, deaths, pair):
    """Until so many workers have written their last, are gone, and are replaced."""
    end = time.monotonic() + 30
    while True:
        alive = {p.pid for p in list(pool._pool) if p.exitcode is None}
        wrote = set()
        if os.path.exists(args.log):
            with open(args.log) as f:
                whole = f.read().split("\n")[:-1]  # the last one may be half written
            wrote = {json.loads(line)["pid"] for line in whole}
        if len(wrote) >= deaths and len(alive) == args.workers and not alive & wrote:
            return
        if time.monotonic() > end:
            sys.exit("%d of %d deaths after %s" % (len(wrote), deaths, pair))
        time.sleep(0.01)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", required=True)
    parser.add_argument("--ready", help="written, and a second waited, before the first death")
    parser.add_argument("--cgroup")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("ways", nargs="+", help="WAY:main or WAY:thread")
    args = parser.parse_args()

    # The main thread of a worker that replaces another has the stack of the thread that forks it.
    threading.stack_size(1 << 20)
    pool = multiprocessing.get_context(args.method).Pool(
        args.workers, prepare, (args.log, args.cgroup))
    pool.map(abs, range(2 * args.workers), 1)
    if args.ready:
        with open(args.ready + ".new", "w") as f:
            json.dump({"pid": os.getpid()}, f)
        os.rename(args.ready + ".new", args.ready)
        time.sleep(1)
    deaths = 0
    for pair in args.ways * args.rounds:
        for _ in range(args.workers):
            pool.apply_async(die, tuple(pair.split(":")))
        deaths += args.workers
        wait_for_deaths(pool, args, deaths, pair)
        # Whoever is new must have come to its first task before the pool is told to go on.
        pool.apply_async(abs, (1,)).get(20)
    pool.terminate()  # lost tasks would be waited for
    pool.join()


if __name__ == "__main__":
    main()
