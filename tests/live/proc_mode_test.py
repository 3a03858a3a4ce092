#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
"""Without BPF, by choice or for want of permission: what is known is right, the rest is named."""
import os
import signal
import subprocess
import sys
import time

import harness
from matrix_test import DEBIAN, needs
from middle_test import steady

UNKNOWN = ("sent", "taken", "done", "returned", "failed", "lost", "in_flight", "items")


def check_report(case, report, facts, spinning):
    session = report["session"]
    case.equal("session.mode", session["mode"], "proc")
    case.equal("session.cpus", session["cpus"], os.cpu_count())
    case.check(session["missing"], "nothing is said to be missing")
    for row in session["missing"]:
        for key in ("feature", "lost", "fix"):
            case.check(row[key], "missing: no %s in %r" % (key, row))
    got = harness.one_pool(case, report)
    case.equal("pid", got["pid"], facts["pid"])
    case.equal("kind", got["kind"], "Pool")
    case.equal("start_method", got["start_method"], "fork")
    case.equal("python", got["python"], facts["python"])
    case.equal("workers", sorted(w["pid"] for w in got["workers"] if not w["end"]),
               sorted(facts["workers"]))
    for key in UNKNOWN:
        case.equal("tasks." + key, got["tasks"][key], None)
    for key in ("out", "back", "out_max", "back_max"):
        case.equal("bytes." + key, got["bytes"][key], None)
    case.equal("functions", got["functions"], [])
    for w in got["workers"]:
        check_worker(case, w, spinning)
    check_cores(case, report, got, spinning)
    return got


def check_worker(case, w, spinning):
    who = "worker %d" % w["pid"]
    case.check((w["rss_bytes"] or 0) > 1 << 20, "%s: rss %r" % (who, w["rss_bytes"]))
    states = ("run", "runq", "wait") if spinning else ("wait",)
    case.check(w["state"] in states, "%s: state %r" % (who, w["state"]))
    case.equal(who + ": task", w["task"], None)
    case.equal(who + ": tasks", w["tasks"], None)
    for state in ("unpickle", "pickle"):
        case.equal("%s: state_ns.%s" % (who, state), w["state_ns"][state], None)
    if spinning:
        case.check((w["cpu_ns"] or 0) > 100000000, "%s: cpu %r" % (who, w["cpu_ns"]))


def check_cores(case, report, got, spinning):
    case.equal("cores", len(got["cores"]), report["session"]["cpus"])
    busy = sum((core["workers_ns"] or 0) + (core["other_ns"] or 0) + (core["parent_ns"] or 0)
               for core in got["cores"])
    case.check(not spinning or busy > 500000000, "cores: busy for %d ns only" % busy)


def by_choice(case):
    _, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "5000")
    report = harness.report(case, facts["pid"], "--no-bpf", "--duration", "2")
    check_report(case, report, facts, True)
    _, facts = harness.idle_pool(case)
    report = harness.report(case, facts["pid"], "--no-bpf", "--duration", "1")
    got = check_report(case, report, facts, False)
    case.equal("state", got["state"], "idle")


def as_nobody(case):
    """Nobody's own pool, and no capability at all."""
    nobody = harness.as_nobody()
    copy, pools = harness.public_copy(case)
    os.chmod(case.folder, 0o777)
    _, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "5000", prefix=nobody,
                                 script=os.path.join(pools, "busy.py"), cwd="/")
    argv = nobody + [copy, "report", str(facts["pid"]), "--duration", "2", "--json"]
    done = harness.run(case, argv, seconds=20, cwd="/")
    case.need(done.status == 0, str(done))
    case.equal("standard error", done.err, b"")
    report = done.json()
    check_report(case, report, facts, True)
    fixes = " ".join(row["fix"] for row in report["session"]["missing"])
    case.check("sudo" in fixes or "setcap" in fixes or "CAP_" in fixes or "root" in fixes,
               "no way to get what is missing: %r" % fixes)
    done = harness.run(case, nobody + [copy, "list", "--json"], seconds=20, cwd="/")
    case.check(facts["pid"] in [p["pid"] for p in done.json()["pools"]], "list: %s" % done)
    done = harness.run(case, nobody + [copy, "check", "--json"], seconds=20, cwd="/")
    case.equal("check: status", done.status, 0)
    for feature in done.json()["features"]:
        case.check(feature["ok"] or (feature["lost"] and feature["fix"]), "check: %r" % feature)
    screen = harness.run(case, nobody + [copy, "--once", "--size", "80x24", str(facts["pid"])],
                         seconds=20, cwd="/")
    case.equal("--once: status", screen.status, 0)
    case.check(b"/proc" in screen.out, "the screen does not name the mode: %s"
               % screen.out.decode())


