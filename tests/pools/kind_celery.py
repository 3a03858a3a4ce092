# SPDX-License-Identifier: GPL-2.0-only
"""A Celery worker with a prefork pool, fed from its own memory, counted in its main process.

With --method fork its pool is the asynchronous one, as with every broker that is used in earnest:
the broker in memory is made to look like one. Needs celery and billiard.
"""
import argparse
import os
import pickle
import socket
import threading
import time

import celery
from celery.concurrency.asynpool import AsynPool, ResultHandler
from celery.worker import state
from kombu.transport import memory

import blocks
import mixed
import tally
import truth

app = celery.Celery("mixed", broker="memory://", backend=None)
SETTINGS = dict(task_serializer="pickle", accept_content=["pickle"], worker_prefetch_multiplier=8,
                broker_connection_retry=False, task_ignore_result=True)
app.conf.update(SETTINGS)


@app.task(name="mixed.square")
def square(x):
    return x * x


@app.task(name="mixed.measure")
def measure(data):
    return len(data)


@app.task(name="mixed.make")
def make(size):
    return b"b" * size


@app.task(name="mixed.fails")
def fails(x):
    return mixed.fails(x)


@app.task(name="mixed.refuses")
def refuses(x):
    return mixed.refuses(x)


def register_with_event_loop(transport, connection, loop):
    def drain():
        try:
            for _ in range(16):
                transport.drain_events(connection, timeout=0)
        except (socket.timeout, OSError):
            pass  # there is no more
    loop.call_repeatedly(0.01, drain)


def make_asynchronous():
    memory.Transport.implements = memory.Transport.implements.extend(asynchronous=True)
    memory.Transport.register_with_event_loop = register_with_event_loop


class Reader:
    """Counts what is read from a worker before it is unpickled."""

    def __init__(self, counted):
        self.counted = counted

    def load(self, file):
        data = file.read()
        self.counted.on_returned(pickle.loads(data), len(data))
        return pickle.loads(data)


def count(counted):
    """The asynchronous pool neither sends nor receives through its connections."""
    write, read = AsynPool._create_write_handlers, ResultHandler._recv_message

    def dumps(obj, protocol):
        data = pickle.dumps(obj, protocol=protocol)
        counted.on_sent(obj, len(data))
        return data

    def counting_write(self, hub, **kwargs):
        return write(self, hub, dumps=dumps, **kwargs)

    def counting_read(self, add_reader, fd, callback, **kwargs):
        return read(self, add_reader, fd, callback, load=Reader(counted).load, **kwargs)

    AsynPool._create_write_handlers = counting_write
    ResultHandler._recv_message = counting_read


def feed(n, big):
    """Puts everything into the broker; returns how many that is."""
    calls = [(square, x) for x in range(n)] + [(fails, x) for x in range(n)]
    calls += [(measure, b"a" * size) for size in mixed.SIZES + (big,)]
    calls += [(make, size) for size in mixed.SIZES] + [(refuses, x) for x in range(4)]
    for task, argument in calls:
        task.delay(argument)
    return len(calls)


def stop_after(counted, calls):
    while counted.tasks["returned"] < calls:
        time.sleep(0.02)
    state.should_stop = 0  # a warm shutdown, with this exit status


def new_worker(workers, of=app):
    return of.Worker(pool="prefork", concurrency=workers, loglevel="CRITICAL", quiet=True,
                      without_gossip=True, without_mingle=True, without_heartbeat=True)


def run_blocks(log, workers):
    """For steady.py: all that the broker is filled with, each block of it by a task's name."""
    os.environ["C_FORCE_ROOT"] = "1"
    tally.install()
    make_asynchronous()
    tasks = [app.task(name="blocks." + func.__name__)(func) for func in blocks.ALL]
    for number in range(40 * blocks.TASKS):
        tasks[number // blocks.TASKS].delay(number)
    counted = tally.watch("billiard", tally.celery_message, [], [])
    back = counted.on_returned

    def on_returned(obj, size):
        result = counted.read(obj)
        name = counted.open[result.key].func if isinstance(result, tally.Result) else None
        back(obj, size)
        if name:
            log.line(truth.now_ns(), name)
    counted.on_returned = on_returned
    count(counted)
    new_worker(workers).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    args = parser.parse_args()

    os.environ["C_FORCE_ROOT"] = "1"  # what it unpickles is its own
    tally.install()
    make_asynchronous()
    counted = tally.watch("billiard", tally.celery_message, [], [])
    count(counted)
    worker = new_worker(2)
    calls = feed(args.items, args.big)
    threading.Thread(target=stop_after, args=(counted, calls), daemon=True).start()
    worker.start()
    tally.write(args.truth, [counted], method=args.method)


if __name__ == "__main__":
    main()
