#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every interpreter and way to die
# timeout: 600
"""The last Python stack on the certificate, against what the dying worker itself wrote down."""
import json
import os
import re
import sys

import harness

# How each ends: (end, signal, exit code), and whether its task's frames are still there.
ENDS = {
    "SIGKILL": ("signal", "SIGKILL", None, True),
    "SIGTERM": ("signal", "SIGTERM", None, True),
    "SIGSEGV": ("signal", "SIGSEGV", None, True),
    "SIGABRT": ("signal", "SIGABRT", None, True),
    "SIGBUS": ("signal", "SIGBUS", None, True),
    "os._exit": ("exit", None, 7, True),
    "oom": ("oom", "SIGKILL", None, True),
    "sys.exit": ("exit", None, 3, False),
    "interrupt": ("exit", None, 1, False),
    "recursion": ("signal", "SIGSEGV", None, True),
}
# Who sent the signal is the worker itself, or nobody.
OWN_SIGNAL = ("SIGKILL", "SIGTERM", "SIGABRT")
# The end of one thread by these is no end of its process.
MAIN_ONLY = ("sys.exit", "interrupt")
# Who is killed by another hand was not at fault: the main thread's stack is shown first.
NO_CULPRIT = ("SIGKILL", "SIGTERM", "oom")
INNERMOST = 10
MOST_AGE_NS = 10**9  # of a stack that was read at death
STORM = int(os.environ.get("POOLTOP_STORM", "180"))  # deaths; make check-deaths has 1,000


def ways(*names):
    for name in names or ENDS:
        yield name + ":main"
        if name not in MAIN_ONLY:
            yield name + ":thread"


def run(case, interpreter, pairs, *args, **kwargs):
    """(report's only pool, what the workers wrote by pid) of a pool that died so."""
    log, tape = case.path("log"), case.path("tape")
    limit = harness.cgroup(case, 160 << 20)
    harness.record(case, tape, interpreter, harness.pool("last"), "--log", log, "--cgroup",
                   limit, *(list(args) + list(pairs)), **dict({"seconds": 240}, **kwargs))
    got = harness.report(case, tape)
    with open(log) as f:
        wrote = [json.loads(line) for line in f]
    return got, {w["pid"]: w for w in wrote}


def plain(name):
    """Without the classes and functions around it: before 3.11 code does not know them."""
    return name.rsplit(".", 1)[-1]


def same(case, who, got, want, exact_names):
    if not case.check(got, who + ": no stack"):
        return
    got = [[f["function"], f["file"], f["line"]] for f in got[:INNERMOST]]
    want = want[:INNERMOST]
    if not exact_names:
        got, want = ([[plain(f[0])] + f[1:] for f in fs] for fs in (got, want))
    case.equal(who + ": frames", got, want)


def check_recursion(case, who, got):
    names = {plain(f["function"]) for f in got[:INNERMOST]}
    case.equal(who + ": functions", names, {"deeper"})
    case.check(len(got) >= 40, "%s: %d frames" % (who, len(got)))


def check_stack(case, who, death, wrote, exact, native):
    case.equal(who + ": stack_source", death["stack_source"], "at-death")
    case.check(death["stack_age_ns"] is not None and death["stack_age_ns"] < MOST_AGE_NS,
               "%s: stack_age_ns %r" % (who, death["stack_age_ns"]))
    case.check(death["walk_ns"], who + ": what the walk took")
    threads = {t["tid"]: t for t in death["threads"]}
    mine = threads.get(wrote["tid"], {"python": [], "culprit": None})
    if wrote["way"] == "recursion":
        check_recursion(case, who, mine["python"])
    else:
        same(case, who, mine["python"], wrote["frames"], exact)
    is_first = wrote["where"] == "main" or wrote["way"] not in NO_CULPRIT
    case.equal(who + ": is the first", death["python_stack"] == mine["python"], is_first)
    if wrote["way"] in ("SIGSEGV", "SIGABRT", "SIGBUS", "recursion") and native:
        check_native(case, who, death, wrote)
    if wrote["main"]:
        same(case, who + ", main thread", threads[wrote["pid"]]["python"], wrote["main"], exact)


