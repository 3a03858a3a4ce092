# SPDX-License-Identifier: GPL-2.0-only
"""Pools of every kind in one program, counted in their parent: all at work at a time, made and
closed in a loop, or inside the workers of an executor. Needs what makes them: joblib, billiard,
torch, and for those that are forked multiprocess.

A kind is a function that makes a pool and yields twice: what counts it, then when it has been given
its work; the rest waits for that and closes the pool.
"""
import argparse
import multiprocessing
import os

import billiard.connection
import multiprocess.connection

import kind_billiard
import kind_process
import mixed
import tally


def pool(package, name, n, method):
    made = package.get_context(method).Pool(2)
    counted = tally.watch_pool(made)
    yield counted
    results = [made.apply_async(func, (x,)) for x in range(n) for func in (mixed.square, name)]
    yield
    for result in results:
        result.wait()
    made.close()
    made.join()


def pool_kind(n, method):
    return pool(multiprocessing, mixed.fails, n, method)


def multiprocess_kind(n, method):
    return pool(multiprocess, mixed.make, n, method)


def executor(made, counted, n):
    yield counted
    futures = [made.submit(func, x) for x in range(n) for func in (mixed.double, mixed.fails)]
    yield
    for future in futures:
        future.exception()
    counted.more["workers"] = list(made._processes)
    made.shutdown()


def executor_kind(n, method):
    made = tally.new_executor(2, multiprocessing.get_context(method))
    return executor(made, tally.watch_executor(made), n)


def loky_kind(n, _):
    from joblib.externals.loky.process_executor import ProcessPoolExecutor
    made = ProcessPoolExecutor(2)
    counted = tally.watch("loky", tally.executor_message, [made._call_queue._writer],
                          [made._result_queue._reader])
    counted.more["method"] = "loky"
    return executor(made, counted, n)


def billiard_kind(n, method):
    made = billiard.get_context(method).Pool(2)
    yield kind_billiard.watch(made)
    results = [made.apply_async(func, (x,)) for x in range(n)
               for func in (mixed.square, mixed.fails)]
    yield
    for result in results:
        result.wait()
    kind_billiard.end([made])


def loader_kind(n, method):
    import kind_loader  # PyTorch takes long to import, and the others' workers need not
    found = kind_loader.watch_all()
    batches = iter(kind_loader.new_loader(kind_loader.Rows(4 * n), method, batch_size=4))
    yield found[0]
    yield
    assert sum(len(batch) for batch in batches) == 4 * n
    found[0].functions = None


def process_kind(n, method):
    context = multiprocessing.get_context(method)
    asks, answers = context.Queue(), context.Queue()
    workers = [context.Process(target=kind_process.serve, args=([(asks, answers)],))
               for _ in range(2)]
    counted = kind_process.Counted([asks._writer], [answers._reader]).tally
    for worker in workers:
        worker.start()
    counted.more["workers"] = [worker.pid for worker in workers]
    yield counted
    for x in [b"a"] * n + [None] * len(workers):
        asks.put(x)
    yield
    for _ in range(n):
        answers.get()
    for worker in workers:
        worker.join()
    counted.functions = None


KINDS = (executor_kind, pool_kind, loky_kind, multiprocess_kind, billiard_kind, loader_kind,
         process_kind)


def kinds_of(method):
    """multiprocess of Debian 12 can but fork there: see tests/live/matrix_test.py."""
    return [kind for kind in KINDS if kind is not multiprocess_kind or method == "fork"]


def together(kinds, n, method):
    """All of them at a time; what counts them."""
    running = [kind(n, method) for kind in kinds]
    counted = [next(one) for one in running]
    for one in running:
        next(one)
    for one in running:
        for _ in one:
            pass
    return [one.as_dict() for one in counted]


def install():
    tally.install(billiard.connection.Connection, multiprocess.connection.Connection)


def all_at_a_time(n, method):
    return together(kinds_of(method), n, method)


def in_a_loop(n, method):
    return [counted for _ in range(2) for kind in kinds_of(method)
            for counted in together([kind], n, method)]


def kinds_inside(method):
    """billiard takes what started a spawned worker for a module, and cannot start one of it."""
    return [kind for kind in kinds_of(method) if kind is not billiard_kind or method == "fork"]


def use_one(name, n, method):
    """In a worker."""
    install()
    return together([kind for kind in KINDS if kind.__name__ == name], n, method)


def in_workers(n, method):
    made = tally.new_executor(2, multiprocessing.get_context(method))
    outer = tally.watch_executor(made)
    futures = [made.submit(use_one, kind.__name__, n, method) for kind in kinds_inside(method)]
    inner = [counted for future in futures for counted in future.result()]
    made.shutdown()
    return [outer.as_dict()] + inner


SHAPES = {"together": all_at_a_time, "loop": in_a_loop, "workers": in_workers}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("--items", type=int, default=30)
    args = parser.parse_args()
    install()
    tally.write(args.truth, SHAPES[args.shape](args.items, args.method), method=args.method)
    os._exit(0)  # of billiard some threads never end


if __name__ == "__main__":
    main()
