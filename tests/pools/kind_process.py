# SPDX-License-Identifier: GPL-2.0-only
"""Bare processes that answer over queues of every sort, counted in the parent. Those of
multiprocess, which is made like multiprocessing and pickles by dill, too.

A task is a message to a worker, and a message from a worker is its answer: nothing in them says
which belong together. None ends a queue's work and is no task.
"""
import argparse

import mixed
import tally


def answer(get, put, done):
    for x in iter(get, None):
        put(len(x) if isinstance(x, bytes) else b"b" * x)
        if done:
            done()
    if done:
        done()


def serve(ends):
    for asks, answers in ends:
        if hasattr(asks, "get"):
            answer(asks.get, answers.put, getattr(asks, "task_done", None))
        else:
            answer(asks.recv, asks.send, None)


def message(obj):
    return None if obj is None else tally.Task(None, "")


class Counted:
    """All that goes over these connections of the parent; None: over any."""

    def __init__(self, writers=None, readers=None):
        self.tally = tally.watch("Process", message, writers, readers)
        self.tally.on_returned = self.on_returned

    def on_returned(self, _, size):
        self.tally.tasks["returned"] += 1
        self.tally.add_bytes("back", size)


def ask_all(put, get, arguments, workers):
    for x in arguments:
        put(x)
    for _ in range(workers):
        put(None)
    for _ in arguments:
        get()


def ask_late(worker, asks, answers, n):
    """The last worker is gone when its answers are read."""
    for _ in range(n):
        asks.put(b"late")
    asks.put(None)
    worker.join()
    for _ in range(n):
        answers.get()


def work(context, n, big, counted):
    arguments = [b"a"] * n + [b"a" * size for size in mixed.SIZES] + list(mixed.SIZES)
    shared = [(context.Queue(), context.Queue()), (context.JoinableQueue(), context.Queue()),
              (context.SimpleQueue(), context.SimpleQueue())]
    pipes = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=serve, args=(shared + [(theirs, None)],))
               for _, theirs in pipes]
    late = (context.Queue(), context.Queue())
    last = context.Process(target=serve, args=([shared[0], late],))
    for worker in workers + [last]:
        worker.start()
    counted.tally.more["workers"] = [worker.pid for worker in workers + [last]]
    for (asks, answers), readers in zip(shared, (len(workers) + 1, len(workers))):
        ask_all(asks.put, answers.get, arguments + [b"a" * big], readers)
    shared[1][0].join()
    for x in arguments:
        # One by one: nobody feeds a SimpleQueue but who puts, and both pipes could be full.
        shared[2][0].put(x)
        shared[2][1].get()
    for _ in workers:
        shared[2][0].put(None)
    for ours, _ in pipes:
        for x in arguments + [None]:
            ours.send(x)
            if x is not None:
                ours.recv()
    for worker in workers:
        worker.join()
    ask_late(last, *late, n)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    parser.add_argument("--package", default="multiprocessing")
    args = parser.parse_args()

    package = tally.install_package(args.package)
    counted = Counted()
    work(package.get_context(args.method), args.items, args.big, counted)
    counted.tally.functions = None
    tally.write(args.truth, [counted.tally], method=args.method)


if __name__ == "__main__":
    main()
