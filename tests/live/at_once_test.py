#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Bare processes that are given all they can do from their first moment, before it is known whose
their messages are: each task counts, on every interpreter."""
import sys

import harness


def all_counts(case, interpreter):
    tape, rates = case.path("tape"), case.path("rates")
    done = harness.pooltop(case, "record", "-o", tape, "--", interpreter, harness.pool("busy"),
                           "--processes", "--batch", "500", "--seconds", "3", "--rates", rates)
    case.equal("record's status", done.status, 0)
    want = int(harness.read_log(rates)[-1][1])
    report = harness.report(case, tape)
    pool = harness.one_pool(case, report)
    case.check(want > 1000, "the pool was busy: %d tasks" % want)
    case.equal("lost records", report["session"]["lost_records"], 0)
    case.equal("its kind", pool["kind"], "Process")
    for name in ("sent", "taken", "done", "returned"):
        case.equal("tasks " + name, pool["tasks"][name], want)
    case.equal("the workers' tasks", sum(w["tasks"] for w in pool["workers"]), want)


def main():
    return harness.main([("all counts on " + version, lambda case, p=path: all_counts(case, p), 60)
                         for path, version in harness.pythons((3, 6))])


if __name__ == "__main__":
    sys.exit(main())
