# SPDX-License-Identifier: GPL-2.0-only
"""Each worker computes with many threads that PyTorch starts, by OpenMP."""
import sys
import time

import torch

import zoo

THREADS = 8


def work(threads):
    torch.set_num_threads(threads)
    some = torch.rand(1 << 20)
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        some = torch.sin(some) + torch.cos(some)


def main():
    opts = zoo.options(__doc__)
    threads = 1 if opts.healthy else THREADS
    with opts.context.Pool(opts.workers) as pool:
        pool.map(work, [threads] * 2, chunksize=1)  # torch is imported, by spawn in each worker
        for _ in zoo.going(opts):
            pool.map(work, [threads] * 16, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
