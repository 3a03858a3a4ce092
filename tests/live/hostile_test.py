#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: a target that lies
# timeout: 300
"""Workers whose interpreter's structures are nonsense, written into their memory by this test while
they sleep: pooltop takes no more memory and time for them than for others, says what there is to be
said of the honest ones among them, and prints nothing raw."""
import os
import re
import resource
import signal
import struct
import sys

import harness

# Of CPython 3.11, in bytes (../shared/ref/py-offsets.tsv).
NEXT, INTERP, CFRAME, THREAD_ID, NATIVE_ID = 8, 16, 56, 152, 160  # PyThreadState
CURRENT = 8  # _PyCFrame
CODE, PREVIOUS, INSTRUCTION = 32, 48, 56  # _PyInterpreterFrame
FILENAME, QUALNAME, LINETABLE = 112, 128, 136  # PyCodeObject
LENGTH, TEXT, SIZE = 16, 48, 16  # str, bytes
INTERP_NEXT, THREADS = 0, 16  # PyInterpreterState
STATE_BYTES, MANY = 256, 100000

ESCAPE = b"\033]0;owned\007\033[2J\x9b31m\r\n\x00\x7f"
MOST_BYTES = 256 << 20
MOST_CPU_S = 20


class Target:
    """A worker, and the memory that it does not know to be changed."""

    def __init__(self, facts):
        self.pid, self.state, self.room = facts["pid"], facts["state"], facts["room"]
        self.memory = open("/proc/%d/mem" % self.pid, "r+b", buffering=0)

    def read(self, at):
        self.memory.seek(at)
        return struct.unpack("<Q", self.memory.read(8))[0]

    def put(self, at, data):
        self.memory.seek(at)
        self.memory.write(data)

    def write(self, at, *words):
        self.put(at, struct.pack("<%dQ" % len(words), *words))

    def frame(self):
        return self.read(self.read(self.state + CFRAME) + CURRENT)

    def code(self):
        return self.read(self.frame() + CODE)

    def interp(self):
        return self.read(self.state + INTERP)


def honest(target):
    pass


def frames_in_a_circle(target):
    target.write(target.frame() + PREVIOUS, target.frame())


def frames_that_are_nowhere(target):
    target.write(target.frame() + PREVIOUS, 0xffffffffffffff00)


def names_without_end(target):
    code = target.code()
    for text in (QUALNAME, FILENAME):
        target.write(target.read(code + text) + LENGTH, 1 << 62)
    target.write(target.read(code + LINETABLE) + SIZE, 1 << 62)


def names_of_escapes(target):
    code = target.code()
    for text in (QUALNAME, FILENAME):
        target.write(target.read(code + text) + LENGTH, len(ESCAPE))
        target.put(target.read(code + text) + TEXT, ESCAPE)


def code_that_is_none(target):
    target.write(target.frame() + CODE, target.room)


def instructions_far_away(target):
    target.write(target.frame() + INSTRUCTION, 1 << 63)


def threads_in_a_circle(target):
    target.write(target.state + NEXT, target.state)
    target.write(target.interp() + INTERP_NEXT, target.interp())


def threads_without_number(target):
    """100,000 of them, each with the thread's own number, before the true one."""
    interp, out = target.interp(), bytearray(STATE_BYTES * MANY)
    for n in range(MANY):
        at = n * STATE_BYTES
        after = target.room + at + STATE_BYTES if n + 1 < MANY else target.state
        struct.pack_into("<QQ", out, at + NEXT, after, interp)
        struct.pack_into("<QQ", out, at + THREAD_ID, 1 + n, target.pid if n % 2 else 1 + n)
        struct.pack_into("<Q", out, at + CFRAME, target.room + at)
    for at in range(0, len(out), 1 << 20):
        target.put(target.room + at, bytes(out[at:at + (1 << 20)]))
    target.write(interp + THREADS, target.room)


WAYS = (honest, frames_in_a_circle, frames_that_are_nowhere, names_without_end, names_of_escapes,
        code_that_is_none, instructions_far_away, threads_in_a_circle, threads_without_number)


def interpreter():
    for path, version in harness.pythons((3, 11)):
        if version.startswith("3.11."):
            return path
    raise harness.Skip("no CPython 3.11 here")


def begin(case):
    """(the parent, a Target for each way)"""
    harness.need_root()
    child = case.start([interpreter(), harness.pool("hostile"), "--folder", case.folder,
                        "--workers", str(len(WAYS))])
    facts = [harness.ready(case, case.path("%d.begun" % n), 60) for n in range(len(WAYS))]
    for fact in facts:
        harness.wait_for(lambda pid=fact["pid"]: in_sleep(pid), 20, "%r sleeps" % fact)
    return child, [Target(f) for f in facts]


