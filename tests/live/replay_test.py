#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 150
"""A replay is the session once more: every view's last screen and the report, byte for byte."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time

import harness

VIEWS = ("overview", "workers", "tasks", "traffic", "deaths", "start-up", "cores", "traps", "help")
SIZES = ("80x24", "160x50")


def lively(case):
    """A command whose pool has several functions, failures and deaths."""
    return [harness.python(), harness.pool("ends"), "--log", case.path("log"),
            "--truth", case.path("truth")]


def screens(case, *source, **kwargs):
    """{(view, size): text} of `replay --once` over a source."""
    found = {}
    for view in VIEWS:
        for size in SIZES:
            stdin = open(kwargs["stdin"], "rb") if "stdin" in kwargs else subprocess.DEVNULL
            done = harness.pooltop(case, "replay", *(list(source) + ["--once", "--view", view,
                                                                     "--size", size]),
                                   stdin=stdin)
            if stdin != subprocess.DEVNULL:
                stdin.close()
            case.need(done.status == 0 and not done.err, str(done))
            found[(view, size)] = done.out
    return found


def same(case, what, got, want):
    for key in want:
        if not case.check(got[key] == want[key], "%s differs in %s at %s" % ((what,) + key)):
            a, b = got[key].decode().split("\n"), want[key].decode().split("\n")
            for number, (left, right) in enumerate(zip(a, b)):
                if left != right:
                    case.note("line %d: %s" % (number, left))
                    case.note("    not: %s" % right)


class Tee(threading.Thread):
    """Hands what a recorder streams to several readers at once, as it comes."""

    def __init__(self, source, sinks):
        super().__init__()
        self.source = source
        self.sinks = sinks

    def run(self):
        while True:
            data = os.read(self.source.fileno(), 65536)
            for sink in self.sinks:
                try:
                    sink.write(data)
                    sink.flush()
                except BrokenPipeError:
                    pass
            if not data:
                break
        for sink in self.sinks:
            sink.close()


def piped(case):
    """record -o - | replay -, as it happens, against the same bytes read afterwards."""
    harness.need_bpf()
    kept = case.path("stream")
    recorder = case.start([harness.POOLTOP, "record", "-o", "-", "--interval", "200", "--"]
                          + lively(case), stdout=subprocess.PIPE)
    viewers = {}
    for view in VIEWS:
        viewers[(view, "80x24")] = case.start(
            [harness.POOLTOP, "replay", "-", "--once", "--view", view, "--size", "80x24"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    tee = Tee(recorder.stdout, [open(kept, "wb")] + [v.stdin for v in viewers.values()])
    tee.start()
    live = {}
    for key, viewer in viewers.items():
        live[key] = viewer.stdout.read()
        case.equal("status of %s" % key[0], viewer.wait(), 0)
        viewer.stdin = None
    tee.join()
    case.equal("recorder's status", recorder.wait(), 0)
    again = screens(case, "-", stdin=kept)
    same(case, "the stream's replay", {k: again[k] for k in live}, live)
    case.check(b"by_signal" in live[("tasks", "80x24")] or b"fine" in live[("tasks", "80x24")],
               "the tasks view shows no task:\n" + live[("tasks", "80x24")].decode())
    case.check(b"SIGKILL" in live[("deaths", "80x24")],
               "the deaths view shows no death:\n" + live[("deaths", "80x24")].decode())


def live_and_tape(case):
    """The live session's last screen, against the replay of what it recorded."""
    harness.need_bpf()
    for view in VIEWS:
        tape = case.path("tape-" + view)
        for name in ("log", "truth"):
            if os.path.exists(case.path(name)):
                os.unlink(case.path(name))
        live = harness.pooltop(case, "run", "-o", tape, "--once", "--view", view, "--size",
                               "80x24", "--interval", "200", "--", *lively(case))
        case.equal("run --once: status", live.status, 0)
        again = harness.pooltop(case, "replay", tape, "--once", "--view", view, "--size", "80x24")
        same(case, "the recording's replay", {(view, "80x24"): again.out},
             {(view, "80x24"): live.out})


