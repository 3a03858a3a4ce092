#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: every interpreter
# timeout: 240
"""Stacks that are read while the processes live: the same as each process dumps of itself, again
and again while it stands still, and nothing but what there can be while it does not."""
import os
import struct
import sys

import harness
import stack_test

PROC, TEXT, STACK, THREAD = 10, 5, 40, 48
AT_DEATH, TORN = 1, 16


class Stream:
    """The frames of `record -o -` that are about stacks."""

    def __init__(self, data):
        self.texts, self.stacks, self.threads = {0: ""}, [], []
        at = 0
        while at + 16 <= len(data):
            kind, size, pid, t_ns = struct.unpack_from("<HHIQ", data, at)
            if size < 16 or at + size > len(data):
                break
            self.take(kind, pid, t_ns, data[at + 16:at + size])
            at += size

    def take(self, kind, pid, t_ns, body):
        if kind == TEXT:
            number, length = struct.unpack_from("<II", body)
            self.texts[number] = body[8:8 + length].decode("utf-8")
        elif kind == THREAD:
            tid, flags = struct.unpack_from("<II", body)
            self.threads.append((pid, tid, flags, t_ns))
        elif kind == STACK:
            tid, flags, count = struct.unpack_from("<III", body)
            frames = []
            for i in range(count):
                function, file, line = struct.unpack_from("<III", body, 24 + 24 * i)
                frames.append({"function": self.texts[function], "file": self.texts[file],
                               "line": line})
            if not flags & AT_DEATH:
                self.stacks.append((pid, tid, frames))

    def newest(self, pid):
        """{thread: its frames}"""
        return {tid: frames for p, tid, frames in self.stacks if p == pid}


def watch(case, pid, *options):
    done = harness.pooltop(case, "record", "-o", "-", "--duration", "5", *(options + (pid,)))
    case.need(done.status == 0, "record: status %d, %r" % (done.status, done.err))
    return Stream(done.out)


def still(case, options, path, version):
    facts = stack_test.start(case, "still", path)
    stream = watch(case, facts["pid"], *options)
    for pid in [facts["pid"]] + facts["workers"]:
        who = "%s: %s" % (version, "parent" if pid == facts["pid"] else "worker")
        newest = stream.newest(pid)
        threads = [{"python": frames} for frames in newest.values()]
        case.equal(who, stack_test.shown({"threads": threads}), stack_test.dump(case, pid))
        if pid == facts["pid"]:
            continue
        case.equal(who + ": stacks told", len([1 for p, _, _ in stream.stacks if p == pid]),
                   len(newest))
        looks = {t for p, _, _, t in stream.threads if p == pid}
        case.check(len(looks) >= 3, "%s: %d looks" % (who, len(looks)))
    stack_test.stop(case)


def as_faulthandler(case):
    harness.need_root()
    harness.need_bpf()
    for path, version in harness.pythons(stack_test.OLDEST):
        still(case, (), path, version)


def without_bpf(case):
    harness.need_root()
    path = harness.python()
    still(case, ("--no-bpf",), path, "no BPF")


def spinning(case):
    """Nothing that there cannot have been."""
    harness.need_root()
    source = stack_test.lines_of_source()
    facts = stack_test.start(case, "spin", workers=4)
    stream = watch(case, facts["pid"])
    spun = [frames for p, _, frames in stream.stacks if p in facts["workers"] and
            [f for f in frames if f["function"].startswith("spin")]]
    faults = [(stack_test.wrong(s, source), s[:6]) for s in spun]
    case.equal("wrong", [f for f in faults if f[0]], [])
    case.check(len(spun) >= 4, "%d stacks of 4 workers" % len(spun))
    case.note("%d stacks, %d looks of which %d were torn" % (
        len(spun), len(stream.threads), len([1 for t in stream.threads if t[2] & TORN])))


if __name__ == "__main__":
    sys.exit(harness.main([
        ("sampled stacks are those of faulthandler", as_faulthandler, 200),
        ("without BPF too", without_bpf, 60),
        ("sampled stacks of what never stands still", spinning, 60),
    ]))
