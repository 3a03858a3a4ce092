# SPDX-License-Identifier: GPL-2.0-only
"""Pools of every kind that work on and on, until they are killed, for who comes into the middle.

Each line of the log is a task that is back in the parent: when, and the name of its function. The
thread that reads the results writes it, before it reads the next.
"""
import argparse
import multiprocessing
import os
import threading

import blocks
import truth

DEPTH = 8  # tasks given and not back
WORKERS = 2


class Log:
    def __init__(self, path):
        self.log = truth.Log(path)

    def back(self, number):
        self.log.line(truth.now_ns(), "blocks." + blocks.of(number).__name__)


def keep_full(submit, log):
    """submit(function, number, back): back() is called when its result is there."""
    room = threading.Semaphore(DEPTH)
    number = 0
    while True:
        room.acquire()

        def back(number=number):
            log.back(number)
            room.release()
        submit(blocks.of(number), number, back)
        number += 1


def pool_of(context):
    return calls_of(context.Pool(WORKERS))


def calls_of(pool):
    return lambda func, x, back: pool.apply_async(func, (x,), callback=lambda _: back())


def executor_of(executor):
    return lambda func, x, back: executor.submit(func, x).add_done_callback(lambda _: back())


def run_pool(method, log):
    keep_full(pool_of(multiprocessing.get_context(method)), log)


def run_multiprocess(method, log):
    import multiprocess
    keep_full(pool_of(multiprocess.get_context(method)), log)


def run_joblib(_, log):
    from joblib.pool import MemmappingPool  # of its backend "multiprocessing"
    keep_full(calls_of(MemmappingPool(WORKERS)), log)


def run_executor(method, log):
    import concurrent.futures
    context = multiprocessing.get_context(method)
    keep_full(executor_of(concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=context)),
              log)


def run_loky(_, log):
    from joblib.externals.loky import get_reusable_executor
    keep_full(executor_of(get_reusable_executor(WORKERS)), log)


def run_billiard(method, log):
    import billiard
    keep_full(pool_of(billiard.get_context(method)), log)


def serve(asks, answers):
    for number in iter(asks.get, None):
        answers.put(blocks.of(number)(number))


def run_process(method, log, package=multiprocessing):
    context = package.get_context(method)
    asks, answers = context.Queue(), context.Queue()
    for _ in range(WORKERS):
        context.Process(target=serve, args=(asks, answers), daemon=True).start()
    for number in range(DEPTH):
        asks.put(number)
    number = DEPTH
    while True:
        log.back(answers.get())
        asks.put(number)
        number += 1


def run_multiprocess_process(method, log):
    import multiprocess
    run_process(method, log, multiprocess)


class Numbers:
    """A dataset without end."""

    def __len__(self):
        return 1 << 30

    def __getitem__(self, number):
        return blocks.of(number)(number)


def log_batches(log):
    """When they are read; the loader hands them out in their order, which may be later."""
    from torch.utils.data.dataloader import _MultiProcessingDataLoaderIter
    get = _MultiProcessingDataLoaderIter._try_get_data

    def logged(self, *args, **kwargs):
        success, data = get(self, *args, **kwargs)
        if success:
            log.back(data[0])
        return success, data
    _MultiProcessingDataLoaderIter._try_get_data = logged


def run_loader(method, log):
    import torch.utils.data
    log_batches(log)
    loader = torch.utils.data.DataLoader(Numbers(), batch_size=1, num_workers=WORKERS,
                                         prefetch_factor=DEPTH // WORKERS,
                                         sampler=range(1 << 30), multiprocessing_context=method)
    for _ in loader:
        pass


def run_celery(_, log):
    import kind_celery
    kind_celery.run_blocks(log.log, WORKERS)


KINDS = {"Pool": run_pool, "ProcessPoolExecutor": run_executor, "loky": run_loky,
         "billiard": run_billiard, "Process": run_process, "DataLoader": run_loader,
         "Celery": run_celery, "joblib's Pool": run_joblib, "multiprocess' Pool": run_multiprocess,
         "multiprocess' Process": run_multiprocess_process}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", required=True, choices=sorted(KINDS))
    parser.add_argument("--method", default="fork")
    parser.add_argument("--log", required=True)
    args = parser.parse_args()
    truth.write(args.log + ".ready", pid=os.getpid(), method=args.method)
    KINDS[args.kind](args.method, Log(args.log))


if __name__ == "__main__":
    main()
