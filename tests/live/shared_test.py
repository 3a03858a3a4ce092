#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
"""Bytes shared, against bytes pickled: each piece of shared memory counts once, however many
processes map it; semaphores and what one process has alone do not count."""
import subprocess
import sys

import harness


def shared(case, interpreter, *args):
    """The report's bytes and the workload's own."""
    tape, facts = case.path("tape"), case.path("truth")
    harness.record(case, tape, interpreter, harness.pool("shared"), "--truth", facts, *args)
    return harness.one_pool(case, harness.report(case, tape))["bytes"], harness.load(facts)


def by_pool(case, start):
    harness.need_bpf()
    got, truth = shared(case, harness.python(), "--start", start)
    case.equal("shared", got["shared"], truth["bytes"])
    case.check(got["out"] < 4096, "pickled, though it is shared: %d bytes" % got["out"])


def by_module(case, modules, *args):
    harness.need_bpf()
    debian = "/usr/bin/python3"
    if subprocess.run([debian, "-c", "import " + modules], stderr=subprocess.DEVNULL).returncode:
        raise harness.Skip("no %s here" % modules)
    got, truth = shared(case, debian, "--workers", "2", *args)
    case.equal("shared", got["shared"], truth["bytes"])
    case.check(got["out"] < truth["bytes"] / 100, "pickled: %d bytes" % got["out"])


# What it loads has thousands of mappings: to read all takes some ten milliseconds, and so much is
# spent once in five hundred times that (src/live/shared.c).
LONG = ["--seconds", "9"]


def none(case):
    harness.need_bpf()
    _, facts = harness.idle_pool(case, "--workers", "2")
    pool = harness.one_pool(case, harness.report(case, facts["pid"], "--duration", "2"))
    case.equal("shared", pool["bytes"]["shared"], 0)


def main():
    return harness.main([
        ("SharedMemory, RawArray and mmap under fork", lambda case: by_pool(case, "fork"), 40),
        ("SharedMemory under spawn", lambda case: by_pool(case, "spawn"), 40),
        ("joblib's memmap", lambda case: by_module(case, "joblib, numpy", "--joblib"), 60),
        ("torch's tensors under fork", lambda case: by_module(case, "torch", "--torch"), 60),
        ("torch's tensors under spawn",
         lambda case: by_module(case, "torch", "--torch", "--start", "spawn", *LONG), 60),
        ("a pool that shares nothing", none, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
