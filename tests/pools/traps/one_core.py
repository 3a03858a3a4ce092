# SPDX-License-Identifier: GPL-2.0-only
"""Several workers and one core busy, for the reason that is given; `apart` is none: each worker is
bound to a core of its own."""
import os
import sys
import time

import zoo

LOCK = None


def start(lock, pin, number):
    global LOCK
    LOCK = lock
    cores = sorted(os.sched_getaffinity(0))
    with number.get_lock():
        number.value += 1
        turn = number.value if pin == "apart" else 0
    if pin:
        os.sched_setaffinity(0, {cores[turn % len(cores)]})


def compute(n):
    zoo.burn(0.02)
    return n


def compute_alone(n):
    with LOCK:
        zoo.burn(0.02)
    return n


def wait_much(n):
    zoo.burn(0.012)
    with open("/dev/urandom", "rb"):
        time.sleep(0.016)
    return n


def prepare(count):
    """Items that cost the parent more than the workers."""
    for n in range(count):
        zoo.burn(0.02)
        yield n


def light(n):
    zoo.burn(0.002)
    return n


def one_round(pool, reason, healthy):
    if healthy or reason in ("pinned", "apart", "quota"):
        pool.map(compute, range(50), chunksize=1)
    elif reason == "parent-bound":
        for _ in pool.imap(light, prepare(50)):
            pass
    elif reason == "too-few-tasks":
        for n in range(50):
            pool.apply(compute, (n,))
    elif reason == "lock-bound":
        pool.map(compute_alone, range(50), chunksize=1)
    else:
        pool.map(wait_much, range(50), chunksize=1)


def main():
    zoo.parser.add_argument("--reason", required=True)
    opts = zoo.options(__doc__)
    pin = opts.reason if opts.reason in ("pinned", "apart") and not opts.healthy else None
    with opts.context.Pool(opts.workers, initializer=start,
                           initargs=(opts.context.Lock(), pin,
                                     opts.context.Value("i", 0))) as pool:
        for _ in zoo.going(opts):
            one_round(pool, opts.reason, opts.healthy)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
