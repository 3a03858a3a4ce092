#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""A pool that runs already, one that is to come, and a command that pooltop starts itself."""
import os
import signal
import subprocess
import sys
import time

import harness


def check_rate(case, got, times, begin_ns, end_ns):
    """Tasks done while it was watched, against the log of the workload."""
    least = sum(1 for t in times if begin_ns + 500000000 <= t < end_ns - 100000000)
    most = sum(1 for t in times if begin_ns - 100000000 <= t < end_ns + 100000000)
    done = got["tasks"]["done"]
    case.check(least <= done <= most, "%d tasks done, not %d to %d" % (done, least, most))


def in_the_middle(case):
    harness.need_bpf()
    log = case.path("log")
    _, facts = harness.busy_pool(case, "--workers", "3", "--task-us", "2000", "--log", log)
    time.sleep(0.5)
    offset = int(time.time() * 1e9) - harness.now_ns()
    report = harness.report(case, facts["pid"], "--duration", "2")
    session = report["session"]
    case.equal("session.lost_records", session["lost_records"], 0)
    case.check(1.8e9 < session["duration_ns"] < 3e9, "duration %d" % session["duration_ns"])
    got = harness.one_pool(case, report)
    for key, value in (("kind", "Pool"), ("pid", facts["pid"]), ("start_method", "fork"),
                       ("python", facts["python"]), ("state", "busy")):
        case.equal(key, got[key], value)
    case.equal("workers", sorted(w["pid"] for w in got["workers"]), sorted(facts["workers"]))
    # What was under way when watching began has no name that was seen.
    rows = {row["name"]: row["tasks"] for row in got["functions"]}
    nameless = rows.pop(None, 0)
    case.equal("functions", sorted(rows), ["__main__.logged"])
    case.note("%d tasks without a name, %r with" % (nameless, rows))
    times = [int(line[0]) for line in harness.read_log(log)]
    begin = session["started_wall_ns"] - offset
    check_rate(case, got, times, begin, begin + session["duration_ns"])
    run = got["times"]["run"]
    case.check(2e6 < run["p50_ns"] < 8e6, "run: median %d ns of tasks that sleep 2 ms"
               % run["p50_ns"])
    case.equal("deaths", got["deaths"], [])


def idle(case):
    """Nothing moves: it is a pool all the same, found by its parent and by each worker."""
    _, facts = harness.idle_pool(case)
    for pid in [facts["pid"]] + facts["workers"]:
        report = harness.report(case, pid, "--duration", "0.5")
        got = harness.one_pool(case, report)
        case.equal("pid", got["pid"], facts["pid"])
        case.equal("state", got["state"], "idle")
        case.equal("workers", sorted(w["pid"] for w in got["workers"]), sorted(facts["workers"]))
        for w in got["workers"]:
            case.equal("state of %d" % w["pid"], w["state"], "wait")


def many(case):
    """More workers than are looked at closely at first: the last of them is found all the same, by
    itself too, and what is read of it comes a little later."""
    _, facts = harness.idle_pool(case, "--workers", "100")
    for pid in (facts["pid"], facts["workers"][-1]):
        report = harness.report(case, pid, "--duration", "3")
        case.equal("session.lost_records", report["session"]["lost_records"], 0)
        got = harness.one_pool(case, report)
        case.equal("pid", got["pid"], facts["pid"])
        case.equal("state", got["state"], "idle")
        case.equal("workers", sorted(w["pid"] for w in got["workers"]), sorted(facts["workers"]))
        case.equal("states", {w["state"] for w in got["workers"]}, {"wait"})


def newborn(case):
    """Asked for in the moment in which its parent has it: as quickstart does with its sample."""
    log = case.path("sample")
    with open(log, "wb") as out:
        sample = case.start([harness.python(), harness.pool("sample"), "--seconds", "10"],
                            stdout=out)
    harness.wait_for(lambda: b"workers" in open(log, "rb").read(), 10, "the sample pool")
    done = harness.pooltop(case, "--no-bpf", "report", str(sample.pid), "--duration", "1",
                           "--json")
    case.need(done.status == 0, "report of a pool just made: %s" % done)
    case.equal("workers", len(harness.one_pool(case, done.json())["workers"]), 4)


def listed(case):
    _, first = harness.idle_pool(case, "--workers", "2")
    _, second = harness.idle_pool(case, "--workers", "5")
    done = harness.pooltop(case, "list", "--json")
    case.equal("list: status and standard error", (done.status, done.err), (0, b""))
    rows = {row["pid"]: row for row in done.json()["pools"]}
    for facts, workers in ((first, 2), (second, 5)):
        row = rows.get(facts["pid"])
        if not case.check(row, "%d is not listed" % facts["pid"]):
            continue
        for key, value in (("kind", "Pool"), ("python", facts["python"]), ("workers", workers),
                           ("start_method", "fork")):
            case.equal("list: " + key, row[key], value)
        case.check("idle.py" in row["command"], "list: command %r" % row["command"])
    text = harness.pooltop(case, "list")
    case.check(all(str(f["pid"]).encode() in text.out for f in (first, second)),
               "list as text: %s" % text)


