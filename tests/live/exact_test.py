#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: pools that pickle for seconds
# timeout: 600
"""What pickling and unpickling cost, against workers that measure it themselves: sampled, and with
--exact measured; and that the probes of --exact go off by themselves.

A worker's own clock leaves out what the machine takes from it, by interrupts or as a guest, and the
wall's has what other processes take from it too: it is something between these two. A run that is
off is done again, twice at most."""
import os
import re
import shutil
import sys

import harness

SAMPLED, EXACT = 0.10, 0.02  # of the workers' own measurement
SPARE = 0.02  # seconds: the cheap side of a workload is a few milliseconds
TASKS = {"argument": 30, "result": 30, "setstate": 20, "reduce": 20}  # where it is sampled
DEAR = {"argument": "unpickle", "setstate": "unpickle", "result": "pickle", "reduce": "pickle"}


def own_python(case):
    """A copy of the usual interpreter, stripped as Debian has it, whose code nobody else runs."""
    path = harness.python()
    if path != "/usr/bin/python3":
        return path, dict(os.environ)
    real = os.path.realpath(path)
    return shutil.copy(real, case.path(os.path.basename(real))), dict(os.environ, PYTHONHOME="/usr")


class Run:
    def __init__(self, case, number, python, options, how, *args):
        path, env = python
        self.tape = case.path("tape-%d" % number)
        truth = case.path("truth-%d" % number)
        done = harness.pooltop(case, "record", *options, "-o", self.tape, "--", path,
                               harness.pool("pickling"), how, "--truth", truth, *args,
                               env=env, seconds=120)
        case.need(done.status == 0, "record: %s" % done)
        self.report = harness.report(case, self.tape)
        if options and any("kernel does not take" in m["fix"]
                           for m in self.report["session"]["missing"]):
            raise harness.Skip("needs uprobes")
        self.pool = harness.one_pool(case, self.report)
        self.truth = harness.load(truth)


def judge(run, how, within):
    """A list of faults."""
    faults = []
    workers, functions = run.pool["workers"], run.pool["functions"]
    for state in ("unpickle", "pickle"):
        want = run.truth[state]
        most = max(want, run.truth[state + "_wall"])
        room = within * want if DEAR[how] == state else SPARE
        for whose, rows in (("workers", workers), ("functions", functions)):
            got = sum(row["state_ns"][state] for row in rows) / 1e9
            if not want - room <= got <= most + room:
                faults.append("%s of %s: %.4f s, and they say %.4f s, by the wall %.4f"
                              % (state, whose, got, want, most))
    for w in workers:
        life = w["end"]["t_ns"] - w["born_ns"]
        if abs(sum(w["state_ns"].values()) - life) > 0.01 * life:
            faults.append("%d: states do not add up to its life" % w["pid"])
    return faults


def against_itself(case, how, options, within, args, python=None):
    harness.need_bpf()
    python = python or own_python(case)
    for number in (1, 2, 3):
        run = Run(case, number, python, options, how, *args)
        case.equal("what is missing", run.report["session"]["missing"], [])
        faults = judge(run, how, within)
        if not faults:
            break
        case.note("run %d: %s" % (number, "; ".join(faults)))
    case.check(not faults, "; ".join(faults))


def too_dear(case):
    """Tasks so small that a probe is a good part of each."""
    harness.need_bpf()
    run = Run(case, 1, own_python(case), ["--exact"], "small")
    missing = run.report["session"]["missing"]
    case.need([m["feature"] for m in missing] == ["exact"], "missing: %r" % missing)
    words = missing[0]["fix"]
    found = re.search(r"went off by themselves: (\d+) calls of ([\d.]+) (\S+) are", words)
    case.need(found, "it says why: %r" % words)
    calls, of = int(found.group(1)), float(found.group(2))
    of *= {"ns": 1e-9, "\u00b5s": 1e-6, "ms": 1e-3}[found.group(3)]
    # Four calls a task, both sides: if they had stayed on, all of them would have been probed.
    case.check(0 < calls < 2 * run.truth["tasks"],
               "%d calls of %d tasks" % (calls, run.truth["tasks"]))
    case.check(0.2e-6 < of < 100e-6, "a call costs %g s" % of)
    page = harness.pooltop(case, "report", run.tape).out.decode()
    screen = harness.pooltop(case, "replay", run.tape, "--once", "--size", "160x50").out.decode()
    case.check("exact" in page and "went off by themselves" in page, "the page says so: %s" % page)
    case.check("without exact" in screen, "the screen says so: %s" % screen)
    case.equal("tasks", run.pool["tasks"]["returned"], run.truth["tasks"])


def row(how, what, path, version, method, tasks):
    options, within = (["--exact"], EXACT) if what == "exact" else ([], SAMPLED)
    args = ["--tasks", tasks, "--method", method]
    args += [] if what == "exact" else ["--workers", "1"]
    return ("%s, %s, %s by %s" % (how, what, version, method),
            lambda case: against_itself(case, how, options, within, args,
                                        own(path)), 280)


def own(path):
    """Others run the usual one too: then it is a copy."""
    return None if path == harness.python() else (path, dict(os.environ))


def every():
    """Every interpreter (make check-exact), by fork and by spawn in turn."""
    number = 0
    for path, version in harness.pythons((3, 7)):
        for how, tasks in TASKS.items():
            for what in ("sampled", "exact"):
                number += 1
                yield row(how, what, path, version, ("fork", "spawn")[number // 2 % 2],
                          tasks if what == "sampled" else 10)


def usual():
    for how, tasks in TASKS.items():
        yield ("%s, sampled" % how, lambda case, h=how, n=tasks: against_itself(
            case, h, [], SAMPLED, ["--workers", "1", "--tasks", n]), 280)
        yield ("%s, exact" % how, lambda case, h=how: against_itself(
            case, h, ["--exact"], EXACT, ["--tasks", 10]), 280)
    others = sorted(harness.pythons((3, 7)), key=lambda row: [int(n) for n in row[1].split(".")])
    for path, version in others[:1] + others[-1:]:
        for how, method in (("setstate", "spawn"), ("reduce", "fork")):
            yield row(how, "exact", path, version, method, 10)
    yield "probes that are too dear go off", too_dear, 120


def main():
    all_of_them = sys.argv[1:2] == ["every"]
    if all_of_them:
        del sys.argv[1]
    return harness.main(list(every() if all_of_them else usual()))


if __name__ == "__main__":
    sys.exit(main())
