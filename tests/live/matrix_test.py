#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every kind, start method and interpreter
# timeout: 1500
"""Every kind of pool, by every start method, on every interpreter: a table of what was held
against the workload's own counts. Each row records one workload of tests/pools with mixed calls
and then wants of the report: every count and every byte, the functions by name, the failures by
type, message and last line of their traceback. They are held again with the recording's messages
in disorder."""
import os
import sys

import harness

DEBIAN = "/usr/bin/python3"

ALL = ("fork", "spawn", "forkserver")


class Watched:
    """A row of what is watched.

    module: what the workload imports, if it is none of Python's own; then it runs on Debian's
    interpreter alone, which has it from Debian's packages. few: on the oldest and the newest
    interpreter, since it is the kinds in it that differ, and they have rows of their own. more:
    what else the workload is told. cannot: {start method: what the workload then dies of}, where
    it may be unable to run by itself.
    """

    def __init__(self, name, workload, methods=ALL, module=None, few=False, more=(), cannot=None):
        self.name = name
        self.workload = workload
        self.methods = methods
        self.module = module
        self.few = few
        self.more = list(more)
        self.cannot = cannot or {}

    def interpreters(self):
        if self.module:
            return [(DEBIAN, "Debian")]
        found = harness.pythons((3, 6))
        if not self.few:
            return found
        found.sort(key=lambda row: [int(n) for n in row[1].split(".")])
        return found[:1] + found[1:][-1:]


# multiprocess 0.70.12.2, which is Debian's, starts programs as Python 3.8 did; 3.11, which is
# Debian's too, wants more arguments (multiprocess/util.py, spawnv_passfds()).
NO_SPAWN = {method: "fork_exec() takes exactly 23 arguments (21 given)"
            for method in ("spawn", "forkserver")}

EVERY = "joblib, billiard, multiprocess, torch"

KINDS = (
    Watched("Pool", "kind_pool"),
    Watched("ProcessPoolExecutor", "kind_executor"),
    Watched("several pools", "shape_several", few=True),
    Watched("pools in workers", "shape_nested", few=True),
    Watched("pools in a loop", "shape_loop", few=True),
    Watched("a forker of threads", "shape_threads", methods=("fork",), few=True),
    Watched("two executors", "shape_twins", few=True, more=("--kind", "executor")),
    Watched("two of loky", "shape_twins", methods=("loky",), module="joblib",
            more=("--kind", "loky")),
    Watched("two of multiprocess", "shape_twins", methods=("fork",), module="multiprocess",
            more=("--kind", "multiprocess")),
    Watched("two of billiard", "shape_twins", module="billiard", more=("--kind", "billiard")),
    Watched("two of DataLoader", "shape_twins", methods=("fork", "spawn"), module="torch",
            more=("--kind", "loader")),
    Watched("kinds at a time", "shape_kinds", module=EVERY,
            more=("--shape", "together")),
    Watched("kinds in a loop", "shape_kinds", module=EVERY,
            more=("--shape", "loop")),
    Watched("kinds in workers", "shape_kinds", module=EVERY,
            more=("--shape", "workers")),
    Watched("loky", "kind_loky", methods=("loky",), module="joblib, numpy"),
    Watched("joblib's Pool", "kind_joblib", methods=("fork",), module="joblib"),
    Watched("billiard", "kind_billiard", module="billiard"),
    Watched("Celery", "kind_celery", methods=("fork",), module="celery"),
    Watched("Celery, two programs", "shape_celeries", methods=("fork",), module="celery"),
    Watched("Celery, one program", "shape_celeries", methods=("fork",), module="celery",
            more=("--shape", "threads")),
    Watched("DataLoader", "kind_loader", module="torch"),
    Watched("Process", "kind_process"),
    Watched("multiprocess' Pool", "kind_pool", module="multiprocess",
            more=("--package", "multiprocess"), cannot=NO_SPAWN),
    Watched("multiprocess' Process", "kind_process", module="multiprocess",
            more=("--package", "multiprocess"), cannot=NO_SPAWN),
)

table = []


def failures_of(pool):
    """{what tally.py writes of a failure: how often}"""
    found = {}
    for row in pool["failures"]:
        lines = [line for line in (row["traceback"] or "").strip().split("\n")
                 if line.strip() not in ("", '"""')]
        key = "\t".join((row["exception"].replace("builtins.", ""),
                         (row["message"] or "").split("\n")[0], row["function"] or "",
                         lines[-1] if lines else ""))
        found[key] = found.get(key, 0) + row["count"]
    return found


def held_tasks(case, who, got, want):
    tasks, told = got["tasks"], want["tasks"]
    for name in ("sent", "returned", "failed", "items"):
        case.equal("%s: tasks.%s" % (who, name), tasks[name], told[name])
    for name in ("taken", "done"):
        case.equal("%s: tasks.%s" % (who, name), tasks[name], told["returned"])
    for name in ("lost", "in_flight"):
        case.equal("%s: tasks.%s" % (who, name), tasks[name], 0)
    case.equal(who + ": items are estimated", tasks["items_about"], False)
    for name, value in want["bytes"].items():
        case.equal("%s: bytes.%s" % (who, name), got["bytes"][name], value)


def held_functions(case, who, got, want):
    if want["functions"] is None:
        return  # its messages name none
    rows = {str(row["name"]): row for row in got["functions"]}
    case.equal(who + ": functions", sorted(rows), sorted(want["functions"]))
    for name, told in want["functions"].items():
        for key, value in told.items():
            case.equal("%s: %s.%s" % (who, name, key), rows.get(name, {}).get(key), value)


