#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""What `pooltop export` makes of a recording, against what the workload itself counted."""
import csv
import json
import os
import sys

import harness

STEP_NS = 256  # MSG_STEP_NS of bpf/wire_msg.h


def export(case, tape, name, *args, **kwargs):
    done = harness.pooltop(case, "export", tape, "--format", name, *args, **kwargs)
    case.need(done.status == 0, "export --format %s: %s" % (name, done))
    return done.out.decode()


def recorded(case, workload, *args):
    """(recording, truth) of a workload of tests/pools."""
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    harness.record(case, tape, harness.python(), harness.pool(workload), "--truth", told, *args)
    case.equal("lost records", harness.report(case, tape)["session"]["lost_records"], 0)
    return tape, harness.load(told)


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def by_function(rows):
    found = {}
    for row in rows:
        entry = found.setdefault(row["function"], {"tasks": 0, "failed": 0, "bytes_out": 0,
                                                   "bytes_back": 0})
        entry["tasks"] += 1
        for key in ("failed", "bytes_out", "bytes_back"):
            entry[key] += int(row[key] or 0)
    return found


def tables(case):
    """csv and jsonl: a row for each task, with its bytes, its worker and its times."""
    tape, want = recorded(case, "counts", "--items", "300")
    path = case.path("tasks.csv")
    case.equal("with -o nothing is printed", export(case, tape, "csv", "-o", path), "")
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    case.equal("rows", len(rows), want["tasks"]["sent"])
    case.equal("returned", sum(r["outcome"] == "returned" for r in rows),
               want["tasks"]["returned"])
    got = by_function(rows)
    case.equal("functions", sorted(got), sorted(want["functions"]))
    for name, told in want["functions"].items():
        case.equal(name, got.get(name), {key: told[key] for key in (
            "tasks", "failed", "bytes_out", "bytes_back")})
    for row in rows:
        times = [int(row[key]) for key in ("sent_ns", "taken_ns", "done_ns", "returned_ns")]
        if not case.check(times[0] and times[1] <= times[2] and int(row["worker_pid"]) in
                          want["workers"], "a row that cannot be: %r" % row):
            break
    case.equal("times that are in no steps", [row for row in rows if any(
        int(row[key]) % STEP_NS for key in ("sent_ns", "taken_ns", "done_ns", "returned_ns")
        if row[key])], [])
    lines = [json.loads(line) for line in export(case, tape, "jsonl").splitlines()]
    tasks = [line for line in lines if line["type"] == "task"]
    case.equal("the same tasks in jsonl", [(t["job"], t["chunk"], t["bytes_out"]) for t in tasks],
               [(int(r["job"]), int(r["chunk"]), int(r["bytes_out"])) for r in rows])
    case.equal("workers", sorted(line["pid"] for line in lines if line["type"] == "worker"),
               sorted(want["workers"]))


def trace(case):
    """perfetto: a slice for each task that a worker took, a mark for each death."""
    tape, want = recorded(case, "ends", "--log", case.path("log"))
    events = json.loads(export(case, tape, "perfetto"))["traceEvents"]
    slices = [e for e in events if e["ph"] == "X"]
    lost = len(want["deaths"])
    case.equal("slices", len(slices), want["tasks"]["sent"])
    case.equal("slices of lost tasks",
               sorted((e["tid"], e["name"]) for e in slices if e["args"]["outcome"] == "lost"),
               sorted((d["pid"], d["function"]) for d in want["deaths"]))
    case.equal("slices of tasks that raised", sum(e["args"].get("failed", 0) for e in slices),
               want["tasks"]["failed"])
    case.equal("marks of deaths",
               sorted(e["tid"] for e in events if e["ph"] == "i" and e["name"] == "death"),
               sorted(d["pid"] for d in want["deaths"]))
    case.equal("returned and lost", lost + want["tasks"]["returned"], want["tasks"]["sent"])
    case.check(all(e["pid"] == want["pid"] for e in events), "events of other processes")
    for tid in {e["tid"] for e in slices}:
        end = 0
        for e in sorted((e for e in slices if e["tid"] == tid), key=lambda e: e["ts"]):
            if not case.check(e["ts"] >= end - 0.001, "slices of %d overlap at %r" % (tid, e)):
                break
            end = e["ts"] + e["dur"]


def stream(case):
    """A stream through a pipe gives the same as the file."""
    harness.need_bpf()
    kept = case.path("stream")
    with open(kept, "wb") as f:
        done = harness.pooltop(case, "record", "-o", "-", "--", harness.python(),
                               harness.pool("counts"), "--items", "50",
                               stdout=f)
    case.need(done.status == 0, "record: %s" % done)
    with open(kept, "rb") as f:
        piped = export(case, "-", "csv", stdin=f)
    case.equal("the file", export(case, kept, "csv"), piped)
    case.check(len(rows_of(piped)) > 0, "no task in it")


def refusals(case):
    """What is wrong is said in one line, with the exit status of INTERFACE 1."""
    for args, status in ((["x", "--format", "xml"], 2), (["x"], 2), ([], 2),
                         (["--format", "csv"], 2), (["a", "b", "--format", "csv"], 2),
                         ([case.path("none"), "--format", "csv"], 1)):
        done = harness.pooltop(case, "export", *args)
        harness.one_line(case, done, (status,))
    with open(case.path("noise"), "wb") as f:
        f.write(os.urandom(5000))
    harness.one_line(case, harness.pooltop(case, "export", case.path("noise"), "--format", "csv"),
                     (5,))


def main():
    return harness.main([
        ("csv and jsonl", tables, 60),
        ("perfetto", trace, 60),
        ("a stream", stream, 40),
        ("refusals", refusals, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
