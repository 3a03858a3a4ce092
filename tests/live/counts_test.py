#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Tasks, items and bytes of a Pool, equal to what its parent counted, on every interpreter."""
import sys

import harness


def equal_items(case, what, got, want, about):
    """To the item; but where the report says that it estimates, within one in a hundred."""
    case.check(got == want or (about and abs(got - want) * 100 <= want),
               "%s: %r, not %r" % (what, got, want))


def equal_sums(case, got, want):
    """got: a pool of the report; want: the truth of its workload."""
    tasks, told = got["tasks"], want["tasks"]
    for name in ("sent", "taken", "done", "returned"):
        case.equal("tasks." + name, tasks[name], told["sent" if name == "sent" else "returned"])
    case.equal("tasks.failed", tasks["failed"], told["failed"])
    equal_items(case, "tasks.items", tasks["items"], told["items"], tasks["items_about"])
    for name in ("lost", "in_flight"):
        case.equal("tasks." + name, tasks[name], 0)
    for name in ("out", "back", "out_max", "back_max"):
        case.equal("bytes." + name, got["bytes"][name], want["bytes"][name])


def equal_functions(case, got, want):
    rows = {row["name"]: row for row in got["functions"]}
    case.equal("functions", sorted(map(str, rows)), sorted(want["functions"]))
    for name, told in want["functions"].items():
        row = rows.get(name, {})
        for key, value in told.items():
            if key != "items":
                case.equal("%s.%s" % (name, key), row.get(key), value)
        # Chunks of thousands of texts are the one thing that may be estimated.
        about = got["tasks"]["items_about"] and name == "__main__.map_text"
        equal_items(case, name + ".items", row.get("items", 0), told["items"], about)
        run = row.get("run")
        case.equal("%s.run.count" % name, run and run["count"], told["tasks"])


def equal_failures(case, got, want):
    counted = {}
    for row in got["failures"]:
        kind = row["exception"].rpartition(".")[2]
        counted[kind] = counted.get(kind, 0) + row["count"]
    case.equal("failures", counted, want["failures"])


def sound_workers(case, got, want):
    """Each worker's own sums, and its states, add up."""
    workers = got["workers"]
    case.equal("workers", sorted(w["pid"] for w in workers), sorted(want["workers"]))
    case.equal("the workers' tasks", sum(w["tasks"] for w in workers), want["tasks"]["returned"])
    equal_items(case, "the workers' items", sum(w["items"] for w in workers),
                want["tasks"]["items"], got["tasks"]["items_about"])
    case.equal("the workers' bytes_in", sum(w["bytes_in"] for w in workers), want["bytes"]["out"])
    case.equal("the workers' bytes_out", sum(w["bytes_out"] for w in workers),
               want["bytes"]["back"])
    for w in workers:
        end = w["end"]
        if not case.check(end and end["end"] == "shutdown", "%d: end %r" % (w["pid"], end)):
            continue
        life = end["t_ns"] - w["born_ns"]
        total = sum(v for v in w["state_ns"].values() if v is not None)
        case.check(abs(total - life) <= life * 0.01,
                   "%d: states add up to %d ns of %d" % (w["pid"], total, life))
    case.equal("deaths", got["deaths"], [])


def times_hold(case, got):
    for name in ("wait", "run", "return"):
        h = got["times"][name]
        case.equal("times.%s.count" % name, h["count"], got["tasks"]["returned"])
        steps = [h[k] for k in ("min_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns")]
        case.check(steps == sorted(steps) and steps[0] >= 0, "times.%s: %r" % (name, steps))


def counts(case, interpreter, version, workers):
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    harness.record(case, tape, interpreter, harness.pool("counts"), "--truth", told,
                   "--workers", str(workers))
    want = harness.load(told)
    report = harness.report(case, tape)
    case.equal("session.mode", report["session"]["mode"], "bpf")
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    for key, value in (("kind", "Pool"), ("pid", want["pid"]), ("python", version),
                       ("start_method", "fork"), ("state", "gone")):
        case.equal(key, got[key], value)
    equal_sums(case, got, want)
    equal_functions(case, got, want)
    equal_failures(case, got, want)
    sound_workers(case, got, want)
    times_hold(case, got)


def row(interpreter, version, workers):
    return ("counts on %s, %d workers" % (version, workers),
            lambda case: counts(case, interpreter, version, workers), 60)


def main():
    found = harness.pythons()
    rows = [row(path, version, 4) for path, version in found]
    rows += [row(found[0][0], found[0][1], workers) for workers in (1, 13)]
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
