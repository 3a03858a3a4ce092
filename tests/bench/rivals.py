# SPDX-License-Identifier: GPL-2.0-only
"""Other tools that look into a pool, for the bench to run beside pooltop: each sees a part of what
pooltop shows. One that is not installed has a row that says so."""
import shutil
import signal
import subprocess

import harness

COUNT_BYTES = """
BEGIN { %s }
tracepoint:syscalls:sys_exit_read, tracepoint:syscalls:sys_exit_write
/@pool[pid] && args->ret > 0/ { @bytes[pid] = sum(args->ret); }
"""


def strace(pids, _):
    return ["strace", "-f", "-c"] + [word for pid in pids for word in ("-p", str(pid))]


def perf_trace(pids, _):
    return ["perf", "trace", "-s", "-p", ",".join(str(pid) for pid in pids)]


def bpftrace(pids, _):
    return ["bpftrace", "-e", COUNT_BYTES % " ".join("@pool[%d] = 1;" % pid for pid in pids)]


def py_spy(pids, output):
    return ["py-spy", "record", "--pid", str(pids[0]), "--subprocesses", "--rate", "49",
            "--duration", "100000", "--format", "raw", "--output", output]


COMMANDS = {
    "strace -f -c": strace,
    "perf trace -s": perf_trace,
    "bpftrace, bytes alone": bpftrace,
    "py-spy, 49 Hz": py_spy,
}


def is_there(name):
    return shutil.which(name.split()[0].rstrip(",")) is not None


class Rival:
    """One of them at work on a pool."""

    def __init__(self, case, name, pid):
        argv = COMMANDS[name](harness.tree(pid), case.path("rival"))
        self.child = case.start(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.child.pid

    def bytes_written(self):
        return 0

    def stop(self):
        """False: it had ended before."""
        was_there = self.child.poll() is None
        for _ in range(30):  # bpftrace does not hear it while it compiles
            if self.child.poll() is None:
                self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(1)
                return was_there
            except subprocess.TimeoutExpired:
                pass
        raise harness.Failed("%s does not end" % self.child.args[0])
