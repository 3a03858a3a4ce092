# SPDX-License-Identifier: GPL-2.0-only
"""Shares memory between a parent and its workers, of every sort that it is told, and writes down
how much that is. Locks (semaphores), private copies and what one process maps alone are none."""
import argparse
import mmap
import multiprocessing
import os
import time

import truth

PAGE = mmap.PAGESIZE
held = []


def pages(size):
    return (size + PAGE - 1) // PAGE * PAGE


def hold(name, barrier_s):
    """A worker maps a SharedMemory by its name, and stays."""
    from multiprocessing import shared_memory
    held.append(shared_memory.SharedMemory(name=name))
    alone = mmap.mmap(-1, 5 << 20)  # nobody else has it
    held.append(alone)
    time.sleep(barrier_s)
    return os.getpid()


def run_pool(args):
    """One SharedMemory that workers map by name; an Array and an mmap(-1) that forks inherit."""
    from multiprocessing import shared_memory
    context = multiprocessing.get_context(args.start)
    memory = shared_memory.SharedMemory(create=True, size=(8 << 20) + 100)
    total = pages((8 << 20) + 100)
    locks = [context.Lock() for _ in range(5)]
    if args.start == "fork":
        array = context.RawArray("b", 1 << 20)
        area = mmap.mmap(-1, 2 << 20)
        array[0] = 1
        area[0] = 1
        total += (1 << 20) + (2 << 20)
    with context.Pool(args.workers) as pool:
        seen = pool.starmap(hold, [(memory.name, args.seconds)] * args.workers, chunksize=1)
        pool.close()
        pool.join()
    memory.close()
    memory.unlink()
    truth.write(args.truth, bytes=total, workers=len(set(seen)), locks=len(locks))


def read(array, seconds):
    time.sleep(seconds)
    return float(array[-1]), os.path.getsize(array.filename)


def run_joblib(args):
    """An argument so large that joblib puts it into a memmap."""
    import joblib
    import numpy
    array = numpy.ones(3200000)
    got = joblib.Parallel(n_jobs=args.workers)(
        joblib.delayed(read)(array, args.seconds) for _ in range(args.workers))
    truth.write(args.truth, bytes=pages(got[0][1]))


class Rows:
    """Sums of a tensor that is in shared memory: what goes back is none."""

    def __init__(self, tensor, workers, seconds):
        self.tensor = tensor
        self.workers = workers
        self.seconds = seconds

    def __len__(self):
        return self.workers

    def __getitem__(self, index):
        time.sleep(self.seconds)
        return float(self.tensor[index])


def first(samples):
    return samples[0]


def run_torch(args):
    """A dataset of a tensor that the loader's workers share with their parent."""
    import torch
    import torch.utils.data
    tensor = torch.ones(2000000).share_memory_()
    loader = torch.utils.data.DataLoader(
        Rows(tensor, args.workers, args.seconds), num_workers=args.workers, collate_fn=first,
        multiprocessing_context=args.start)
    assert list(loader) == [1.0] * args.workers
    truth.write(args.truth, bytes=pages(2000000 * tensor.element_size()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--start", default="fork")
    parser.add_argument("--joblib", action="store_true")
    parser.add_argument("--torch", action="store_true")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    run = run_joblib if args.joblib else run_torch if args.torch else run_pool
    run(args)


if __name__ == "__main__":
    main()
