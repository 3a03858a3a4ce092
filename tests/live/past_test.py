#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every interpreter, for seconds each
# timeout: 500
"""Deaths that were before anybody watched, in pools that are looked at later: what the kernel's
log, the parent's children and the workers' own stacks prove is told, marked as inferred; and what
only looks like one is not. Each is held to what the program itself knows of it
(tests/pools/past.py). With the word "matrix" on the command line every way to die on every
interpreter by every start method."""
import os
import re
import signal
import sys

import harness
from matrix_test import DEBIAN, needs

LIMIT = 120 << 20
NEAR_S = 5  # a verdict takes less


def need_log():
    """The kernel's log is not for everybody, and not in every container."""
    for feature in harness.allowed()["features"]:
        if feature["name"] == "kernel-log" and not feature["ok"]:
            raise harness.Skip("the kernel's log cannot be read here: " + feature["fix"])


def crashes():
    """{thread: (seconds, name)} of what the kernel's log has of crashes."""
    with os.popen("dmesg") as f:
        found = re.findall(r"^\[ *([0-9.]+)\] (?:traps: )?(.*)\[(\d+)\]: segfault at",
                           f.read(), re.M)
    return {int(tid): (float(t), name) for t, name, tid in found}


def is_logged(case, victim):
    """Whether the log has its crash, and no other that may be taken for it; None: it has both. The
    kernel writes no more than ten such lines in five seconds."""
    known = crashes()
    if victim not in known:
        case.note("the kernel's log has nothing of it")
        return False
    near = [tid for tid, (t, name) in known.items() if abs(t - known[victim][0]) < 1]
    return True if near == [victim] else None


def happen(case, way, where, *args, **kwargs):
    """(what the program told, its pid) once it has happened."""
    interpreter, method = where
    told = case.path("told")
    argv = kwargs.get("prefix", []) + [interpreter, harness.pool("past"), way, "--method", method,
                                       "--told", told] + list(args)
    child = case.start(argv, stderr=open(case.path("err"), "wb"))
    case.later(end, child)  # before its cgroup is removed
    facts = harness.ready(case, told, 40)
    return facts, facts["pid"]


