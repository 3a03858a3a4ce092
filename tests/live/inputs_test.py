#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""What a user gets wrong: each has its one line on standard error, and its exit status."""
import os
import random
import shutil
import sqlite3
import subprocess
import sys

import harness

DONE, FAILED, USAGE, NO_TARGET, NOT_PERMITTED, DAMAGED = range(6)


def usage(case):
    rows = [["--no-such-option"], ["report", "--no-such-option", "1"], ["no-such-command"],
            ["--size"], ["replay", "--size", "80"], ["replay", "--size", "axb", "--once", "f"],
            ["--interval", "99"], ["--interval", "10001"], ["--interval", "soon"],
            ["record", "--duration", "-1"], ["record", "--duration", "x"],
            ["record", "--keep", "plenty"], ["report"], ["replay"], ["run"], ["run", "--"],
            ["report", "--json=yes", "1"], ["list", "--once"], ["list", "extra"],
            ["check", "extra"], ["stack"], ["stack", "1", "2"], ["report", "a", "b"],
            ["record", "notapid"]]
    for row in rows:
        harness.one_line(case, harness.pooltop(case, *row, seconds=10), [USAGE])


def help_and_version(case):
    for row in (["--help"], ["report", "--help"], ["--version"], ["-V"], ["-h"]):
        done = harness.pooltop(case, *row, seconds=10)
        case.check(done.status == 0 and done.out and not done.err, str(done))


def no_pool(case):
    """A process that is not there, and one that is but has no pool."""
    sleeper = case.start(["sleep", "60"])
    gone = subprocess.Popen(["true"])
    gone.wait()
    for command in (["report"], ["record", "-o", case.path("tape")], ["--once"]):
        for pid in (gone.pid, sleeper.pid, os.getpid(), 1):
            harness.one_line(case, harness.pooltop(case, *(command + [pid]), seconds=10),
                             [NO_TARGET])
    for pid in ("0", "-1", "99999999999", "4194305", "1x"):
        done = harness.pooltop(case, "record", "-o", case.path("tape"), pid, seconds=10)
        harness.one_line(case, done, [USAGE, NO_TARGET])
    case.equal("recordings of nothing", os.path.exists(case.path("tape")), False)


def no_pool_yet(case):
    """One with a child that could be a worker is watched; if it gives it nothing, that is told."""
    script = ("import os, time; r, w = os.pipe(); child = os.fork(); "
              "child and print('up', flush=True); time.sleep(60)")
    parent = case.start([harness.python(), "-c", script], stdout=subprocess.PIPE)
    case.equal("it is up", parent.stdout.readline(), b"up\n")
    harness.one_line(case, harness.pooltop(case, "--no-bpf", "report", parent.pid), [NO_TARGET])
    harness.need_bpf()
    done = harness.pooltop(case, "report", parent.pid, "--duration", "0.5", seconds=10)
    harness.one_line(case, done, [NO_TARGET])
    case.check(b"--duration" in done.err, "what to do is not said: %r" % done.err)


def somebody_elses(case):
    """Root's pool, asked for by nobody."""
    nobody = harness.as_nobody()
    copy, _ = harness.public_copy(case)
    _, facts = harness.idle_pool(case)
    for pid in (facts["pid"], facts["workers"][0]):
        for command in (["report", str(pid)], ["--once", str(pid)],
                        ["record", "-o", "/dev/null", str(pid)]):
            done = harness.run(case, nobody + [copy] + command, seconds=10, cwd="/")
            harness.one_line(case, done, [NOT_PERMITTED])
            case.check(b"CAP_" in done.err, "no capability is named: %r" % done.err)
    done = harness.run(case, nobody + [copy, "list", "--json"], seconds=10, cwd="/")
    case.equal("list: " + str(done), (done.status, done.err), (0, b""))


def commands_that_are_not_there(case):
    harness.need_bpf()
    for row in (["run", "--", "/no/such/program"], ["record", "-o", case.path("tape"), "--",
                                                    "/no/such/program"],
                ["run", "--", "/etc/passwd"]):
        done = harness.pooltop(case, *row, seconds=15)
        harness.one_line(case, done, [FAILED, NO_TARGET, NOT_PERMITTED, 126, 127])


