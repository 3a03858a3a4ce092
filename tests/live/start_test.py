#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
"""How workers start: phases, and the modules that cost most, against what the program measures.

A phase is held between two times that the program itself took: of what costs alone, and from the
last thing before it to the first behind it. What is told by looking at a process now and then is
right only if pooltop gets a core now and then, so a run that fails is done once more."""
import json
import os
import sys

import harness

PHASES = ("interpreter_ns", "imports_ns", "main_ns", "prepare_ns", "initializer_ns")


class Run:
    """One recorded run: its pool, and what its processes said, by PID."""

    def __init__(self, case, number, interpreter, how, args, nested):
        tape, log = case.path("tape-%d" % number), case.path("log-%d" % number)
        env = dict(os.environ, STARTS_LOG=log, STARTS_HOW=how, STARTS_NESTED=str(int(nested)))
        harness.record(case, tape, interpreter, harness.pool("starts"), *args, env=env,
                       seconds=60)
        self.pool = harness.one_pool(case, harness.report(case, tape))
        self.page = harness.pooltop(case, "report", tape).out.decode()
        self.screen = harness.pooltop(case, "replay", tape, "--once", "--view", "start-up",
                                      "--size", "160x50").out.decode()
        self.said = {}
        with open(log) as f:
            for line in f:
                facts = json.loads(line)
                self.said.setdefault(facts["pid"], {}).update(facts)


def between(what, got, least, most, share):
    """A list: empty, or the fault."""
    if got is not None and (1 - share) * least <= got <= (1 + share) * most:
        return []
    return ["%s: %r ns, not between %d and %d within %d %%" % (what, got, least, most,
                                                              100 * share)]


def adds_up(w):
    start = w["start"]
    total = sum(start[key] for key in PHASES)
    if abs(total - start["total_ns"]) <= 0.01 * start["total_ns"]:
        return []
    return ["worker %d: phases are %d ns, its start is %d" % (w["pid"], total, start["total_ns"])]


def imports(run, method, nested):
    """The module is named first, with its time; the main module with its own."""
    faults, share = [], 0.25 if nested else 0.15
    for w in run.pool["workers"]:
        start, said = w["start"], run.said.get(w["pid"])
        faults += adds_up(w)
        if not said:  # a fork server that has the main module ready (fixed in late 3.13)
            if method != "forkserver":
                faults.append("worker %d said nothing" % w["pid"])
                continue
            start, said = run.pool["fork_server"], run.said[run.pool["fork_server"]["pid"]]
        dearest = start["modules"][0]
        if dearest["name"] != "start_cost" or dearest["origin"] != "own":
            faults.append("dearest of %d: %r" % (w["pid"], start["modules"][:4]))
        faults += between("start_cost", dearest["self_ns"], said["module"][0], said["module"][1],
                          share)
        least, most = said["main"]
        faults += between("main", start["main_ns"], least if least > 1e8 else 0,
                          most + (1e8 if least > 1e8 else 2e8), 0.15)
        if method == "spawn" and not start["launch_ns"] + start["interpreter_ns"]:
            faults.append("no interpreter: %r" % start)
        if method == "forkserver" and w["start"]["interpreter_ns"]:
            faults.append("an interpreter: %r" % w["start"])
    return faults


def server(run, method):
    got = run.pool["fork_server"]
    if method != "forkserver":
        return ["a fork server: %r" % got] if got else []
    if not got or got["pid"] in [w["pid"] for w in run.pool["workers"]]:
        return ["no fork server: %r" % got]
    return [] if got["interpreter_ns"] > 0 and got["total_ns"] > 0 else ["%r" % got]


def words(run):
    """The page and the screen name it too."""
    return ["%s does not name start_cost:\n%s" % (name, text)
            for name, text in (("the page", run.page), ("the screen", run.screen))
            if "start_cost" not in text]


def twice(case, run_it, judge):
    """The faults of the first run that has none, or of the second."""
    harness.need_bpf()
    faults = []
    for number in (1, 2):
        faults = judge(run_it(number))
        if not faults:
            return
        case.note("run %d: %s" % (number, "; ".join(faults)))
    case.check(False, "; ".join(faults))


def dear_import(case, interpreter, method, how, nested=False):
    args = ["--method", method, "--main"]
    twice(case, lambda n: Run(case, n, interpreter, how, args, nested),
          lambda run: imports(run, method, nested) + server(run, method) + words(run))


def forked(case, interpreter):
    def judge(run):
        faults = []
        for w in run.pool["workers"]:
            start, took = w["start"], run.said[w["pid"]]["initializer"]
            faults += adds_up(w)
            faults += between("initializer", start["initializer_ns"], took, start["total_ns"], 0.15)
            if start["interpreter_ns"] or start["main_ns"]:
                faults.append("a fork has %r" % start)
            if start["initializer"] != "get_ready":
                faults.append("initializer: %r" % start["initializer"])
        return faults

    twice(case, lambda n: Run(case, n, interpreter, "sleep",
                              ["--method", "fork", "--initializer"], False), judge)


def main():
    found = harness.pythons((3, 6))
    debian, others = found[0], sorted(found[1:], key=lambda f: [int(n) for n in f[1].split(".")])
    rows = []
    for path, version in [debian] + others[:1] + others[len(others) // 2:][:1] + others[-1:]:
        for method, how in (("spawn", "sleep"), ("forkserver", "burn")):
            rows.append(("a dear import, %s by %s on %s" % (how, method, version),
                         lambda case, p=path, m=method, h=how: dear_import(case, p, m, h), 120))
    rows.append(("a dear import, burn by spawn on %s" % debian[1],
                 lambda case: dear_import(case, debian[0], "spawn", "burn"), 120))
    rows.append(("a dear import that has imports of its own",
                 lambda case: dear_import(case, debian[0], "spawn", "sleep", True), 120))
    rows.append(("fork and an initializer", lambda case: forked(case, debian[0]), 120))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
