#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 60
"""Recordings of earlier versions: they open, and give the numbers that they gave.

tests/tape/old/VERSION-NAME.tape.xz is a recording as that version wrote it, VERSION-NAME.json the
numbers that it reported of it. They are never made anew; a version that changes the frames adds
its own: record, `xz -9`, `old_test.py --numbers TAPE > VERSION-NAME.json`.
"""
import glob
import json
import lzma
import os
import subprocess
import sys
import tempfile

SRC = os.environ.get("POOLTOP_SRC") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("POOLTOP_BUILD") or os.path.join(SRC, "build")
POOLTOP = os.environ.get("POOLTOP") or os.path.join(BUILD, "pooltop")
OLD = os.path.join(SRC, "tests", "tape", "old")

# What later versions may word anew, add to, or find out by a new rule is left out.
SESSION = ("host", "kernel", "cpus", "mode", "started_wall_ns", "duration_ns", "missing",
           "lost_records")
POOL = ("id", "kind", "pid", "command", "python", "start_method", "state", "started_ns",
        "ended_ns", "from_start", "ends")
TASKS = ("sent", "taken", "done", "returned", "failed", "lost", "in_flight", "items",
         "items_about")
BYTES = ("out", "back", "out_max", "back_max")
TIMES = ("count", "min_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns", "total_ns")
FUNCTION = ("name", "tasks", "failed", "items", "bytes_out", "bytes_back")
WORKER = ("pid", "generation", "born_ns", "tasks", "failed", "items", "bytes_in", "bytes_out",
          "state_ns", "cpu_ns", "rss_peak_bytes")
DEATH = ("wall_ns", "t_ns", "pid", "generation", "end", "signal", "exit_code", "sender", "task",
         "replaced_by", "rss_peak_bytes")
FAILURE = ("t_ns", "pid", "job", "chunk", "function", "exception", "message", "traceback",
           "count")
CORE = ("cpu", "workers_ns", "parent_ns", "idle_ns")


def pick(row, keys):
    return {key: row.get(key, "absent") for key in keys}


def pick_all(rows, keys, order):
    return sorted((pick(row, keys) for row in rows), key=lambda row: row[order])


def numbers(report):
    pools = []
    for pool in report["pools"]:
        kept = pick(pool, POOL)
        kept["tasks"] = pick(pool["tasks"], TASKS)
        kept["bytes"] = pick(pool["bytes"], BYTES)
        kept["times"] = {name: pick(pool["times"][name], TIMES)
                         for name in ("wait", "run", "return")}
        kept["functions"] = pick_all(pool["functions"], FUNCTION, "name")
        kept["workers"] = pick_all(pool["workers"], WORKER, "pid")
        kept["deaths"] = pick_all(pool["deaths"], DEATH, "t_ns")
        kept["failures"] = pick_all(pool["failures"], FAILURE, "t_ns")
        kept["cores"] = pick_all(pool["cores"], CORE, "cpu")
        pools.append(kept)
    return {"session": pick(report["session"], SESSION),
            "pools": sorted(pools, key=lambda pool: pool["id"])}


def pooltop(*args):
    done = subprocess.run((POOLTOP,) + args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30)
    if done.returncode or done.stderr:
        raise ValueError("%s: exit status %d, %r" % (" ".join(args), done.returncode,
                                                     done.stderr))
    return done.stdout.decode()


def differences(got, want, where=""):
    """(place, what it is, what it was), down to single values."""
    if isinstance(got, dict) and isinstance(want, dict):
        for key in sorted(set(got) | set(want)):
            yield from differences(got.get(key), want.get(key), "%s.%s" % (where, key))
    elif isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
        for number, (left, right) in enumerate(zip(got, want)):
            yield from differences(left, right, "%s[%d]" % (where, number))
    elif got != want:
        yield where, got, want


def faults_of(tape, folder):
    """What is wrong with what this build makes of an old recording."""
    name = os.path.basename(tape)[:-len(".tape.xz")]
    path = os.path.join(folder, name)
    with lzma.open(tape) as f, open(path, "wb") as g:
        g.write(f.read())
    with open(os.path.join(OLD, name + ".json")) as f:
        want = json.load(f)
    try:
        got = numbers(json.loads(pooltop("report", path, "--json")))
        text = pooltop("replay", path, "--once", "--view", "tasks", "--size", "160x50")
    except ValueError as e:
        return [str(e)]
    faults = ["%s is %r, was %r" % fault for fault in differences(got, want)]
    shown = want["pools"][-1]["functions"][0]["name"]
    if not any(row["name"] in text for pool in want["pools"] for row in pool["functions"]):
        faults.append("the tasks view names no function, as %s:\n%s" % (shown, text))
    return faults


def main():
    if sys.argv[1:2] == ["--numbers"]:
        json.dump(numbers(json.loads(pooltop("report", sys.argv[2], "--json"))), sys.stdout,
                  indent=1)
        print()
        return 0
    failed = False
    tapes = sorted(glob.glob(os.path.join(OLD, "*.tape.xz")))
    with tempfile.TemporaryDirectory() as folder:
        for number, tape in enumerate(tapes, 1):
            faults = faults_of(tape, folder)
            print("%sok %d - %s gives what it gave" % ("not " if faults else "", number,
                                                       os.path.basename(tape)))
            for fault in faults[:40]:
                print("#   " + fault)
            failed |= bool(faults)
    print("1..%d" % len(tapes) if tapes else "not ok 1 - there are no old recordings\n1..1")
    return failed or not tapes


if __name__ == "__main__":
    sys.exit(main())