# ---------------------------------------------------------------------------------------------
# Recordings


def recording(case):
    """A short recording with deaths, failures and findings in it."""
    harness.need_bpf()
    tape = case.path("tape")
    harness.record(case, tape, harness.python(), harness.pool("ends"), "--log", case.path("log"),
                   "--truth", case.path("truth"))
    return tape


def readers(tape):
    yield ["report", tape]
    yield ["report", tape, "--json"]
    yield ["replay", tape, "--once", "--size", "80x24"]


def other_formats(case):
    makers = {
        "empty": lambda f: f.write(b""),
        "text": lambda f: f.write(b"this is no recording\n" * 100),
        "zeros": lambda f: f.write(bytes(100000)),
        "noise": lambda f: f.write(random.Random(1).getrandbits(8 * 65536).to_bytes(65536, "big")),
        "magic": lambda f: f.write(b"SQLite format 3\0" + bytes(4096)),
    }
    for name, write in makers.items():
        with open(case.path(name), "wb") as f:
            write(f)
    db = sqlite3.connect(case.path("sqlite"))
    db.execute("create table other (a, b)")
    db.commit()
    db.close()
    for name in list(makers) + ["sqlite"]:
        for row in readers(case.path(name)):
            harness.one_line(case, harness.pooltop(case, *row, seconds=10), [DAMAGED])
    for path, statuses in ((case.path("not-there"), [NO_TARGET, FAILED]),
                           (case.folder, [FAILED, DAMAGED]), ("/dev/null", [FAILED, DAMAGED])):
        for row in readers(path):
            harness.one_line(case, harness.pooltop(case, *row, seconds=10), statuses)


def newer_version(case):
    """A recording of a format to come: says so."""
    tape = recording(case)
    db = sqlite3.connect(tape)
    tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table'")]
    changed = 0
    for table in tables:
        columns = [r[1] for r in db.execute("pragma table_info(%s)" % table)]
        if "format" in columns:
            changed += db.execute("update %s set format = 999" % table).rowcount
        if "key" in columns and "value" in columns:
            changed += db.execute("update %s set value = 999 where key = 'format'"
                                  % table).rowcount
    version = db.execute("pragma user_version").fetchone()[0]
    if not changed:
        case.need(version, "where is the format? tables: %r" % tables)
        db.execute("pragma user_version = 999")
    db.commit()
    db.close()
    for row in readers(tape):
        done = harness.pooltop(case, *row, seconds=10)
        harness.one_line(case, done, [DAMAGED])
        case.check(b"999" in done.err or b"version" in done.err or b"newer" in done.err,
                   "the version is not named: %r" % done.err)


