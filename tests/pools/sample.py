#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A lively pool to look at: a little shop's nightly job, with the troubles that such jobs have.

    sample.py [--seconds S] [--workers N] [--deaths S]

Several functions, uneven tasks, a large argument that goes out again and again, now and then an
exception, and every few seconds (--deaths, 0 for never) a worker that is killed: by turns by
itself, by a segmentation fault and by the parent. It ends after --seconds, or when the process
that started it is gone, and leaves nothing behind. Python 3.6 or newer.
"""
import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time

CATALOGUE_BYTES = 3 << 20  # goes out with every match_products task
FIRST_DEATH = 3  # seconds, or earlier: also a short look shall see one


def burn(seconds):
    """Computes for that long."""
    until = time.perf_counter() + seconds
    total = 0
    while time.perf_counter() < until:
        for n in range(2000):
            total += n * n % 7
    return total


def uneven(mean_seconds):
    """Most are short, a few are ten times as long."""
    return min(random.expovariate(1 / mean_seconds), 10 * mean_seconds)


def read_orders(day):
    """Waits for a disk and sends a good deal back."""
    with tempfile.TemporaryFile() as f:
        f.write(os.urandom(200000))
        f.flush()
        os.fsync(f.fileno())
        time.sleep(uneven(0.02))
        f.seek(0)
        return day, f.read(random.randrange(1000, 200000))


def match_products(catalogue, order):
    """Its argument is large, and the same every time."""
    burn(uneven(0.01))
    return order, len(catalogue)


def price(item):
    """Small, and one of many: sent by map, in chunks."""
    burn(uneven(0.0015))
    return item * 3


def risk_score(customer):
    """Uneven, and sometimes it raises."""
    burn(uneven(0.12))
    if random.random() < 0.04:
        raise ValueError('customer %d: negative balance' % customer)
    return customer % 100


def write_report(page):
    """Waits for others most of its time."""
    time.sleep(uneven(0.1))
    return page


def run_out_of_luck(how):
    """A worker's last task: ends by the signal `how`, or waits for the parent to end it."""
    burn(0.05)
    if how:
        os.kill(os.getpid(), how)
    KILL_ME.put(os.getpid())
    burn(30)


KILL_ME = None  # the queue on which a worker asks the parent; inherited through the fork


def die_with_parent(parent):
    """A worker must not outlive a killed parent: it would wait for ever on a pipe that it holds
    open itself. Also undoes the parent's signal handlers.

    The kernel sends the signal also when only the thread ends that made the worker, so it asks."""
    def leave_with_parent(_signal=0, _frame=None):
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGUSR1, leave_with_parent)
    try:
        import ctypes
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGUSR1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        import threading
        threading.Thread(target=watch_parent, args=(parent,), daemon=True).start()
    leave_with_parent()


def watch_parent(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


class Shop:
    """Keeps the pool fed, so that neither it nor the machine's other work starves."""

    def __init__(self, pool, workers, deaths):
        self.pool = pool
        self.most = 3 * workers
        self.under_way = 0
        self.number = 0
        self.catalogue = os.urandom(CATALOGUE_BYTES)
        self.deaths = deaths
        self.next_death = time.monotonic() + min(deaths, FIRST_DEATH)
        self.how = 0

    def done(self, _result):
        self.under_way -= 1

    def send(self, function, *args):
        self.under_way += 1
        self.pool.apply_async(function, args, callback=self.done, error_callback=self.done)

    def send_prices(self):
        self.under_way += 1
        first = self.number * 100
        self.pool.map_async(price, range(first, first + random.randrange(60, 240)), chunksize=12,
                            callback=self.done, error_callback=self.done)

    def feed(self):
        """Sends until enough is under way."""
        while self.under_way < self.most:
            self.number += 1
            kind = random.random()
            if kind < 0.30:
                self.send(match_products, self.catalogue, self.number)
            elif kind < 0.50:
                self.send(risk_score, self.number)
            elif kind < 0.70:
                self.send(read_orders, self.number)
            elif kind < 0.85:
                self.send(write_report, self.number)
            else:
                self.send_prices()

    def lose_a_worker(self):
        """The task that goes with it is lost, so it does not count as under way."""
        if self.deaths and time.monotonic() >= self.next_death:
            self.next_death += self.deaths
            signals = (signal.SIGKILL, 0, signal.SIGSEGV)
            self.pool.apply_async(run_out_of_luck, (int(signals[self.how % len(signals)]),))
            self.how += 1
        while not KILL_ME.empty():
            pid = KILL_ME.get()
            time.sleep(0.1)  # it must have let go of the queue's lock
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def work(pool, opts, parent):
    shop = Shop(pool, opts.workers, opts.deaths)
    started = time.monotonic()
    while not opts.seconds or time.monotonic() - started < opts.seconds:
        if os.getppid() != parent:
            return
        # A lull every ten seconds, so that there is something to see in the charts.
        if (time.monotonic() - started) % 10 < 8.5:
            shop.feed()
        shop.lose_a_worker()
        time.sleep(0.02)


def stop(_signal, _frame):
    raise KeyboardInterrupt


def main():
    global KILL_ME
    parser = argparse.ArgumentParser(description='a lively pool to look at')
    parser.add_argument('--seconds', type=float, default=0, help='end after so long (0: never)')
    parser.add_argument('--workers', type=int, default=4)
    parser.add_argument('--deaths', type=float, default=7,
                        help='seconds from one killed worker to the next (0: none)')
    opts = parser.parse_args()
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    context = multiprocessing.get_context('fork')
    KILL_ME = context.SimpleQueue()
    pool = context.Pool(opts.workers, initializer=die_with_parent, initargs=(os.getpid(),))
    print('sample.py: process %d, %d workers' % (os.getpid(), opts.workers), flush=True)
    try:
        work(pool, opts, parent)
    except KeyboardInterrupt:
        pass
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    # Not pool.terminate(): it waits for ever for a queue's lock when a worker is writing a result
    # that nobody reads any more.
    for worker in multiprocessing.active_children():
        worker.terminate()
    sys.stdout.flush()
    os._exit(0)


if __name__ == '__main__':
    main()
