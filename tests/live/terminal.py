# SPDX-License-Identifier: GPL-2.0-only
"""A terminal with pooltop in it, the other end of which is here."""
import fcntl
import os
import pty
import re
import resource
import select
import signal
import struct
import termios
import threading
import time

import harness

MODES = re.compile(rb"\x1b\[\?(\d+(?:;\d+)*)([hl])")
# What is switched on must be off again: alternate screen, mouse, focus, bracketed paste.
LEFT_ON = {b"1049", b"47", b"1047", b"1000", b"1002", b"1003", b"1004", b"1006", b"2004"}


class Terminal:
    """A pty with a program in it, the master end here."""

    def __init__(self, case, *args, **kwargs):
        self.columns, self.rows = kwargs.get("size", (80, 24))
        self.master, self.slave = pty.openpty()
        self.resize(self.columns, self.rows)
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        self.open = True
        slave = self.slave

        def own_terminal():
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        env = dict(os.environ, TERM=kwargs.get("term", "xterm-256color"), LANG="C.UTF-8")
        env.pop("LC_ALL", None)
        program = kwargs.get("program", harness.POOLTOP)
        self.child = case.start([program] + [str(a) for a in args], stdin=slave,
                                stdout=slave, stderr=slave, env=env, preexec_fn=own_terminal)
        case.later(self.close)
        case.later(os.close, slave)

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self):
        if self.open:
            self.open = False
            os.close(self.master)

    def keys(self, text):
        os.write(self.master, text)

    def read(self, seconds, until=None):
        """Reads for that long, or until the output from here on matches; says whether it did."""
        begin = len(self.output)
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if until is not None and re.search(until, self.output[begin:]):
                return True
            if left <= 0:
                return False
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.output += os.read(self.master, 65536)
                except OSError:
                    return until is not None and bool(re.search(until, self.output[begin:]))

    def wait(self, seconds):
        """Reads until the program has ended; its status, None if it has not."""
        end = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0.05)
        return self.child.poll()

    def first_screen(self, case):
        case.need(self.read(10, rb"Pool"), "no screen within 10 s: %r" % self.output[-400:])

    def check_usable(self, case, who):
        """As it was before: its settings, and no mode left on."""
        after = termios.tcgetattr(self.slave)
        names = ("iflag", "oflag", "cflag", "lflag", "ispeed", "ospeed", "cc")
        for name, old, new in zip(names, self.before, after):
            case.equal("%s: terminal's %s" % (who, name), new, old)
        state = {}
        for numbers, what in MODES.findall(self.output):
            for number in numbers.split(b";"):
                state[number] = what
        for number in sorted(LEFT_ON):
            case.check(state.get(number) != b"h", "%s: mode ?%s is left on" % (who, number))
        case.check(state.get(b"25") != b"l", who + ": the cursor is left hidden")


class Reader(threading.Thread):
    """Reads a Terminal all the time, as a real one does, and counts."""

    def __init__(self, terminal):
        super().__init__(daemon=True)
        self.terminal = terminal
        self.count = 0
        self.tail = bytearray()
        self.stopped = False
        self.start()

    def run(self):
        while not self.stopped:
            if not select.select([self.terminal.master], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self.terminal.master, 65536)
            except OSError:
                break
            self.count += len(data)
            self.tail = (self.tail + data)[-2000:]

    def stop(self):
        self.stopped = True
        self.join()
        self.terminal.close()
