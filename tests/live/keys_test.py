#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Random keys, mouse events and sizes, into dashboards over a recording, a stream and a pool.

Nothing may crash, hang, or leave the terminal otherwise than it was. `make check-keys` does the
same for ten minutes with the sanitizers. A failure says its seed and what was typed last:

    KEYS_SEED=N KEYS_SECONDS=S tests/live/keys_test.py [WORD]
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

import harness
from terminal import Terminal

SECONDS = float(os.environ.get("KEYS_SECONDS") or 7)  # of each row
SEED = int(os.environ.get("KEYS_SEED") or random.SystemRandom().randrange(1 << 32))
STORY = os.path.join(harness.BUILD, "tests/ui/story")
PATIENCE_S = 30  # a machine may be busy, and sanitizers slow; a hang is for ever
ACTIONS = 250  # of one dashboard: then it has to end

PLAIN = [c.encode() for c in "123456789?pnswerahjkltxX ~`/g[]{}+-=_0\t\r\n\x7f"]
ESCAPES = [b"\x1b", b"\x1bOA", b"\x1bOB", b"\x1bOC", b"\x1bOD", b"\x1b[5~", b"\x1b[6~", b"\x1bOH",
           b"\x1bOF", b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[20~",
           b"\x1b[24~", b"\x1b[200~", b"\x1b[", b"\x1bO", b"\x1b[99;99;99z"]
TIMES = [b"start", b"end", b"-5s", b"+10s", b"22:13:40", b"-1h", b"+1e300s", b"-nan", b"99:99",
         b"+"]
NOISE = [b"\xff\xfe", "変換é".encode(), b"\xe2\x82", b"\0\x01\x02", b"%s%n" * 20, b"a" * 300]


class Typist:
    """Types at random into a Terminal, and remembers it."""

    def __init__(self, seed, terminal):
        self.dice = random.Random(seed)
        self.terminal = terminal
        self.typed = []

    def mouse(self):
        column, row = self.dice.randrange(1, 224), self.dice.randrange(1, 120)
        button = self.dice.choice([0, 0, 0, 1, 2, 3, 64, 65])
        if self.dice.random() < 0.3:
            return b"\x1b[M" + bytes([32 + button, 32 + column, min(255, 32 + row)])
        return b"\x1b[<%d;%d;%d%c" % (button, column, row, self.dice.choice(b"Mm"))

    def keys(self):
        kind = self.dice.random()
        if kind < 0.62:
            return self.dice.choice(PLAIN)
        if kind < 0.80:
            return self.dice.choice(ESCAPES)
        if kind < 0.90:
            return self.mouse()
        if kind < 0.94:
            return b"g" + self.dice.choice(TIMES) + b"\r"
        if kind < 0.97:
            return b"/" + self.dice.choice(NOISE + TIMES) + self.dice.choice([b"", b"\r", b"\x1b"])
        return self.dice.choice(NOISE + [b"\x0c", b"\x1a"])

    def resize(self):
        size = self.dice.choice([(80, 24), (60, 15), (59, 14), (160, 50), (300, 100), (1, 1),
                                 (self.dice.randrange(1, 320), self.dice.randrange(1, 120))])
        self.terminal.resize(*size)
        return size

    def act(self):
        if self.dice.random() < 0.06:
            self.typed.append(self.resize())
            return
        keys = self.keys()
        self.typed.append(keys)
        self.terminal.keys(keys)


def heard(terminal):
    """It still answers: a size that it never had shows up, whatever was on the screen. Or it has
    ended: one of the keys may have been q."""
    until = time.monotonic() + PATIENCE_S
    for size in ((41, 9), (43, 11)):
        begin = len(terminal.output)
        terminal.resize(*size)
        while b"%dx%d" % size not in terminal.output[begin:]:
            terminal.read(0.1)
            if terminal.child.poll() is not None:
                return True
            if time.monotonic() > until:
                return False
    return True


def left(terminal):
    """Ends as a person ends it, from wherever it is; the status."""
    terminal.resize(80, 24)
    for _ in range(5):
        if terminal.child.poll() is not None:
            break
        terminal.keys(b"\x1b")
        terminal.read(0.3)
        terminal.keys(b"\x03")
        if terminal.wait(PATIENCE_S / 5) is not None:
            break
    return terminal.child.poll()


def session(case, seed, start):
    """One dashboard from its start to its end. False: enough was found."""
    terminal = start()
    who = "seed %d" % seed
    if not terminal.read(PATIENCE_S, rb"[Pp]ool"):
        return case.check(False, "%s: no screen: %r" % (who, terminal.output[-400:]))
    typist = Typist(seed, terminal)
    for _ in range(ACTIONS):
        typist.act()
        terminal.read(typist.dice.choice([0, 0, 0, 0.002, 0.02]))
        if terminal.child.poll() is not None:
            break
    answers = heard(terminal)
    status = left(terminal) if answers else None
    typed = " after ... %r" % typist.typed[-40:]
    if not case.check(answers, "%s: it does not answer%s" % (who, typed)) or \
            not case.equal("%s: status%s" % (who, typed), status, 0):
        case.note(terminal.output[-1500:].decode("utf-8", "replace"))
        return False
    terminal.check_usable(case, who)
    terminal.close()
    return not case.faults


def check_sanitizers(case):
    for name in os.listdir(case.folder):
        if name.startswith("sanitizer"):
            with open(case.path(name), errors="replace") as f:
                case.check(False, f.read()[:6000])


def fuzz(case, *args, **kwargs):
    """Sessions for SECONDS. They write into the test's folder."""
    os.chmod(case.folder, 0o777)
    os.environ["ASAN_OPTIONS"] = "log_path=" + case.path("sanitizer")
    os.environ["UBSAN_OPTIONS"] = os.environ["ASAN_OPTIONS"] + ":print_stacktrace=1"
    os.chdir(case.folder)
    case.later(os.chdir, "/")
    case.note("KEYS_SEED=%d" % SEED)
    until = time.monotonic() + SECONDS
    seed = SEED
    while session(case, seed, lambda: Terminal(case, *args, **kwargs)):
        seed += 1
        if time.monotonic() > until:
            break
    case.note("%d sessions" % (seed - SEED))
    check_sanitizers(case)


def story(case):
    path = case.path("story")
    with open(path, "wb") as f:
        subprocess.run([STORY], stdout=f, check=True)
    return path


def replay(case):
    fuzz(case, "replay", story(case))


def stream(case):
    """As it comes: a live view. It knows the terminal by /dev/tty."""
    command = "'%s' 50 | '%s' replay -" % (STORY, harness.POOLTOP)
    fuzz(case, "-c", command, program="/bin/sh")


def live(case):
    harness.need_bpf()
    parent = harness.busy_pool(case, "--workers", "3", "--task-us", "2000", "--seconds",
                               str(SECONDS + 100))[1]["pid"]
    fuzz(case, parent, "--interval", "100")


def main():
    most = int(SECONDS + 3 * PATIENCE_S)
    return harness.main([("a recording", replay, most), ("a stream", stream, most),
                         ("a pool", live, most)])


if __name__ == "__main__":
    sys.exit(main())
