# SPDX-License-Identifier: GPL-2.0-only
"""What watching takes from a pool, counted and not compared: noise does not reach it.

Counted are the runs of a watcher's kernel programs and the time in them, by the kernel's own
statistics, which count all of them while they are on. Measured, by the least of many tries, is what
one costs besides its program: the interrupt of a clock that samples, and the entry and return of a
probed function. An interrupt takes from whoever is on the core, so the pool's part of them is its
part of all time on cores. Not counted is what they push out of the caches."""
import ctypes
import glob
import os
import platform
import struct
import subprocess
import time

import exact_test
import harness

# arch/*/entry/syscalls
PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
BPF = {"x86_64": 321, "aarch64": 280}
BPF_ENABLE_STATS, RUN_TIME = 32, 0  # linux/bpf.h
KPROBE, PERF_EVENT = 2, 7  # types of programs: probes of functions, and clocks that sample
CPU_CLOCK, SOFTWARE = 0, 1  # linux/perf_event.h
ATTR_SIZE = 112  # PERF_ATTR_SIZE_VER5
PERIOD_NS = 50000
TRIES = 400
LEAST_CALL_NS = 500  # an entry and a return cost more than that everywhere

# Few enough that the probes of --exact do not think it too much and go off.
CALLS = """
import pickle, time
data, took = pickle.dumps(1), []
for _ in range(6):
    began = time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)
    for _ in range(20):
        pickle.loads(data)
    took.append(time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID) - began)
print(min(took) / 20 * 1e9)
"""


def system_call(numbers, *args):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    fd = libc.syscall(numbers[platform.machine()], *args)
    if fd < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd


def statistics_on():
    """Of every kernel program there is, until the descriptor is closed."""
    attr = ctypes.create_string_buffer(struct.pack("I", RUN_TIME), 128)
    return system_call(BPF, BPF_ENABLE_STATS, attr, len(attr))


def programs(pid):
    """{type: (runs, nanoseconds)} of the kernel programs that a process holds."""
    found = {}
    for path in glob.glob("/proc/%d/fdinfo/*" % pid):
        try:
            with open(path) as f:
                words = dict(line.split(":", 1) for line in f if ":" in line)
        except OSError:
            continue
        if "prog_type" in words:
            kind = int(words["prog_type"])
            runs, ns = found.get(kind, (0, 0))
            found[kind] = runs + int(words["run_cnt"]), ns + int(words["run_time_ns"])
    return found


def busy_ns():
    """Time that cores spent on anything at all."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, irq, softirq = [int(word) for word in f.readline().split()[1:8]]
    return (user + nice + system + irq + softirq) * 10 ** 9 // os.sysconf("SC_CLK_TCK")


class Mark:
    """How it stands with a watcher's programs."""

    def __init__(self, pid):
        self.programs, self.busy_ns = programs(pid), busy_ns()

    def since(self, then, kind):
        """(runs, nanoseconds)"""
        return [a - b for a, b in zip(self.programs.get(kind, (0, 0)),
                                      then.programs.get(kind, (0, 0)))]


class Nothing:
    """Before they were loaded."""

    programs, busy_ns = {}, 0


NOTHING = Nothing()


def spin():
    began = time.perf_counter()
    for _ in range(40000):
        pass
    return time.perf_counter() - began


def clock():
    """Of this thread: ticks, and nothing more."""
    attr = struct.pack("IIQQQQQ", SOFTWARE, ATTR_SIZE, CPU_CLOCK, PERIOD_NS, 0, 0, 0)
    return system_call(PERF_EVENT_OPEN, ctypes.create_string_buffer(attr, ATTR_SIZE), 0, -1, -1, 0)


def interrupt_ns():
    """What a clock's interrupt takes from whom it hits."""
    without, with_clock = [], []
    for _ in range(TRIES):
        without.append(spin())
        fd = clock()
        with_clock.append(spin())
        os.close(fd)
    least = min(without)
    return max(0.0, (min(with_clock) - least) / (least / (PERIOD_NS / 1e9)) * 1e9)


def call_ns(interpreter, env):
    """Of a call of pickle.loads() by a program that nobody watches."""
    tries = [subprocess.run([interpreter, "-c", CALLS], stdout=subprocess.PIPE,
                            env=env, check=True) for _ in range(3)]
    return min(float(done.stdout) for done in tries)


class Counter:
    """What one of them costs on this machine. watch: a recorder with everything."""

    def __init__(self, case, watch):
        interpreter, env = exact_test.own_python(case)  # or others' calls turn the probes off
        self.interrupt_ns = interrupt_ns()
        without = call_ns(interpreter, env)
        pool, facts = self.idle(case, interpreter, env)
        watcher, statistics = watch(case, facts["pid"]), statistics_on()
        self.call_ns = 0  # its entry and its return, without the programs that run then
        for _ in range(20):  # until it has found the file, and its probes are on
            time.sleep(1)
            before = Mark(watcher.pid)
            took = call_ns(interpreter, env) - without
            runs, ns = Mark(watcher.pid).since(before, KPROBE)
            self.call_ns = max(self.call_ns, took - 2 * ns / max(1, runs))
            if self.call_ns > LEAST_CALL_NS:
                break
        watcher.stop()
        os.close(statistics)
        os.unlink(watcher.tape)
        pool.stdin.close()
        pool.wait()
        if self.call_ns <= LEAST_CALL_NS:
            raise harness.Failed("the probes of --exact are not in " + interpreter)

    @staticmethod
    def idle(case, interpreter, env):
        ready = case.path("own.ready")
        child = case.start([interpreter, harness.pool("idle"), "--ready", ready, "--workers", "1",
                            "--seconds", "1000"], stdin=subprocess.PIPE, env=env)
        return child, harness.ready(case, ready)

    def samples_ns(self, then, now, pool_ns):
        runs, ns = now.since(then, PERF_EVENT)
        part = min(1.0, pool_ns / max(1, now.busy_ns - then.busy_ns))
        return ns + runs * self.interrupt_ns * part

    def probes_ns(self, then, now):
        runs, ns = now.since(then, KPROBE)
        return ns + runs * self.call_ns / 2
