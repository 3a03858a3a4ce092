# SPDX-License-Identifier: GPL-2.0-only
"""A Pool of one worker that crashes in C code, which it has come to through C code and Python by
turns: --way ctypes: qsort() calls Python back, which calls strlen(NULL); --way numpy: a ufunc made
of a Python function, which sums up an array that is not there."""
import argparse
import ctypes
import multiprocessing
import time


def crash_in_strlen(left, right):
    return ctypes.CDLL(None).strlen(None)


def sort_in_c():
    numbers = (ctypes.c_int * 2)(2, 1)
    pointer = ctypes.POINTER(ctypes.c_int)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(crash_in_strlen)
    ctypes.CDLL(None).qsort(numbers, 2, 4, compare)


def crash_in_sum(_):
    import numpy
    return numpy.add.reduce(numpy.lib.stride_tricks.as_strided(
        numpy.zeros(1), shape=(1 << 40,), strides=(1 << 20,)))


def map_in_numpy():
    import numpy
    numpy.frompyfunc(crash_in_sum, 1, 1)(numpy.arange(3))


WAYS = {"ctypes": sort_in_c, "numpy": map_in_numpy}


def work(way):
    WAYS[way]()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", required=True, choices=sorted(WAYS))
    args = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        time.sleep(0.5)
        before = pool._pool[0].pid
        pool.apply_async(work, (args.way,))
        while [p.pid for p in list(pool._pool)] in ([], [before]):
            time.sleep(0.01)
        time.sleep(1.5)


if __name__ == "__main__":
    main()
