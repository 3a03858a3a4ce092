#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
"""A watcher that gets no core for half a second at a time, as on a machine that is overloaded: of
workers that have come and gone meanwhile /proc tells nothing any more. What the kernel kept must
do: pools, workers, tasks and bytes are the workload's own."""
import os
import signal
import subprocess
import sys
import time

import harness
import matrix_test

TIMES = {"fork": 40, "spawn": 10, "forkserver": 20}
ROUNDS = 200


def hold_up(recorder):
    """Lets it run for a moment now and then, until it ends."""
    for _ in range(ROUNDS):
        if recorder.poll() is not None:
            return
        os.kill(recorder.pid, signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(recorder.pid, signal.SIGCONT)
        time.sleep(0.02)


def has_workers(recorder):
    """Its command has started some."""
    return any(harness.children(pid) for pid in harness.children(recorder))


def late(case, method):
    harness.need_bpf()
    told, tape = case.path("truth"), case.path("tape")
    recorder = case.start([harness.POOLTOP] + harness.unlimited(
        ["record", "-o", tape, "--", harness.python(), harness.pool("shape_loop"),
         "--truth", told, "--method", method, "--times", TIMES[method]]))
    harness.wait_for(lambda: has_workers(recorder.pid), 20, "the program has workers")
    time.sleep(0.3)  # what program that is it can read
    hold_up(recorder)
    harness.wait_end(case, recorder, 60, "the recording has not ended")
    case.equal("record's exit status", recorder.returncode, 0)
    facts = harness.load(told)
    case.equal("pools", len(facts["pools"]), 2 * TIMES[method])
    matrix_test.held(case, harness.report(case, tape), facts)


def long_messages(case):
    """All work is done while the watcher has no core: three megabytes of messages wait for it, and
    each one's items are known from its bytes."""
    harness.need_bpf()
    tape, up, told = case.path("tape"), case.path("ready"), case.path("truth")
    recorder = case.start([harness.POOLTOP] + harness.unlimited(
        ["record", "-o", tape, "--", harness.python(), harness.pool("on_cue"), "--ready", up,
         "--truth", told, "--workers", 1, "--fine", 230000, "--chunksize", 1000, "--fails", 0,
         "--dies", 0]), stdin=subprocess.PIPE)
    harness.ready(case, up)
    time.sleep(0.3)  # what was before the cue has been read
    os.kill(recorder.pid, signal.SIGSTOP)
    recorder.stdin.write(b"go\n")
    recorder.stdin.flush()
    harness.ready(case, told)
    os.kill(recorder.pid, signal.SIGCONT)
    recorder.stdin.close()
    harness.wait_end(case, recorder, 30, "the recording has not ended")
    got = harness.report(case, tape)
    tasks = harness.one_pool(case, got)["tasks"]
    case.equal("lost records", got["session"]["lost_records"], 0)
    case.equal("tasks", tasks["returned"], 231)
    case.equal("items", (tasks["items"], tasks["items_about"]), (230001, False))


def main():
    rows = [("a late watcher, " + method, lambda case, m=method: late(case, m), 100)
            for method in matrix_test.ALL]
    rows.append(("a late watcher, long messages", long_messages, 60))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
