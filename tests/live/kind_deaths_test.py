#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every kind and way to die, for seconds each
# timeout: 400
"""Deaths of workers of every kind but Pool (deaths_test.py): who, how, with which task in hand, and
what it means for whoever waits; each held to what the workload itself saw of it. And workers that
their own parent kills, which are no deaths.
"""
import os
import subprocess
import sys
import threading

import harness
from matrix_test import DEBIAN, needs

# Kind, start method, module; the victim's job; what its caller got by the workload's own word, and
# what the certificate says of that; are the others' tasks lost with it?
KINDS = (
    ("ProcessPoolExecutor", "fork", None, 1, "BrokenProcessPool", "the pool is broken", True),
    ("ProcessPoolExecutor", "spawn", None, 1, "BrokenProcessPool", "the pool is broken", True),
    ("loky", "loky", "joblib", 1, "TerminatedWorkerError", "the pool is broken", True),
    ("billiard", "fork", "billiard", None, "WorkerLostError", "gets a WorkerLostError", False),
    ("Celery", "fork", "celery", None, "WorkerLostError", "gets a WorkerLostError", False),
    ("Process", "fork", None, None, None, "message 2 is lost", False),
    ("DataLoader", "fork", "torch", 1, "RuntimeError", "exited unexpectedly", False),
)
FUNCTION = {"ProcessPoolExecutor": "__main__.work", "billiard": "__main__.work",
            "loky": "work",  # what it pickles by value has no module
            "Celery": "kind_deaths.work"}  # its task's name
WAYS = {"exit": ("exit", None, 7), "crash": ("signal", "SIGSEGV", None),
        "kill": ("signal", "SIGKILL", None), "oom": ("oom", "SIGKILL", None)}
OF_ALL = ("crash", "exit", "kill")
# Celery's own ways to end a task: what becomes of it by its own word.
BY_PARENT = {"limit": "TimeLimitExceeded", "revoke": "revoked by SIGTERM"}
LIMIT = 100 << 20
KILLED = ("ProcessPoolExecutor", "loky", "Process", "DataLoader")


def strike(where, way, breaks):
    """Kills the victim from outside, and lets the other go on when it has ended, unless its pool
    is broken: then it has to be in the middle of its task."""
    pid = harness.wait_for(lambda: os.path.exists(where + ".victim")
                           and harness.load(where + ".victim"), 60, "the victim")["pid"]
    if way == "kill":
        subprocess.run(["kill", "-9", str(pid)], check=False)
    harness.wait_for(lambda: not is_running(pid), 60, "its end")
    if not breaks:
        open(where + ".go", "w").close()


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def recorded(case, row, way):
    """(the pool as the report has it, what the workload saw, pid of the victim)"""
    kind, method, module = row[:3]
    harness.need_bpf()
    needs(module)
    interpreter = DEBIAN if module else harness.python()
    where, tape = case.path("truth"), case.path("tape")
    striker = threading.Thread(target=strike, args=(where, way, row[6]), daemon=True)
    striker.start()
    extra = ["--cgroup", harness.cgroup(case, LIMIT)] if way == "oom" else []
    done = harness.pooltop(case, "record", "-o", tape, "--", interpreter,
                           harness.pool("kind_deaths"), "--kind", kind, "--way", way, "--method",
                           method, "--truth", where, *extra, seconds=70)
    case.need(done.status == 0, "record: %s" % done)
    striker.join(10)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    case.equal("kind", got["kind"], "billiard" if kind == "Celery" else kind)
    return got, harness.load(where), harness.load(where + ".victim")["pid"]


def dies(case, row, way):
    kind, _, _, job, outcome, words, breaks = row
    got, want, victim = recorded(case, row, way)
    end, name, code = WAYS[way]
    case.equal("what its caller got", want["outcome"], outcome)
    case.need(len(got["deaths"]) == 1, "deaths: %r" % [
        (d["pid"], d["end"], d["signal"], d["consequence"]) for d in got["deaths"]])
    death = got["deaths"][0]
    for key, value in (("pid", victim), ("end", end), ("signal", name), ("exit_code", code)):
        case.equal(key, death[key], value)
    case.need(death["task"], "no task in hand")
    case.equal("task.job", death["task"]["job"], want.get("job", job))
    if kind in FUNCTION:
        case.equal("function", death["task"]["function"], FUNCTION[kind])
    case.check(words in death["consequence"], "consequence: %r" % death["consequence"])
    if way == "kill":
        case.equal("sender", (death["sender"] or {}).get("comm"), "kill")
    if way == "oom":
        case.equal("oom.limit_bytes", (death["oom"] or {}).get("limit_bytes"), LIMIT)
    case.equal("tasks.sent", got["tasks"]["sent"], 2)
    case.equal("tasks.lost", got["tasks"]["lost"], 2 if breaks else 1)
    case.equal("terminated", got["ends"]["terminated"] > 0, breaks)


def killed_by_parent(case, row):
    """Its own act is no death; whatever they had in hand is lost all the same."""
    got, _, _ = recorded(case, row, "parent")
    case.equal("deaths", [(d["pid"], d["signal"]) for d in got["deaths"]], [])
    case.equal("ends.terminated", got["ends"]["terminated"], 2)
    case.equal("tasks.lost", got["tasks"]["lost"], 2)
    ids = [trap["id"] for trap in got["traps"]]
    case.check("unpickle-failed" not in ids and "broken-pool" not in ids, "findings: %r" % ids)


def ended_by_celery(case, way):
    """It ends the worker, and tells the task's caller: no death, but a task that is lost."""
    got, want, victim = recorded(case, KINDS[4], way)
    case.equal("what its caller got", want["outcome"], BY_PARENT[way])
    case.equal("deaths", [(d["pid"], d["signal"]) for d in got["deaths"]], [])
    case.equal("ends.terminated", got["ends"]["terminated"], 1)
    ends = {w["pid"]: w["end"] and w["end"]["end"] for w in got["workers"]}
    case.equal("its end", ends.get(victim), "terminated")
    case.equal("tasks", (got["tasks"]["sent"], got["tasks"]["lost"]), (2, 1))


def main():
    rows = []
    for row in KINDS:
        for way in OF_ALL:
            rows.append(("%s, %s: %s" % (row[0], row[1], way),
                         lambda case, row=row, way=way: dies(case, row, way), 120))
    rows += [("Celery, out of memory", lambda case: dies(case, KINDS[4], "oom"), 120)]
    rows += [("Celery, ended by its parent: " + way,
              lambda case, way=way: ended_by_celery(case, way), 120) for way in sorted(BY_PARENT)]
    for row in KINDS:
        if row[0] in KILLED:
            rows.append(("%s, %s: killed by its parent" % row[:2],
                         lambda case, row=row: killed_by_parent(case, row), 120))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
