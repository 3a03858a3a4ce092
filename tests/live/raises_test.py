#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
"""Bare processes that an exception ends: the certificate's exception, where it was raised and the
last line of its traceback, each held to what the process itself knew of it."""
import sys

import harness

METHODS = ("fork", "spawn", "forkserver")
SHOWN = 500  # of a message, at least


def same_message(got, want):
    """A long one is cut."""
    return got == want or (len(want) > SHOWN and len(got.encode()) >= SHOWN
                           and want.startswith(got[:SHOWN]))


def held(case, name, death, exitcode, want):
    case.equal(name + ": its end", (death["end"], death["exit_code"]), ("exit", exitcode))
    case.check(death["task"], name + ": no task in hand")
    got = death["exception"]
    if want is None:
        case.equal(name + ": exception", got, None)
        return
    if not case.check(got, "%s: no exception in %r" % (name, death["stderr_tail"])):
        return
    case.equal(name + ": type", got["type"], want["type"])
    case.check(same_message(got["message"], want["message"]),
               "%s: message: %r, not %r" % (name, got["message"], want["message"]))
    for key in ("function", "file", "line"):
        case.equal("%s: %s" % (name, key), got[key], want[key])
    last = got["traceback"].rstrip("\n").split("\n")[-1].lstrip(" |")
    if len(want["last"]) < SHOWN:
        case.equal(name + ": last line", last, want["last"].split("\n")[-1])


def measure(case, method, interpreter):
    harness.need_bpf()
    told, tape = case.path("truth"), case.path("tape")
    done = harness.pooltop(case, "record", "-o", tape, "--", interpreter, harness.pool("raises"),
                           "--method", method, "--truth", told, seconds=100)
    case.need(done.status == 0, "record: %s" % done)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    facts = harness.load(told)
    case.equal("kind", got["kind"], "Process")
    deaths = {death["pid"]: death for death in got["deaths"]}
    case.equal("who died", sorted(deaths), sorted(row["pid"] for row in facts["cases"].values()))
    for name, row in facts["cases"].items():
        if row["pid"] in deaths:
            held(case, name, deaths[row["pid"]], row["exitcode"],
                 harness.load("%s.%s" % (told, name))["exception"])
    case.equal("tasks.lost", got["tasks"]["lost"], len(facts["cases"]))
    says(case, tape)


def says(case, tape):
    """The report for people has them too."""
    text = harness.pooltop(case, "report", tape).out.decode()
    for words in ("KeyboardInterrupt: as by a hand", "in interrupted, "):
        case.check(words in text, "no %r in the report:\n%s" % (words, text))


def main():
    return harness.main([
        ("%s, %s" % (method, version),
         lambda case, method=method, path=path: measure(case, method, path), 130)
        for path, version in harness.pythons((3, 6)) for method in METHODS])


if __name__ == "__main__":
    sys.exit(main())
