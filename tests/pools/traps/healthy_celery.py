# SPDX-License-Identifier: GPL-2.0-only
"""A Celery worker with a prefork pool, whose queue is never empty; its broker is in its own memory.
Needs celery."""
import os
import sys
import threading
import time

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import kind_celery  # noqa: E402
from celery.worker import state  # noqa: E402

import zoo  # noqa: E402


@kind_celery.app.task(name="orders.compute")
def compute(n):
    zoo.burn(0.01)
    return n


def stop_after(seconds):
    time.sleep(seconds)
    state.should_stop = 0  # a warm shutdown, with this exit status


def main():
    opts = zoo.options(__doc__)
    os.environ["C_FORCE_ROOT"] = "1"  # what it unpickles is its own
    kind_celery.make_asynchronous()
    for n in range(int(200 * opts.seconds)):
        compute.delay(n)
    worker = kind_celery.new_worker(opts.workers)
    threading.Thread(target=stop_after, args=(opts.seconds,), daemon=True).start()
    worker.start()


if __name__ == "__main__":
    sys.exit(main())
