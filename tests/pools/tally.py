# SPDX-License-Identifier: GPL-2.0-only
"""What pools of every kind really did, counted at their parent's ends of the pipes.

The class of the connections is wrapped: each message that goes out or comes in is looked at after
it was pickled, or before it is unpickled, by unpickling a second time. What goes over the pipes
stays as it was. Call install() before the first pool is made, watch() before it is given work.
Nothing is counted in the pool's workers, though they inherit all of this. Python 3.6 and later.
"""
import importlib
import multiprocessing
import os
import pickle
import sys
import threading
import weakref

import truth

_tallies = []  # of this process
_lock = threading.Lock()
_owner = [0]
pickled = threading.local()  # .obj: what this thread has pickled to send it, where that is known


def name_of(func):
    """The function's name in the words of the report."""
    inner = getattr(func, "func", None)
    if type(func).__name__ == "partial":
        return "partial(%s)" % name_of(inner)
    owner = getattr(func, "__self__", None)
    if owner is not None and not isinstance(owner, type(sys)):
        return name_of(owner if isinstance(owner, type) else type(owner)) + "." + func.__name__
    if not hasattr(func, "__qualname__"):
        return "<%s instance>" % name_of(type(func))
    return "%s.%s" % (func.__module__.replace("__mp_main__", "__main__"), func.__qualname__)


class Task:
    def __init__(self, key, func, items=1):
        self.key = key
        self.func = func if isinstance(func, str) else name_of(func)
        self.items = items


class Result:
    def __init__(self, key, error=None):
        self.key = key
        self.error = error


# ---------------------------------------------------------------------------------------------
# The messages of each kind: a function that makes a Task, a Result or None of an object.


def batch_of(func, args):
    """(function, items) of what joblib sends."""
    if type(func).__name__ == "SafeFunction":
        func = func.func
    if type(func).__name__ == "BatchedCalls":
        return func.items[0][0], len(func.items)
    return func, 1


def pool_message(obj):
    if not isinstance(obj, tuple) or len(obj) not in (3, 5):
        return None
    if len(obj) == 3:
        job, chunk, (success, value) = obj
        return Result((job, chunk), None if success else value)
    job, chunk, func, args, _ = obj
    if getattr(func, "__name__", "") in ("mapstar", "starmapstar"):
        return Task((job, chunk), args[0][0], len(args[0][1]))
    return Task((job, chunk), *batch_of(func, args))


def executor_message(obj):
    if hasattr(obj, "work_id") and hasattr(obj, "fn"):
        func = obj.fn
        if getattr(getattr(func, "func", None), "__name__", "") == "_process_chunk":
            return Task(obj.work_id, func.args[0], len(obj.args[0]))
        return Task(obj.work_id, *batch_of(func, obj.args))
    if hasattr(obj, "work_id") and hasattr(obj, "exception"):
        return Result(obj.work_id, obj.exception)
    return None


def billiard_message(obj):
    kind, body = obj if isinstance(obj, tuple) and len(obj) == 2 else (None, None)
    if kind == 2:
        return pool_message(body)
    if kind == 1:
        success, value = body[2]
        return Result((body[0], body[1]), None if success else value.exception)
    return None


def celery_message(obj):
    kind, body = obj if isinstance(obj, tuple) and len(obj) == 2 else (None, None)
    if kind == 2:
        return Task(body[0], body[3][0])
    if kind == 1:
        _, (failed, value, _) = body[2]
        return Result(body[0], value if failed else None)
    return None


def by_value(read):
    """For who sends the main script's functions by value, so that nothing says whose they are."""
    def reading(obj):
        found = read(obj)
        if isinstance(found, Task) and found.func.startswith("__main__."):
            found.func = found.func[len("__main__."):]
        return found
    return reading


# ---------------------------------------------------------------------------------------------


def last_line(error):
    """Of the traceback that came with it."""
    text = str(getattr(error, "traceback", "") or getattr(error, "__cause__", "") or "")
    lines = [line for line in text.strip().split("\n") if line.strip() not in ("", '"""')]
    return lines[-1] if lines else ""


