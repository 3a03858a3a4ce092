#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: each pool is stuck for seconds
# timeout: 1200
"""Pools that do not move: each rule gives its verdict, and nearly the same pool gives none. On one
interpreter by fork; and some of them on others and by other methods, or with the word "matrix" on
the command line each on all."""
import os
import subprocess
import sys

import harness

SOON_NS = 5 * 1000000000


# Of the others one each: (way, "3.8", start method).
DIAGONAL = [
    ("lost-task", "3.8", "spawn"),
    ("task-lock", "3.13", "spawn"),
    ("result-lock", "3.9", "fork"),
    ("reader-died", "3.12", "forkserver"),
    ("start-held", "3.10", "spawn"),
    ("fork-lock", "3.13", "fork"),
    ("pipe-full", "3.12", "forkserver"),
    ("unreadable", "3.9", "spawn"),
    ("unpicklable", "3.13", "spawn"),
]
METHODS = ("fork", "spawn", "forkserver")
# What needs a fork, needs no method, or has a version's fault.
ONLY_FORK = ("fork-lock", "no-fork-lock")
ONE_METHOD = ("unguarded", "retire")
SINCE = {"retire": (3, 11)}
# Prints something where it has been mended: then there is nothing to wait for.
MENDED = {"retire": "import concurrent.futures.process as p; "
                    "print('_replace_dead_worker' in dir(p._ExecutorManagerThread) or '')"}


class Way:
    """A way of tests/pools/stalls.py: the verdict on it, and what it names."""

    def __init__(self, name, reason, text, letters, **kwargs):
        self.name = name
        self.reason = reason  # None: even without --healthy it gives none
        self.text = text
        self.letters = letters
        self.trap = kwargs.get("trap")  # finding that says the same
        self.finding = kwargs.get("finding")  # finding that is the verdict: it is no stall
        self.findings = kwargs.get("findings", 1)  # of that one
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
    Way("unguarded", "start-stuck", "no worker gets ready", "C", trap="main-rerun"),
    Way("start-held", "start-stuck", "before their first task", "init",
        waits=[("worker", "semaphore")], at=[("parent", "start_held"), ("worker", "take_gate")]),
    Way("breaks", None, "", "H", finding="broken-pool"),
    Way("unreadable", None, "could not be unpickled in the parent", "G",
        finding="unpickle-failed"),
    Way("unpicklable", None, "never left the parent", "L", finding="task-unpicklable",
        findings=2),  # of calls, and of items
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


def start_way(case, way, where, seconds, *args):
    interpreter, method = where
    name = "-".join([way.name, "%g" % seconds] + [a.strip("-") for a in args])
    told = case.path(name + ".told")
    child, tape = start(case, name, [harness.pool("stalls"), way.name, "--seconds", str(seconds),
                                     "--method", method, "--told", told] + list(args), interpreter)
    return child, tape, told


def stalls(pools):
    return [s for p in pools for s in p["stalls"] + ([p["stall"]] if p["stall"] else [])]


def lacks(way, pool):
    """What should be waited for and is not, and functions that should be on a stack."""
    processes = pool["stall"]["processes"]
    waits = [(p["role"], t["waits_for"]) for p in processes for t in p["threads"]]
    at = [(p["role"], f["function"]) for p in processes for t in p["threads"]
          if t["tid"] == p["pid"] for f in t["python"]]
    if pool["start_method"] == "forkserver":
        # Its end is a message of the fork server's.
        waits = [(role, "child" if what == "poll" else what) for role, what in waits]
    return [w for w in way.waits if w not in waits] + [a for a in way.at if a not in at]


def stalled(case, way, tape, seen):
    """The pool of a recording that still grows, once all is said of it."""
    done = harness.pooltop(case, "report", tape, "--json")
    pools = done.json()["pools"] if done.status == 0 else []
    seen += [p for p in pools if p["stall"]]
    return seen and not lacks(way, seen[-1])


