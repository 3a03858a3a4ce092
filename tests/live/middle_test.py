#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every kind, for seconds each
# timeout: 500
"""Coming into the middle: pools of every kind that are at work when watching begins. From the
first second on, what is counted is what the workload's own log counts.

The workload's tasks go by blocks, each with a function of its own (tests/pools/blocks.py). Every
block that began after the first second and was over before the end must be there, within 1 %;
where messages name no function it is the sum that must be between what the log has for the time
with and without the first second.
"""
import sys
import time

import harness
from matrix_test import DEBIAN, needs

SECOND = 1000000000
SETTLED_NS = SECOND + SECOND // 5  # tasks that were sent in the first second are back by then
DURATION_S = 5

# What the report calls it, the workload's kind, start methods, module; is there a name in it?
KINDS = (
    ("Pool", "Pool", ("fork", "spawn", "forkserver"), None, True),
    ("ProcessPoolExecutor", "ProcessPoolExecutor", ("fork", "spawn", "forkserver"), None, True),
    ("loky", "loky", ("loky",), "joblib", True),
    ("billiard", "billiard", ("fork", "spawn", "forkserver"), "billiard", True),
    ("billiard", "Celery", ("fork",), "celery", True),
    ("Process", "Process", ("fork", "spawn", "forkserver"), None, False),
    ("DataLoader", "DataLoader", ("fork",), "torch", False),
)


def steady(case, interpreter, kind, method):
    """(parent's pid, path of its log) of a workload that is at work."""
    log = case.path("log")
    case.start([interpreter, harness.pool("steady"), "--kind", kind, "--method", method, "--log",
                log])
    facts = harness.ready(case, log + ".ready", 60)
    harness.wait_for(lambda: len(lines_of(log)) > 100, 60, "it works")
    return facts["pid"], log


def wall_offset():
    """Wall clock minus the monotonic one, by the pair that was read in the least time."""
    pairs = []
    for _ in range(20):
        before = harness.now_ns()
        wall = int(time.time() * 1e9)
        pairs.append((harness.now_ns() - before, wall - before))
    return min(pairs)[1]


def lines_of(log):
    """[(time, name)] so far."""
    try:
        return [(int(line[0]), line[1]) for line in harness.read_log(log)]
    except FileNotFoundError:
        return []


def blocks_of(lines, begin, end):
    """{name: tasks} of the blocks that lie between these times."""
    times = {}
    for t_ns, name in lines:
        times.setdefault(name, []).append(t_ns)
    return {name: len(row) for name, row in times.items()
            if row[0] >= begin and row[-1] < end and name != lines[-1][1]}


def held_blocks(case, got, want):
    rows = {row["name"]: row for row in got["functions"]}
    case.need(len(want) >= 2, "too few blocks to hold it to: %r" % want)
    exact = 0
    for name, tasks in want.items():
        told = rows.get(name, {}).get("tasks", 0)
        case.check(abs(told - tasks) * 100 <= tasks, "%s: %d tasks, not %d" % (name, told, tasks))
        exact += told == tasks
    case.note("%d of %d blocks to the task" % (exact, len(want)))


def held_sum(case, got, lines, begin, end):
    least = sum(1 for t_ns, _ in lines if begin + SECOND <= t_ns < end - SECOND // 10)
    most = sum(1 for t_ns, _ in lines if begin <= t_ns < end + SECOND // 10)
    told = got["tasks"]["returned"]
    case.check(least * 0.99 <= told <= most * 1.01,
               "%d tasks returned, not %d to %d" % (told, least, most))


def middle(case, row, interpreter, method):
    kind, workload, _, module, is_named = row
    harness.need_bpf()
    needs(module)
    pid, log = steady(case, interpreter, workload, method)
    offset = wall_offset()
    report = harness.report(case, pid, "--duration", str(DURATION_S))
    lines = lines_of(log)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    for key, value in (("kind", kind), ("pid", pid), ("start_method", method)):
        case.equal(key, got[key], value)
    begin = report["session"]["started_wall_ns"] - offset
    end = begin + report["session"]["duration_ns"]
    case.check(got["state"] in ("busy", "idle"), "state: %r" % got["state"])
    case.equal("deaths", got["deaths"], [])
    case.equal("lost", got["tasks"]["lost"], 0)
    if is_named:
        held_blocks(case, got, blocks_of(lines, begin + SETTLED_NS, end - SECOND))
    else:
        held_sum(case, got, lines, begin, end)


def row_of(row, interpreter, version, method):
    return ("%s, %s, %s" % (row[1], method, version),
            lambda case: middle(case, row, interpreter, method), 90)


def main():
    found = harness.pythons()
    newest = max(found, key=lambda row: [int(n) for n in row[1].split(".")])
    rows = []
    for row in KINDS:
        for method in row[2]:
            interpreter, version = (DEBIAN, "Debian") if row[3] else newest
            rows.append(row_of(row, interpreter, version, method))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
