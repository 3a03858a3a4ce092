# SPDX-License-Identifier: GPL-2.0-only
"""Bare processes that have their work by their arguments, and only send: nothing is ever sent to
them. One kills itself when it has sent all, one raises.

What each sent goes to --truth FILE.PID: {"messages", "bytes"}; the parent's word to FILE.
"""
import argparse
import multiprocessing
import multiprocessing.connection
import multiprocessing.reduction
import os
import signal
import time

import truth

WORKERS = 4
MESSAGES = 80
SIZES = (1, 200, 3000, 40000, 200000)


class ByPipe:
    """Pipes, one a process, as one queue."""

    def __init__(self, context):
        self.context = context
        self.readers = []

    def end(self):
        reader, writer = self.context.Pipe(duplex=False)
        self.readers.append(reader)
        return writer

    def started(self, end):
        end.close()  # its process has it

    def read(self):
        while True:
            reader = multiprocessing.connection.wait(self.readers)[0]
            try:
                reader.recv()
                return
            except EOFError:
                self.readers.remove(reader)


class ByQueue:
    def __init__(self, queue):
        self.queue = queue

    def end(self):
        return self.queue

    def started(self, end):
        pass

    def read(self):
        self.queue.get()


TRANSPORTS = {
    "Pipe": ByPipe,
    "Queue": lambda context: ByQueue(context.Queue()),
    "SimpleQueue": lambda context: ByQueue(context.SimpleQueue()),
    "JoinableQueue": lambda context: ByQueue(context.JoinableQueue()),
}


def send(end, number, told):
    sent = 0
    put = end.send if hasattr(end, "send") else end.put
    for i in range(MESSAGES):
        time.sleep(0.01)
        message = (number, i, b"x" * SIZES[i % len(SIZES)])
        sent += len(multiprocessing.reduction.ForkingPickler.dumps(message))
        put(message)
    if hasattr(end, "join_thread"):
        end.close()
        end.join_thread()
    truth.write("%s.%d" % (told, os.getpid()), messages=MESSAGES, bytes=sent)
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 1:
        raise ValueError("after all was sent")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--method", default="fork")
    parser.add_argument("--transport", default="Queue", choices=sorted(TRANSPORTS))
    args = parser.parse_args()

    context = multiprocessing.get_context(args.method)
    transport = TRANSPORTS[args.transport](context)
    started = []
    for number in range(WORKERS):
        end = transport.end()
        started.append(context.Process(target=send, args=(end, number, args.truth)))
        started[-1].start()
        transport.started(end)
    for _ in range(WORKERS * MESSAGES):
        transport.read()
    for process in started:
        process.join()
    truth.write(args.truth, workers=[p.pid for p in started])


if __name__ == "__main__":
    main()