class Tally:
    """Counts of one pool."""

    def __init__(self, kind, read, writers, readers):
        self.kind = kind
        self.read = read
        # Connections of this process; None: any. Who counts them must not keep them open.
        self.writers = writers if writers is None else [weakref.ref(c) for c in writers]
        self.readers = readers if readers is None else [weakref.ref(c) for c in readers]
        self.pid = os.getpid()
        self.tasks = {"sent": 0, "returned": 0, "failed": 0, "items": 0}
        self.bytes = {"out": 0, "back": 0, "out_max": 0, "back_max": 0}
        self.functions = {}
        self.failures = {}
        self.cancelled = 0
        self.open = {}
        self.opens = len  # may this that comes back be unpickled twice?
        self.more = {}

    def function(self, name):
        return self.functions.setdefault(
            name, {"tasks": 0, "failed": 0, "items": 0, "bytes_out": 0, "bytes_back": 0})

    def has(self, conns, conn):
        return conns is None or any(known() is conn for known in conns)

    def add_bytes(self, way, size):
        self.bytes[way] += size
        self.bytes[way + "_max"] = max(self.bytes[way + "_max"], size)

    def on_sent(self, obj, size):
        task = self.read(obj)
        if not isinstance(task, Task):
            return
        self.open[task.key] = task
        self.tasks["sent"] += 1
        self.tasks["items"] += task.items
        self.add_bytes("out", size)
        row = self.function(task.func)
        row["items"] += task.items
        row["bytes_out"] += size

    def on_returned(self, obj, size):
        result = self.read(obj)
        if not isinstance(result, Result):
            return
        task = self.open.pop(result.key)
        row = self.function(task.func)
        self.tasks["returned"] += 1
        self.add_bytes("back", size)
        row["tasks"] += 1
        row["bytes_back"] += size
        if result.error is not None:
            self.tasks["failed"] += 1
            row["failed"] += 1
            self.on_failure(task.func, result.error)

    def on_failure(self, func, error):
        error = getattr(error, "exc", error)
        line = last_line(error)
        error = getattr(error, "exception", None) or error
        kind = name_of(type(error)).replace("builtins.", "")
        row = "\t".join((kind, str(error).split("\n")[0], func, line))
        self.failures[row] = self.failures.get(row, 0) + 1

    def as_dict(self):
        return dict(self.more, kind=self.kind, pid=self.pid, tasks=self.tasks, bytes=self.bytes,
                    functions=self.functions, failures=self.failures, cancelled=self.cancelled)


def of(conn, side):
    """The tally that counts this connection, if it is one of this process's own pools'."""
    if _owner[0] != os.getpid():
        return None
    with _lock:
        return next((t for t in _tallies if t.has(getattr(t, side), conn)), None)


def is_pickle(buf):
    """What processes prove themselves to each other by is none (a fork server of 3.14 wants it)."""
    return bytes(buf[:1]) == pickle.PROTO


def wrap(connection_class, loads=pickle.loads):
    """Counts what goes through connections of this class."""
    send, recv = connection_class._send_bytes, connection_class._recv_bytes

    def counting_send(self, buf, *args):
        tally = of(self, "writers") if is_pickle(buf) else None
        if tally:
            # Before it goes: the result may be back before the write returns.
            obj = getattr(pickled, "obj", None) or loads(bytes(buf))
            tally.on_sent(obj, len(buf))
        return send(self, buf, *args)

    def counting_recv(self, maxsize=None):
        buf = recv(self, maxsize)
        tally = of(self, "readers")
        data = buf.getbuffer() if tally else b""
        if is_pickle(data):
            tally.on_returned(loads(bytes(data)) if tally.opens(data) else None, len(data))
        return buf

    connection_class._send_bytes = counting_send
    connection_class._recv_bytes = counting_recv


def install(*classes):
    """Before the first pool is made; again in a child that makes pools of its own."""
    _owner[0] = os.getpid()
    del _tallies[:]
    if not hasattr(install, "done"):
        from multiprocessing.connection import Connection
        for connection_class in {Connection}.union(classes):
            wrap(connection_class)
        install.done = True


def install_package(name):
    """The same for a package that is made like multiprocessing; returns it."""
    install(importlib.import_module(name + ".connection").Connection)
    return importlib.import_module(name)


def set_key(path):
    """Makes what is in a file the key that this process and its children prove themselves by."""
    if path:
        with open(path, "rb") as f:
            multiprocessing.current_process().authkey = f.read()


def watch(kind, read, writers, readers):
    tally = Tally(kind, read, writers, readers)
    with _lock:
        _tallies.append(tally)
    return tally


def watch_pool(pool, read=pool_message):
    """A multiprocessing.Pool, or one that is made like it."""
    tally = watch("Pool", read, [pool._inqueue._writer], [pool._outqueue._reader])
    tally.more["workers"] = [p.pid for p in pool._pool]
    return tally


def watch_executor(executor):
    return watch("ProcessPoolExecutor", executor_message, [executor._call_queue._writer],
                 [executor._result_queue._reader])


def new_executor(workers, context):
    """A ProcessPoolExecutor; 3.6 has them of the default start method alone, so that is set."""
    from concurrent.futures import ProcessPoolExecutor
    if sys.version_info < (3, 7):
        multiprocessing.set_start_method(context.get_start_method(), force=True)
        return ProcessPoolExecutor(workers)
    return ProcessPoolExecutor(workers, mp_context=context)


def write(path, tallies, **facts):
    truth.write(path, pools=[t if isinstance(t, dict) else t.as_dict() for t in tallies],
                **facts)
