#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""A recording with images in it says what all its frames say, wherever it is opened."""
import lzma
import os
import shutil
import sqlite3
import sys
import time

import harness
from replay_test import Tmux, body

IMAGED = os.path.join(harness.BUILD, "tests", "tape", "imaged")
INCIDENT = os.path.join(harness.SRC, "doc", "incident", "incident.pooltop")
OLD = os.path.join(harness.SRC, "tests", "tape", "old", "0.1.0-pool.tape.xz")


def imaged(case, *args):
    done = harness.run(case, [IMAGED] + [str(a) for a in args])
    case.need(done.status == 0, "imaged: %s" % done)
    return done.out


def count(tape):
    with sqlite3.connect(tape) as db:
        return db.execute("SELECT count(*) FROM image").fetchone()[0]


def without(case, tape):
    """A copy without its images."""
    bare = case.path("bare")
    shutil.copy(tape, bare)
    with sqlite3.connect(bare) as db:
        db.execute("DELETE FROM image")
    return bare


def same(case, one, other, *args):
    first, second = [harness.pooltop(case, args[0], tape, *args[1:]) for tape in (one, other)]
    case.equal("status of %s" % args[0], (first.status, second.status), (0, 0))
    case.check(first.out and first.out == second.out,
               "%s is\n%s\nnot\n%s" % (" ".join(args), first.out.decode(), second.out.decode()))


def same_all(case, one, other):
    same(case, one, other, "report", "--json")
    same(case, one, other, "report")
    for view in ("overview", "workers", "tasks", "deaths", "traps"):
        same(case, one, other, "replay", "--once", "--view", view, "--size", "160x50")


def kept_recordings(case):
    """Those of the tree, with many images: from each of them on."""
    old = case.path("old")
    with lzma.open(OLD) as f, open(old, "wb") as g:
        g.write(f.read())
    for tape, every, least in ((INCIDENT, 60, 25), (old, 500, 25)):
        copy = case.path("copy")
        imaged(case, "copy", tape, copy, every)
        same_all(case, copy, tape)
        case.check(count(copy) >= least, "%d images of %s" % (count(copy), tape))
        before = count(copy)
        case.equal("images tried", int(imaged(case, "try", copy)), before)
        os.unlink(copy)


def a_pool(case):
    """What a recorder writes by itself while a pool is at it."""
    harness.need_bpf()
    tape = case.path("tape")
    done = case.path("truth")
    harness.record(case, tape, harness.python(), "-c",
                   "import multiprocessing, sys\n"
                   "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
                   "    n = sum(1 for _ in pool.imap_unordered(abs, range(40000)))\n"
                   "    pool.close(); pool.join()\n"
                   "open(sys.argv[1], 'w').write(str(n))\n", done)
    report = harness.report(case, tape)
    tasks = harness.one_pool(case, report)["tasks"]
    with open(done) as f:
        case.equal("the pool's own count", f.read(), "40000")
    case.equal("records lost", report["session"]["lost_records"], 0)
    case.equal("tasks", (tasks["sent"], tasks["done"], tasks["returned"]), (40000,) * 3)
    case.check(1 <= count(tape) <= 12, "%d images" % count(tape))
    same_all(case, tape, without(case, tape))


class Watched:
    """A replay that stands still."""

    def __init__(self, case, tape):
        self.screen = Tmux(case, "100x30", harness.POOLTOP, "replay", tape)
        harness.wait_for(lambda: any("Pool" in row for row in self.screen.screen()), 20,
                         "a replay begins")
        self.keys("Space")

    def keys(self, *keys):
        for key in keys:
            self.screen.ask("send-keys", key)

    def now(self):
        return body(self.screen.screen())


def agree(bare, quick, keys):
    """Both get the same keys. None when both have come to the same screen and stand still there;
    else the two that they have after a long time."""
    before, last = bare.now(), None
    began = time.monotonic()
    bare.keys(*keys)
    quick.keys(*keys)
    while time.monotonic() - began < 12:
        time.sleep(0.2)
        now = (bare.now(), quick.now())
        moved = now[0] != before or time.monotonic() - began > 2
        if now[0] == now[1] and now == last and moved:
            return None
        last = now
    return last


def seeking(case):
    """The same keys in two replays of one recording, one with images: the same screens."""
    copy = case.path("copy")
    imaged(case, "copy", INCIDENT, copy, 50)
    bare, quick = Watched(case, INCIDENT), Watched(case, copy)
    places = ("start", "+20s", "-9s", "end", "-25s", "+3s", "start", "+36s", "-1s")
    steps = [("g", place, "Enter") for place in places]
    steps += [(key,) for key in ("2", "[", "[", "]", "{", "{", "}")]
    for keys in steps:
        apart = agree(bare, quick, keys)
        if not case.check(not apart, "after %s by images it is" % " ".join(keys)):
            case.note("\n".join(apart[1] + ["not"] + apart[0]))
            return


def main():
    return harness.main([
        ("recordings of the tree", kept_recordings, 60),
        ("a pool that is recorded", a_pool, 50),
        ("seeking by images", seeking, 60),
    ])


if __name__ == "__main__":
    sys.exit(main())
