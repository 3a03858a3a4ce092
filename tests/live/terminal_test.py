#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""The real terminal: one that is not read, one that goes away, and what is left behind."""
import os
import signal
import sys
import time

import harness
from terminal import Terminal

def busy(case, *args):
    return harness.busy_pool(case, *(args or ("--workers", "2", "--task-us", "1000")))[1]["pid"]


def unread(case):
    """Nobody reads the terminal for 10 s: the recording lacks nothing."""
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    terminal = Terminal(case, "run", "-o", tape, "--interval", "100", "--", harness.python(),
                        harness.pool("busy"), "--seconds", "12", "--task-us", "300",
                        "--truth", told)
    terminal.first_screen(case)
    began = time.monotonic()
    time.sleep(10)
    case.check(terminal.child.poll() is None, "it ended meanwhile")
    terminal.read(6, rb"gone")
    harness.wait_for(lambda: terminal.read(0.1) or os.path.exists(told), 20, "the pool ends")
    case.check(time.monotonic() - began < 25, "the pool was held up")
    terminal.read(2)
    terminal.keys(b"q")
    case.equal("exit status", terminal.wait(10), 0)
    want = harness.load(told)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    case.equal("tasks.returned", got["tasks"]["returned"], want["tasks"]["returned"])
    case.equal("bytes.out", got["bytes"]["out"], want["bytes"]["out"])
    terminal.check_usable(case, "unread")


def closed(case, unread_s):
    """The terminal goes away: all of pooltop ends within a second, and eats no core for it."""
    parent = busy(case)
    terminal = Terminal(case, parent, "--interval", "100")
    terminal.first_screen(case)
    time.sleep(unread_s)
    all_of_it = harness.tree(terminal.child.pid)
    cpu = sum(harness.cpu_ns(pid) for pid in all_of_it)
    began = time.monotonic()
    terminal.close()
    while terminal.child.poll() is None and time.monotonic() - began < 3:
        now = sum(harness.cpu_ns(pid) for pid in all_of_it)
        cpu = max(cpu, now)
        time.sleep(0.02)
    took = time.monotonic() - began
    case.check(took < 1, "it took %.2f s to end" % took)
    time.sleep(0.2)
    left = [pid for pid in all_of_it[1:] if harness.cpu_ns(pid) and is_pooltop(pid)]
    case.equal("left behind", left, [])


def is_pooltop(pid):
    try:
        return os.path.realpath("/proc/%d/exe" % pid) == os.path.realpath(harness.POOLTOP)
    except OSError:
        return False


def ended(case, number, which):
    """A signal to one of its processes, or ^C typed: the terminal is usable afterwards."""
    parent = busy(case)
    terminal = Terminal(case, parent)
    terminal.first_screen(case)
    processes = harness.tree(terminal.child.pid)
    if which == "typed":
        terminal.keys(b"\x03")
    elif which >= len(processes):
        raise harness.Skip("it has %d processes" % len(processes))
    else:
        os.kill(processes[which], number)
    status = terminal.wait(3)
    if status is None and which != 0 and which != "typed":
        # The watcher died: the picture may stay, to be read; then a key ends it.
        terminal.keys(b"q")
        status = terminal.wait(3)
    who = "%s to %s" % (number and signal.Signals(number).name or "^C", which)
    case.need(status is not None, who + ": it has not ended")
    case.note("%s: status %d" % (who, status))
    terminal.check_usable(case, who)
    left = processes
    for _ in range(100):  # to unload the probes takes a while on a busy machine
        left = [pid for pid in left if is_pooltop(pid)]
        if not left:
            break
        time.sleep(0.1)
    case.equal(who + ": left behind", left, [])


def quits(case):
    """q, in every view, and after a resize."""
    parent = busy(case)
    for key in (b"1", b"2", b"3", b"5", b"?"):
        terminal = Terminal(case, parent)
        terminal.first_screen(case)
        terminal.keys(key)
        terminal.read(0.3)
        terminal.resize(160, 50)
        os.kill(terminal.child.pid, signal.SIGWINCH)
        terminal.read(0.3)
        terminal.keys(b"\x1b" if key == b"?" else b"")
        terminal.read(0.3)
        terminal.keys(b"q")
        case.equal("status after %r" % key, terminal.wait(3), 0)
        terminal.check_usable(case, "%r" % key)


def tiny(case):
    """20x5 is too small: says so, does not fall over, and is itself again when there is room."""
    parent = busy(case)
    terminal = Terminal(case, parent, size=(20, 5))
    case.check(terminal.read(5, rb"[a-z]{3}"), "nothing on 20x5: %r" % terminal.output)
    case.equal("it goes on", terminal.child.poll(), None)
    terminal.resize(80, 24)
    case.check(terminal.read(5, rb"Pool"), "no dashboard after the resize")
    for size in ((1, 1), (2, 40), (300, 2), (60, 15), (200, 60)):
        terminal.resize(*size)
        terminal.read(0.4)
        case.equal("alive at %dx%d" % size, terminal.child.poll(), None)
    terminal.keys(b"q")
    case.equal("exit status", terminal.wait(3), 0)


def terminals(case):
    """Other kinds of terminals, and one that no one knows."""
    parent = busy(case)
    for term in ("xterm", "screen", "tmux-256color", "linux", "vt100", "dumb", "no-such-terminal"):
        terminal = Terminal(case, parent, term=term)
        seen = terminal.read(3, rb"Pool")
        case.equal("%s: is seen" % term, seen, term != "dumb")
        if terminal.child.poll() is None:
            terminal.keys(b"q")
        status = terminal.wait(3)
        if seen:
            case.equal("%s: status" % term, status, 0)
        else:
            case.check(status in (1, 2), "%s: no screen, status %r" % (term, status))
            text = terminal.output.decode("utf-8", "replace").strip().splitlines()
            case.check(len(text) == 1 and len(text[0]) > 10, "%s: %r" % (term, text))
        terminal.check_usable(case, term)
        says = b"no description of TERM=no-such-terminal here: painting as for xterm-256color"
        case.equal("%s: says what it is taken for" % term, says in terminal.output,
                   term == "no-such-terminal")


def main():
    rows = [
        ("not read for 10 s", unread, 60),
        ("closed", lambda case: closed(case, 0), 20),
        ("closed while it was full", lambda case: closed(case, 3), 25),
        ("quits", quits, 40),
        ("20x5", tiny, 30),
        ("kinds of terminals", terminals, 60),
        ("^C", lambda case: ended(case, 0, "typed"), 20),
    ]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT):
        for which in (0, 1):
            name = "%s to process %d of the session" % (number.name, which)
            rows.append((name, lambda case, n=number, w=which: ended(case, n, w), 20))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
