#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: each pool is stuck for seconds
# timeout: 900
"""Pools that do not move: each rule gives its verdict, and nearly the same pool gives none."""
import sys

import harness

SOON_NS = 5 * 1000000000


class Way:
    """A way of tests/pools/stalls.py: the verdict on it, and what it names."""

    def __init__(self, name, reason, text, letters, **kwargs):
        self.name = name
        self.reason = reason  # None: even without --healthy it gives none
        self.text = text
        self.letters = letters
        self.trap = kwargs.get("trap")  # finding that says the same
        self.args = kwargs.get("args", [])
        self.waits = kwargs.get("waits", ())  # what some process waits for: (role, waits_for)
        self.at = kwargs.get("at", ())  # its functions on some main thread's stack: (role, name)


WAYS = [
    Way("lost-task", "lost-task", "exit_in_task went with", "A", trap="lost-task",
        at=[("parent", "lost_task")]),
    Way("task-lock", "queue-lock-lost", "held the task queue's lock", "D",
        trap="queue-lock-lost", waits=[("worker", "semaphore")],
        at=[("parent", "task_lock")]),
    Way("result-lock", "queue-lock-lost", "the result queue's lock is lost", "E",
        trap="queue-lock-lost", waits=[("parent", "read")],
        at=[("parent", "result_lock")]),
    Way("reader-died", "result-handler-died", "reads results has ended", "F",
        trap="result-handler-died"),
    Way("fork-lock", "fork-lock", "waits for a lock of its own process", "J",
        trap="fork-with-threads", waits=[("worker", "lock")],
        at=[("parent", "fork_lock"), ("worker", "take_lock")]),
    Way("no-fork-lock", None, "", "J"),
    Way("init-raises", "start-stuck", "no worker gets ready", "B", trap="respawn-loop"),
    Way("retire", "start-stuck", "no worker is left", "I"),
    Way("pipe-full", "pipe-full", "which is full and which its parent does not read", "full",
        waits=[("parent", "child"), ("worker", "write")],
        at=[("parent", "pipe_full"), ("worker", "serve")]),
    Way("two-pipes-full", "pipe-full", "room in another full pipe", "full",
        waits=[("parent", "write"), ("worker", "write")],
        at=[("parent", "two_pipes_full"), ("worker", "echo")]),
    Way("back-pressure", None, "", "K"),
    Way("straggler", "straggler", "all wait for", "late",
        at=[("worker", "take_long")]),
    Way("long-tasks", None, "", "late"),
]


def start(case, name, argv, interpreter):
    tape = case.path(name + ".tape")
    child = case.start([harness.POOLTOP, "record", "-o", tape, "--", interpreter] + argv,
                       stdout=open(case.path(name + ".out"), "wb"),
                       stderr=open(case.path(name + ".err"), "wb"), cwd=case.folder)
    return child, tape


def start_way(case, way, interpreter, seconds, *args):
    name = "-".join([way.name, "%g" % seconds] + [a.strip("-") for a in args])
    told = case.path(name + ".told")
    child, tape = start(case, name, [harness.pool("stalls"), way.name, "--seconds", str(seconds),
                                     "--told", told] + way.args + list(args), interpreter)
    return child, tape, told


def stalls(pools):
    return [s for p in pools for s in p["stalls"] + ([p["stall"]] if p["stall"] else [])]


def lacks(way, pool):
    """What should be waited for and is not, and functions that should be on a stack."""
    processes = pool["stall"]["processes"]
    waits = [(p["role"], t["waits_for"]) for p in processes for t in p["threads"]]
    at = [(p["role"], f["function"]) for p in processes for t in p["threads"]
          if t["tid"] == p["pid"] for f in t["python"]]
    return [w for w in way.waits if w not in waits] + [a for a in way.at if a not in at]


def stalled(case, way, tape, seen):
    """The pool of a recording that still grows, once all is said of it."""
    done = harness.pooltop(case, "report", tape, "--json")
    pools = done.json()["pools"] if done.status == 0 else []
    seen += [p for p in pools if p["stall"]]
    return seen and not lacks(way, seen[-1])


def watch(case, way, interpreter, seconds):
    """(pool while it was stalled, what the program told)"""
    child, tape, told = start_way(case, way, interpreter, seconds)
    facts = harness.ready(case, told, 30)
    seen = []
    try:
        harness.wait_for(lambda: stalled(case, way, tape, seen), seconds, "the verdict")
    except harness.Failed:
        pass
    return seen[-1] if seen else None, facts, child, tape


def verdict(case, way, interpreter):
    """Once more, and longer, if others had the machine to themselves."""
    pool = facts = child = tape = None
    for seconds in (7, 20):
        pool, facts, child, tape = watch(case, way, interpreter, seconds)
        if pool and pool["stall"]["found_ns"] - facts["t_ns"] < SOON_NS and not lacks(way, pool):
            break
        case.note("not all was said in time: %s" % (pool and pool["stall"]))
    case.need(pool, "there is a verdict")
    stall = pool["stall"]
    case.equal("state", pool["state"], "stalled")
    case.equal("reason", stall["reason"], way.reason)
    case.check(way.text in stall["text"], "%r is not in %r" % (way.text, stall["text"]))
    late = (stall["found_ns"] - facts["t_ns"]) / 1e9
    case.check(late < SOON_NS / 1e9, "found %.1f s after it began" % late)
    case.check(not facts["pids"] or any(str(p) in stall["text"] for p in facts["pids"]),
               "none of %r is named in %r" % (facts["pids"], stall["text"]))
    if way.trap:
        case.check(any(t["id"] == way.trap for t in pool["traps"]),
                   "the findings agree: %r" % [t["id"] for t in pool["traps"]])
    check_processes(case, way, pool)
    return child, tape


def check_processes(case, way, pool):
    processes = pool["stall"]["processes"]
    alive = [w["pid"] for w in pool["workers"] if w["end"] is None]
    case.equal("processes of the stalled pool", [p["pid"] for p in processes],
               [pool["pid"]] + alive)
    case.equal("what nobody waits for, or is in", lacks(way, pool), [])


def page(case, tape, way):
    """The same in words, and on the screen."""
    text = harness.pooltop(case, "report", tape).out.decode()
    case.check("stalled (%s)" % way.reason in text, "the page says so: %r" % text[:1500])
    for _, function in way.at:
        case.check("%s (stalls.py:" % function in text,
                   "the page has %s: %r" % (function, text[:2500]))
    screen = harness.pooltop(case, "replay", tape, "--once", "--size", "100x30").out.decode()
    case.check("stalled" in screen, "the screen says so: %r" % screen[:1500])


def one(case, way, interpreter):
    harness.need_bpf()
    near = start_way(case, way, interpreter, 7, "--healthy")
    if way.reason:
        child, tape = verdict(case, way, interpreter)
        page(case, tape, way)
        harness.wait_end(case, child, 60, "the stuck program ends")
        past = stalls(harness.report(case, tape)["pools"])
        case.check(way.reason in [s["reason"] for s in past], "it is kept: %r" % past)
    else:
        near = start_way(case, way, interpreter, 7)
    harness.wait_end(case, near[0], 60, "the near miss ends")
    got = harness.report(case, near[1])["pools"]
    case.check(got and sum(p["tasks"]["sent"] for p in got), "the near miss had a pool at work")
    case.equal("verdicts on the near miss", stalls(got), [])


def main():
    interpreter = harness.python()
    rows = [("%s: %s" % (way.letters, way.name), lambda case, way=way: one(case, way, interpreter),
             150) for way in WAYS]
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
