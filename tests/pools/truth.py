# SPDX-License-Identifier: GPL-2.0-only
"""What a pool really did, counted in its parent, for the tests to hold pooltop against.

Only the two ends that the parent has of a Pool's queues are counted, by wrapping the class of
the connections before the Pool is made (it keeps bound methods of them). What goes over the
pipes stays as it was. Python 3.6 and later, standard library only.
"""
import json
import os
import sys
import time
from multiprocessing import connection

_writers = {}  # id(Connection) -> Pool truth: the parent's end of the task queue
_readers = {}  # the parent's end of the result queue

_send = connection.Connection.send
_send_bytes = connection.Connection._send_bytes
_recv = connection.Connection.recv
_recv_bytes = connection.Connection._recv_bytes


def now_ns():
    """CLOCK_MONOTONIC, as pooltop's times are."""
    if hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)


def name_of(func):
    """The function's name in the words of the report."""
    if hasattr(func, "func"):
        return "partial(%s)" % name_of(func.func)
    return "%s.%s" % (func.__module__.replace("__mp_main__", "__main__"), func.__qualname__)


class Truth:
    """Counts of one Pool."""

    def __init__(self, pool, processes):
        self.processes = processes
        self.sent = self.returned = self.failed = self.items = 0
        self.out = self.back = self.out_max = self.back_max = 0
        self.sending = None
        self.last_back = 0
        self.functions = {}
        self.failures = {}
        self.jobs = {}
        self.open = {}  # (job, chunk) -> function's name
        self.keep = (pool._inqueue._writer, pool._outqueue._reader)
        _writers[id(self.keep[0])] = self
        _readers[id(self.keep[1])] = self

    def function(self, name):
        return self.functions.setdefault(
            name, {"tasks": 0, "failed": 0, "items": 0, "bytes_out": 0, "bytes_back": 0}
        )

    def on_task(self, task, size):
        job, chunk, func, args, _ = task
        items = 1
        chunked = func.__name__ in ("mapstar", "starmapstar")
        if chunked and func.__module__ == "multiprocessing.pool":
            func, batch = args[0][0], args[0][1]
            items = len(batch)
        name = name_of(func)
        self.open[(job, chunk)] = name
        self.sent += 1
        self.items += items
        self.out += size
        self.out_max = max(self.out_max, size)
        row = self.function(name)
        row["items"] += items
        row["bytes_out"] += size
        entry = self.jobs.setdefault(job, {"function": name, "tasks": 0, "items": 0})
        entry["tasks"] += 1
        entry["items"] += items

    def on_result(self, result):
        job, chunk, (success, value) = result
        row = self.function(self.open.pop((job, chunk)))
        self.returned += 1
        self.back += self.last_back
        self.back_max = max(self.back_max, self.last_back)
        row["tasks"] += 1
        row["bytes_back"] += self.last_back
        if not success:
            self.failed += 1
            row["failed"] += 1
            kind = type(value).__name__
            self.failures[kind] = self.failures.get(kind, 0) + 1

    def as_dict(self):
        return {
            "processes": self.processes,
            "tasks": {
                "sent": self.sent,
                "returned": self.returned,
                "failed": self.failed,
                "items": self.items,
            },
            "bytes": {
                "out": self.out,
                "back": self.back,
                "out_max": self.out_max,
                "back_max": self.back_max,
            },
            "functions": self.functions,
            "failures": self.failures,
            "jobs": self.jobs,
        }


def _counting_send(self, obj):
    truth = _writers.get(id(self))
    if truth is not None:
        truth.sending = obj
    _send(self, obj)


def _counting_send_bytes(self, buf):
    truth = _writers.get(id(self))
    if truth is not None and truth.sending is not None:
        # Only now is it known that it could be pickled; later, the result may be back first.
        truth.on_task(truth.sending, len(buf))
    return _send_bytes(self, buf)


def _counting_recv(self):
    obj = _recv(self)
    truth = _readers.get(id(self))
    if truth is not None and obj is not None:
        truth.on_result(obj)
    return obj


def _counting_recv_bytes(self, maxsize=None):
    buf = _recv_bytes(self, maxsize)
    truth = _readers.get(id(self))
    if truth is not None:
        truth.last_back = len(buf.getbuffer())
    return buf


def install():
    """Before the first Pool is made."""
    connection.Connection.send = _counting_send
    connection.Connection._send_bytes = _counting_send_bytes
    connection.Connection.recv = _counting_recv
    connection.Connection._recv_bytes = _counting_recv_bytes


def watch(pool, processes):
    """Counts this Pool from here on: before anything is given to it."""
    return Truth(pool, processes)


def write(path, **facts):
    """The truth as JSON, all at once: who sees the file sees it whole."""
    if not path:
        return
    facts.setdefault("pid", os.getpid())
    facts.setdefault("python", "%d.%d.%d" % sys.version_info[:3])
    facts.setdefault("written_ns", now_ns())
    with open(path + ".tmp", "w") as f:
        json.dump(facts, f, indent=1)
        f.write("\n")
    os.rename(path + ".tmp", path)


def wait_for_file(path):
    while not os.path.exists(path):
        time.sleep(0.01)


class Log:
    """Lines appended by many processes, each line whole and in order. Open it before the fork."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) if path else -1

    def line(self, *words):
        if self.fd >= 0:
            os.write(self.fd, (" ".join(str(w) for w in words) + "\n").encode())


def read_log(path):
    with open(path) as f:
        return [line.split() for line in f if line.endswith("\n")]


def children(pid):
    """Living children, by /proc; zombies are not."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(int(entry))
    return sorted(found)
