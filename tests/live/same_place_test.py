#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""Watched processes are kept by the last bits of their ids (bpf/slots.h): of pools where all have
the same, each has its own counts and its own certificate."""
import os
import subprocess
import sys

import harness

BITS = 1 << 13
WORKERS, FINE, FAILS = 3, 300, 5


def argv(case):
    return [harness.python(), harness.pool("same_place"), harness.pool("on_cue"), "--ready",
            case.path("ready"), "--truth", case.path("truth"), "--workers", str(WORKERS), "--fine",
            str(FINE), "--fails", str(FAILS), "--dies", "1"]


def same(case, pool):
    """The pool's processes that are in the same place as its parent."""
    pids = [pool["pid"]] + harness.children(pool["pid"])
    found = [pid for pid in pids if pid % BITS == pool["pid"] % BITS]
    case.need(len(found) > 2, "ids with the same bits: %r" % pids)
    return found


def held(case, tape, before, workers):
    """before: tasks that were seen before the cue."""
    report = harness.report(case, tape)
    pool = harness.one_pool(case, report)
    tasks = pool["tasks"]
    case.equal("lost records", report["session"]["lost_records"], 0)
    case.equal("sent", tasks["sent"], before + FINE + FAILS + 1)
    case.equal("returned", tasks["returned"], before + FINE + FAILS)
    case.equal("failed", tasks["failed"], FAILS)
    case.equal("lost", tasks["lost"], 1)
    took = {w["pid"]: w["tasks"] for w in pool["workers"]}
    case.check(set(workers) <= set(took), "workers: %r, not %r" % (took, workers))
    case.equal("the workers' tasks", sum(took.values()), before + FINE + FAILS)
    deaths = [(d["pid"], d["signal"], (d["task"] or {}).get("function")) for d in pool["deaths"]]
    case.equal("deaths", len(deaths), 1)
    case.check(deaths[0][0] in workers and deaths[0][1:] == ("SIGKILL", "__main__.dies"),
               "whose: %r, of %r" % (deaths[0], workers))


def cue(case, stdin):
    stdin.write(b"go\n")
    stdin.flush()
    harness.ready(case, case.path("truth"))
    stdin.close()


def is_watched(case, tape):
    done = harness.pooltop(case, "report", tape, "--json")
    pools = done.json()["pools"] if done.status == 0 else []
    return pools and len(pools[0]["workers"]) == WORKERS


def found(case):
    """They are there when watching begins."""
    harness.need_bpf()
    child = case.start(argv(case), stdin=subprocess.PIPE)
    pool = harness.ready(case, case.path("ready"))
    pids = same(case, pool)
    tape = case.path("tape")
    recorder = case.start([harness.POOLTOP, "record", "-o", tape, str(pool["pid"])])
    harness.wait_for(lambda: is_watched(case, tape), 20, "all workers are watched")
    cue(case, child.stdin)
    harness.wait_end(case, recorder, 30, "the recording has not ended")
    held(case, tape, 0, pids[1:])


def begun(case):
    """They begin while their parent is watched."""
    harness.need_bpf()
    tape = case.path("tape")
    recorder = case.start([harness.POOLTOP, "record", "-o", tape, "--"] + argv(case),
                          stdin=subprocess.PIPE)
    pids = same(case, harness.ready(case, case.path("ready")))
    cue(case, recorder.stdin)
    harness.wait_end(case, recorder, 30, "the recording has not ended")
    held(case, tape, WORKERS, pids[1:])


def main():
    if os.path.exists("/proc/sys/kernel/ns_last_pid"):
        rows = [("found in the same place", found, 50), ("begun in the same place", begun, 50)]
    else:
        rows = [("in the same place", no_such, 10)]
    return harness.main(rows)


def no_such(case):
    raise harness.Skip("this kernel gives nobody the next process id (CONFIG_CHECKPOINT_RESTORE)")


if __name__ == "__main__":
    sys.exit(main())