def damaged(case, damage, count):
    """Whatever is done to a recording's bytes: the same report, or a clear line; never another
    report, never a crash."""
    tape = recording(case)
    whole = harness.pooltop(case, "report", tape, "--json")
    case.need(whole.status == 0, str(whole))
    with open(tape, "rb") as f:
        data = f.read()
    chance = random.Random(4)
    seen = {"same": 0, "refused": 0, "said so": 0}
    copy = case.path("damaged")
    for _ in range(count):
        at = chance.randrange(len(data))
        with open(copy, "wb") as f:
            f.write(damage(data, at, chance))
        done = harness.pooltop(case, "report", copy, "--json", seconds=20)
        who = "byte %d of %d" % (at, len(data))
        if done.status == 0 and done.out == whole.out and not done.err:
            seen["same"] += 1
        elif done.status == 0:
            # Part of it could be read. That must be said.
            seen["said so"] += 1
            case.check(len(done.lines()) == 1, "%s: another report, and not a word" % who)
        else:
            seen["refused"] += 1
            harness.one_line(case, done, [DAMAGED])
        if len(case.faults) > 5:
            break
    case.note(", ".join("%s %d" % row for row in seen.items()))
    for at in range(0, len(data), max(1, len(data) // 5)):
        with open(copy, "wb") as f:
            f.write(damage(data, at, chance))
        for row in readers(copy):
            done = harness.pooltop(case, *row, seconds=20)
            case.check(done.status in (DONE, DAMAGED), str(done))


def cut(data, at, _):
    return data[:at]


def flip(data, at, chance):
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1:]


def streams(case):
    """The same for what comes through a pipe."""
    harness.need_bpf()
    _, facts = harness.busy_pool(case, "--task-us", "1000")
    done = harness.pooltop(case, "record", "-o", "-", "--duration", "1.5", facts["pid"])
    case.need(done.status == 0, str(done))
    data = done.out
    chance = random.Random(5)
    for name, bytes_ in [("empty", b""), ("text", b"hello\n" * 1000), ("zeros", bytes(70000))]:
        done = replay(case, bytes_)
        harness.one_line(case, done, [DAMAGED])
    done = replay(case, data)
    case.equal("whole: " + str(done)[-300:], done.status, 0)
    for _ in range(15):
        at = chance.randrange(len(data))
        done = replay(case, cut(data, at, chance))
        case.check(done.status in (DONE, DAMAGED), "cut at %d: %s" % (at, done))
        done = replay(case, flip(data, at, chance))
        case.check(done.status in (DONE, DAMAGED), "flipped at %d: %s" % (at, done))


def replay(case, data):
    with open(case.path("stream"), "wb") as f:
        f.write(data)
    with open(case.path("stream"), "rb") as f:
        return harness.pooltop(case, "replay", "-", "--once", "--size", "80x24", stdin=f,
                               seconds=20)


def sizes(case):
    """--once on a terminal that is too small, and on any other."""
    tape = recording(case)
    done = harness.pooltop(case, "replay", tape, "--once", "--size", "20x5")
    case.check(done.status in (DONE, FAILED, USAGE), str(done))
    text = (done.out + done.err).decode()
    case.check(text.strip() and len(text.splitlines()) <= 5, "20x5: %r" % text)
    for line in done.out.decode().splitlines():
        case.check(len(line) <= 20, "20x5: a line of %d: %r" % (len(line), line))
    for size in ("60x15", "80x24", "160x50", "200x60", "400x100"):
        done = harness.pooltop(case, "replay", tape, "--once", "--ascii", "--size", size)
        columns, rows = (int(n) for n in size.split("x"))
        lines = done.out.decode().split("\n")[:-1]
        case.equal(size + ": status", done.status, 0)
        case.equal(size + ": lines", len(lines), rows)
        case.check(max(len(line) for line in lines) <= columns, size + ": too wide")
        case.check(all(ord(c) < 128 for line in lines for c in line), size + ": not ASCII")
    for size in ("0x0", "10x10", "80x4", "5000x24", "80x24x2", "-80x24"):
        done = harness.pooltop(case, "replay", tape, "--once", "--size", size)
        harness.one_line(case, done, [USAGE])


def no_such_view(case):
    tape = recording(case)
    harness.one_line(case, harness.pooltop(case, "replay", tape, "--once", "--view", "nonsense"),
                     [USAGE])


def full_output(case):
    """Standard output that takes nothing."""
    tape = recording(case)
    for row in readers(tape):
        with open("/dev/full", "wb") as full:
            harness.one_line(case, harness.pooltop(case, *row, stdout=full), [FAILED])


def main():
    if not shutil.which("sleep"):
        return 1
    return harness.main([
        ("usage", usage, 30),
        ("help and version", help_and_version, 10),
        ("no pool", no_pool, 40),
        ("no pool yet", no_pool_yet, 20),
        ("somebody else's pool", somebody_elses, 30),
        ("commands that are not there", commands_that_are_not_there, 20),
        ("other formats", other_formats, 40),
        ("newer version", newer_version, 30),
        ("cut", lambda case: damaged(case, cut, 40), 60),
        ("flipped", lambda case: damaged(case, flip, 80), 60),
        ("streams", streams, 60),
        ("sizes", sizes, 30),
        ("no such view", no_such_view, 20),
        ("output that takes nothing", full_output, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
