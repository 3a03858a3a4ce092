#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What watching costs, against the same pool unwatched.

    make bench [BENCH_ARGS=--quick]

A pool runs at its full speed all the time, and is watched in every other window of time. What
one watched window lost is told against the mean of the two unwatched ones beside it; the table
has the median of those, and how far they spread. The rows `noise` are the same for windows that
were all unwatched: what is smaller is not known. Prints a table; writes nothing.
"""
import argparse
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "live"))
import harness  # noqa: E402
import rivals  # noqa: E402
from everything import everything  # noqa: E402
from limits import OtherPool, answers, crowd, floor, flood, spin, unwatched  # noqa: E402
from memory import long_watch  # noqa: E402
from screens import screens  # noqa: E402
from sizes import ROWS, sizes  # noqa: E402
from terminal import Terminal  # noqa: E402
from windows import (SETTLE_S, Dashboard, Pool, Recorder, Window, add_loss,  # noqa: E402
                     dearer, in_turns, slower)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, values, unit, aim=None):
        digits = 2 if unit.startswith("%") else 0 if max(map(abs, values)) >= 100 else 1
        show = lambda v: "%.*f" % (digits, v)  # noqa: E731
        self.rows.append((what, show(statistics.median(values)) + " " + unit,
                          "%s .. %s" % (show(min(values)), show(max(values))),
                          str(len(values)), aim or ""))
        print("  ".join(self.rows[-1]), file=sys.stderr, flush=True)

    def show(self):
        head = ("what", "median", "spread", "n", "aim")
        rows = [head] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        for row in rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            print("  ".join(cells).rstrip())


def kind_of(task_us):
    return "empty tasks" if not task_us else "%g ms tasks" % (task_us / 1000)


def pairs(case, table, task_us, watch, opts):
    """Alternating windows of one pool; adds the rows of one kind of watching."""
    pool = Pool(case, task_us)
    plain, watched, tapes = [Window(pool, opts.window)], [], []
    for _ in range(opts.pairs):
        watcher = watch(case, pool.pid)
        time.sleep(opts.settle)
        watched.append(Window(pool, opts.window, watcher))
        watcher.stop()
        if watch is Recorder:
            tapes.append(watcher.recorded())
        plain.append(Window(pool, opts.window))
    pool.stop()
    what = "%s, %s" % (kind_of(task_us), watch.name)
    table.add(what + ": unwatched", [w.rate for w in plain], "tasks/s")
    table.add(what + ": slow-down", slower(plain, watched, plain[1:]), "%",
              "noise" if task_us else "3")
    table.add(what + ": noise of that", slower(plain, plain[1:], plain[2:]), "%")
    table.add(what + ": pool's CPU", [w.cpu_us for w in plain], "us/task")
    table.add(what + ": more of it", dearer(plain, watched, plain[1:]), "%")
    table.add(what + ": noise of that", dearer(plain, plain[1:], plain[2:]), "%")
    table.add(what + ": own CPU", [100 * w.own for w in watched], "%", "3")
    if watch is Dashboard:
        table.add(what + ": of that, the viewer",
                  [100 * (w.own - max(w.cpu.values())) for w in watched], "%")
    table.add(what + ": resident", [sum(m[0] for m in w.memory) / 1024 for w in watched], "MiB")
    table.add(what + ": own share", [sum(m[1] for m in w.memory) / 1024 for w in watched], "MiB",
              "24")
    if watch is Recorder:
        table.add(what + ": recorded", [size / max(tasks, 1) for size, tasks, _ in tapes],
                  "bytes/task", "8")
        table.add(what + ": in kernel programs",
                  [probes / 1e3 / max(tasks, 1) for _, tasks, probes in tapes], "us/task")
    else:
        table.add(what + ": to an 80x24", [w.terminal for w in watched], "B/s", "4096")


def rival(case, table, name, opts):
    """What another tool takes from the same pool."""
    if rivals.is_there(name):
        beside(case, table, "empty tasks, %s" % name,
               lambda pid: rivals.Rival(case, name, pid), opts)
    else:
        print("%s: not here" % name, file=sys.stderr)


def beside(case, table, what, start, opts):
    """A pool's loss while something else is at work that start(its pid) begins."""
    pool = Pool(case, 0, "--batch", "100")  # some slow it down by a hundred times
    alone, watched = in_turns(pool, opts, max(2, opts.pairs // 2), lambda: start(pool.pid),
                              3 * SETTLE_S)
    add_loss(table, what, alone, watched)
    table.add(what + ": own CPU", [100 * w.own for w in watched], "%")


def big_terminal(case, table, opts):
    pool = Pool(case, 0)
    watcher = Dashboard(case, pool.pid, (160, 50))
    windows = [Window(pool, opts.window, watcher) for _ in range(3)]
    watcher.stop()
    pool.stop()
    table.add("empty tasks, dashboard: to a 160x50", [w.terminal for w in windows], "B/s")


def idle(case, table, opts):
    child, facts = harness.idle_pool(case, "--workers", "4", "--seconds", "100000")
    for watch in (Recorder, Dashboard):
        watcher = watch(case, facts["pid"])
        windows = [Window(None, opts.window, watcher) for _ in range(3)]
        watcher.stop()
        table.add("idle pool, %s: own CPU" % watch.name, [100 * w.own for w in windows], "%")
    table.add("idle pool, dashboard: to an 80x24", [w.terminal for w in windows], "B/s")
    child.stdin.close()
    child.wait()


def first_screen(case, table, opts):
    _, facts = harness.idle_pool(case, "--workers", "4", "--seconds", "100000")
    took = []
    for _ in range(opts.starts):
        began = time.monotonic()
        terminal = Terminal(case, str(facts["pid"]))
        if not terminal.read(10, b"Pool"):
            raise harness.Failed("no screen: %r" % terminal.output[-300:])
        took.append(1000 * (time.monotonic() - began))
        terminal.keys(b"q")
        terminal.wait(5)
        terminal.close()
    table.add("first screen", took, "ms", "300")


def used_by(argv):
    """(seconds, MiB at most) of a command that must succeed."""
    began = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise harness.Failed("%s: status %d" % (" ".join(argv), child.returncode))
    return time.monotonic() - began, usage.ru_maxrss / 1024


def seeks(tape):
    """Milliseconds to each of some random times in a recording."""
    done = subprocess.run([os.environ["POOLTOP_SEEK"], tape, "50"], stdout=subprocess.PIPE,
                          check=True)
    return [float(line.split()[0]) for line in done.stdout.decode().splitlines()]


def hour(case, table, opts, rate, workers):
    """A recording of so many tasks a second, made without waiting for it."""
    tape, seconds = case.path("hour"), 60 * opts.minutes
    done = subprocess.run([os.environ["POOLTOP_HOUR"], tape, str(seconds), str(rate),
                           str(workers)], stdout=subprocess.PIPE, check=True)
    what = "%d minutes of %s tasks/s" % (opts.minutes, format(rate, ","))
    with sqlite3.connect(tape) as db:
        images = db.execute("SELECT coalesce(sum(length(packed)), 0) FROM image").fetchone()[0]
    table.add(what + ": recorded", [os.path.getsize(tape) / int(done.stdout)], "bytes/task")
    table.add(what + ": images of that", [100 * images / os.path.getsize(tape)], "%")
    table.add(what + ": seek", seeks(tape), "ms", "100")
    reports = [used_by([harness.POOLTOP, "report", tape, "--json"]) for _ in range(3)]
    table.add(what + ": report", [took for took, _ in reports], "s", "5")
    table.add(what + ": resident at most", [most for _, most in reports], "MiB", "24")
    took = [used_by([harness.POOLTOP, "replay", tape, "--once"])[0] for _ in range(3)]
    table.add(what + ": replay", [seconds / t for t in took], "x", "1000")
    os.unlink(tape)


def many(case, table, opts):
    """1,024 workers: a minute of them, from the first picture to the answer to a key."""
    tape = case.path("many")
    subprocess.run([os.environ["POOLTOP_HOUR"], tape, "60", "1000", "1024"],
                   stdout=subprocess.DEVNULL, check=True)
    answers(case, table, "1,024 workers, replay", ["replay", tape], b"gend\r", opts.starts)


def deaths(case, table, opts):
    """What the walk over a last stack takes in the dying thread: 64 frames are told of each."""
    tape = case.path("deaths")
    harness.record(case, tape, harness.python(), harness.pool("deep"), "--deaths",
                   str(10 * opts.starts), seconds=120)
    pool = harness.one_pool(case, harness.report(case, tape))
    walks = [d["walk_ns"] / 1e3 for d in pool["deaths"] if len(d["python_stack"]) == 64]
    table.add("a death, 64 frames: the walk", walks, "us", "60")


def look(pid, end):
    while not end.wait(0.2):
        subprocess.run([harness.POOLTOP, "stack", str(pid), "--json"], stdout=subprocess.DEVNULL,
                       check=True)


def stacks(case, table, opts):
    """What it takes from a pool that its stacks are read all the time, though it is never
    stopped: on a busy machine the cores that the reader needs, and else nothing."""
    pool = Pool(case, 1000)
    plain, watched = [Window(pool, opts.window)], []
    for _ in range(opts.pairs):
        end = threading.Event()
        reader = threading.Thread(target=look, args=(pool.pid, end))
        reader.start()
        watched.append(Window(pool, opts.window))
        end.set()
        reader.join()
        plain.append(Window(pool, opts.window))
    pool.stop()
    what = "1 ms tasks, stack 4 times a second"
    table.add(what + ": slow-down", slower(plain, watched, plain[1:]), "%")
    table.add(what + ": noise of that", slower(plain, plain[1:], plain[2:]), "%")
    table.add(what + ": pool's CPU", dearer(plain, watched, plain[1:]), "% more")
    table.add(what + ": noise of that", dearer(plain, plain[1:], plain[2:]), "%")


def machine():
    check = harness.allowed()
    missing = [f["name"] for f in check.get("features", []) if not f["ok"]]
    version = subprocess.run([harness.POOLTOP, "--version"], stdout=subprocess.PIPE).stdout
    python = subprocess.run([harness.python(), "-V"], stdout=subprocess.PIPE).stdout
    with open("/proc/cpuinfo") as f:
        model = [line.partition(":")[2].strip() for line in f if line.startswith("model name")]
    return "%s; %d cpus (%s), Linux %s, %s%s" % (
        version.decode().strip(), os.cpu_count(), model[0] if model else platform.machine(),
        platform.release(), python.decode().strip(),
        "; missing: " + ", ".join(missing) if missing else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a minute, and no more than a hint")
    parser.add_argument("--pairs", type=int, help="watched windows of each kind (default 7)")
    parser.add_argument("--window", type=float, help="seconds of one (default 4)")
    parser.add_argument("--settle", type=float, default=0,
                        help="seconds of watching before a watched window: with 14 the budget has "
                        "had its time to step down (default 0)")
    parser.add_argument("--starts", type=int, help="first screens (default 9)")
    parser.add_argument("--minutes", type=int,
                        help="of the long recording, and of the long watch (default 60)")
    parser.add_argument("--flood", type=float, help="seconds of one (default 60)")
    parser.add_argument("--only", default="",
                        help="empty, 1ms, sizes (or one of them: '100 us'), added, idle, screens, "
                        "first, flood, unwatched, spin, floor, hour, many, memory, deaths, stacks "
                        "or rivals alone")
    opts = parser.parse_args()
    opts.pairs = opts.pairs or (2 if opts.quick else 7)
    opts.window = opts.window or (1.5 if opts.quick else 4)
    opts.starts = opts.starts or (3 if opts.quick else 9)
    opts.minutes = opts.minutes or (2 if opts.quick else 60)
    opts.flood = opts.flood or (5 if opts.quick else 60)
    table = Table()
    parts = [("empty", lambda c: pairs(c, table, 0, Recorder, opts)),
             ("empty", lambda c: pairs(c, table, 0, Dashboard, opts)),
             ("1ms", lambda c: pairs(c, table, 1000, Recorder, opts)),
             ("1ms", lambda c: pairs(c, table, 1000, Dashboard, opts)),
             ("added", lambda c: everything(c, table, [
                 (kind_of(us), lambda us=us: Pool(c, us)) for us in (0, 1000)], opts)),
             ("empty", lambda c: big_terminal(c, table, opts)),
             ("idle", lambda c: idle(c, table, opts)),
             ("screens", lambda c: screens(c, table, opts, 8)),
             ("screens", lambda c: screens(c, table, opts, 256)),
             ("first", lambda c: first_screen(c, table, opts)),
             ("flood", lambda c: flood(c, table, opts, "100")),
             ("flood", lambda c: flood(c, table, opts, "1")),
             ("flood, bare", lambda c: flood(c, table, opts, "100", "--processes")),
             ("unwatched", lambda c: unwatched(c, table, opts)),
             ("unwatched", lambda c: beside(c, table, "empty tasks, another pool is watched",
                                            lambda _: OtherPool(c), opts)),
             ("spin", lambda c: spin(c, table, opts)),
             ("floor", lambda c: floor(c, table, opts)),
             ("hour", lambda c: hour(c, table, opts, 1000, 8)),
             ("hour", lambda c: hour(c, table, opts, 10000, 64)),
             ("many", lambda c: many(c, table, opts)),
             ("many", lambda c: crowd(c, table, opts, 64)),
             ("many", lambda c: crowd(c, table, opts, 1024)),
             ("memory", lambda c: long_watch(c, table, opts)),
             ("deaths", lambda c: deaths(c, table, opts)),
             ("stacks", lambda c: stacks(c, table, opts))]
    parts += [("sizes, " + row[0], lambda c, r=row: sizes(c, table, opts, *r)) for row in ROWS]
    parts += [("rivals", lambda c, n=name: rival(c, table, n, opts)) for name in rivals.COMMANDS]
    print(machine())
    print("%d pairs of windows of %g s; load before: %s\n"
          % (opts.pairs, opts.window, open("/proc/loadavg").read().split()[0]), flush=True)
    status = 0
    for name, part in parts:
        if opts.only not in name:
            continue
        case = harness.Case(name)
        try:
            part(case)
        except harness.Failed as e:
            print("%s: %s" % (name, e), file=sys.stderr)
            status = 1
        finally:
            case.end()
    table.show()
    return status


if __name__ == "__main__":
    sys.exit(main())