def end(child):
    for pid in harness.tree(child.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()


def seen(case, pid, is_all):
    """(report of a recording that still grows, its file) once all is said, or after a while."""
    tape, got = case.path("tape"), []
    recorder = case.start([harness.POOLTOP, "record", "-o", tape, str(pid)],
                          stderr=open(case.path("record.err"), "wb"))

    def look():
        done = harness.pooltop(case, "report", tape, "--json")
        got.append(done.json() if done.status == 0 else None)
        return got[-1] and got[-1]["pools"] and is_all(got[-1]["pools"][0])

    try:
        harness.wait_for(look, 30, "all is said")
    except harness.Failed as e:
        case.note(str(e))
    recorder.terminate()
    recorder.wait()
    return harness.report(case, tape), tape


def only_death(case, pool, facts, want):
    """The certificate, held to what it must be; what is not known must not be there."""
    case.need(len(pool["deaths"]) == 1, "deaths: %r" % [
        (d["pid"], d["end"], d["inferred"]) for d in pool["deaths"]])
    death = pool["deaths"][0]
    case.check(death["inferred"], "it is inferred: %r" % death)
    for key, value in want.items():
        case.equal(key, death[key], value)
    for key in ("sender", "task", "state", "stderr_tail", "exception"):
        case.equal(key, death[key], None)
    case.equal("python_stack", death["python_stack"], [])
    ends = pool["ends"]
    case.equal("ends that were seen", [v for v in ends.values() if v], [])
    return death


def finds(case, pool, name):
    case.check(any(t["id"] == name and "inferred" in t["text"] for t in pool["traps"]),
               "%s among %r" % (name, [t["text"] for t in pool["traps"]]))


def hangs(case, pool):
    stall = pool["stall"]
    if case.check(stall, "no verdict, state %r" % pool["state"]):
        case.equal("reason", stall["reason"], "lost-task")
        case.check("lose waits for a result" in stall["text"] and "inferred" in stall["text"],
                   "text: %r" % stall["text"])
    finds(case, pool, "lost-task")


def pages(case, tape, words):
    """The same on the page and on the screen."""
    text = harness.pooltop(case, "report", tape).out.decode()
    for word in words + ["(inferred)"]:
        case.check(word in text, "%r is not on the page: %r" % (word, text[:3000]))
    screen = harness.pooltop(case, "replay", tape, "--once", "--size", "120x40").out.decode()
    case.check("stalled" in screen and "inferred" in screen, "the screen: %r" % screen[:2000])


def lost(case, way, where):
    harness.need_bpf()
    inside = harness.inside(harness.cgroup(case, LIMIT))
    if way == "oom":
        need_log()
    facts, pid = happen(case, way, where, prefix=inside)
    successor = facts["workers"][-1]
    report, tape = seen(case, pid, lambda p: p["stall"] and p["deaths"] and
                        any(t["id"] == "lost-task" for t in p["traps"]))
    case.equal("missing", report["session"]["missing"], [])
    pool = harness.one_pool(case, report)
    case.equal("workers", sorted(w["pid"] for w in pool["workers"]), sorted(facts["workers"]))
    want = {"replaced_by": successor}
    logged = is_logged(case, facts["victim"]) if way == "crash" else False
    if logged:
        want.update(pid=None, end="signal", signal="SIGSEGV", exit_code=None)
    elif logged is None:
        want.update(pid=None)
    elif way == "oom":
        want.update(pid=facts["victim"], end="oom", signal="SIGKILL")
    else:
        want.update(pid=None, end=None, signal=None, exit_code=None)
    death = only_death(case, pool, facts, want)
    if way == "oom":
        case.equal("oom.limit_bytes", death["oom"]["limit_bytes"], LIMIT)
        # What it has of files may be on another cgroup's bill.
        case.check(LIMIT // 4 < (death["oom"]["rss_bytes"] or 0) <= LIMIT + (16 << 20),
                   "oom: %r" % death["oom"])
        case.check("pooltop-test" in death["oom"]["scope"], "oom: %r" % death["oom"])
    if logged:
        case.check("crash of a thread %d " % facts["victim"] in death["inferred"],
                   death["inferred"])
    case.check(0 < facts["written_ns"] - death["t_ns"] < 20e9, "it was %.3f s before it was told"
               % ((facts["written_ns"] - death["t_ns"]) / 1e9))
    case.check("its caller waits for ever" in death["consequence"], death["consequence"])
    finds(case, pool, "worker-died")
    hangs(case, pool)
    pages(case, tape, ["by %d" % successor])


def is_well(case, way, method, kind, *args, **kwargs):
    """What has happened is nothing of the pool's."""
    harness.need_bpf()
    facts, pid = happen(case, way, (harness.python(), method), *args, **kwargs)
    pool = harness.one_pool(case, harness.report(case, pid, "--duration", str(NEAR_S)))
    case.equal("kind", pool["kind"], kind)
    case.check(set(facts["workers"]) & {w["pid"] for w in pool["workers"]} or way == "recycle",
               "its workers were found")
    case.equal("deaths", pool["deaths"], [])
    case.equal("verdict", pool["stall"], None)
    ids = [t["id"] for t in pool["traps"]]
    case.check("worker-died" not in ids and "lost-task" not in ids, "findings: %r" % ids)


def another_cgroup(case):
    """In the pool's own is nobody but the pool."""
    inside = harness.inside(harness.cgroup(case, LIMIT))
    other = os.path.join(harness.CGROUPS, "pooltop-other-%d" % os.getpid())
    os.mkdir(other)
    case.later(harness.remove_cgroup, other)
    with open(other + "/memory.limit_in_bytes", "w") as f:
        f.write(str(40 << 20))
    is_well(case, "stranger", "fork", "Pool", "--stranger", other, prefix=inside)


def same_cgroup(case):
    """As often as not a worker is forked right after it: the next to come by maxtasksperchild."""
    is_well(case, "recycle", "fork", "Pool",
            prefix=harness.inside(harness.cgroup(case, LIMIT)))


def never_waited_for(case):
    """A bare process is a child of its parent until somebody has waited for it."""
    harness.need_bpf()
    facts, pid = happen(case, "bare", (harness.python(), "fork"))
    pool = harness.one_pool(case, harness.report(case, pid, "--duration", "3"))
    case.equal("kind", pool["kind"], "Process")
    only_death(case, pool, facts, {"pid": facts["victim"], "end": "signal", "signal": "SIGKILL",
                                   "exit_code": None, "t_ns": None, "replaced_by": None})
    case.equal("verdict", pool["stall"], None)
    finds(case, pool, "worker-died")


def is_zombie(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0] == "Z"


def stopped(case, kind, module):
    """A worker of any kind, whose parent is not there to wait for it."""
    harness.need_bpf()
    needs(module)
    interpreter = DEBIAN if module else harness.python()
    facts, pid = happen(case, "stopped", (interpreter, "fork"), "--kind", kind)
    harness.wait_for(lambda: is_zombie(facts["victim"]), 10, "its end")
    pool = harness.one_pool(case, harness.report(case, pid, "--duration", "3"))
    case.equal("kind", pool["kind"], "billiard" if kind == "Celery" else kind)
    case.check({w["pid"] for w in pool["workers"]} >= set(facts["workers"]), "its workers")
    if kind == "loky":
        # It was not forked as it is: a zombie that may be any program is nobody's worker.
        case.equal("deaths", pool["deaths"], [])
        return
    only_death(case, pool, facts, {"pid": facts["victim"], "end": "signal", "signal": "SIGKILL",
                                   "exit_code": None, "t_ns": None, "replaced_by": None})
    finds(case, pool, "worker-died")


def nobody(case):
    """Without the log that is said, with the command that grants it; the rest is told."""
    words = harness.as_nobody()
    with open("/proc/sys/kernel/dmesg_restrict") as f:
        if f.read().strip() != "1":
            raise harness.Skip("everybody may read the kernel's log here")
    copy, pools = harness.public_copy(case)
    os.chmod(case.folder, 0o777)
    told = case.path("told")
    case.start(words + [harness.python(), os.path.join(pools, "past.py"), "kill", "--told", told],
               stderr=open(case.path("err"), "wb"), cwd="/")
    facts = harness.ready(case, told, 40)
    done = harness.run(case, words + [copy, "report", str(facts["pid"]), "--duration", "3",
                                      "--json"], cwd="/")
    case.need(done.status == 0, str(done))
    missing = {row["feature"]: row for row in done.json()["session"]["missing"]}
    if case.check("kernel-log" in missing, "missing: %r" % sorted(missing)):
        row = missing["kernel-log"]
        case.check("before watching began" in row["lost"] and "setcap cap_syslog" in row["fix"],
                   "%r" % row)
    pool = harness.one_pool(case, done.json())
    only_death(case, pool, facts, {"pid": None, "end": None, "replaced_by": facts["workers"][-1]})


# Where versions differ in what is read of them (src/python/locals.c).
SOME = ("3.6", "3.8", "3.10", "3.13")
METHODS = ("fork", "spawn", "forkserver")


def row(name, way, path, method):
    return name, lambda case: lost(case, way, (path, method)), 100


def matrix():
    """Every way on every interpreter by every method: the word "matrix" on the command line."""
    return [row("matrix, %s, %s, Python %s" % (way, method, version), way, path, method)
            for path, version in harness.pythons((3, 6)) for way in ("oom", "crash", "kill")
            for method in METHODS]


def main():
    debian = harness.python()
    rows = [row("out of memory, fork", "oom", debian, "fork"),
            row("out of memory, spawn", "oom", debian, "spawn"),
            row("crashed, fork", "crash", debian, "fork"),
            row("killed, forkserver", "kill", debian, "forkserver")]
    rows += [row("killed, fork, Python " + version, "kill", path, "fork")
             for path, version in harness.pythons((3, 6)) if version.rpartition(".")[0] in SOME]
    rows += [("another program, out of memory in another cgroup", another_cgroup, 60),
             ("another program, out of memory while workers come and go", same_cgroup, 60),
             ("a caller that waits for a task that is at work",
              lambda case: is_well(case, "slow", "fork", "Pool"), 60),
             ("an executor", lambda case: is_well(case, "executor", "fork",
                                                  "ProcessPoolExecutor"), 60),
             ("killed, and not waited for", never_waited_for, 60),
             ("killed, its parent stopped, ProcessPoolExecutor",
              lambda case: stopped(case, "ProcessPoolExecutor", None), 60),
             ("killed, its parent stopped, loky",
              lambda case: stopped(case, "loky", "joblib"), 60),
             ("killed, its parent stopped, billiard",
              lambda case: stopped(case, "billiard", "billiard"), 60),
             ("killed, its parent stopped, Celery",
              lambda case: stopped(case, "Celery", "celery"), 60),
             ("nobody may read the log", nobody, 60)]
    return harness.main(matrix() if "matrix" in sys.argv else rows)


if __name__ == "__main__":
    sys.exit(main())