def in_sleep(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0] == "S"


def limited(case, *args):
    """Runs pooltop, within its time and its memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = harness.pooltop(case, *args, seconds=100)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    case.need(done.status == 0, str(done))
    case.check(cpu < MOST_CPU_S, "%s took %.1f s of a core" % (args[0], cpu))
    case.check(after.ru_maxrss < MOST_BYTES >> 10, "%s took %d KiB" % (args[0], after.ru_maxrss))
    case.note("%s: %.1f s, at most %d KiB" % (args[0], cpu, after.ru_maxrss))
    return done


def unsafe(text):
    return [c for c in text if c < " " or "\x7f" <= c < "\xa0" or "\u202a" <= c <= "\u202e"]


def strings(value):
    if isinstance(value, dict):
        return [s for v in value.values() for s in strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [value] if isinstance(value, str) else []


def is_honest(case, what, frames):
    case.equal(what, [f["function"] for f in frames[:3]],
               ["innermost_that_sleeps", "middle_that_calls", "work"])


def living(case):
    _, targets = begin(case)
    for way, target in zip(WAYS, targets):
        way(target)
    done = limited(case, "stack", targets[0].pid)
    case.equal("raw in the text", unsafe(done.out.decode().replace("\n", "")), [])
    processes = limited(case, "stack", targets[0].pid, "--json").json()["processes"]
    case.equal("raw in the JSON", unsafe("".join(strings(processes))), [])
    by_pid = {p["pid"]: p for p in processes}
    case.equal("processes", len(by_pid), len(WAYS) + 1)
    is_honest(case, "the honest one", by_pid[targets[0].pid]["threads"][0]["python"])
    for way, target in zip(WAYS, targets):
        threads = by_pid[target.pid]["threads"]
        frames = threads[0]["python"] if threads else []
        case.check(len(threads) <= 4096 and len(frames) <= 1024,
                   "%s: %d threads, %d frames" % (way.__name__, len(threads), len(frames)))
    circle = by_pid[targets[WAYS.index(frames_in_a_circle)].pid]["threads"][0]
    case.equal("of a circle: whole", circle["whole"], False)
    escapes = by_pid[targets[WAYS.index(names_of_escapes)].pid]["threads"][0]["python"]
    case.check(escapes and "owned" in escapes[0]["function"], "the escapes: %r" % escapes[:1])


def dying(case):
    """The kernel's own walk over them, when they are killed."""
    harness.need_bpf()
    parent, targets = begin(case)
    tape, ready = case.path("tape"), case.path("rec.err")
    recorder = case.start([harness.POOLTOP, "record", "-v", "-o", tape, str(parent.pid)],
                          stderr=open(ready, "wb"))
    harness.wait_for(lambda: os.path.exists(tape) and seen(case, tape) == len(WAYS), 40,
                     "the workers are known")
    for way, target in zip(WAYS, targets):
        way(target)
    for target in targets:
        os.kill(target.pid, signal.SIGKILL)
    harness.wait_for(lambda: deaths(case, tape) >= len(WAYS), 40, "their deaths")
    recorder.send_signal(signal.SIGINT)
    harness.wait_end(case, recorder, 20, "the recorder ends")
    text = limited(case, "report", tape)
    case.equal("raw in the report", unsafe(text.out.decode().replace("\n", "")), [])
    got = limited(case, "report", tape, "--json").json()
    case.equal("raw in the JSON", unsafe(re.sub("[\n\t]", "", "".join(strings(got)))), [])
    case.equal("lost", got["session"]["lost_records"], 0)
    by_pid = {d["pid"]: d for p in got["pools"] for d in p["deaths"]}
    for way, target in zip(WAYS, targets):
        death = by_pid[target.pid]
        case.equal(way.__name__, (death["signal"], death["end"]), ("SIGKILL", "signal"))
        case.check(len(death["python_stack"]) <= 64, "%s: %d frames" % (
            way.__name__, len(death["python_stack"])))
    is_honest(case, "the honest one", by_pid[targets[0].pid]["python_stack"])
    screen = harness.pooltop(case, "replay", tape, "--once", "--view", "deaths", "--no-color",
                             "--ascii", "--size", "200x60").out.decode()
    case.equal("raw on the screen", unsafe(screen.replace("\n", "")), [])


def report(case, tape):
    done = harness.pooltop(case, "report", tape, "--json")
    return done.json()["pools"] if done.status == 0 else []


def seen(case, tape):
    return sum(not w["end"] for p in report(case, tape) for w in p["workers"])


def deaths(case, tape):
    return sum(len(p["deaths"]) for p in report(case, tape))


if __name__ == "__main__":
    sys.exit(harness.main([("stacks of those that live", living, 120),
                           ("last stacks of those that are killed", dying, 150)]))
