# SPDX-License-Identifier: GPL-2.0-only
"""What holds whatever the target does: no message of a flood is lost or counted wrong, many workers
are no dearer than few, each for itself, and who is not watched hardly pays."""
import os
import re
import statistics
import struct
import subprocess
import time

import harness
from terminal import Terminal
from windows import Pool, Recorder, Window, add_loss, in_turns

COUNTED = ("sent", "taken", "done", "returned")
CALLS = ("a short one (getppid)", "a write and a read of a pipe, each")


def flood(case, table, opts, budget, *options):
    """A pool at full speed from its first instruction, against what it says it has done."""
    tape = case.path("flood")
    done = harness.run(case, [
        harness.POOLTOP, "record", "--budget", budget, "-o", tape, "--", harness.python(),
        harness.pool("busy"), "--workers", "2", "--seconds", str(opts.flood), *options],
        seconds=opts.flood + 120)
    said = re.search(r"(\d+) tasks in ([0-9.]+) s", done.out.decode())
    if done.status or not said:
        raise harness.Failed("record: status %s: %r" % (done.status, done.out + done.err))
    tasks, took = int(said.group(1)), float(said.group(2))
    report, size = harness.report(case, tape), os.path.getsize(tape)
    os.unlink(tape)
    session, pool = report["session"], harness.one_pool(case, report)
    what = "%g s of empty tasks, %s%s" % (
        opts.flood, "bare processes, " if options else "",
        "all told" if budget == "100" else "budget %s %%" % budget)
    table.add(what + ": messages", [2 * tasks / took], "a second", "100000")
    table.add(what + ": of them told",
              [100 - 100 * session["budget"]["summed"] / (4 * tasks)], "%")
    table.add(what + ": lost records", [session["lost_records"]], "", "0")
    table.add(what + ": counted wrong",
              [sum(abs(pool["tasks"][name] - tasks) for name in COUNTED)], "tasks", "0")
    table.add(what + ": recorded", [size / tasks], "bytes/task", "8")
    table.add(what + ": own CPU",
              [100 * session["self"]["cpu_ns"] / session["duration_ns"]], "%")


def calls():
    """Nanoseconds of the system calls that CALLS names, of a process that nobody watches."""
    done = subprocess.run([os.environ["POOLTOP_CALLS"]], stdout=subprocess.PIPE, check=True)
    return [float(word) for word in done.stdout.split()]


class OtherPool:
    """Is watched, and has nothing to do."""

    def __init__(self, case):
        self.pool, facts = harness.idle_pool(case, "--workers", "2", "--seconds", "100000")
        self.recorder = Recorder(case, facts["pid"])
        self.pid = self.recorder.pid
        harness.wait_for(lambda: os.path.exists(self.recorder.tape), 20, "a recording")

    def bytes_written(self):
        return 0

    def stop(self):
        self.recorder.stop()
        os.unlink(self.recorder.tape)
        self.pool.stdin.close()
        self.pool.wait()


def unwatched(case, table, opts):
    """What its system calls take more while pooltop watches another."""
    plain, beside = [calls()], []
    for _ in range(opts.pairs):
        watcher = OtherPool(case)
        beside.append(calls())
        watcher.stop()
        plain.append(calls())
    for n, call in enumerate(CALLS):
        more = [b[n] - (p[n] + q[n]) / 2 for p, b, q in zip(plain, beside, plain[1:])]
        noise = [q[n] - (p[n] + r[n]) / 2 for p, q, r in zip(plain, plain[1:], plain[2:])]
        table.add("not watched, %s" % call, [statistics.median(p[n] for p in plain)], "ns")
        table.add("not watched, %s: more" % call, more, "ns", "50")
        table.add("not watched, %s: noise of that" % call, noise, "ns")


