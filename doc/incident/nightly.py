# SPDX-License-Identifier: GPL-2.0-only
"""The nightly run of a shop that goes wrong: one day's file is larger than the memory that its
job may have. The kernel kills the worker that has it; its task is lost, and map() waits for ever.

incident.pooltop, beside this file, is a recording of it, to be looked at without root and without
a pool; } leads from event to event:

    pooltop replay incident.pooltop

Recorded as root, in a memory cgroup of 260 MiB, which is what kills the worker:

    pooltop record -o incident.pooltop --duration 40 -- python3 nightly.py
"""
import multiprocessing
import time

WORKERS = 4
DAYS = 120
LARGE_DAY = 61


def read_orders(day):
    """One day's orders, off a slow disk."""
    time.sleep(0.12)
    size = 60000 if day == LARGE_DAY else 400
    return [(day, n, n * 37 % 991) for n in range(size)]


def match_products(orders):
    """Looks for pairs; takes memory for each order that it has."""
    seen = {}
    for day, n, product in orders:
        seen[n] = bytearray(9000)
        if len(orders) > 1000 and n % 200 == 0:
            time.sleep(0.06)
    return sum(product for _, _, product in orders) + len(seen)


def score(total):
    """Some arithmetic, so that a core has something to do."""
    for n in range(400000):
        total = (total * 31 + n) % 1000003
    return total


def settle_day(day):
    return score(match_products(read_orders(day)))


def main():
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        results = pool.map(settle_day, range(DAYS), chunksize=1)
    print("settled %d days: %d" % (len(results), sum(results)))


if __name__ == "__main__":
    main()
