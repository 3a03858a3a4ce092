#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""What lies in a queue, and who waits for room in it, in the report while it is so and after: held
against what the workload itself knows of each message that it sent."""
import sys

import harness

# kind: role of the queue that fills
KINDS = {
    "Pool": "tasks",
    "ProcessPoolExecutor": "tasks",
    "Process": "results",
}


def queue_of(got, role):
    """The only queue of that role; None: there is none yet."""
    found = [q for pool in got["pools"] for q in pool["queues"] if q["role"] == role]
    return found[0] if len(found) == 1 else None


def stuck(case, tape, role):
    """The report's queue once it says that somebody waits."""
    done = harness.pooltop(case, "report", tape, "--json")
    got = queue_of(done.json(), role) if done.status == 0 else None
    return got if got and got["blocked"] else None


def while_held(case, got, held):
    taken = held["taken"]
    size = held["bytes"] - sum(taken)
    case.equal("messages", got["messages"], held["messages"])
    case.equal("bytes", got["bytes"], held["bytes"])
    case.equal("taken", got["taken"], len(taken))
    case.equal("waiting", got["waiting"], held["messages"] - len(taken))
    case.equal("waiting_bytes", got["waiting_bytes"], size)
    # Before that no more than those that were taken can have waited together.
    most = max(got["waiting"], len(taken))
    case.check(got["waiting"] <= got["waiting_max"] <= most,
               "waiting_max: %d, not %d to %d" % (got["waiting_max"], got["waiting"], most))
    case.equal("waiting_max_bytes", got["waiting_max_bytes"], size)
    case.equal("who waits", [(b["pid"], b["tid"]) for b in got["blocked"]],
               [(held["pid"], held["tid"])])
    case.check(got["blocked"][0]["since_ns"] >= held["began_ns"],
               "it waits since %d, but it wrote from %d on"
               % (got["blocked"][0]["since_ns"], held["began_ns"]))
    # A long message goes out as two writes: its length, and then itself.
    size = held["write"]
    case.check(got["blocked"][0]["write_bytes"] in ([size + 4] if size <= 16384 else [4, size]),
               "it writes %r, not %d" % (got["blocked"][0]["write_bytes"], size))


def after(case, got, held, told):
    case.equal("at last: messages", got["messages"], told["messages"])
    case.equal("at last: bytes", got["bytes"], told["bytes"])
    case.equal("at last: taken", got["taken"], told["messages"])
    case.equal("at last: bytes taken", got["bytes_taken"], told["bytes"])
    case.equal("at last: waiting", (got["waiting"], got["waiting_bytes"]), (0, 0))
    case.equal("at last: blocked", got["blocked"], [])
    case.check(held["least_ns"] <= got["blocked_ns"] <= told["longest_ns"],
               "blocked for %d ns, not %d to %d" % (got["blocked_ns"], held["least_ns"],
                                                    told["longest_ns"]))


def text_says(case, tape, held):
    """The report for people names the queue and who waits."""
    done = harness.pooltop(case, "report", tape)
    text = done.out.decode()
    case.check("\n Queues\n" in text, "no section Queues: %s" % text[:2000])
    case.check("%d has waited for room for" % held["tid"] in text, "nobody waits in %s" % text)


def screen_says(case, tape, role, held):
    """The view Traffic has a line of who waits, on which queue, and of what lies there."""
    done = harness.pooltop(case, "replay", tape, "--once", "--view", "traffic", "--size", "160x50",
                           "--no-color", "--ascii")
    lines = [line for line in done.out.decode().split("\n") if line.startswith(" full")]
    if not case.check(len(lines) == 1, "not one line: %s" % done.out.decode()):
        return
    who = "%d" % held["pid"]
    if held["tid"] != held["pid"]:
        who = "thread %d of %d" % (held["tid"], held["pid"])
    for words in (role, who + " waits for room for ",
                  "  waiting %d  in bytes " % (held["messages"] - len(held["taken"]))):
        case.check(words in lines[0], "no %r in %r" % (words, lines[0]))


def measure(case, kind):
    harness.need_bpf()
    role = KINDS[kind]
    tape, told, held, go = (case.path(name) for name in ("tape", "truth", "held", "go"))
    child = case.start([harness.POOLTOP, "record", "-o", tape, "--", harness.python(),
                        harness.pool("depth"), "--kind", kind, "--truth", told, "--held", held,
                        "--go", go])
    facts = harness.ready(case, held)
    got = harness.wait_for(lambda: stuck(case, tape, role), 60, "the report says who waits")
    while_held(case, got, facts)
    text_says(case, tape, facts)
    screen_says(case, tape, role, facts)
    facts["least_ns"] = harness.now_ns() - facts["seen_ns"]  # so long it was seen in its write
    with open(go, "w"):
        pass
    harness.wait_end(case, child, 60, "the recording ends")
    report = harness.report(case, tape)
    case.equal("lost records", report["session"]["lost_records"], 0)
    after(case, queue_of(report, role), facts, harness.load(told))


def main():
    return harness.main([("%s: a full queue" % kind, lambda case, kind=kind: measure(case, kind),
                          120) for kind in KINDS])


if __name__ == "__main__":
    sys.exit(main())