def held_failures(case, who, got, want):
    found = failures_of(got)
    for row in sorted(set(found) | set(want["failures"])):
        case.equal("%s: failure %r" % (who, row.split("\t")), found.get(row, 0),
                   want["failures"].get(row, 0))


def held_workers(case, who, got, want):
    workers = got["workers"]
    case.equal(who + ": the workers' tasks", sum(w["tasks"] for w in workers),
               want["tasks"]["returned"])
    case.equal(who + ": the workers' items", sum(w["items"] for w in workers),
               want["tasks"]["items"])
    case.equal(who + ": the workers' bytes", sum(w["bytes_in"] + w["bytes_out"] for w in workers),
               want["bytes"]["out"] + want["bytes"]["back"])
    if "workers" in want:
        case.equal(who + ": workers", sorted(w["pid"] for w in workers), sorted(want["workers"]))
    if want.get("killed"):  # by their parent, with no task in hand
        told = [(d["sender"] or {}).get("pid") == want["pid"] and not d["task"]
                for d in got["deaths"]]
        case.equal(who + ": deaths", told, [True] * len(told))
    else:
        case.equal(who + ": deaths", got["deaths"], [])


def held_pool(case, got, want, facts):
    who = "%s of %d" % (want["kind"], want["pid"])
    for key, value in (("kind", want["kind"]), ("pid", want["pid"]), ("state", "gone"),
                       ("python", facts["python"]), ("start_method", want.get("method") or
                                                     facts["method"])):
        case.equal("%s: %s" % (who, key), got[key], value)
    held_tasks(case, who, got, want)
    held_functions(case, who, got, want)
    held_failures(case, who, got, want)
    held_workers(case, who, got, want)


def take_like(pools, want):
    """Takes the pool out of the list that is meant: of two in one parent the one of its kind, and
    with more of its workers, where they are known, and functions."""
    mine = [p for p in pools if p["pid"] == want["pid"]] or pools
    mine = [p for p in mine if p["kind"] == want["kind"]] or mine
    workers, functions = set(want.get("workers") or ()), set(want["functions"] or ())
    got = max(mine, key=lambda p: len(workers & {w["pid"] for w in p["workers"]})
              + len(functions & {f["name"] for f in p["functions"]}))
    pools.remove(got)
    return got


def held(case, report, facts):
    """Every pool of the truth, and no other, is in the report."""
    case.equal("session.mode", report["session"]["mode"], "bpf")
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    pools = sorted(report["pools"], key=lambda p: (p["pid"], p["started_ns"]))
    wanted = sorted(facts["pools"], key=lambda p: p["pid"])
    told = [(p["kind"], p["pid"], p["tasks"]["sent"]) for p in pools]
    case.need(len(pools) == len(wanted), "%d pools, not %d: %r" % (len(pools), len(wanted), told))
    for want in wanted:
        held_pool(case, take_like(pools, want), want, facts)


def needs(module):
    """Skips where Debian's interpreter has no such module."""
    if module and os.system("%s -c 'import %s' 2>/dev/null" % (DEBIAN, module)):
        raise harness.Skip("no %s here for %s" % (module, DEBIAN))


def watch(case, row, interpreter, method, told):
    """The tape; None if the workload died of what the row says that it cannot."""
    tape = case.path("tape")
    done = harness.pooltop(case, "record", "-o", tape, "--", interpreter,
                           harness.pool(row.workload), "--truth", told, "--method", method,
                           *row.more, seconds=110)
    cannot = row.cannot.get(method)
    if cannot and done.status and cannot in done.err.decode("utf-8", "replace"):
        return None
    case.need(done.status == 0, "record: %s" % done)
    return tape


def held_in_disorder(case, tape):
    """The same when records of messages come late, as on a machine with more cores or less time."""
    done = harness.run(case, [os.path.join(harness.BUILD, "tests/live/disorder"), tape, "80",
                              "200"])
    case.check(done.status == 0, "in disorder: %s" % done.out.decode("utf-8", "replace")[:2000])


def measure(case, row, interpreter, method):
    harness.need_bpf()
    needs(row.module)
    told = case.path("truth")
    tape = watch(case, row, interpreter, method, told)
    if not tape:
        case.note("it cannot run: %s" % row.cannot[method])
        version = dict(harness.pythons())[interpreter]
        table.append([row.name, method, version] + 7 * ["-"] + ["cannot"])
        return
    facts = harness.load(told)
    held(case, harness.report(case, tape), facts)
    held_in_disorder(case, tape)
    sums = [sum(pool["tasks"][name] for pool in facts["pools"])
            for name in ("sent", "returned", "failed", "items")]
    sums += [sum(pool["cancelled"] for pool in facts["pools"])]
    sums += [sum(pool["bytes"][name] for pool in facts["pools"]) for name in ("out", "back")]
    table.append([row.name, method, facts["python"]] + sums + ["no" if case.faults else "yes"])


def row_of(row, interpreter, version, method):
    return ("%s, %s, %s" % (row.name, method, version),
            lambda case: measure(case, row, interpreter, method), 150)


def print_table():
    heads = ["kind", "start", "Python", "sent", "back", "failed", "items", "cancelled", "bytes out",
             "bytes back", "exact"]
    print("# " + " ".join("%-*s" % (w, h) for h, w in zip(heads, WIDTHS)))
    for row in table:
        print("# " + " ".join("%-*s" % (w, v) for v, w in zip(row, WIDTHS)))


WIDTHS = (20, 11, 8, 6, 6, 7, 6, 10, 11, 11, 5)


def main():
    rows = [row_of(row, interpreter, version, method) for row in KINDS
            for method in row.methods for interpreter, version in row.interpreters()]
    good = harness.main(rows)
    print_table()
    return good


if __name__ == "__main__":
    sys.exit(main())
