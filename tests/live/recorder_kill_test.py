#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Recordings whose recorder was killed, or whose disk was full, read-only or too small."""
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import harness

KILLS = 100
AT_ONCE = 5
SECOND = 1000000000


def ends_of_tasks(log):
    """When each task ended, in order."""
    return sorted(int(line[0]) for line in harness.read_log(log))


def count_between(times, begin, end):
    return sum(1 for t in times if begin <= t < end)


class Round:
    """Recorders on one pool, each killed at its own moment, by threads."""

    def __init__(self, case, parent, number, seed):
        self.tape = case.path("tape-%d" % number)
        self.wait_s = random.Random(seed + number).uniform(0.05, 2.8)
        self.recorder = case.start([harness.POOLTOP, "record", "-o", self.tape, str(parent)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.begun_ns = harness.now_ns()
        self.early = None
        self.thread = threading.Thread(target=self.kill)
        self.thread.start()

    def kill(self):
        time.sleep(self.wait_s)
        self.early = self.recorder.poll()
        self.killed_ns = harness.now_ns()
        try:
            os.killpg(self.recorder.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.recorder.wait()


def check_round(case, each, times, wall_offset):
    who = "killed after %.2f s" % each.wait_s
    if not case.check(each.early is None, "%s: had ended by itself: %r: %r"
                      % (who, each.early, each.recorder.stderr.read()[:300])):
        return False
    lived_ns = each.killed_ns - each.begun_ns
    if not os.path.exists(each.tape) or not os.path.getsize(each.tape):
        case.check(lived_ns < 2 * SECOND, who + ": nothing was recorded")
        return False
    done = harness.pooltop(case, "report", each.tape, "--json")
    if lived_ns < 2 * SECOND and done.status == 5 and len(done.lines()) == 1:
        return False  # it had hardly begun: no promise, but one clear line
    if not case.check(done.status == 0, "%s: %s" % (who, done)):
        return False
    got = done.json()
    session = got["session"]
    begin_ns = session["started_wall_ns"] - wall_offset
    last_ns = begin_ns + session["duration_ns"]
    case.check(last_ns >= each.killed_ns - 1.2 * SECOND,
               "%s: the last %d ms are not there" % (who, (each.killed_ns - last_ns) / 1e6))
    case.equal(who + ": lost_records", session["lost_records"], 0)
    if not got["pools"]:
        case.check(lived_ns < 2 * SECOND, who + ": no pool")
        return True
    seen = got["pools"][0]["tasks"]["done"]
    # Attaching takes its time; what was done from then on and a second before the end is there.
    least = count_between(times, begin_ns + 0.5 * SECOND, each.killed_ns - SECOND)
    most = count_between(times, each.begun_ns, each.killed_ns)
    case.check(least <= seen <= most + 2,
               "%s: %d tasks done, of %d to %d" % (who, seen, least, most))
    return True


def killed(case):
    """kill -9 at random moments under load: it opens, and lacks at most the last second."""
    harness.need_bpf()
    log = case.path("log")
    _, facts = harness.busy_pool(case, "--workers", "4", "--task-us", "500", "--log", log)
    wall_offset = int(time.time() * 1e9) - harness.now_ns()
    opened = 0
    for number in range(0, KILLS, AT_ONCE):
        rounds = [Round(case, facts["pid"], n, 7000) for n in range(number, number + AT_ONCE)]
        for each in rounds:
            each.thread.join()
        times = ends_of_tasks(log)
        opened += sum(check_round(case, each, times, wall_offset) for each in rounds)
        for each in rounds:
            each.recorder.stderr.close()
            case.started.remove((each.recorder, True))
            for name in os.listdir(case.folder):
                if name.startswith(os.path.basename(each.tape)):
                    os.unlink(case.path(name))
    case.note("%d of %d recordings had something to report" % (opened, KILLS))
    # Where the machine is busy, five recorders that begin at once take seconds to begin.
    case.check(opened >= KILLS // 4, "only %d recordings opened" % opened)


def same_file_again(case):
    """A recorder that was killed leaves nothing behind that hinders the next."""
    harness.need_bpf()
    _, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "1000")
    first = case.start([harness.POOLTOP, "record", "-o", case.path("tape"), str(facts["pid"])])
    until = time.monotonic() + 10
    while not os.path.exists(case.path("tape")) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1.5)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    done = harness.pooltop(case, "record", "-o", case.path("other"), "--duration", "1",
                           facts["pid"])
    case.equal("the next recorder: " + str(done), done.status, 0)
    for name in ("tape", "other"):
        harness.one_pool(case, harness.report(case, case.path(name)))


def still_readable(case, tape, who):
    got = harness.report(case, tape)
    pool = harness.one_pool(case, got)
    case.check(pool["tasks"]["done"] > 0, who + ": no task is in what was recorded before")


def says_why(case, done, words, who):
    case.equal(who + ": exit status", done.status, 1)
    lines = done.lines()
    case.check(len(lines) == 1, "%s: not one line: %r" % (who, done.err))
    case.check(re.search(words, done.err.decode("utf-8", "replace"), re.I),
               "%s: %r does not say %s" % (who, done.err, words))


def load(case):
    """A pool that fills a recording quickly, with frames that do not compress to nothing."""
    return harness.busy_pool(case, "--workers", "2")[1]["pid"]


def unshared(script):
    """A shell script with mounts of its own. In a chroot the root is no mount that could be made
    private, so the script has to undo what it mounts."""
    if not shutil.which("unshare"):
        raise harness.Skip("no unshare here")
    return ["unshare", "-m", "--propagation", "unchanged", "sh", "-c",
            "mount --make-rprivate / 2>/dev/null; " + script, "sh"]


def full_disk(case):
    harness.need_bpf()
    harness.need_root()
    parent = load(case)
    mount, kept = case.path("mount"), case.path("kept")
    os.mkdir(mount)
    os.mkdir(kept)
    script = ('mount -t tmpfs -o size=768k pooltop-test "$1" && '
              '"$2" record -o "$1/tape" --duration 25 "$3"; status=$?; '
              'cp "$1"/tape* "$4"; umount -l "$1"; exit $status')
    done = harness.run(case, unshared(script) + [mount, harness.POOLTOP, str(parent), kept],
                       seconds=50)
    says_why(case, done, "no space|full", "full disk")
    case.check(done.seconds < 24, "it went on for %.1f s" % done.seconds)
    still_readable(case, os.path.join(kept, "tape"), "full disk")


def size_limit(case):
    harness.need_bpf()
    parent = load(case)
    tape = case.path("tape")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (768 << 10, 768 << 10))

    done = harness.pooltop(case, "record", "-o", tape, "--duration", "25", parent,
                           preexec_fn=limit)
    says_why(case, done, "too large|too big|limit", "size limit")
    case.check(done.seconds < 24, "it went on for %.1f s" % done.seconds)
    still_readable(case, tape, "size limit")


def read_only(case):
    """A folder that is read-only, and one that may not be written to by this user."""
    harness.need_bpf()
    harness.need_root()
    parent = load(case)
    mount = case.path("mount")
    os.mkdir(mount)
    script = ('mount -t tmpfs pooltop-test "$1" && mount -o remount,ro "$1" && '
              '"$2" record -o "$1/tape" --duration 5 "$3"; status=$?; umount -l "$1"; '
              'exit $status')
    done = harness.run(case, unshared(script) + [mount, harness.POOLTOP, str(parent)])
    says_why(case, done, "read-only", "read-only")
    done = harness.pooltop(case, "record", "-o", case.path("nowhere/tape"), "--duration", "5",
                           parent)
    says_why(case, done, "no such|not there|not exist", "no such folder")


def becomes_read_only(case):
    """The disk turns read-only under the recorder, as disks with errors do."""
    harness.need_bpf()
    harness.need_root()
    if not shutil.which("strace"):
        raise harness.Skip("no strace here")
    parent = load(case)
    # A remount is refused while a file is open for writing, so writes are made to fail instead.
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,fdatasync",
             "-e", "inject=pwrite64:error=EROFS:when=400+"]
    done = harness.run(case, trace + [harness.POOLTOP, "record", "-o", case.path("tape"),
                                      "--duration", "25", str(parent)])
    says_why(case, done, "read-only|write", "read-only meanwhile")
    still_readable(case, case.path("tape"), "read-only meanwhile")


def main():
    return harness.main([
        ("recorder killed %d times" % KILLS, killed, 150),
        ("recorder killed, and started again", same_file_again, 40),
        ("full disk", full_disk, 55),
        ("size limit", size_limit, 40),
        ("read-only", read_only, 30),
        ("read-only meanwhile", becomes_read_only, 60),
    ])


if __name__ == "__main__":
    sys.exit(main())
