# SPDX-License-Identifier: GPL-2.0-only
"""Two pools of one kind at once in one parent, each with work of its own, counted in the parent.
Needs what makes that kind."""
import argparse
import os

import mixed
import tally


def give_both(pools, n):
    """Turns about, so that both work at a time."""
    results = [pool.apply_async(function, (x,)) for x in range(n)
               for pool, function in zip(pools, (mixed.square, mixed.fails))]
    for result in results:
        result.wait()


def multiprocess(method, n):
    package = tally.install_package("multiprocess")
    pools = [package.get_context(method).Pool(2) for _ in range(2)]
    counted = [tally.watch_pool(pool) for pool in pools]
    give_both(pools, n)
    for pool in pools:
        pool.close()
        pool.join()
    return counted


def submit_both(executors, n):
    futures = [executor.submit(function, x) for x in range(n)
               for executor, function in zip(executors, (mixed.square, mixed.fails))]
    for future in futures:
        future.exception()
    for executor in executors:
        executor.shutdown()


def executor(method, n):
    import multiprocessing
    tally.install()
    executors = [tally.new_executor(2, multiprocessing.get_context(method)) for _ in range(2)]
    counted = [tally.watch_executor(executor) for executor in executors]
    submit_both(executors, n)
    return counted


def loky(_, n):
    from joblib.externals.loky.process_executor import ProcessPoolExecutor
    tally.install()
    executors = [ProcessPoolExecutor(2) for _ in range(2)]
    counted = [tally.watch("loky", tally.executor_message, [executor._call_queue._writer],
                           [executor._result_queue._reader]) for executor in executors]
    submit_both(executors, n)
    return counted


def billiard(method, n):
    import billiard as package
    import kind_billiard
    from billiard.connection import Connection
    tally.install(Connection)
    pools = [package.get_context(method).Pool(2) for _ in range(2)]
    counted = [kind_billiard.watch(pool) for pool in pools]
    for pool in pools:
        mixed.meet(pool, 2)
    give_both(pools, n)
    kind_billiard.end(pools)
    return counted


def loader(method, n):
    import kind_loader
    tally.install()
    counted = kind_loader.watch_all()
    loaders = [kind_loader.new_loader(kind_loader.Rows(batch * n), method, batch_size=batch)
               for batch in (3, 5)]
    assert [len(a) + len(b) for a, b in zip(*loaders)] == [8] * n
    if method == "fork":  # else each worker imports torch anew, which takes seconds
        # The one has results before the other has workers.
        early = iter(loaders[0])
        next(early)
        late = iter(loaders[1])
        assert [len(a) + len(b) for a, b in zip(early, late)] == [8] * (n - 1)
        assert len(list(late)) == 1
    for one in counted:
        one.functions = None
    return counted


KINDS = {"multiprocess": multiprocess, "executor": executor, "loky": loky, "billiard": billiard,
         "loader": loader}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--items", type=int, default=60)
    args = parser.parse_args()
    counted = KINDS[args.kind](args.method, args.items)
    tally.write(args.truth, counted, method=args.method)
    if args.kind == "billiard":
        os._exit(0)


if __name__ == "__main__":
    main()
