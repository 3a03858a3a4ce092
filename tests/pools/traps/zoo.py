# SPDX-License-Identifier: GPL-2.0-only
"""What the programs of the zoo share: each shows one trap, and with --healthy the same program
without just that mistake. Python 3.6 or newer, standard library only."""
import argparse
import multiprocessing
import time

parser = argparse.ArgumentParser()
parser.add_argument("--healthy", action="store_true", help="without the mistake")
parser.add_argument("--method", default="fork", help="how workers are started")
parser.add_argument("--seconds", type=float, default=6, help="about how long it works")
parser.add_argument("--workers", type=int, default=2)


def options(doc):
    parser.description = doc
    opts = parser.parse_args()
    opts.context = multiprocessing.get_context(opts.method)
    return opts


def burn(seconds):
    """Computes for that long, by this process's own time on a core."""
    until = time.process_time() + seconds
    total = 0
    while time.process_time() < until:
        for n in range(200):
            total += n * n % 7
    return total


def going(opts):
    """Again and again, until the time is over."""
    end = time.monotonic() + opts.seconds
    while time.monotonic() < end:
        yield
