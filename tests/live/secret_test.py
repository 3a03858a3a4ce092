#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 200
"""The key by which a pool's processes prove themselves to each other goes through a pipe when
they are spawned. No byte of it is in anything that pooltop writes: recordings, unpacked too,
streams, reports, screens, and what it says."""
import base64
import ctypes
import os
import sqlite3
import subprocess
import sys

import harness

PIECE = 6  # so many bytes of a key of random bytes are met nowhere by chance
VIEWS = ("overview", "workers", "tasks", "deaths")
WORD = b"mixed.refuses"  # the other way round: a name that must be found by the same search


def unpacked(blob):
    """What one zstd frame holds."""
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    size = zstd.ZSTD_getFrameContentSize(blob, ctypes.c_size_t(len(blob)))
    room = ctypes.create_string_buffer(size)
    done = zstd.ZSTD_decompress(room, ctypes.c_size_t(size), blob, ctypes.c_size_t(len(blob)))
    if done != size:
        raise harness.Failed("a segment of %d bytes unpacks to %d of %d" % (len(blob), done, size))
    return room.raw


def segments(tape):
    """Every packed blob of a recording, unpacked."""
    base = sqlite3.connect(tape)
    try:
        found = []
        for table in ("base", "segment"):
            found += base.execute("SELECT packed FROM " + table).fetchall()
        return b"".join(unpacked(row[0]) for row in found if row[0])
    finally:
        base.close()


def forms(key):
    """The key as it is, and as somebody might print it: pieces of it, long enough to tell."""
    shown = (key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key),
             repr(key)[2:-1].encode(), ", ".join(str(b) for b in key).encode())
    for number, text in enumerate(shown):
        size = PIECE if number == 0 else 2 * PIECE
        for at in range(len(text) - size + 1):
            yield text[at:at + size]


def clean(case, where, data, key):
    data = bytes(data)
    found = sum(piece in data for piece in forms(key))
    case.check(not found, "%d pieces of the key are in %s (%d bytes)" % (found, where, len(data)))


def recorded(case, command, key):
    """Records; everything that comes of it is looked through."""
    tape = case.path("tape")
    done = harness.record(case, tape, *command)
    clean(case, "record's output", done.out + done.err, key)
    for name in sorted(os.listdir(case.folder)):
        if name.startswith("tape"):
            with open(case.path(name), "rb") as f:
                clean(case, "the file " + name, f.read(), key)
    inside = segments(tape)
    case.check(WORD in inside, "%s is not in the segments: is this a search at all?" % WORD)
    clean(case, "the segments", inside, key)
    for args in (["report", tape], ["report", tape, "--json"]):
        clean(case, " ".join(args[::2]), harness.pooltop(case, *args).out, key)
    for view in VIEWS:
        done = harness.pooltop(case, "replay", tape, "--once", "--view", view, "--size", "200x60")
        case.need(done.status == 0, str(done))
        clean(case, "the view " + view, done.out, key)


def streamed(case, command, key):
    done = harness.pooltop(case, "-v", "record", "-o", "-", "--", *command)
    case.need(done.status == 0, "record -o -: %d, %r" % (done.status, done.err[-300:]))
    case.check(WORD in done.out, "%s is not in the stream: is this a search at all?" % WORD)
    clean(case, "the stream", done.out, key)
    clean(case, "what record -v said", done.err, key)


def secret(case, workload, interpreter, method):
    harness.need_bpf()
    key = os.urandom(48)
    with open(case.path("key"), "wb") as f:
        f.write(key)
    told = case.path("truth")
    command = [interpreter, harness.pool(workload), "--method", method, "--items", "20", "--big",
               "1000000", "--key", case.path("key"), "--truth", told]
    recorded(case, command, key)
    pool = harness.load(told)["pools"][0]
    case.equal("workers that have the key", pool["keys"], [True, True])
    streamed(case, command, key)


def finds(case):
    """The search itself, on a run that does print it."""
    key = os.urandom(48)
    for form in (key, key.hex().encode(), base64.b64encode(key), repr(key).encode()):
        case.check(any(piece in b"so " + form + b" then" for piece in forms(key)),
                   "not found: %r" % form)
    # And the way to it: what the parent hands to a spawned child does hold the key.
    script = ("import multiprocessing as m, sys; m.current_process().authkey = sys.stdin.buffer."
              "read(); from multiprocessing import spawn, reduction, context; import io; "
              "context.set_spawning_popen(1); reduction.dump(spawn.get_preparation_data('x'), "
              "sys.stdout.buffer)")
    done = subprocess.run([harness.python(), "-c", script], input=key, stdout=subprocess.PIPE,
                          check=True)
    case.check(key in done.stdout, "start-up data without a key: %r" % done.stdout)


def main():
    found = harness.pythons()
    newest = max(found, key=lambda row: [int(n) for n in row[1].split(".")])
    rows = [("the search finds what is there", finds, 20)]
    for workload in ("kind_pool", "kind_executor"):
        for method in ("spawn", "forkserver"):
            for interpreter, version in (found[0], newest):
                rows.append(("%s, %s, %s" % (workload, method, version),
                             lambda case, w=workload, i=interpreter, m=method:
                             secret(case, w, i, m), 40))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
