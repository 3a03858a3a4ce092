#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every kind, for seconds each
# timeout: 500
"""Coming into the middle: pools of every kind that are at work when watching begins. From the
first second on, what is counted is what the workload's own log counts.

The log has the time at which each result was read (tests/pools/steady.py), and so has the
recording. Both are counted over one and the same span, from a second after watching began to the
recording's last tick: there may be no more between the two than 1 %. The tasks go by blocks, each
with a function of its own (tests/pools/blocks.py); of each block that lies in that span every task
must be there, where messages name a function.
"""
import json
import sys
import time

import harness
from matrix_test import DEBIAN, needs

SECOND = 1000000000
SETTLED_NS = SECOND // 5  # what was sent in the first second is back by then
DURATION_S = 5
LEAST = 300  # tasks in the span: then 1 % is more than what is between two lines of the log
DEPTH = 8  # of steady.py: so many are in flight at most

# What the report calls it, the workload's kind, start methods, module; is there a name in it?
KINDS = (
    ("Pool", "Pool", ("fork", "spawn", "forkserver"), None, True),
    ("ProcessPoolExecutor", "ProcessPoolExecutor", ("fork", "spawn", "forkserver"), None, True),
    ("loky", "loky", ("loky",), "joblib", True),
    ("billiard", "billiard", ("fork", "spawn", "forkserver"), "billiard", True),
    ("billiard", "Celery", ("fork",), "celery", True),
    ("Process", "Process", ("fork", "spawn", "forkserver"), None, False),
    ("Pool", "joblib's Pool", ("fork",), "joblib", True),
    ("Pool", "multiprocess' Pool", ("fork",), "multiprocess", True),
    ("Process", "multiprocess' Process", ("fork",), "multiprocess", False),
    ("DataLoader", "DataLoader", ("fork", "spawn", "forkserver"), "torch", False),
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


def watched(case, pid):
    """(report, [task as exported]) of some seconds in the middle of its work."""
    tape = case.path("tape")
    done = harness.pooltop(case, "record", "-o", tape, "--duration", str(DURATION_S), str(pid))
    case.need(done.status == 0, "record: %s" % done)
    done = harness.pooltop(case, "export", tape, "--format", "jsonl")
    case.need(done.status == 0, "export: %s" % done)
    rows = [json.loads(line) for line in done.out.decode().splitlines()]
    return harness.report(case, tape), [row for row in rows if row["type"] == "task"]


def near(case, what, got, want, more=0):
    case.check(abs(got - want) * 100 <= want + more * 100,
               "%s: %d tasks, not %d" % (what, got, want))


def held_span(case, tasks, lines, begin, end):
    """Whatever has come that far, and is not on its way, has been sent, taken and done too."""
    want = sum(1 for t_ns, _ in lines if begin <= t_ns < end)
    case.need(want >= LEAST, "only %d tasks in %.1f s" % (want, (end - begin) / SECOND))
    counts = {}
    for step in ("sent", "taken", "done", "returned"):
        counts[step] = sum(1 for task in tasks if begin <= (task[step + "_ns"] or 0) < end)
        near(case, step, counts[step], want, 0 if step == "returned" else DEPTH)
    case.note("%d tasks by the log, %r" % (want, counts))


def blocks_of(lines, begin, end):
    """{name: tasks} of the blocks that lie between these times."""
    times = {}
    for t_ns, name in lines:
        times.setdefault(name, []).append(t_ns)
    return {name: len(row) for name, row in times.items()
            if row[0] >= begin and row[-1] < end and name != lines[-1][1]}


def held_blocks(case, got, want):
    rows = {row["name"]: row for row in got["functions"]}
    case.need(want, "no block to hold it to")
    for name, tasks in want.items():
        case.equal(name, rows.get(name, {}).get("tasks", 0), tasks)
    case.note("%d blocks" % len(want))


def middle(case, row, interpreter, method):
    kind, workload, _, module, is_named = row
    harness.need_bpf()
    needs(module)
    pid, log = steady(case, interpreter, workload, method)
    offset = wall_offset()
    report, tasks = watched(case, pid)
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
    held_span(case, tasks, lines, begin + SECOND, end)
    if is_named:
        held_blocks(case, got, blocks_of(lines, begin + SECOND + SETTLED_NS, end))
        case.check(got["tasks"]["in_flight"] <= DEPTH, "in flight: %d" % got["tasks"]["in_flight"])


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
