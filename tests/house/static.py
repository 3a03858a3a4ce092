#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The static binary of $POOLTOP_BUILD (see check-static): small, alone, and at work in a folder in
which there is nothing else."""
import os
import re
import shutil
import struct
import sys

SRC = os.environ["POOLTOP_SRC"]
sys.path.insert(0, os.path.join(SRC, "tests", "live"))
import harness  # noqa: E402
from terminal import Terminal  # noqa: E402

MOST_BYTES = 6 << 20
PT_DYNAMIC, PT_INTERP = 2, 3
# Nothing but what the kernel shows, in mounts that end with the process.
ALONE = """#!/bin/sh
exec unshare --mount sh -c '
    for i in proc sys dev; do mount --rbind /$i "$0/$i" || exit; done
    exec chroot "$0" /pooltop "$@"
' "%s" "$@"
"""


def segments(path):
    """Types of an x86-64 program's segments."""
    with open(path, "rb") as f:
        head = f.read(64)
        at, size, count = (struct.unpack_from("<Q", head, 32)[0],) + struct.unpack_from(
            "<HH", head, 54)
        f.seek(at)
        table = f.read(size * count)
    return {struct.unpack_from("<I", table, i * size)[0] for i in range(count)}


def small_and_alone(case):
    size = os.path.getsize(harness.POOLTOP)
    case.check(size < MOST_BYTES, "%d bytes" % size)
    case.note("%.1f MiB" % (size / 2**20))
    case.equal("asks for libraries", segments(harness.POOLTOP) & {PT_DYNAMIC, PT_INTERP}, set())
    done = harness.run(case, ["readelf", "--sections", "--wide", harness.POOLTOP])
    case.check(b".text" in done.out and b".symtab" not in done.out, "is not stripped")


def empty_root(case):
    """A command that runs pooltop in a root of its own."""
    harness.need_root()
    root = case.path("root")
    for name in ("proc", "sys", "dev"):
        os.makedirs(os.path.join(root, name))
    shutil.copy(harness.POOLTOP, os.path.join(root, "pooltop"))
    command = case.path("alone")
    with open(command, "w") as f:
        f.write(ALONE % root)
    os.chmod(command, 0o755)
    return command


def watches(case):
    harness.need_bpf()
    command = empty_root(case)
    _, facts = harness.busy_pool(case, "--workers", "2")
    done = harness.run(case, [command, "report", str(facts["pid"]), "--duration", "2", "--json"])
    case.need(done.status == 0, "report: %s" % done)
    case.equal("standard error", done.err, b"")
    got = done.json()
    pool = harness.one_pool(case, got)
    case.equal("mode", got["session"]["mode"], "bpf")
    case.equal("missing", got["session"]["missing"], [])
    for key in ("pid", "python"):
        case.equal(key, pool[key], facts[key])
    case.equal("workers", sorted(w["pid"] for w in pool["workers"]), sorted(facts["workers"]))
    case.check(pool["tasks"]["returned"] > 100, "tasks: %r" % pool["tasks"])


def paints(case):
    command = empty_root(case)
    _, facts = harness.busy_pool(case, "--workers", "2")
    for term in ("xterm-256color", "xterm-kitty"):
        terminal = Terminal(case, facts["pid"], term=term, program=command)
        terminal.first_screen(case)
        case.check(re.search(rb"\x1b\[\?1049h", terminal.output), term + ": not as on an xterm")
        terminal.keys(b"q")
        case.equal(term + ": status", terminal.wait(3), 0)
        terminal.check_usable(case, term)


if __name__ == "__main__":
    sys.exit(harness.main([
        ("small and alone", small_and_alone, 30),
        ("watches a pool, in an empty root", watches, 60),
        ("paints, in an empty root", paints, 60),
    ]))