def check_native(case, who, death, wrote):
    """From the C library, through the evaluation loop of each Python frame, to a thread's start."""
    got = death["native_stack"]
    if not case.check(got, who + ": no native stack"):
        return
    loops = [f for f in got if (f["function"] or "").startswith("_PyEval_EvalFrameDefault")]
    if not case.check(loops, "%s: no evaluation loop in %r" % (who, got[:20])):
        return
    if wrote["way"] == "recursion":
        return
    last = os.path.basename(got[-1]["module"] or "")
    case.check(got[0]["module"], "%s: begins in %r" % (who, got[0]))
    case.check(last.startswith(("libc.", "python")), "%s: ends in %r" % (who, got[-1]))
    mixed = death["mixed_stack"]
    python = [f for f in mixed if "offset" not in f]
    case.equal(who + ": Python frames among the native", python, death["python_stack"])
    at = mixed.index(python[0])
    case.check(0 < at and loops[0] in mixed[at:], "%s: its loop comes after a frame" % who)


def check_unwound(case, who, death):
    """The task's frames are gone, and it says so."""
    case.check(death["stack_note"], who + ": says that the task had unwound")
    files = {os.path.basename(f["file"]) for f in death["python_stack"]}
    case.check("last.py" not in files or death["python_stack"][0]["function"].endswith("_launch"),
               "%s: %r" % (who, death["python_stack"][:3]))


def check_words(case, who, death):
    """The exception, read from what the worker wrote to standard error."""
    got = death["exception"]
    case.equal(who + ": exception", got and (got["type"], got["message"]),
               ("KeyboardInterrupt", "enough") if death["exit_code"] == 1 else None)
    if death["exit_code"] == 1:
        tail = (death["stderr_tail"] or "").rstrip().split("\n")
        case.equal(who + ": last line", tail[-1], "KeyboardInterrupt: enough")
        case.check(any(line.startswith("Traceback (most recent") for line in tail),
                   "%s: standard error %r" % (who, tail))


def check_death(case, death, wrote, exact, native=True):
    who = "%s in the %s thread" % (wrote["way"], wrote["where"])
    end, sig, code, has_frames = ENDS[wrote["way"]]
    case.equal(who + ": end", (death["end"], death["signal"], death["exit_code"]),
               (end, sig, code))
    case.equal(who + ": sender", death["sender"] and death["sender"]["pid"],
               wrote["pid"] if wrote["way"] in OWN_SIGNAL else None)
    case.equal(who + ": task", death["task"] and death["task"]["function"], "__main__.die")
    check_words(case, who, death)
    if has_frames:
        check_stack(case, who, death, wrote, exact, native)
    else:
        check_unwound(case, who, death)


def table(case, interpreter, version, method):
    harness.need_bpf()
    pairs = list(ways())
    got, wrote = run(case, interpreter, pairs, "--method", method)
    pool = harness.one_pool(case, got)
    case.equal("lost records", got["session"]["lost_records"], 0)
    case.equal("missing", got["session"]["missing"], [])
    deaths = {d["pid"]: d for d in pool["deaths"]}
    case.equal("deaths", len(pool["deaths"]), len(pairs))
    case.equal("certificates", sorted(deaths), sorted(wrote))
    exact = tuple(int(n) for n in version.split(".")) >= (3, 11)
    for pid, death in deaths.items():
        if pid in wrote:
            check_death(case, death, wrote[pid], exact)


