# SPDX-License-Identifier: GPL-2.0-only
"""A pool of any kind with two workers, one of which dies with a task in hand.

One task holds until the other has ended; the other, the victim, says who it is once the first is
under way, and dies in the given way: it exits, it crashes, it takes more memory than the cgroup
has that it goes into, or it waits to be killed from outside. With --way parent nobody dies: the
parent itself kills both by SIGKILL, in the way of its kind. Celery's parent kills the victim alone,
by a time limit (--way limit) or when it is told to (--way revoke).
"""
import argparse
import multiprocessing
import os
import signal
import threading
import time

import truth

WORKERS = 2
PATIENCE_S = 40
HOLD, VICTIM = 0, 1

where = way = cgroup = None  # inherited, or set anew


def wait_for_file(path):
    end = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


def hold():
    truth.write(where + ".hold", pid=os.getpid())
    wait_for_file(where + ".go")
    truth.write(where + ".held")


def victim():
    wait_for_file(where + ".hold")
    truth.write(where + ".victim", pid=os.getpid())
    if way == "exit":
        os._exit(7)
    if way == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "oom":
        with open(os.path.join(cgroup, "cgroup.procs"), "w") as f:
            f.write(str(os.getpid()))
        bytearray(512 << 20)
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


def run_celery(_):
    """Its parent tells what became of the victim's task by Celery's own signals."""
    import celery.signals
    import kind_celery
    from celery.worker import state
    os.environ["C_FORCE_ROOT"] = "1"
    kind_celery.make_asynchronous()
    task = kind_celery.app.task(name="kind_deaths.work")(work)
    told, jobs = [], []

    def failed(exception=None, **_):
        told.append(type(exception).__name__)

    def revoked(signum=None, **_):
        told.append("revoked by %s" % signal.Signals(signum).name)

    celery.signals.task_failure.connect(failed, weak=False)
    celery.signals.task_revoked.connect(revoked, weak=False)
    counted = kind_celery.tally.watch("billiard", kind_celery.tally.celery_message, [], [])
    counted.on_sent = lambda obj, size: jobs.append(counted.read(obj).key)
    counted.on_returned = lambda obj, size: None
    kind_celery.count(counted)
    worker = kind_celery.new_worker(WORKERS)
    limits = [None, 3] if way == "limit" else [None, None]
    calls = [task.apply_async((n, where, way), time_limit=limits[n]) for n in (HOLD, VICTIM)]

    def attend():
        if way == "revoke":
            begun(lambda: kind_celery.app.control.revoke(calls[VICTIM].id, terminate=True))
        end = time.monotonic() + PATIENCE_S
        while not told and time.monotonic() < end:
            time.sleep(0.02)
        wait_for_file(where + ".held")
        state.should_stop = 0

    threading.Thread(target=attend, daemon=True).start()
    worker.start()
    truth.write(where, outcome=told[0], job=jobs[VICTIM])
    os._exit(0)


KINDS = {"ProcessPoolExecutor": run_ppe, "Celery": run_celery, "loky": run_loky,
         "billiard": run_billiard,
         "Process": run_process, "DataLoader": run_loader}


def main():
    global where, way, cgroup
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", required=True, choices=sorted(KINDS))
    parser.add_argument("--way", required=True, choices=(
        "exit", "crash", "oom", "kill", "parent", "limit", "revoke"))
    parser.add_argument("--cgroup", help="folder of a memory cgroup")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    where, way, cgroup = args.truth, args.way, args.cgroup
    told = KINDS[args.kind](args.method)
    truth.write(args.truth, outcome=told)


if __name__ == "__main__":
    main()
