# SPDX-License-Identifier: GPL-2.0-only
"""What the pools of the matrix are given to do: functions of every sort, arguments of 1 byte to
20 MB, failures. Python 3.6 and later, standard library only."""
import functools
import multiprocessing
import os
import time

# Around 16 KiB, from which a length is written alone, around a pipe's 64 KiB, and above.
SIZES = (1, 100, 16200, 16384, 17000, 65500, 66000, 1 << 20)
BIG = 20 * 1000 * 1000


class Refused(Exception):
    """An exception that is not one of Python's own."""


class Model:
    def __init__(self, factor):
        self.factor = factor
        self.weights = b"w" * 300

    def predict(self, x):
        return x * self.factor


def square(x):
    return x * x


def scaled(scale, x):
    return scale * x


def measure(data):
    return len(data)


def make(size):
    return b"b" * size


def add(x, y):
    return x + y


def fails(x):
    if x % 5 == 4:
        raise ValueError("%d is one too many" % (x // 10))
    return x


def refuses(x):
    raise Refused("no, not %d" % (x % 2))


def who(_):
    time.sleep(0.1)
    return os.getpid()


def meet(pool, workers):
    """Gives it work until each of its workers has had some: who has none is known by little."""
    seen = set()
    while len(seen) < workers:
        seen.update(pool.map(who, range(workers), chunksize=1))


def has_key(path):
    """Has this worker got the key that is in a file?"""
    with open(path, "rb") as f:
        return bytes(multiprocessing.current_process().authkey) == f.read()


def numbers(n):
    """A generator: a pool takes from it while it works."""
    for x in range(n):
        yield x


double = functools.partial(scaled, 2)
model = Model(3)


def expect(error, func, *args):
    """Waits for a failure."""
    try:
        func(*args)
    except error:
        return
    raise AssertionError("%s did not come" % error.__name__)