def watch(case, way, where, seconds):
    """(pool while it was stalled, what the program told)"""
    child, tape, told = start_way(case, way, where, seconds)
    facts = harness.ready(case, told, 30)
    seen = []
    try:
        harness.wait_for(lambda: stalled(case, way, tape, seen), seconds, "the verdict")
    except harness.Failed:
        pass
    return seen[-1] if seen else None, facts, child, tape


def verdict(case, way, where):
    """Once more, and longer, if others had the machine to themselves."""
    pool = facts = child = tape = None
    for seconds in (7, 20):
        pool, facts, child, tape = watch(case, way, where, seconds)
        if pool and pool["stall"]["found_ns"] - facts["t_ns"] < SOON_NS and not lacks(way, pool):
            break
        case.note("not all was said in time: %r" % (pool and [
            pool["stall"]["reason"], pool["stall"]["found_ns"] - facts["t_ns"],
            lacks(way, pool)],))
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


def first_told(case, way, tape):
    """When the recording, which still grows, has the finding."""
    done = harness.pooltop(case, "report", tape, "--json")
    pools = done.json()["pools"] if done.status == 0 else []
    return harness.now_ns() if sum(
        t["id"] == way.finding for p in pools for t in p["traps"]) == way.findings else None


def watch_found(case, way, where, seconds):
    child, tape, told = start_way(case, way, where, seconds)
    facts = harness.ready(case, told, 30)
    try:
        at = harness.wait_for(lambda: first_told(case, way, tape), seconds, "the finding")
    except harness.Failed:
        at = 1 << 62
    return child, tape, facts, at - facts["t_ns"]


def found(case, way, where):
    """What a pool says itself, or does not survive, is a finding and no stall."""
    for seconds in (7, 20):
        child, tape, facts, late_ns = watch_found(case, way, where, seconds)
        if late_ns < SOON_NS:
            break
        case.note("told %.1f s after it began" % (late_ns / 1e9))
    case.check(late_ns < SOON_NS, "it is told in time")
    harness.wait_end(case, child, 60, "the program ends")
    pools = harness.report(case, tape)["pools"]
    traps = [t for p in pools for t in p["traps"] if t["id"] == way.finding]
    case.equal("findings", len(traps), way.findings)
    for trap in traps:
        case.check(way.text in trap["text"], "%r is not in %r" % (way.text, trap["text"]))
        case.check(not facts["pids"] or any(str(p) in trap["text"] for p in facts["pids"]),
                   "none of %r is named in %r" % (facts["pids"], trap["text"]))
    case.equal("stalls", stalls(pools), [])


def page(case, tape, way):
    """The same in words, and on the screen."""
    text = harness.pooltop(case, "report", tape).out.decode()
    case.check("stalled (%s)" % way.reason in text, "the page says so: %r" % text[:1500])
    for _, function in way.at:
        case.check("%s (stalls.py:" % function in text,
                   "the page has %s: %r" % (function, text[:2500]))
    screen = harness.pooltop(case, "replay", tape, "--once", "--size", "100x30").out.decode()
    case.check("stalled" in screen, "the screen says so: %r" % screen[:1500])


def one(case, way, where):
    harness.need_bpf()
    near = start_way(case, way, where, 7, "--healthy")
    if way.reason:
        child, tape = verdict(case, way, where)
        page(case, tape, way)
        harness.wait_end(case, child, 60, "the stuck program ends")
        past = stalls(harness.report(case, tape)["pools"])
        case.check(way.reason in [s["reason"] for s in past], "it is kept: %r" % past)
    elif way.finding:
        found(case, way, where)
    else:
        near = start_way(case, way, where, 7)
    harness.wait_end(case, near[0], 60, "the near miss ends")
    got = harness.report(case, near[1])["pools"]
    case.check(got and sum(p["tasks"]["sent"] for p in got), "the near miss had a pool at work")
    case.equal("verdicts on the near miss", stalls(got), [])
    if way.finding:
        case.equal("findings on the near miss", [t["text"] for p in got for t in p["traps"]
                                                 if t["id"] == way.finding], [])


