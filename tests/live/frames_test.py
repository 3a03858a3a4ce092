#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What tests/live/frames makes of whole runs, held against a second reading of them.

A stream is a run's system calls, as strace saw them: tests/live/streams/NAME.tsv.xz, without the
calls that say nothing of pipes, and of each call's data no more than a length needs. The runs as
they were taken are looked for in $POOLTOP_CORPUS/streams, or else where the project's references
lie; `frames_test.py --reduce STREAM.tsv` prints what is kept of one.

The kernel program, and frames with it, follows a thread's calls one by one. Here each pipe is one
long row of bytes, in the order in which they went in or came out, cut into messages from its
beginning: no state of threads or descriptors, no rule of which call asks for how much.
"""
# timeout: 120
import glob
import lzma
import os
import subprocess
import sys
import tempfile

SRC = os.environ.get("POOLTOP_SRC") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("POOLTOP_BUILD") or os.path.join(SRC, "build")
STREAMS = os.path.join(SRC, "tests", "live", "streams")
KEPT = 24  # hexadecimal digits of data: a length and the beginning of a message
SHOWN = 8  # bytes of a message that frames prints
NONE_LEN = 0x7fffffff
COLUMNS = ("enter", "exit", "tid", "call", "fd", "asked", "ret", "unused", "data")


def number(text):
    return int(text) if text.lstrip("-").isdigit() else None


class Pipes:
    """Which descriptors of which process are pipes, as the calls come."""

    def __init__(self):
        self.process_of = {}  # tid -> the table of its process, shared by its threads
        self.count = 0

    def table(self, tid):
        return self.process_of.setdefault(tid, {})

    def take(self, call):
        """The number of the pipe that the call is about, or None."""
        table = self.table(call["tid"])
        name, ret = call["call"], number(call["ret"])
        if name == "pipe2":
            self.count += 1
            table.update((int(fd), self.count) for fd in call["data"].split())
            return self.count
        if name in ("clone", "clone3", "vfork") and ret and ret > 0:
            shared = call["data"] == "thread"
            self.process_of[call["ret"]] = table if shared else dict(table)
            return 0
        if name == "close":
            return table.pop(number(call["fd"]), None)
        if name == "openat":
            return table.pop(ret, None)
        if name in ("read", "write"):
            return table.get(number(call["fd"]))
        return None


def calls_of(lines):
    """(line, call) of each line that is one."""
    for line in lines:
        words = line.rstrip("\n").split("\t")
        if len(words) == len(COLUMNS) and words[0].isdigit():
            yield words, dict(zip(COLUMNS, words))


def read_stream(path):
    opened = lzma.open(path, "rt", encoding="utf-8", errors="replace") if path.endswith(".xz") \
        else open(path, encoding="utf-8", errors="replace")
    with opened as f:
        return list(f)


def reduce_stream(lines):
    pipes = Pipes()
    kept = lines[:2]
    for words, call in calls_of(lines):
        if pipes.take(call) is not None:
            words[-1] = words[-1][:KEPT] if call["call"] in ("read", "write") else \
                "" if call["call"] == "openat" else words[-1]
            kept.append("\t".join(words) + "\n")
    return kept


def parts_of(lines):
    """{(pipe, "read" or "write"): [(exit, thread, bytes, the first of them)]} in their order."""
    pipes = Pipes()
    parts = {}
    for _, call in calls_of(lines):
        pipe = pipes.take(call)
        done = number(call["ret"])
        if call["call"] in ("read", "write") and pipe and done and done > 0:
            data = bytes.fromhex(call["data"][:KEPT])[:done]
            parts.setdefault((pipe, call["call"]), []).append(
                (int(call["exit"]), call["tid"], done, data))
    return {key: sorted(row, key=lambda part: part[0]) for key, row in parts.items()}


class Row:
    """The bytes of one pipe, of which the first of each part are known."""

    def __init__(self, parts):
        self.parts = parts
        self.known = {}
        self.ends = []  # (position, exit, thread) where each part ends
        at = 0
        for exit_us, tid, done, data in parts:
            self.known.update((at + i, byte) for i, byte in enumerate(data))
            at += done
            self.ends.append((at, exit_us, tid))
        self.size = at

    def bytes_at(self, at, count):
        """None if one of them is not known."""
        found = [self.known.get(i) for i in range(at, at + count)]
        return None if None in found else bytes(found)

    def end_at(self, at):
        """(exit, thread) of the part with which all before `at` is there."""
        return next(((exit_us, tid) for end, exit_us, tid in self.ends if end >= at), None)

    def messages(self):
        """[(exit, thread, size, first bytes)], or [] if it is not framed at all."""
        found = []
        at = 0
        while at < self.size:
            head = self.bytes_at(at, 4)
            if head is None:
                return found if at + 4 > self.size else []
            size, body = int.from_bytes(head, "big"), at + 4
            if size == 0xffffffff and self.bytes_at(body, 8):
                size, body = int.from_bytes(self.bytes_at(body, 8), "big"), body + 8
            elif size > NONE_LEN:
                return []
            if body + size > self.size:
                break  # never whole: its writer or its reader was killed, or it is no length
            exit_us, tid = self.end_at(body + size)
            first = []
            while len(first) < min(SHOWN, size) and body + len(first) in self.known:
                first.append(self.known[body + len(first)])
            found.append((exit_us, tid, size, bytes(first).hex()))
            at = body + size
        return found


def second_reading(lines):
    found = []
    for (pipe, what), parts in parts_of(lines).items():
        found += [(exit_us, tid, what, pipe, size, first)
                  for exit_us, tid, size, first in Row(parts).messages()]
    return sorted(found)


def frames(path):
    done = subprocess.run([os.path.join(BUILD, "tests/live/frames"), path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode or done.stderr:
        raise ValueError("frames %s: %d, %r" % (path, done.returncode, done.stderr))
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return sorted((int(row[0]), row[1], row[2], int(row[3]), int(row[4]), row[5])
                  for row in rows)


def faults_of(lines, folder):
    path = os.path.join(folder, "stream.tsv")
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines)
    got, want = frames(path), second_reading(lines)
    return len(want), ["only frames has %r" % (row,) for row in got if row not in want] + \
        ["frames has not %r" % (row,) for row in want if row not in got] + \
        ([] if want else ["there is no message in it"])


def main():
    if sys.argv[1:2] == ["--reduce"]:
        sys.stdout.writelines(reduce_stream(read_stream(sys.argv[2])))
        return 0
    corpus = os.environ.get("POOLTOP_CORPUS") or os.path.join(SRC, "../shared/ref/wire-corpus")
    paths = sorted(glob.glob(os.path.join(STREAMS, "*.tsv.xz")))
    least = 30  # of a few messages each, where a pool died young
    paths += sorted(glob.glob(os.path.join(corpus, "streams", "*.tsv")))
    failed = len(paths) < least
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for count, path in enumerate(paths, 1):
            messages, faults = faults_of(read_stream(path), folder)
            total += messages
            print("%sok %d - %s: %d messages" % ("not " if faults else "", count,
                                                 os.path.basename(path), messages))
            for fault in faults[:20]:
                print("#   " + fault)
            failed |= bool(faults)
    print("%sok %d - all %d streams are there" % ("not " if len(paths) < least else "",
                                                  len(paths) + 1, least))
    print("# %d messages in all\n1..%d" % (total, len(paths) + 1))
    return failed


if __name__ == "__main__":
    sys.exit(main())
