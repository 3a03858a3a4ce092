#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
"""Bare processes that only send: who they are, every message and byte, and how two of them ended,
against what they counted themselves."""
import sys

import harness

METHODS = ("fork", "spawn", "forkserver")
TRANSPORTS = ("Queue", "SimpleQueue", "JoinableQueue", "Pipe")
WRONG = ("critical", "warning")


def held_deaths(case, got, workers):
    ends = sorted((death["end"], death["signal"], death["exit_code"], death["pid"])
                  for death in got["deaths"])
    case.equal("deaths", ends, [("exit", None, 1, workers[1]),
                                ("signal", "SIGKILL", None, workers[0])])
    raised = [death["exception"] for death in got["deaths"] if death["end"] == "exit"]
    case.equal("raised", [(e["type"], e["message"], e["function"]) for e in raised if e],
               [("ValueError", "after all was sent", "send")])
    found = [f["id"] for f in got["traps"] if f["severity"] in WRONG]
    case.equal("findings", sorted(set(found)), ["worker-died"])


def held_states(case, worker):
    """At work from its first message on. Before that it may have waited for the queue's lock,
    which others wait for to take a task."""
    life = worker["end"]["t_ns"] - worker["born_ns"]
    spent = worker["state_ns"]
    case.check(abs(sum(spent.values()) - life) <= life / 100,
               "%d: states of %d ns, a life of %d" % (worker["pid"], sum(spent.values()), life))
    case.check(spent["wait"] <= life / 4, "%d: waited %d ns" % (worker["pid"], spent["wait"]))
    case.check(spent["io"] >= life / 3,
               "%d: slept %d of %d ns" % (worker["pid"], spent["io"], life))


def measure(case, interpreter, method, transport):
    harness.need_bpf()
    told, tape = case.path("truth"), case.path("tape")
    harness.record(case, tape, interpreter, harness.pool("sends"), "--truth", told,
                   "--method", method, "--transport", transport)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    facts = harness.load(told)
    sent = [harness.load("%s.%d" % (told, pid)) for pid in facts["workers"]]
    case.equal("kind", got["kind"], "Process")
    case.equal("pid", got["pid"], facts["pid"])
    case.equal("start_method", got["start_method"], method)
    case.equal("workers", sorted(w["pid"] for w in got["workers"]), facts["workers"])
    case.equal("roles", {q["role"] for q in got["queues"]}, {"results"})
    for name in ("messages", "bytes"):
        want = sum(row[name] for row in sent)
        case.equal(name, sum(q[name] for q in got["queues"]), want)
    case.equal("read", sum(q["taken"] for q in got["queues"]), sum(r["messages"] for r in sent))
    case.equal("tasks", [got["tasks"][n] for n in ("sent", "taken", "done", "lost")], 4 * [0])
    case.equal("bytes.back", got["bytes"]["back"], sum(row["bytes"] for row in sent))
    for pid, row in zip(facts["workers"], sent):
        worker = next(w for w in got["workers"] if w["pid"] == pid)
        case.equal("%d: bytes_out" % pid, worker["bytes_out"], row["bytes"])
    held_deaths(case, got, facts["workers"])
    for worker in got["workers"]:
        held_states(case, worker)


def main():
    found = harness.pythons((3, 6))
    found.sort(key=lambda row: [int(n) for n in row[1].split(".")])
    rows = [(path, version, method, transport) for path, version in found[:1] + found[1:][-1:]
            for method in METHODS for transport in TRANSPORTS]
    return harness.main([
        ("only sending by %s, %s, %s" % (transport, method, version),
         lambda case, row=(path, method, transport): measure(case, *row), 60)
        for path, version, method, transport in rows])


if __name__ == "__main__":
    sys.exit(main())
