# SPDX-License-Identifier: GPL-2.0-only
"""Workers whose start costs a known time: in a module, in the main module's own top level, which
spawned workers run again, and in an initializer. All of them measure it themselves, from just
before to just behind, and as far as can be from the last before to the first behind.

STARTS_LOG: the file that they write to. STARTS_HOW: sleep or burn. Python 3.6 or newer."""
import argparse
import multiprocessing
import sys

import starts_log

BEGAN = starts_log.now_ns()
import start_cost  # noqa: E402
import start_next  # noqa: E402

MAIN = starts_log.now_ns()
if "--main" in sys.argv:
    starts_log.cost(0.6)
MAIN_ENDED = starts_log.now_ns()
import start_last  # noqa: E402

starts_log.say(module=[start_cost.ENDED - start_cost.BEGAN, start_next.BEGAN - BEGAN],
               main=[MAIN_ENDED - MAIN, start_last.BEGAN - start_next.BEGAN])


def get_ready():
    began = starts_log.now_ns()
    starts_log.cost(0.4)
    starts_log.say(initializer=starts_log.now_ns() - began)


def work(n):
    return n + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="spawn")
    parser.add_argument("--main", action="store_true", help="the main module costs time too")
    parser.add_argument("--initializer", action="store_true")
    opts = parser.parse_args()
    with multiprocessing.get_context(opts.method).Pool(
            2, initializer=get_ready if opts.initializer else None) as pool:
        pool.map(work, range(20), chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
