# SPDX-License-Identifier: GPL-2.0-only
"""A queue that fills until who writes to it waits for room, for as long as it is told to.

Every message that this process or its worker sends is noted: when its write began, when it ended,
how large it was. Nothing is read from the queue until the file --go is there; the truth at that
time goes to --held, that of the end to --truth.
"""
import argparse
import json
import multiprocessing
import os
import threading
import time
from multiprocessing.connection import Connection

import tally
import truth

WORKERS = 2
MANY = 30


class Sends:
    """What goes over the connections that are watched, in this process."""

    def __init__(self):
        self.watched = []
        self.list = []  # of [tid, bytes, began, ended or None]
        send = Connection._send_bytes

        def noting(conn, buf, *args):
            if not any(conn is known for known in self.watched) or len(buf) < 10:
                return send(conn, buf, *args)  # nobody's, or a sentinel
            row = [tid(), len(buf), truth.now_ns(), None]
            self.list.append(row)
            send(conn, buf, *args)
            row[3] = truth.now_ns()
            return None

        Connection._send_bytes = noting

    def blocked(self):
        """The send that cannot end, when one cannot: its thread is seen in a write twice."""
        seen = None
        while True:
            row = self.list[-1] if self.list else None
            stuck = row if row and row[3] is None and in_write(row[0]) else None
            if stuck and stuck is seen:
                return stuck
            seen = stuck
            time.sleep(0.1)

    def facts(self):
        ended = [row for row in self.list if row[3] is not None]
        return {"messages": len(ended), "bytes": sum(row[1] for row in ended),
                "longest_ns": sum(row[3] - row[2] for row in ended)}


def tid():
    """Of this thread; 3.6 has no threading.get_native_id()."""
    return int(os.readlink("/proc/thread-self").split("/")[2])


def in_write(thread):
    with open("/proc/self/task/%d/syscall" % thread) as f:
        return f.read().split()[0] == str(NR_WRITE)


NR_WRITE = {"x86_64": 1, "aarch64": 64}[os.uname().machine]


def hold(path, went):
    """A task that lasts until the file is there."""
    with went.get_lock():
        went.value += 1
    truth.wait_for_file(path)


def serve(asks, answers, size, held):
    """Answers each with so many bytes, and says how it stands when it cannot go on."""
    sends = Sends()
    sends.watched.append(answers._writer)
    answers.put(asks.get() * size)
    first = [sends.list[0][1]]
    threading.Thread(target=tell_held, args=(held, sends, first), daemon=True).start()
    for x in iter(asks.get, None):
        answers.put(x * size)
    truth.write(held + ".end", **sends.facts())


def tell_held(path, sends, taken):
    """taken: the sizes of those that were read already."""
    row = sends.blocked()
    facts = sends.facts()
    truth.write(path, pid=os.getpid(), tid=row[0], began_ns=row[2], seen_ns=truth.now_ns(),
                write=row[1],
                messages=facts["messages"], bytes=facts["bytes"], taken=taken)


def with_pool(args, sends):
    """Its handler thread writes the tasks while all workers are busy."""
    went = multiprocessing.Value("i", 0)
    pool = multiprocessing.get_context("fork").Pool(WORKERS, initializer=set_went, initargs=(went,))
    sends.watched.append(pool._inqueue._writer)
    held = [pool.apply_async(hold_it, (args.go,)) for _ in range(WORKERS)]
    while went.value < WORKERS:
        time.sleep(0.01)
    results = pool.map_async(len, [b"a" * 5000] * MANY, chunksize=1)
    tell_held(args.held, sends, [row[1] for row in sends.list[:WORKERS]])
    results.get()
    for result in held:
        result.get()
    pool.close()
    pool.join()
    return sends.facts()


def with_executor(args, sends):
    """Its feeder thread writes the calls."""
    went = multiprocessing.Value("i", 0)
    set_went(went)
    executor = tally.new_executor(WORKERS, multiprocessing.get_context("fork"))
    sends.watched.append(executor._call_queue._writer)
    held = [executor.submit(hold_it, args.go) for _ in range(WORKERS)]
    while went.value < WORKERS:
        time.sleep(0.01)
    futures = [executor.submit(len, b"a" * 40000) for _ in range(MANY)]
    tell_held(args.held, sends, [row[1] for row in sends.list[:WORKERS]])
    for future in held + futures:
        future.result()
    executor.shutdown()
    return sends.facts()


def with_process(args, sends):
    """A worker writes its answers itself, and its parent reads the first alone."""
    context = multiprocessing.get_context("fork")
    asks, answers = context.SimpleQueue(), context.SimpleQueue()
    worker = context.Process(target=serve, args=(asks, answers, 5000, args.held))
    worker.start()
    for _ in range(MANY):
        asks.put(b"a")
    answers.get()
    truth.wait_for_file(args.go)
    for _ in range(MANY - 1):
        answers.get()
    asks.put(None)
    worker.join()
    with open(args.held + ".end") as f:
        return json.load(f)


_went = []


def set_went(went):
    _went[:] = [went]


def hold_it(path):
    hold(path, _went[0])


KINDS = {"Pool": with_pool, "ProcessPoolExecutor": with_executor, "Process": with_process}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--held", required=True)
    parser.add_argument("--go", required=True)
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    sends = Sends() if args.kind != "Process" else None
    truth.write(args.truth, **KINDS[args.kind](args, sends))


if __name__ == "__main__":
    main()
