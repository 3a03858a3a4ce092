# SPDX-License-Identifier: GPL-2.0-only
"""A pool of any kind with two workers, one of which dies with a task in hand.

One task holds until the other has ended; the other, the victim, says who it is once the first is
under way, and dies in the given way: it exits, it crashes, or it waits to be killed from outside.
With --way parent nobody dies: the parent itself kills both by SIGKILL, in the way of its kind.
"""
import argparse
import multiprocessing
import os
import signal
import time

import truth

WORKERS = 2
PATIENCE_S = 40
HOLD, VICTIM = 0, 1

where = way = None  # inherited, or set anew


def wait_for_file(path):
    end = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


def hold():
    truth.write(where + ".hold", pid=os.getpid())
    wait_for_file(where + ".go")


def victim():
    wait_for_file(where + ".hold")
    truth.write(where + ".victim", pid=os.getpid())
    if way == "exit":
        os._exit(7)
    if way == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    wait_for_file(where + ".never")


def work(number, path, how):
    global where, way
    where, way = path, how
    (hold if number == HOLD else victim)()
    return number


def outcome(get):
    """What the caller of the victim's task gets."""
    try:
        get()
    except Exception as e:
        return type(getattr(e, "exc", e)).__name__  # billiard's are wrapped
    return None


def begun(child_ended):
    """Both are under way; for --way parent."""
    wait_for_file(where + ".hold")
    wait_for_file(where + ".victim")
    child_ended()


def run_executor(executor):
    futures = [executor.submit(work, n, where, way) for n in (HOLD, VICTIM)]
    if way == "parent":
        # As kill_workers() of 3.14 does.
        begun(lambda: [p.kill() for p in list(executor._processes.values())])
    return outcome(lambda: futures[VICTIM].result(PATIENCE_S))


def run_ppe(method):
    import concurrent.futures
    executor = concurrent.futures.ProcessPoolExecutor(
        WORKERS, mp_context=multiprocessing.get_context(method))
    return run_executor(executor)


def run_loky(_):
    from joblib.externals.loky import get_reusable_executor
    executor = get_reusable_executor(WORKERS)
    if way != "parent":
        return run_executor(executor)
    futures = [executor.submit(work, n, where, way) for n in (HOLD, VICTIM)]
    begun(lambda: executor.shutdown(wait=True, kill_workers=True))
    return outcome(lambda: futures[VICTIM].result(PATIENCE_S))


def run_billiard(method):
    import billiard
    pool = billiard.get_context(method).Pool(WORKERS, lost_worker_timeout=1.0)
    results = [pool.apply_async(work, (n, where, way)) for n in (HOLD, VICTIM)]
    told = outcome(lambda: results[VICTIM].get(PATIENCE_S))
    wait_for_file(where + ".go")
    results[HOLD].get(PATIENCE_S)
    truth.write(where, outcome=told, job=results[VICTIM]._job)
    os._exit(0)  # close() and join() of billiard 4.1 wait for ever on Python 3.11


def serve(asks, answers, path, how):
    for number in iter(asks.get, None):
        answers.put(work(number, path, how))


def run_process(method):
    context = multiprocessing.get_context(method)
    asks, answers = context.Queue(), context.Queue()
    workers = [context.Process(target=serve, args=(asks, answers, where, way))
               for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for number in (HOLD, VICTIM):
        asks.put(number)
    if way == "parent":
        begun(lambda: [worker.kill() for worker in workers])
    else:
        answers.get()
        asks.put(None)
    for worker in workers:
        worker.join()


class Numbers:
    def __len__(self):
        return WORKERS

    def __getitem__(self, number):
        return work(number, where, way)


def run_loader(method):
    import torch.utils.data
    loader = torch.utils.data.DataLoader(Numbers(), batch_size=1, num_workers=WORKERS,
                                         multiprocessing_context=method)
    batches = iter(loader)
    if way == "parent":
        begun(lambda: [worker.kill() for worker in batches._workers])
    return outcome(lambda: list(batches))


KINDS = {"ProcessPoolExecutor": run_ppe, "loky": run_loky, "billiard": run_billiard,
         "Process": run_process, "DataLoader": run_loader}


def main():
    global where, way
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", required=True, choices=sorted(KINDS))
    parser.add_argument("--way", required=True, choices=("exit", "crash", "kill", "parent"))
    parser.add_argument("--method", default="fork")
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    where, way = args.truth, args.way
    told = KINDS[args.kind](args.method)
    truth.write(args.truth, outcome=told)


if __name__ == "__main__":
    main()