# Programs of all kinds that do well: (pool, arguments), with {} where a file of their own goes.
HEALTHY = [
    ("kind_pool", "--method fork"), ("kind_pool", "--method spawn"),
    ("kind_pool", "--method forkserver"), ("kind_executor", "--method fork"),
    ("kind_executor", "--method spawn"), ("kind_process", "--method fork"),
    ("kind_process", "--method spawn"), ("healthy", "--how close"), ("healthy", "--how terminate"),
    ("healthy", "--how busy"), ("healthy", "--how with"), ("healthy", "--how exit"),
    ("recycle", "--log {} --tasks 100"), ("shape_several", ""), ("shape_nested", ""),
    ("shape_threads", ""), ("shape_loop", ""), ("busy", "--seconds 6 --task-us 500"),
    ("busy", "--seconds 6 --task-us 300000"), ("shared", ""),
]
OF_MODULES = [("joblib", "kind_joblib"), ("joblib", "kind_loky"), ("billiard", "kind_billiard"),
              ("celery", "kind_celery"), ("torch", "kind_loader")]


def healthy(case):
    """All at once, in one recording."""
    harness.need_bpf()
    commands, truths = [], []
    for name, args in HEALTHY + [(pool, "") for module, pool in OF_MODULES if has(module)]:
        truths.append(case.path("%d.truth" % len(truths)))
        log = case.path("%d.log" % len(truths))
        commands.append("%s %s --truth %s %s >%s.out 2>&1" % (
            harness.python(), harness.pool(name), truths[-1], args.format(log), truths[-1]))
    tape = case.path("tape")
    harness.record(case, tape, "sh", "-c", " & ".join(commands) + " & wait", cwd=case.folder,
                   seconds=300)
    absent = [c for c, t in zip(commands, truths) if not os.path.exists(t)]
    case.equal("programs that did not come to their end", absent, [])
    pools = harness.report(case, tape)["pools"]
    worked = sum(p["tasks"]["returned"] > 0 for p in pools)
    case.check(worked >= len(commands), "%d pools of %d programs" % (worked, len(commands)))
    case.equal("verdicts", [(p["kind"], p["command"], s["text"]) for p in pools
                            for s in stalls([p])], [])
    case.note("%d programs, %d pools, %d tasks" % (
        len(commands), len(pools), sum(p["tasks"]["returned"] for p in pools)))


def has(module):
    return subprocess.run([harness.python(), "-c", "import " + module],
                          stderr=subprocess.DEVNULL).returncode == 0


def row(way, version, path, method, prefix=""):
    name = "%s%s: %s%s" % (prefix, way.letters, way.name,
                           ", Python %s, %s" % (version, method) if version else "")
    return name, lambda case: one(case, way, (path, method)), 150


def diagonal():
    ways, found = {way.name: way for way in WAYS}, {}
    for path, version in harness.pythons():
        found.setdefault(version.rpartition(".")[0], path)
    return [row(ways[name], version, found[version], method)
            for name, version, method in DIAGONAL if version in found]


def is_mended(way, path):
    return way.name in MENDED and subprocess.run(
        [path, "-c", MENDED[way.name]], stdout=subprocess.PIPE).stdout.strip() != b""


def matrix():
    rows = []
    for path, version in harness.pythons():
        for way in WAYS:
            if tuple(int(n) for n in version.split(".")) < SINCE.get(way.name, ()) or \
                    is_mended(way, path):
                continue
            methods = METHODS[:1] if way.name in ONLY_FORK + ONE_METHOD else METHODS
            rows += [row(way, version, path, method, "matrix, ") for method in methods]
    return rows


def main():
    rows = [row(way, None, harness.python(), "fork") for way in WAYS] + diagonal()
    rows.append(("programs that do well, side by side: no verdict", healthy, 400))
    return harness.main(matrix() if "matrix" in sys.argv else rows)


if __name__ == "__main__":
    sys.exit(main())
