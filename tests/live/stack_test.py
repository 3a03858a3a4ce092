#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every interpreter, and a thousand stacks
# timeout: 900
"""`pooltop stack` on real pools: the same frames as each process itself dumps at the same place,
who holds the GIL, whole stacks of pools that never stand still, and text that is hostile."""
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import harness

DONE, FAILED, USAGE, NO_TARGET, NOT_PERMITTED = range(5)
OLDEST = (3, 6)  # that src/python has a layout for
FAULTHANDLER_FRAMES = 100
LOOKS = 2  # at a held GIL, for each interpreter
SPINS = 1000  # stacks of spinning workers
SOURCE = harness.pool("stacks")
DUMPED = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in (.*)$')
CUT = ("<invalid frame>", 0, "")  # 3.14's own dump ends where its __init__ (below) is on a stack


def start(case, what, interpreter=None, method="fork", workers=2):
    ready = case.path("ready")
    case.start([interpreter or harness.python(), SOURCE, "--ready", ready, "--folder",
                case.folder, "--what", what, "--method", method, "--workers", str(workers)])
    facts = harness.ready(case, ready)
    case.equal("workers", len(facts["workers"]), workers)
    return facts


def stop(case):
    """Ends all that the case has started, so that the next pool has the machine to itself."""
    for child, _ in case.started:
        for pid in harness.tree(child.pid) if child.poll() is None else []:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        child.wait()
    for name in os.listdir(case.folder):
        os.unlink(case.path(name))


def stack(case, pid):
    done = harness.pooltop(case, "stack", pid, "--json")
    case.need(done.status == 0 and not done.err, str(done))
    return done.json()["processes"]


# ---------------------------------------------------------------------------------------------
# The same as faulthandler


