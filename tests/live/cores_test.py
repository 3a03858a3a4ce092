#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: its pools work for seconds
"""Cores: against the workers' own clocks, /proc/stat, and a cgroup's own count of throttling."""
import os
import sys
import threading
import time

import harness

POINTS = 0.02  # of the time that was watched
HZ = os.sysconf("SC_CLK_TCK")


def stat():
    """{cpu: (idle, steal) in seconds}"""
    found = {}
    with open("/proc/stat") as f:
        for line in f:
            words = line.split()
            if words[0].startswith("cpu") and words[0] != "cpu":
                times = [int(word) / HZ for word in words[1:9]]
                found[int(words[0][3:])] = (times[3] + times[4], times[7])
    return found


class Clock:
    """Reads /proc/stat again and again: [(wall_ns, stat())]."""

    def __init__(self):
        self.seen = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(0.02):
            self.seen.append((time.time_ns(), stat()))

    def stop(self):
        self.over.set()
        self.thread.join()

    def at(self, wall_ns):
        return min(self.seen, key=lambda s: abs(s[0] - wall_ns))[1]


def used(log, pid, since_ns, until_ns):
    """CPU seconds of a worker between two times, by its log."""
    points = [(int(t), int(cpu)) for p, _, t, cpu in log if int(p) == pid]
    inside = [cpu for t, cpu in points if since_ns <= t <= until_ns]
    return (inside[-1] - inside[0]) / 1e9


def shares(case):
    """Attached in the middle, to pinned workers."""
    harness.need_bpf()
    tape, path = case.path("tape"), case.path("log")
    child = case.start([harness.python(), harness.pool("pinned"), "--log", path,
                        "--seconds", "30"])
    harness.wait_for(lambda: os.path.exists(path), 20, "the workers work")
    clock = Clock()
    case.later(clock.stop)
    done = harness.pooltop(case, "record", "-o", tape, "--duration", "12s", str(child.pid))
    case.need(done.status == 0, "record: %s" % done)
    clock.stop()
    report = harness.report(case, tape)
    session, pool = report["session"], harness.one_pool(case, report)
    cores = {c["cpu"]: c for c in pool["cores"]}
    # Cores are told at ticks: what came after the last is in no core's time.
    watched = sorted(sum(c[k] for k in c if k != "cpu") for c in cores.values())[len(cores) // 2]
    case.check(-0.05e9 < session["duration_ns"] - watched < 1.5e9,
               "cores' time: %.2f s of %.2f" % (watched / 1e9, session["duration_ns"] / 1e9))
    began, ended = (clock.at(session["started_wall_ns"] + n) for n in (0, watched))
    with open(path) as f:
        log = [line.split() for line in f if line.endswith("\n")]
    since_ns = time.monotonic_ns() - (time.time_ns() - session["started_wall_ns"])
    cpu_of = {int(pid): int(cpu) for pid, cpu, _, _ in log}
    watched /= 1e9
    case.check(watched > 10, "watched for %.1f s" % watched)
    case.equal("workers", sorted(w["pid"] for w in pool["workers"]), sorted(cpu_of))
    for pid, cpu in cpu_of.items():
        want = used(log, pid, since_ns, since_ns + watched * 1e9)
        got = cores[cpu]["workers_ns"] / 1e9
        case.check(abs(got - want) < POINTS * watched,
                   "core %d: workers %.2f s, and %d says %.2f s" % (cpu, got, pid, want))
    for cpu, core in cores.items():
        for name, place in (("idle", 0), ("steal", 1)):
            got = core[name + "_ns"] / 1e9
            want = ended[cpu][place] - began[cpu][place]
            case.check(abs(got - want) < POINTS * watched,
                       "core %d: %s %.2f s, and /proc/stat says %.2f s" % (cpu, name, got, want))
        total = sum(core[k] for k in core if k != "cpu") / 1e9
        case.check(abs(total - watched) < POINTS * watched,
                   "core %d: all together %.2f of %.2f s" % (cpu, total, watched))


def pairs(words):
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}


def throttled(case, cores):
    """A pool in a cgroup of less than a core, which others do not keep from it."""
    harness.need_bpf()
    folder = harness.cpu_cgroup(case, int(100000 * cores))
    with open(os.path.join(folder, "cpu.shares"), "w") as f:
        f.write("262144")
    tape = case.path("tape")
    harness.record(case, tape, *harness.inside(folder), harness.python(), harness.pool("pinned"),
                   "--log", case.path("log"), "--seconds", "8", "--cgroup", folder)
    with open(os.path.join(folder, "cpu.stat")) as f:
        told = pairs(f.read().split())
    with open(case.path("log")) as f:
        before = pairs(f.readline().split())
    told = {name: told[name] - before[name] for name in told}
    pool = harness.one_pool(case, harness.report(case, tape))
    case.equal("cores that it may use", pool["demand"]["cores"], cores)
    got = pool["quota"]
    case.need(got, "a quota is told")
    case.equal("cores", got["cores"], cores)
    case.check(told["throttled_time"] > 2e9, "it was throttled: %r" % told)
    case.note("throttled for %.3f s, and the cgroup says %.3f s"
              % (got["throttled_ns"] / 1e9, told["throttled_time"] / 1e9))
    for mine, its in (("throttled_ns", "throttled_time"), ("periods", "nr_periods"),
                      ("throttled_periods", "nr_throttled")):
        case.check(abs(got[mine] - told[its]) <= 0.05 * told[its],
                   "%s: %d, and the cgroup says %d" % (mine, got[mine], told[its]))
    page = harness.pooltop(case, "report", tape).out.decode()
    case.check("quota: %.2f cores, throttled" % cores in page,
               "the page tells it: %s" % page[:1500])


def by_a_shell(case):
    """A program that has workers before it is known for one: so fast a shell starts it."""
    harness.need_bpf()
    tape, path = case.path("tape"), case.path("log")
    harness.record(case, tape, "sh", "-c", '("$@") & wait', "sh", harness.python(),
                   harness.pool("pinned"), "--log", path, "--seconds", "3")
    pool = harness.one_pool(case, harness.report(case, tape))
    got = sum(core["workers_ns"] for core in pool["cores"])
    with open(path) as f:
        used_ns = {pid: int(cpu) for pid, _, _, cpu in map(str.split, f)}  # each one's last line
    want = sum(used_ns.values())
    case.check(want > 1e9 and abs(got - want) < 0.1 * want,
               "cores say %d ns of workers that used %d" % (got, want))


def main():
    return harness.main([("shares of cores", shares, 90), ("by a shell", by_a_shell, 60)] + [
        ("throttled by a quota of %.1f" % cores, lambda case, c=cores: throttled(case, c), 60)
        for cores in (0.2, 0.5)])


if __name__ == "__main__":
    sys.exit(main())