def storm(case):
    """Many at once, under load, one after another: a certificate for each, with its stack."""
    harness.need_bpf()
    pairs = list(ways())
    workers = 5
    rounds = -(-STORM // (workers * len(pairs)))
    for _ in range(2):
        case.start([harness.python(), "-c", "while True: pass"])
    got, wrote = run(case, harness.python(), pairs, "--workers", str(workers), "--rounds",
                     str(rounds), seconds=60 + STORM // 2)
    pool = harness.one_pool(case, got)
    case.equal("lost records", got["session"]["lost_records"], 0)
    case.equal("deaths", len(pool["deaths"]), workers * rounds * len(pairs))
    case.equal("certificates", sorted(d["pid"] for d in pool["deaths"]), sorted(wrote))
    bad = []
    for death in pool["deaths"]:
        faults, case.faults = case.faults, []
        check_death(case, death, wrote[death["pid"]], True, native=False)
        bad += case.faults[:1]
        case.faults = faults
    case.check(len(bad) <= len(pool["deaths"]) // 1000, "%d of %d are wrong: %s"
               % (len(bad), len(pool["deaths"]), "; ".join(bad[:3])))
    case.note("%d deaths" % len(pool["deaths"]))


# Innermost first, with anything in between: (function of Python's, or None; pattern of the module's
# name, part of the machine function's).
LOOP = (None, "python", "_PyEval_EvalFrameDefault")
FFI = (None, "libffi|_ctypes", "")
OUTSIDE = [("work", "", ""), ("worker", "", ""), LOOP, (None, "python", "_start")]
CRASHES = {
    "ctypes": [(None, "libc", ""), FFI, ("crash_in_strlen", "", ""), LOOP, FFI,
               (None, "libc", "qsort"), FFI, ("sort_in_c", "", "")] + OUTSIDE,
    "numpy": [(None, "_multiarray_umath", ""), ("crash_in_sum", "", ""), LOOP,
              (None, "_multiarray_umath", ""), ("map_in_numpy", "", "")] + OUTSIDE,
}


def is_frame(frame, want):
    function, module, machine = want
    if function:
        return "module" not in frame and plain(frame["function"]) == function
    return ("module" in frame and machine in (frame["function"] or "") and
            bool(re.search(module, os.path.basename(frame["module"] or ""))))


def crash(case, interpreter, way):
    """In C code, which it has come to through C code and Python by turns."""
    harness.need_bpf()
    tape = case.path("tape")
    harness.record(case, tape, interpreter, harness.pool("crash"), "--way", way)
    pool = harness.one_pool(case, harness.report(case, tape))
    case.need(len(pool["deaths"]) == 1, "deaths: %r" % [d["signal"] for d in pool["deaths"]])
    death = pool["deaths"][0]
    case.equal("signal", death["signal"], "SIGSEGV")
    mixed, left = death["mixed_stack"], list(CRASHES[way])
    case.check(mixed and is_frame(mixed[0], left[0]), "it crashed in %r" % mixed[:1])
    name = mixed[0]["function"] if mixed else None  # of strlen() only debug files know: strlen_avx2
    case.check(way != "ctypes" or not name or "strlen" in name, "it crashed in %r" % name)
    for frame in mixed:
        if left and is_frame(frame, left[0]):
            left.pop(0)
    case.equal("not there, or in another order", left, [])
    case.equal("the last", (mixed[-1]["function"] if mixed else None), "_start")
    case.equal("Python frames among them", [f for f in mixed if "module" not in f],
               death["python_stack"])


def crashes():
    """Debian's interpreter is stripped, those of pyenv are not; numpy is Debian's."""
    found = sorted(harness.pythons(), key=lambda row: [int(n) for n in row[1].split(".")])
    for path, version in found:
        if path in (harness.python(), found[0][0], found[-1][0]):
            yield row("a crash through ctypes, Python %s" % version, crash, path, "ctypes")
    yield row("a crash through numpy", crash, harness.python(), "numpy")


def row(name, func, *args):
    return name, lambda case: func(case, *args), 280


if __name__ == "__main__":
    sys.exit(harness.main(
        [("a storm of deaths", storm, 280 + STORM // 2)] + list(crashes()) +
        [row("every way to die, %s, Python %s" % (method, version), table, path, version, method)
         for path, version in harness.pythons() for method in ("fork", "spawn")]))
