# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose workers tell where their interpreter's structures lie, and sleep, so that somebody
else can write nonsense into them: tests/live/hostile_test.py."""
import argparse
import ctypes
import json
import multiprocessing
import os
import time

ROOM = 100000 * 256  # for thread states of nobody

held = []


def innermost_that_sleeps():
    time.sleep(1000)


def middle_that_calls():
    innermost_that_sleeps()


def work(folder, number):
    state = ctypes.pythonapi.PyThreadState_Get
    state.restype = ctypes.c_void_p
    held.append(ctypes.create_string_buffer(ROOM))
    path = os.path.join(folder, "%d.begun" % number)
    with open(path + ".new", "w") as f:
        json.dump({"pid": os.getpid(), "state": state(), "room": ctypes.addressof(held[-1])}, f)
    os.rename(path + ".new", path)
    middle_that_calls()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--workers", type=int, required=True)
    args = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(args.workers) as pool:
        for number in range(args.workers):
            pool.apply_async(work, (args.folder, number))
        time.sleep(1000)


if __name__ == "__main__":
    main()