class Spin:
    """Has nothing to do with pooltop: each read and write takes longer, by itself."""

    def __init__(self, path, parent_ns, workers_ns):
        self.path = path
        self.put(parent_ns, workers_ns)

    def put(self, parent_ns, workers_ns):
        with open(self.path, "r+b") as f:
            f.write(struct.pack("2Q", parent_ns, workers_ns))

    def stop(self):
        self.put(0, 0)


def spin(case, table, opts):
    """What this pool loses for each nanosecond that anything at all adds to its reads and writes,
    and to whose: its processes wait for each other, so that it is more than that, or less."""
    path = case.path("spin")
    with open(path, "wb") as f:
        f.write(bytes(4096))
    env = dict(os.environ, SPIN_FILE=path, LD_PRELOAD=os.environ["POOLTOP_SPIN"])
    rows = [("each read and write", ns, ns) for ns in (30, 60, 120, 240)]
    rows += [("the parent's", 240, 0), ("the workers'", 0, 240)]
    for what, parent_ns, workers_ns in rows:
        alone, spun = in_turns(Pool(case, 0, env=env), opts, opts.pairs,
                               lambda p=parent_ns, w=workers_ns: Spin(path, p, w), settle_s=0.1)
        add_loss(table, "empty tasks, %s %d ns longer" % (what, max(parent_ns, workers_ns)),
                 alone, spun)


class EmptyProgram:
    """Of BPF, at the end of every system call: nothing else of a watcher."""

    def __init__(self):
        self.child = subprocess.Popen([os.environ["POOLTOP_EMPTY"]], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
        if not self.child.stdout.readline():
            raise harness.Failed("an empty program cannot be attached")

    def stop(self):
        """False: it had ended by itself."""
        is_there = self.child.poll() is None
        self.child.communicate()
        return is_there


def floor(case, table, opts):
    """What is lost by anything that has to see a pool's reads and writes."""
    for what, task_us in (("empty tasks", 0), ("100 us tasks", 100)):
        alone, beside = in_turns(Pool(case, task_us), opts, opts.pairs, EmptyProgram,
                                 settle_s=0.1)
        add_loss(table, what + ", an empty program at each call's end", alone, beside)


def answers(case, table, what, argv, begin, starts):
    """How soon a dashboard shows something, and answers keys after those to begin with."""
    first, took = [], []
    for _ in range(starts):
        began = time.monotonic()
        terminal = Terminal(case, *argv)
        if not terminal.read(10, b"Pool"):
            raise harness.Failed("no screen: %r" % terminal.output[-300:])
        first.append(1000 * (time.monotonic() - began))
        terminal.keys(begin)
        while terminal.read(2 if begin else 0.5, b"."):  # until it stands still
            pass
        for key in (b"2", b"j", b"3", b"?"):
            began = time.monotonic()
            terminal.keys(key)
            if not terminal.read(10, b"."):
                raise harness.Failed("key %r is not answered" % key)
            took.append(1000 * (time.monotonic() - began))
            terminal.read(0.5)
        terminal.keys(b"q")
        terminal.wait(5)
        terminal.close()
    table.add(what + ": first screen", first, "ms", "1000")
    table.add(what + ": answer to a key", took, "ms", "50")


def crowd(case, table, opts, workers):
    """A pool of so many that have nothing to do."""
    what = "%s idle workers" % format(workers, ",")
    child, facts = harness.idle_pool(case, "--workers", str(workers), "--seconds", "100000")
    watcher = Recorder(case, facts["pid"])
    time.sleep(opts.settle)
    windows = [Window(None, opts.window, watcher) for _ in range(3)]
    watcher.stop()
    os.unlink(watcher.tape)
    table.add(what + ", record: own CPU", [100 * w.own for w in windows], "%")
    table.add(what + ", record: of that, each", [1e6 * w.own / workers for w in windows],
              "us/s")
    table.add(what + ", record: own share", [w.memory[0][1] / 1024 for w in windows], "MiB")
    answers(case, table, what, [str(facts["pid"])], b"", opts.starts)
    child.stdin.close()
    child.wait()