class Tmux:
    """A terminal whose screen can be read as text."""

    def __init__(self, case, size, *command):
        if not shutil.which("tmux"):
            raise harness.Skip("no tmux here")
        self.case = case
        self.argv = ["tmux", "-f", "/dev/null", "-S", case.path("tmux-%d" % len(case.cleanups))]
        columns, rows = size.split("x")
        case.later(self.ask, "kill-server")
        self.ask("new-session", "-d", "-x", columns, "-y", rows,
                 " ".join(shlex.quote(word) for word in command) + "; sleep 60")
        self.ask("set", "-g", "status", "off")

    def ask(self, *args):
        env = dict(os.environ, LANG="C.UTF-8", TERM="xterm-256color")
        env.pop("TMUX", None)
        return harness.run(self.case, self.argv + list(args), env=env).out.decode()

    def screen(self, key=None):
        if key:
            self.ask("send-keys", key)
            time.sleep(0.4)
        return self.ask("capture-pane", "-p").split("\n")

    def ended(self):
        return "ENDED" in self.screen()[0]


def body(lines):
    """A screen without what belongs to its mode: the badge in the first line, and the keys."""
    keys = [number for number, line in enumerate(lines) if line.startswith((" [", " session ")) or
            "? help" in line or "? back" in line]
    return [line.rstrip() for line in lines[1:keys[0] if keys else -2]]


def cost(lines):
    """The last line, but for how long ago the newest data came: that goes by a clock."""
    return [re.sub(r"\s+data (.*?)(, .* old)?\s*$", r" data \1", line)
            for line in lines if " cost: " in line]


def on_a_terminal(case, size):
    """The dashboard itself: at its end, and when its recording is played to the end."""
    harness.need_bpf()
    tape = case.path("tape")
    live = Tmux(case, size, harness.POOLTOP, "run", "-o", tape, "--interval", "200", "--",
                *lively(case))
    harness.wait_for(live.ended, 15, "the live session ends")
    keys = "1235?"
    before = [live.screen(key) for key in keys]
    live.ask("send-keys", "Escape")
    live.ask("send-keys", "q")
    again = Tmux(case, size, harness.POOLTOP, "replay", tape)
    harness.wait_for(again.ended, 15, "the replay ends")
    after = [again.screen(key) for key in keys]
    for key, one, other in zip(keys, before, after):
        rows = min(len(body(one)), len(body(other)))
        case.check(rows > int(size.split("x")[1]) // 2, "view %s: %d rows\n%s"
                   % (key, rows, "\n".join(one)))
        for number in range(rows):
            left, right = body(one)[number], body(other)[number]
            case.check(left == right, "view %s, line %d: %r, not %r"
                       % (key, number + 1, right, left))
        case.equal("view %s, last line" % key, cost(other), cost(one))


def apart(case):
    """What a recorded command prints does not get into the stream."""
    harness.need_bpf()
    done = harness.pooltop(case, "record", "-o", "-", "--", harness.python(),
                           harness.pool("busy"), "--seconds", "0.5", "--task-us", "1000")
    case.equal("status", done.status, 0)
    case.check(b" a second" not in done.out, "the command's output is in the stream")
    case.check(b" a second" in done.err, "the command's output is lost: %r" % done.err)
    with open(case.path("stream"), "wb") as f:
        f.write(done.out)
    harness.one_pool(case, harness.report(case, case.path("stream")))


def twice(case):
    """The same recording gives the same screens and the same report, any number of times."""
    harness.need_bpf()
    tape = case.path("tape")
    harness.record(case, tape, *lively(case))
    first = screens(case, tape)
    same(case, "the second replay", screens(case, tape), first)
    reports = [harness.pooltop(case, "report", tape, *more).out
               for more in ((), (), ("--json",), ("--json",))]
    case.check(reports[0] == reports[1] and reports[2] == reports[3], "two reports differ")
    case.check(len({text for text in first.values()}) == len(first), "views look alike")


