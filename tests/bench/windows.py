# SPDX-License-Identifier: GPL-2.0-only
"""A pool, who watches it, and windows of time in which somebody does."""
import os
import shutil
import subprocess
import time

import harness
from terminal import Reader, Terminal

SETTLE_S = 1.0


def run_ns(pid):
    """Time on a core, all its threads."""
    total = 0
    try:
        for tid in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/schedstat" % (pid, tid)) as f:
                total += int(f.read().split()[0])
    except OSError:
        pass
    return total


def memory_kib(pid):
    """(resident, own share of it) in KiB."""
    found = {}
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            for line in f:
                words = line.split()
                if words[0] in ("Rss:", "Pss:"):
                    found[words[0]] = int(words[1])
    except OSError:
        pass
    return found.get("Rss:", 0), found.get("Pss:", 0)


class Pool:
    """A busy pool and how fast it goes."""

    def __init__(self, case, task_us, *args, workers=2, env=None):
        self.rates = case.path("rates-%d" % len(case.started))
        self.child, self.facts = harness.busy_pool(
            case, "--workers", workers, "--task-us", task_us, "--rates", self.rates,
            "--seconds", "100000", *args, env=env)
        self.pid = self.facts["pid"]

    def rate(self, begin_ns, end_ns):
        """Tasks a second, from the first to the last batch that ended in this time."""
        rows = [(int(t), int(n)) for t, n in harness.read_log(self.rates)]
        rows = [row for row in rows if begin_ns <= row[0] <= end_ns]
        if len(rows) < 2:
            return 0.0
        return (rows[-1][1] - rows[0][1]) * 1e9 / (rows[-1][0] - rows[0][0])

    def stop(self):
        self.child.terminate()
        self.child.wait()


class Recorder:
    """`pooltop record`, without anybody looking."""

    name = "record"

    def __init__(self, case, pid):
        self.tape = case.path("tape")
        self.child = self.start(case, pid)
        self.pid = self.child.pid
        self.terminal = None

    def start(self, case, pid):
        return case.start([harness.POOLTOP, "record", "-o", self.tape, str(pid)],
                          stderr=subprocess.PIPE)

    def bytes_written(self):
        return 0

    def begin(self):
        """A window of time begins."""

    def end(self):
        """It is over."""

    def stop(self):
        self.child.terminate()
        if self.child.wait() != 0:
            raise harness.Failed("record: %r" % self.child.stderr.read())

    def recorded(self):
        """(bytes, tasks, nanoseconds in kernel programs by the kernel's own statistics) of the
        recording; removes it."""
        done = subprocess.run([harness.POOLTOP, "report", self.tape, "--json"],
                              stdout=subprocess.PIPE, check=True)
        report = harness.json.loads(done.stdout.decode())
        tasks = sum(pool["tasks"]["done"] for pool in report["pools"])
        size = 0
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.tape + suffix):
                size += os.path.getsize(self.tape + suffix) if suffix != "-shm" else 0
                os.unlink(self.tape + suffix)
        return size, tasks, report["session"]["self"]["probe_ns"]


class Dashboard:
    """`pooltop PID` in a terminal that is read at once."""

    name = "dashboard"

    def __init__(self, case, pid, size=(80, 24)):
        self.terminal = Terminal(case, str(pid), size=size)
        self.reader = Reader(self.terminal)
        self.pid = self.terminal.child.pid

    def bytes_written(self):
        return self.reader.count

    def stop(self):
        self.terminal.keys(b"q")
        if self.terminal.child.wait(10) != 0:
            raise harness.Failed("dashboard: %r" % bytes(self.reader.tail))
        self.reader.stop()


class Monitor:
    """Another screen at 1 Hz, in a terminal of the same size that is read at once."""

    def __init__(self, case, name, size):
        os.environ["XDG_CONFIG_HOME"] = case.folder  # nobody's own settings
        options = self.options_of(name)
        self.terminal = Terminal(case, *options, program=shutil.which(name), size=size)
        self.reader = Reader(self.terminal)
        self.pid = self.terminal.child.pid

    @staticmethod
    def options_of(name):
        """At 1 Hz: htop counts in tenths of a second, btop reads it in its settings."""
        if name == "htop":
            return ("-d", "10")
        folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "btop")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "btop.conf"), "w") as f:
            f.write("update_ms = 1000\n")
        return ("--utf-force",)

    def bytes_written(self):
        return self.reader.count

    def stop(self):
        self.terminal.keys(b"q")
        self.terminal.child.wait(10)
        self.reader.stop()


class Window:
    """One stretch of time: how fast the pool went, and what the watching took."""

    def __init__(self, pool, seconds, watcher=None, settle_s=SETTLE_S):
        time.sleep(settle_s)
        pids = harness.tree(watcher.pid) if watcher else []
        cpu = {pid: run_ns(pid) for pid in pids}
        terminal = watcher.bytes_written() if watcher else 0
        workers = harness.tree(pool.pid) if pool else []
        if isinstance(watcher, Recorder):
            watcher.begin()
        begin = harness.now_ns()
        used = sum(run_ns(pid) for pid in workers)
        time.sleep(seconds)
        end = harness.now_ns()
        used = sum(run_ns(pid) for pid in workers) - used
        if isinstance(watcher, Recorder):
            watcher.end()
        self.used_ns = used
        took = (end - begin) / 1e9
        self.rate = pool.rate(begin, end) if pool else 0
        self.cpu_us = used / 1e3 / took / self.rate if self.rate else 0
        self.cpu = {pid: (run_ns(pid) - cpu[pid]) / 1e9 / took for pid in pids}
        self.own = sum(self.cpu.values())
        self.memory = [memory_kib(pid) for pid in pids]
        if watcher:
            self.terminal = (watcher.bytes_written() - terminal) / took


def slower(before, windows, after):
    """Per cent that each window lost against its neighbours."""
    if not all(w.rate for w in before):
        raise harness.Failed("the machine is too busy: no batch of tasks ended within a window; "
                             "take longer ones (--window)")
    return [100 - 200 * w.rate / (a.rate + b.rate) for a, w, b in zip(before, windows, after)]


def dearer(before, windows, after):
    """Per cent by which a task cost the pool more CPU than in the windows beside it: what the
    probes take. It hardly depends on what else the machine does."""
    return [200 * w.cpu_us / (a.cpu_us + b.cpu_us) - 100
            for a, w, b in zip(before, windows, after)]


def in_turns(pool, opts, rounds, start, wait_s=0.0, settle_s=SETTLE_S):
    """Windows of a pool alone, and with what start() begins and stop() ends, which is false if it
    had ended by itself; then the pool is stopped. A watcher has a pid, too."""
    alone, beside = [Window(pool, opts.window, None, settle_s)], []
    for _ in range(rounds):
        other = start()
        time.sleep(wait_s)
        beside.append(Window(pool, opts.window, other if hasattr(other, "pid") else None,
                             settle_s))
        if other.stop() is False:
            raise harness.Failed("what was started beside the pool ended by itself")
        alone.append(Window(pool, opts.window, None, settle_s))
    pool.stop()
    return alone, beside


def add_loss(table, what, alone, beside):
    table.add(what + ": slow-down", slower(alone, beside, alone[1:]), "%")
    table.add(what + ": noise of that", slower(alone, alone[1:], alone[2:]), "%")
    table.add(what + ": pool's CPU", dearer(alone, beside, alone[1:]), "% more")