def ends(case):
    """A worker that goes is seen to go, and its replacement to come."""
    child, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "20000")
    tape = case.path("tape")
    recorder = case.start([harness.POOLTOP, "record", "--no-bpf", "--interval", "200", "-o", tape,
                           str(facts["pid"])], stderr=subprocess.PIPE)
    time.sleep(1.5)
    victim = facts["workers"][0]
    os.kill(victim, signal.SIGKILL)
    time.sleep(1.5)
    recorder.send_signal(signal.SIGTERM)
    case.equal("the recorder: %r" % recorder.stderr.read(), recorder.wait(), 0)
    report = harness.report(case, tape)
    case.equal("session.mode", report["session"]["mode"], "proc")
    got = harness.one_pool(case, report)
    rows = {w["pid"]: w for w in got["workers"]}
    case.need(victim in rows, "the victim is not among the workers: %r" % sorted(rows))
    end = rows[victim]["end"]
    case.check(end is not None, "its end was not seen")
    case.check(end is None or (end["sender"] is None and end["task"] is None),
               "more is told of its end than can be known: %r" % end)
    for death in got["deaths"]:
        case.equal("who died", death["pid"], victim)
    case.equal("workers seen", len(rows), 3)
    now = sorted(pid for pid, w in rows.items() if not w["end"])
    case.equal("workers now", now, harness.children(facts["pid"]))
    child.terminate()


def run_without(case):
    """run and record of a command, without BPF: its status is passed on, its pool is seen."""
    tape = case.path("tape")
    done = harness.pooltop(case, "run", "--no-bpf", "-o", tape, "--interval", "200", "--",
                           harness.python(), harness.pool("busy"), "--seconds", "2",
                           "--task-us", "1000")
    case.equal("status", done.status, 0)
    case.check(b"a second" in done.out, "the command's output: %r" % done.out)
    got = harness.one_pool(case, harness.report(case, tape))
    case.equal("workers", len(got["workers"]), 2)
    done = harness.pooltop(case, "run", "--no-bpf", "--", "sh", "-c", "exit 7")
    case.equal("exit 7", done.status, 7)


def screens(case):
    """The mode and what is missing are on the screen and in the report as text."""
    _, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "5000")
    done = harness.pooltop(case, "--no-bpf", "--once", "--size", "80x24", facts["pid"])
    case.equal("--once: status", done.status, 0)
    case.check(b"/proc" in done.out, "the screen does not name the mode:\n" + done.out.decode())
    case.check(str(facts["pid"]).encode() in done.out, "the pool is not on the screen")
    done = harness.pooltop(case, "report", "--no-bpf", "--duration", "1", facts["pid"])
    case.equal("report: status", done.status, 0)
    case.check(b"/proc" in done.out or b"BPF" in done.out, "the report does not name the mode")


# The report's word, the workload's, start method, module.
KINDS = (
    ("Pool", "Pool", "spawn", None),
    ("ProcessPoolExecutor", "ProcessPoolExecutor", "fork", None),
    ("ProcessPoolExecutor", "ProcessPoolExecutor", "spawn", None),
    ("ProcessPoolExecutor", "ProcessPoolExecutor", "forkserver", None),
    ("loky", "loky", "loky", "joblib"),
    ("billiard", "billiard", "fork", "billiard"),
    ("billiard", "Celery", "fork", "celery"),
    ("Process", "Process", "fork", None),
    ("Process", "Process", "spawn", None),
    ("DataLoader", "DataLoader", "fork", "torch"),
)


def of_kind(case, row):
    """Without any message, what a worker's stack says: who works for whom, and as what."""
    kind, workload, method, module = row
    needs(module)
    pid, _ = steady(case, DEBIAN if module else harness.python(), workload, method)
    report = harness.report(case, pid, "--no-bpf", "--duration", "2")
    case.equal("session.mode", report["session"]["mode"], "proc")
    got = harness.one_pool(case, report)
    for key, value in (("kind", kind), ("pid", pid), ("start_method", method)):
        case.equal(key, got[key], value)
    alive = [w["pid"] for w in got["workers"] if not w["end"]]
    case.equal("workers", len(alive), 2)
    case.check(set(alive) <= set(harness.tree(pid)), "workers: %r, of %r"
               % (alive, harness.tree(pid)))
    for key in UNKNOWN:
        case.equal("tasks." + key, got["tasks"][key], None)


def main():
    kinds = [("%s, %s" % (row[1], row[2]), lambda case, row=row: of_kind(case, row), 90)
             for row in KINDS]
    return harness.main(kinds + [
        ("--no-bpf", by_choice, 25),
        ("as nobody", as_nobody, 40),
        ("ends of workers", ends, 25),
        ("run --no-bpf", run_without, 25),
        ("screens", screens, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