def appears(case):
    """record without a PID: pools that are there, and one that appears, and one that goes."""
    harness.need_bpf()
    _, first = harness.busy_pool(case, "--workers", "2", "--task-us", "3000")
    tape = case.path("tape")
    recorder = case.start([harness.POOLTOP, "record", "-o", tape], stderr=subprocess.PIPE)
    time.sleep(1.2)
    told = case.path("truth")
    done = harness.run(case, [harness.python(), harness.pool("counts"), "--items", "300",
                              "--truth", told])
    case.need(done.status == 0, str(done))
    time.sleep(0.5)
    recorder.send_signal(signal.SIGINT)
    case.equal("the recorder: %r" % recorder.stderr.read(), recorder.wait(), 0)
    report = harness.report(case, tape)
    pools = {p["pid"]: p for p in report["pools"]}
    want = harness.load(told)
    case.need(first["pid"] in pools, "the pool that was there was not recorded")
    case.need(want["pid"] in pools, "the pool that appeared was not recorded")
    # How many depends on what else the machine does; three seconds are enough for some.
    case.check(pools[first["pid"]]["tasks"]["done"] > 10, "the first: %r"
               % pools[first["pid"]]["tasks"])
    late = pools[want["pid"]]
    case.equal("the second's state", late["state"], "gone")
    case.equal("the second's tasks", late["tasks"]["returned"], want["tasks"]["returned"])
    case.equal("the second's bytes", late["bytes"]["out"], want["bytes"]["out"])


def status(case):
    """run ends as its command did."""
    rows = [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", 137),
            ("kill -15 $$", 143), ("ulimit -c 0; kill -11 $$", 139)]
    for script, want in rows:
        done = harness.pooltop(case, "run", "--", "sh", "-c", script, seconds=15)
        case.equal(script, done.status, want)


def passes_through(case):
    """No terminal: what the command writes is what run writes, and nothing else."""
    script = "echo to-out; echo to-err >&2; head -c 100000 /dev/zero | tr '\\0' x; cat"
    with open(case.path("in"), "wb") as f:
        f.write(b"from standard input\n")
    with open(case.path("in"), "rb") as f:
        done = harness.pooltop(case, "run", "--", "sh", "-c", script, stdin=f, seconds=15)
    case.equal("status", done.status, 0)
    case.check(done.out == b"to-out\n" + b"x" * 100000 + b"from standard input\n",
               "standard output: %r ... %r" % (done.out[:50], done.out[-50:]))
    case.equal("standard error", done.err, b"to-err\n")


def arguments(case):
    """What follows -- is the command's own, options and all; its environment is untouched."""
    done = harness.pooltop(case, "run", "--", "printf", "%s|", "--json", "-o", "--", "a b", "")
    case.equal("arguments", done.out, b"--json|-o|--|a b||")
    env = dict(os.environ, POOLTOP_TEST_WORD="kept")
    done = harness.pooltop(case, "run", "--", "sh", "-c", "echo $POOLTOP_TEST_WORD; ulimit -n; "
                           "cat /proc/self/status | grep -E 'Sig(Blk|Ign)'", env=env)
    plain = harness.run(case, ["sh", "-c", "echo $POOLTOP_TEST_WORD; ulimit -n; "
                               "cat /proc/self/status | grep -E 'Sig(Blk|Ign)'"], env=env)
    case.equal("environment, limits and signals", done.out, plain.out)


def default_interrupt():
    """Who runs tests in the background ignores ^C, and a shell cannot trap what it was given so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(case):
    """^C goes to the command, which ends in its own way; a SIGTERM to run ends both."""
    harness.need_bpf()
    # A trap of the shell's own: the status shows that it ran. It forks nothing: a signal that
    # comes while dash is in vfork() may be lost on it.
    for number, want in ((signal.SIGINT, 41), (signal.SIGTERM, 42)):
        child = case.start([harness.POOLTOP, "run", "--", "sh", "-c",
                            "trap 'exit 41' INT; trap 'exit 42' TERM; echo up; "
                            "while :; do :; done"], stdout=subprocess.PIPE,
                           preexec_fn=default_interrupt)
        case.equal("it is up", child.stdout.readline(), b"up\n")
        if number == signal.SIGINT:
            os.killpg(child.pid, number)  # as a terminal does
        else:
            child.send_signal(number)
        try:
            case.equal("status after %s" % number.name, child.wait(timeout=10), want)
        except subprocess.TimeoutExpired:
            case.check(False, "not done 10 s after %s" % number.name)


def whole_life(case):
    """From the first instruction: a pool that is there for 50 ms only, and nothing is missed."""
    harness.need_bpf()
    told, tape = case.path("truth"), case.path("tape")
    done = harness.pooltop(case, "run", "-o", tape, "--", harness.python(), harness.pool("counts"),
                           "--items", "10", "--work", "map", "--truth", told)
    case.equal("status", done.status, 0)
    want = harness.load(told)
    got = harness.one_pool(case, harness.report(case, tape))
    case.equal("tasks", got["tasks"]["returned"], want["tasks"]["returned"])
    case.equal("bytes", (got["bytes"]["out"], got["bytes"]["back"]),
               (want["bytes"]["out"], want["bytes"]["back"]))


def main():
    return harness.main([
        ("in the middle", in_the_middle, 25),
        ("idle", idle, 25),
        ("a hundred workers", many, 60),
        ("just made", newborn, 20),
        ("list", listed, 20),
        ("a pool that appears", appears, 30),
        ("run: exit status", status, 40),
        ("run: output passes through", passes_through, 20),
        ("run: arguments and environment", arguments, 20),
        ("run: interrupted", interrupted, 30),
        ("run: the whole of a short life", whole_life, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