def dumped(path):
    """The stacks in a dump of faulthandler, each a list of (file, line, name)."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    stacks = []
    for line in text.split("\n"):
        if "(most recent call first)" in line:
            stacks.append([])
        elif DUMPED.match(line):
            path, number, name = DUMPED.match(line).groups()
            # What 3.13 puts between a class and its __init__ is no function of anybody's, and
            # everything in CPython but faulthandler hides it.
            if (path, number) != ("__init__", "???"):
                stacks[-1].append((path, int(number), name))
        elif line.strip() == CUT[0]:
            stacks[-1].append(CUT)
    return sorted(s for s in stacks if s)


def escaped(text):
    """As faulthandler writes what is not ASCII."""
    return "".join(c if " " <= c < "\x7f" else
                   ("\\x%02x" if c < "\u0100" else "\\u%04x") % ord(c) for c in text)


def shown(process):
    """The same of a process of `stack --json`; faulthandler has no qualified names."""
    stacks = []
    for thread in process["threads"]:
        frames = [(escaped(f["file"]), f["line"], escaped(f["function"].split(".")[-1]))
                  for f in thread["python"]]
        stacks.append(frames[:FAULTHANDLER_FRAMES])
    return sorted(s for s in stacks if s)


def as_far(got, want):
    """Each of these stacks, to where its dump was cut."""
    return [g[:len(w) - 1] + [CUT] if w[-1] == CUT else g for g, w in zip(got, want)] + \
        got[len(want):]


def dump(case, pid):
    path = os.path.join(case.folder, "%d.dump" % pid)
    os.kill(pid, signal.SIGUSR1)
    harness.wait_for(lambda: os.path.getsize(path) > 0, 10, "the dump of %d" % pid)
    size = -1
    while size != os.path.getsize(path):  # it is written piece by piece
        size = os.path.getsize(path)
        time.sleep(0.1)
    return dumped(path)


def check_native(case, who, process):
    """Down to where each thread began, with every Python frame at an evaluation loop."""
    for thread in process["threads"]:
        name = "%s, thread %d" % (who, thread["tid"])
        mixed, native = thread["mixed"], thread["native"]
        if not case.check(mixed and native and thread["native_whole"],
                          "%s: no whole machine stack: %r" % (name, native[-3:])):
            continue
        case.equal(name + ": Python among machine", [f for f in mixed if "module" not in f],
                   thread["python"])
        case.equal(name + ": machine among Python", [f for f in mixed if "module" in f], native)
        end, module = native[-1]["function"], os.path.basename(native[-1]["module"] or "")
        if thread["tid"] == process["pid"]:
            case.check("_start" in (end or ""), "%s ends in %r" % (name, native[-1]))
        else:  # newer ones' clone3() has a name in debug files alone
            case.check("clone" in (end or "clone") and module.startswith("libc."),
                       "%s ends in %r" % (name, native[-1]))


def same(case, interpreter, method):
    facts = start(case, "still", interpreter, method)
    processes = stack(case, facts["workers"][0])
    case.equal("processes", sorted(p["pid"] for p in processes),
               sorted([facts["pid"]] + facts["workers"]))
    for process in processes:
        want, got = dump(case, process["pid"]), shown(process)
        who = "%s %s %s" % (interpreter, method, process["role"])
        case.equal(who + ": error", process["error"], None)
        case.equal(who + ": threads", len(got), len(want))
        for g, w in zip(as_far(got, want), want):
            case.equal(who, g, w)
        check_native(case, who, process)
        case.equal(who + ": role", process["role"],
                   "parent" if process["pid"] == facts["pid"] else "worker")
        deepest = max(len(s) for s in want)
        case.check(deepest > 5, "%s: the deepest stack has %d frames" % (who, deepest))
    case.equal("threads of a worker with a stack", len(shown(processes[1])), 3)


def as_faulthandler(case):
    found = harness.pythons(OLDEST)
    case.note(", ".join(version for _, version in found))
    for path, _ in found:
        for method in ("fork", "spawn"):
            same(case, path, method)
            stop(case)
    case.check(len(found) > 0, "no interpreter")


def is_same(case, facts, who):
    processes = stack(case, facts["pid"])
    case.equal(who + ": processes", sorted(p["pid"] for p in processes),
               sorted([facts["pid"]] + facts["workers"]))
    for process in processes:
        case.equal(who + ": error", process["error"], None)
        want = dump(case, process["pid"])
        case.equal(who, as_far(shown(process), want), want)


def deleted(case):
    """An interpreter whose file has been taken away since it was started, as an upgrade does."""
    original = os.path.realpath(harness.python())
    copy = shutil.copy(original, case.path(os.path.basename(original)))
    facts = start(case, "still", copy)
    os.unlink(copy)
    is_same(case, facts, "deleted")


def container(case):
    """In a PID namespace of its own the threads have other numbers than they have here."""
    harness.need_root()
    tool = shutil.which("unshare")
    if not tool:
        raise harness.Skip("no unshare here")
    for path, version in harness.pythons(OLDEST):
        ready = case.path("ready")
        child = case.start([tool, "--pid", "--fork", "--mount-proc", path, SOURCE, "--ready",
                            ready, "--folder", case.folder, "--what", "still"])
        inner = harness.ready(case, ready)
        outer = {numbers[-1]: numbers[0] for numbers in map(namespaces, harness.tree(child.pid))
                 if len(numbers) > 1}
        case.equal(version + ": the first in there", inner["pid"], 1)
        for number, pid in outer.items():  # it dumps under the number that it has in there
            os.symlink("%d.dump" % number, case.path("%d.dump" % pid))
        is_same(case, {"pid": outer[1], "workers": [outer[w] for w in inner["workers"]]}, version)
        stop(case)


def namespaces(pid):
    """Numbers of a process, in our namespace and further in."""
    with open("/proc/%d/status" % pid) as f:
        return [int(n) for n in re.search(r"NSpid:\s*(.*)", f.read()).group(1).split()]


# ---------------------------------------------------------------------------------------------
# Machine code

# Innermost first: (function of Python's, or None; pattern of the module's name, part of the machine
# function's), with anything in between.
FFI = "libffi|_ctypes"  # older ones have it built in
THROUGH_C = [
    (None, "libc", "pause"), (None, FFI, ""), ("pause_in_c", "", ""),
    (None, "python", "_PyEval_EvalFrameDefault"), (None, FFI, ""), (None, "libc", "qsort"),
    (None, FFI, ""), (None, FFI, ""), ("sort_in_c", "", ""), ("key_of", "", ""),
    (None, "python", "_PyEval_EvalFrameDefault"), ("native", "", ""),
    ("worker", "", ""),
    (None, "python", "_PyEval_EvalFrameDefault"), (None, "python", "_start"),
]


def is_frame(frame, want):
    function, module, machine = want
    if function:
        return "module" not in frame and frame["function"].split(".")[-1] == function
    return bool("module" in frame and re.search(module, os.path.basename(frame["module"] or "")) and
            machine in (frame["function"] or ""))


def through_c(case):
    for path, version in harness.pythons(OLDEST):
        facts = start(case, "native", path, workers=2)
        for process in stack(case, facts["pid"])[1:]:
            check_native(case, version, process)
            left = list(THROUGH_C)
            for frame in process["threads"][0]["mixed"] or []:
                if left and is_frame(frame, left[0]):
                    left.pop(0)
            case.equal(version + ": not there, or in another order", left, [])
        text = harness.pooltop(case, "stack", facts["pid"]).out.decode()
        case.check(re.search(r"\n      pause +libc.*\n(.*\n)*      pause_in_c .*\n(.*\n)*"
                             r"      qsort\w* +libc.*\n(.*\n)*      sort_in_c ", text),
                   "%s: the text has them in order: %s" % (version, text))
        case.check("_start" not in text, version + ": the start is left out")
        text = harness.pooltop(case, "stack", "-v", facts["pid"]).out.decode()
        case.check("_start" in text, version + ": the start is there")
        stop(case)


# ---------------------------------------------------------------------------------------------
# The GIL


def gil(case):
    for path, version in harness.pythons((3, 7)):
        facts = start(case, "gil", path, workers=1)
        right = looks = 0
        while right < LOOKS and looks < 20 * LOOKS:
            looks += 1
            worker = stack(case, facts["pid"])[1]
            words = [t["gil"] for t in worker["threads"]]
            case.equal(version + ": threads", len(words), 4)
            case.check(words.count("held") <= 1, "%s: %r" % (version, words))
            sleeper = [t for t in worker["threads"] if t["python"] and
                       t["python"][0]["function"] == "sleep_for_ever"]
            case.equal(version + ": the sleeper", [(t["gil"], t["on_cpu"]) for t in sleeper],
                       [("free", False)])
            for thread in worker["threads"]:
                if thread not in sleeper and not thread["on_cpu"]:
                    case.equal("%s: %s" % (version, thread["syscall"]), thread["gil"], "waiting")
            right += sorted(words) == ["free", "held", "waiting", "waiting"]
        # Between one that lets go and one that takes it, nobody has it; that is long if the
        # latter has to wait for a core.
        case.equal(version + ": looks that show a holder and two that wait", right, LOOKS)
        case.note("%s: %d of %d" % (version, right, looks))
        stop(case)


# ---------------------------------------------------------------------------------------------
# What never stands still


def lines_of_source():
    with open(SOURCE) as f:
        return [""] + f.read().split("\n")


def wrong(frames, source):
    """None, or what makes this a stack that there cannot have been."""
    own = [f for f in frames if f["file"] == SOURCE]
    names = [f["function"] for f in own]
    if "spin" not in names or names.index("spin") > 4:
        return "spin is not among them"
    own = own[:names.index("spin") + 1]
    if frames[:len(own)] != own:
        return "a stranger among them"
    for inner, outer in zip(own, own[1:]):
        if inner["function"] + "(" not in source[outer["line"]]:
            return "line %d does not call %s" % (outer["line"], inner["function"])
    first = [n for n, text in enumerate(source) if text.startswith("def %s(" % names[0])][0]
    if not first <= own[0]["line"] <= first + 9:
        return "%s has no line %d" % (names[0], own[0]["line"])
    return None


def watch_tracer(pids, end, seen):
    while not end.is_set():
        for pid in pids:
            with open("/proc/%d/status" % pid) as f:
                text = f.read()
            seen.add((re.search(r"TracerPid:\s*(\d+)", text).group(1),
                      re.search(r"State:\s*(\S)", text).group(1)))
        time.sleep(0.002)


def spinning(case):
    """On the newest interpreter and on one of each other shape of frames."""
    source, found = lines_of_source(), dict((v, p) for p, v in harness.pythons(OLDEST))
    shapes = {"3.%d" % n: max([v for v in found if v.startswith("3.%d." % n)] or [""])
              for n in (8, 10, 11, 12, 13, 14)}
    versions = [v for v in shapes.values() if v] or list(found)
    for version in versions:
        facts = start(case, "spin", found[version], workers=4)
        spin_on(case, version, facts, source, SPINS // len(versions))
        stop(case)


def spin_on(case, version, facts, source, least):
    end, seen = threading.Event(), set()
    watcher = threading.Thread(target=watch_tracer, args=(facts["workers"], end, seen))
    watcher.start()
    count = whole = native = 0
    faults, tops = [], set()
    try:
        while count < least:
            for process in stack(case, facts["pid"])[1:]:
                thread = process["threads"][0]
                count += 1
                whole += thread["whole"] and bool(thread["python"])
                native += thread["native_whole"] and thread["mixed"] is not None
                if thread["python"]:
                    fault = wrong(thread["python"], source)
                    faults += [(fault, thread["python"][:6])] if fault else []
                    tops.add((thread["python"][0]["function"], thread["python"][0]["line"]))
    finally:
        end.set()
        watcher.join()
    case.note("%s: %d of %d whole, %d different places, %d with machine frames" % (
        version, whole, count, len(tops), native))
    case.equal(version + ": wrong", faults, [])
    case.check(whole >= 0.99 * count, "%s: %d of %d are whole" % (version, whole, count))
    case.check(native >= 0.2 * count, "%s: %d of %d have machine frames" % (
        version, native, count))
    case.check(len(tops) >= 5, "%s: it spun in %r alone" % (version, tops))
    case.equal(version + ": tracers", {t for t, _ in seen}, {"0"})
    case.equal(version + ": stopped", [s for _, s in seen if s in "Tt"], [])


# ---------------------------------------------------------------------------------------------
# Text


def strings(value):
    if isinstance(value, dict):
        return [s for v in value.values() for s in strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [value] if isinstance(value, str) else []


def unsafe(text):
    return [c for c in text if c < " " or "\x7f" <= c < "\xa0" or "\u200e" <= c <= "\u200f" or
            "\u2028" <= c <= "\u202e" or "\ud800" <= c <= "\udfff"]


def hostile(case):
    facts = start(case, "hostile")
    done = harness.pooltop(case, "stack", facts["pid"])
    case.need(done.status == 0 and not done.err, str(done))
    text = done.out.decode("utf-8")
    case.equal("in the text", unsafe(text.replace("\n", "")), [])
    case.check("owned" in text, "the hostile function is not shown")
    processes = stack(case, facts["pid"])
    case.equal("in the JSON", unsafe("".join(strings(processes))), [])
    frames = processes[1]["threads"][0]["python"]
    case.check(frames[0]["function"].startswith("?]0;owned??[2J"), repr(frames[0]))
    case.equal("a name of 100,000", frames[1]["function"], "x" * 511)
    case.check(frames[1]["file"].startswith("yyy") and "owned" in frames[1]["file"] and
               len(frames[1]["file"]) <= 1023, "its file: %r" % frames[1]["file"])


# ---------------------------------------------------------------------------------------------
# The text output, and errors


def merged(case):
    facts = start(case, "still", workers=6)
    done = harness.pooltop(case, "stack", facts["workers"][3])
    case.need(done.status == 0 and not done.err, str(done))
    text = done.out.decode("utf-8")
    heads = re.findall(r"^(?:parent|worker|\d+ workers).*", text, re.M)
    case.equal("groups", [h.split()[:2] for h in heads],
               [["parent", str(facts["pid"])], ["3", "workers:"], ["3", "workers:"]])
    pids = [int(p) for h in heads[1:] for p in re.search(r": ([\d ]+) ", h).group(1).split()]
    case.equal("their members", sorted(pids), sorted(facts["workers"]))
    case.check("waits in " in text, "no system call is named")


def not_python(case):
    sleeper = case.start(["sleep", "60"])
    gone = subprocess.Popen(["true"])
    gone.wait()
    for pid in (sleeper.pid, gone.pid, os.getpid(), 1):
        harness.one_line(case, harness.pooltop(case, "stack", pid), [NO_TARGET])
    for row in ([], ["1", "2"], ["x"], ["--once", "1"]):
        harness.one_line(case, harness.pooltop(case, "stack", *row), [USAGE])


def not_permitted(case):
    nobody = harness.as_nobody()
    copy, _ = harness.public_copy(case)
    facts = start(case, "still")
    for pid in (facts["pid"], facts["workers"][0]):
        done = harness.run(case, nobody + [copy, "stack", str(pid)], cwd="/")
        harness.one_line(case, done, [NOT_PERMITTED])
        case.check(b"CAP_" in done.err, "no capability is named: %r" % done.err)


if __name__ == "__main__":
    sys.exit(harness.main([
        ("equal to faulthandler on every interpreter, fork and spawn", as_faulthandler, 240),
        ("an interpreter whose file is gone", deleted, 60),
        ("a pool in a PID namespace of its own", container, 120),
        ("machine code and Python through each other, every interpreter", through_c, 120),
        ("one holds the GIL, the others wait for it", gil, 120),
        ("%d stacks of spinning pools: whole, none wrong, no tracer" % SPINS, spinning, 400),
        ("hostile names are never printed raw", hostile, 60),
        ("workers with the same stacks are shown once", merged, 60),
        ("what has no Python stack to show", not_python, 60),
        ("somebody else's pool", not_permitted, 60),
    ]))
