# SPDX-License-Identifier: GPL-2.0-only
"""What the sampler and --exact add: the same pool, recorded with all of it and without."""
import ctypes
import os
import platform
import struct
import subprocess
import time

import counted
import harness
from windows import Recorder, Window, dearer, slower

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
START_S = 2  # of a recorder, besides what any window waits: what is too dear goes off
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h, with BPF_W | BPF_ABS and BPF_K
ALLOW, REFUSE = 0x7fff0000, 0x00050001  # linux/seccomp.h: and EPERM


def refuse(nr):
    """From now on this process, and what it becomes, may not make that system call."""
    code = [(LOAD, 0, 0, 0), (EQUAL, 0, 1, nr), (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = ctypes.create_string_buffer(
        struct.pack("HP", len(code), ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)):
        raise OSError(ctypes.get_errno(), "prctl")


class Without(Recorder):
    """Neither a sampler nor --exact."""

    name = "without"

    def start(self, case, pid):
        # What it is refused to has neither samples nor probes.
        nr = counted.PERF_EVENT_OPEN[platform.machine()]
        return case.start([harness.POOLTOP, "record", "-o", self.tape, str(pid)],
                          stderr=subprocess.PIPE, preexec_fn=lambda: refuse(nr))


class With(Recorder):
    """All of it."""

    name = "with"

    def start(self, case, pid):
        return case.start([harness.POOLTOP, "record", "--exact", "-o", self.tape, str(pid)],
                          stderr=subprocess.PIPE)

    def begin(self):
        self.begun = counted.Mark(self.pid)

    def end(self):
        self.ended = counted.Mark(self.pid)


def window(case, pool, seconds, watch, counter=None):
    watcher = watch(case, pool.pid)
    time.sleep(START_S)
    seen = Window(pool, seconds, watcher)
    watcher.stop()
    if counter:
        begun, ended = watcher.begun, watcher.ended
        seen.samples = 100 * counter.samples_ns(begun, ended, seen.used_ns) / seen.used_ns
        seen.probes = 100 * counter.probes_ns(begun, ended) / seen.used_ns
        seen.start_ms = counter.probes_ns(counted.NOTHING, begun) / 1e6
    os.unlink(watcher.tape)
    return seen


def everything(case, table, pools, opts):
    """pools: (what, how one is started), one after another."""
    counter = counted.Counter(case, With)
    table.add("an interrupt that samples", [counter.interrupt_ns / 1e3], "us")
    table.add("the probes of a call, without their programs", [counter.call_ns / 1e3], "us")
    for what, start in pools:
        compare(case, table, start(), what, counter, opts)


def compare(case, table, pool, what, counter, opts):
    """Alternating: every window with all of it between two without."""
    statistics = counted.statistics_on()
    without, with_all = [window(case, pool, opts.window, Without)], []
    for _ in range(opts.pairs):
        with_all.append(window(case, pool, opts.window, With, counter))
        without.append(window(case, pool, opts.window, Without))
    pool.stop()
    os.close(statistics)
    for name in ("samples", "probes"):
        table.add("%s: %s, counted" % (what, name), [getattr(w, name) for w in with_all],
                  "% of its CPU")
    table.add(what + ": both, counted", [w.samples + w.probes for w in with_all],
              "% of its CPU", "1")
    table.add(what + ": probes before that, since the start", [w.start_ms for w in with_all],
              "ms")
    for name, of in (("slow-down by it", slower), ("the pool's CPU by it", dearer)):
        table.add("%s, sampler and --exact: %s" % (what, name),
                  of(without, with_all, without[1:]), "%", "1" if of is slower else "")
        table.add("%s, sampler and --exact: noise of that" % what,
                  of(without, without[1:], without[2:]), "%")
    table.add("%s, sampler and --exact: own CPU" % what, [100 * w.own for w in with_all], "%")
    table.add("%s, neither: own CPU" % what, [100 * w.own for w in without], "%")
