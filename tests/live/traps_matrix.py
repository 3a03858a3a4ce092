#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The whole zoo, many times: every program with its mistake, every healthy twin and every healthy
program, by fork and by spawn, on three interpreters. `make check-traps`; not among the tests, since
ten runs of each take hours. What was found at any tick counts, and not at the end alone.

Each run is a line of the log: a run that is there is not made again, so that what was interrupted
goes on, and what was mended is run anew after its lines were taken out.
"""
import argparse
import concurrent.futures
import json
import os
import shlex
import sys
import threading
import time

import beasts
import harness

SOON_NS = 10 * 1000000000
WANTED = ("3.9", "3.11", "3.13")


class Cell:
    """One program, in one way, on one interpreter."""

    def __init__(self, kind, thing, interpreter, method, longer):
        self.kind = kind  # healthy, twin, ill
        self.thing = thing
        self.path, self.version = interpreter
        self.seconds = longer * thing.seconds
        self.method = method
        self.name = "%s: %s, %s, %s" % (kind, thing.name(), method, self.version)
        self.argv = [str(word) for word in
                     [self.path, harness.pool("traps/" + thing.program)] + self.args()]

    def args(self):
        args = ["--seconds", self.seconds]
        if self.method in beasts.ANY:
            args += ["--method", self.method]
        if self.kind == "healthy":
            return args + self.thing.args()
        return args + self.thing.args_of(self.kind == "twin")


def judge_ill(cell, pools, changes):
    beast, faults = cell.thing, []
    pool = beasts.busiest(pools)
    mine = [c for c in changes if c.trap == beast.trap and c.text.startswith(beast.text)]
    found = [c for c in mine if c.what != "ends" and c.severity == beast.worst]
    if not found:
        faults.append("not found: %s" % beast.trap)
    elif found[0].t_ns - beasts.ready_ns(pool) > SOON_NS:
        faults.append("late: after %.1f s" % ((found[0].t_ns - beasts.ready_ns(pool)) / 1e9))
    if found and not any(beast.has in c.text for c in found):
        faults.append("no `%s` in: %s" % (beast.has, found[-1].text))
    for c in mine:
        if len([o for o in mine if o.what == "begins" and o.subject == c.subject]) > 1:
            faults.append("flickers: %s" % c)
    if beast.text:
        faults += ["another reason: %s" % c for c in changes
                   if c.trap == beast.trap and not c.text.startswith(beast.text)]
    allowed = beast.also | {beast.trap}
    return faults + [str(c) for c in changes if c.is_bad() and c.trap not in allowed]


def judge(cell, pools, changes, status):
    """What is wrong with a run: its pools, and what was said of them."""
    if not pools:
        return ["no pool"]
    if cell.kind == "ill":
        return judge_ill(cell, pools, changes)
    faults = [str(c) for c in changes if c.is_bad()]
    if sum(p["tasks"]["returned"] for p in pools) < 4:
        faults.append("it did not work")
    if status != 0:
        faults.append("exit status %s" % status)
    return faults


def watch(case, batch, budget):
    """All of them under one recorder, side by side; (report, what was said, exit statuses)."""
    script, ill = "", batch[0].kind == "ill" and batch[0].thing.cgroup
    for n, cell in enumerate(batch):
        script += "(%s >/dev/null 2>&1; echo $? >status-%d) & " % (
            " ".join(shlex.quote(word) for word in cell.argv), n)
    child, tape = beasts.start_command(case, "tape", (ill(case) if ill else [])
                                       + ["sh", "-c", script + "wait"], budget)
    longest = max(cell.seconds for cell in batch)
    report = beasts.pools(case, child, tape, 120 + 4 * longest)
    statuses = []
    for n in range(len(batch)):
        with open(case.path("status-%d" % n)) as f:
            statuses.append(int(f.read()))
    return report, beasts.changes(case, tape), statuses


def run(batch, budget):
    """A row of the log for each."""
    case = harness.Case("matrix")
    began, faults, rows = time.monotonic(), [], []
    try:
        report, changes, statuses = watch(case, batch, budget)
        faults = case.faults
    except (harness.Failed, OSError, ValueError) as e:
        report, changes, statuses = None, [], []
        faults = ["failed: %s" % e]
    finally:
        case.end()
    for n, cell in enumerate(batch):
        own, said = [], []
        if report:
            pools = [p for p in report["pools"] if p["command"] == " ".join(cell.argv)]
            said = [c for c in changes if int(c.pool) in [p["id"] for p in pools]]
            own = judge(cell, pools, said, statuses[n])
        rows.append({"cell": cell.name, "faults": faults + own,
                     "changes": [str(c) for c in said],
                     "budget": report["session"]["budget"] if report else None,
                     "seconds": round(time.monotonic() - began, 1), "load": os.getloadavg()[0]})
    return rows


class Log:
    """A line of JSON a run; those of earlier calls count."""

    def __init__(self, path):
        self.path = path
        self.rows = []
        self.lock = threading.Lock()
        if path and os.path.exists(path):
            with open(path) as f:
                self.rows = [json.loads(line) for line in f if line.strip()]

    def add(self, row):
        with self.lock:
            self.rows.append(row)
            if self.path:
                with open(self.path, "a") as f:
                    f.write(json.dumps(row) + "\n")
            for fault in row["faults"]:
                print("%s: %s" % (row["cell"], fault))
            sys.stdout.flush()

    def runs(self, cell):
        return [row for row in self.rows if row["cell"] == cell.name]


def interpreters(opts):
    found = harness.pythons()
    rows = [next((f for f in found if f[1].startswith(version + ".")), None)
            for version in WANTED]
    rows = [row for row in rows if row]
    for path in opts.python:
        version = harness.subprocess.check_output(
            [path, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"])
        rows.append((path, version.decode().strip()))
    return rows


def cells(opts):
    """Those that must not be blamed come first."""
    found = []
    for kind in opts.kinds.split(","):
        for thing in beasts.HEALTHY if kind == "healthy" else beasts.ZOO:
            homes = [i for i in interpreters(opts)
                     if not thing.module or beasts.has_module(i[0], thing.module)]
            versions = {}
            for home in homes:
                versions.setdefault(home[1].rpartition(".")[0], home)
            methods = beasts.ANY if kind == "twin" and not thing.module else thing.methods
            found += [Cell(kind, thing, home, method, opts.longer)
                      for home in versions.values()
                      for method in methods]
    return [c for c in found if not opts.words or any(w in c.name for w in opts.words)]


def is_alone(cell):
    """What is to be found wants a machine of its own, or cores that others use are blamed for
    it."""
    return cell.kind == "ill"


def batch(opts, cells):
    """The first, with others that may go with it."""
    if is_alone(cells[0]):
        return cells[:1]
    return [c for c in cells if c.kind == cells[0].kind][:opts.together]


def work_through(opts, log, table):
    end = time.monotonic() + 60 * opts.minutes

    def work(batch):
        if time.monotonic() < end:
            for row in run(batch, opts.budget):
                log.add(row)

    def work_all(cells, at_once):
        with concurrent.futures.ThreadPoolExecutor(at_once) as hands:
            while cells:
                some = batch(opts, cells)
                cells = [cell for cell in cells if cell not in some]
                hands.submit(work, some)

    for number in range(1, opts.runs + 1):
        rest = [cell for cell in table if len(log.runs(cell)) < number]
        work_all([cell for cell in rest if not is_alone(cell)], opts.at_once)
        work_all([cell for cell in rest if is_alone(cell)], 1)


def tell(log, table, runs):
    """A line for each program: its runs, and those in which something was wrong."""
    bad = short = 0
    for kind in ("healthy", "twin", "ill"):
        rows = [(cell, log.runs(cell)) for cell in table if cell.kind == kind]
        for thing in sorted({cell.thing.name() for cell, _ in rows}):
            mine = [r for cell, made in rows if cell.thing.name() == thing for r in made]
            wrong = [r for r in mine if r["faults"]]
            print("%-8s %-32s %4d runs %4d wrong" % (kind, thing, len(mine), len(wrong)))
        made = [r for _, found in rows for r in found]
        bad += sum(bool(r["faults"]) for r in made)
        short += sum(max(0, runs - len(found)) for _, found in rows)
        print("%-8s in all: %d programs and ways, %d runs, %d wrong"
              % (kind, len(rows), len(made), sum(bool(r["faults"]) for r in made)))
    print("%d runs are still to be made" % short)
    return bad or short


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=2,
                        help="runs side by side, but of those in which something is to be found")
    parser.add_argument("--together", type=int, default=1, help="healthy ones under a recorder")
    parser.add_argument("--budget", help="per cent of the machine, so small that little is told")
    parser.add_argument("--longer", type=float, default=1, help="each goes on so often as long")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin none after that long")
    parser.add_argument("--log", help="file that runs are added to")
    parser.add_argument("--python", action="append", default=[], help="another interpreter")
    parser.add_argument("--kinds", default="healthy,twin,ill")
    parser.add_argument("--tell", action="store_true", help="only what the log says")
    parser.add_argument("words", nargs="*", help="of the programs that are run")
    opts = parser.parse_args()
    harness.need_bpf()
    log, table = Log(opts.log), cells(opts)
    if not opts.tell:
        work_through(opts, log, table)
    return 1 if tell(log, table, opts.runs) else 0


if __name__ == "__main__":
    sys.exit(main())