def report_live_and_tape(case):
    """A pool that has stopped for good: who looks at it now and who recorded it agree."""
    harness.need_bpf()
    tape = case.path("tape")
    _, facts = harness.idle_pool(case, "--workers", "4")
    recorder = case.start([harness.POOLTOP, "record", "-o", tape, "--duration", "2",
                           str(facts["pid"])])
    now = harness.one_pool(case, harness.report(case, facts["pid"], "--duration", "1"))
    case.equal("the recorder", recorder.wait(), 0)
    then = harness.one_pool(case, harness.report(case, tape))
    for key in ("kind", "pid", "command", "python", "start_method", "state"):
        case.equal(key, then[key], now[key])
    case.equal("workers", [w["pid"] for w in then["workers"]], [w["pid"] for w in now["workers"]])
    case.equal("states", [w["state"] for w in then["workers"]],
               [w["state"] for w in now["workers"]])


def followed(case):
    """A recording that is being written: replay reads on, report takes what is there."""
    harness.need_bpf()
    tape = case.path("tape")
    _, facts = harness.busy_pool(case, "--workers", "2", "--task-us", "1000")
    recorder = case.start([harness.POOLTOP, "record", "-o", tape, str(facts["pid"])])
    harness.wait_for(lambda: os.path.exists(tape) and os.path.getsize(tape), 5, "a recording")
    seen = []
    for _ in range(3):
        time.sleep(1.5)
        got = harness.report(case, tape)
        seen.append(got["pools"][0]["tasks"]["done"] if got["pools"] else 0)
    case.check(seen == sorted(set(seen)) and seen[-1] > 0, "tasks done, by and by: %r" % seen)
    recorder.terminate()
    case.equal("the recorder", recorder.wait(), 0)
    last = harness.report(case, tape)["pools"][0]["tasks"]["done"]
    case.check(last >= seen[-1], "less at the end: %d, %d" % (seen[-1], last))


def secrets(case):
    """What tasks carry reaches no recording."""
    harness.need_bpf()
    tape, stream = case.path("tape"), case.path("stream")
    word = "correct-horse-battery-staple"
    script = ("import multiprocessing\n"
              "def f(secret): return secret * 2\n"
              "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
              "    pool.map(f, ['%s'] * 200, chunksize=1)\n"
              "    pool.map(f, ['%s' * 9000] * 5, chunksize=1)\n"
              "    pool.close(); pool.join()\n" % (word, word))
    with open(case.path("secret.py"), "w") as f:
        f.write(script)
    harness.record(case, tape, harness.python(), case.path("secret.py"))
    done = harness.pooltop(case, "record", "-o", "-", "--", harness.python(),
                           case.path("secret.py"))
    with open(stream, "wb") as f:
        f.write(done.out)
    case.equal("tasks", harness.one_pool(case, harness.report(case, tape))["tasks"]["done"], 205)
    case.check(word.encode() not in done.out, "an argument is in the stream")
    for name in os.listdir(case.folder):
        if name.startswith("tape"):
            with open(case.path(name), "rb") as f:
                case.check(word.encode() not in f.read(), "an argument is in " + name)
    dump = harness.run(case, [sys.executable, "-c",
                              "import sqlite3, sys\n"
                              "print('\\n'.join(sqlite3.connect(sys.argv[1]).iterdump()))", tape])
    case.check(word.encode() not in dump.out, "an argument is in a table")


def main():
    return harness.main([
        ("record -o - | replay -", piped, 60),
        ("live and replay", live_and_tape, 60),
        ("a terminal of 80x24", lambda case: on_a_terminal(case, "80x24"), 60),
        ("a terminal of 160x50", lambda case: on_a_terminal(case, "160x50"), 60),
        ("the command's output and the stream", apart, 20),
        ("the same each time", twice, 60),
        ("report of a PID and of a recording", report_live_and_tape, 20),
        ("a recording that is being written", followed, 25),
        ("no payload is kept", secrets, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
