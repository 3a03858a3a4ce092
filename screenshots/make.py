#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Pictures of a real session: the sample pool, watched by pooltop in a real xterm.

    screenshots/make.py POOLTOP FOLDER        (make screenshots)

One live session in each size, in an xterm under Xvfb, while it is recorded too. When it has seen
enough it is led through the views by their keys, and each view is written to
FOLDER/<view>-<size>.png. Then the recording is replayed on a light screen and without colours:
FOLDER/<view>-<size>-light.png and -mono.png. Needs root or the capabilities that BPF takes, xterm,
Xvfb, ImageMagick's import and the DejaVu fonts.
"""
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

SRC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# (columns, rows, and where on the screen: what is covered cannot be taken)
SIZES = ((80, 24, '+0+900'), (160, 50, '+0+0'))
# The key of each view, and its name. More rows: more pictures.
VIEWS = (('1', 'overview'), ('2', 'workers'), ('3', 'tasks'), ('4', 'traffic'), ('5', 'deaths'),
         ('6', 'start-up'), ('7', 'stacks'), ('8', 'cores'), ('9', 'traps'), ('?', 'help'))
SEEN_ENOUGH = 62  # seconds: a minute fills the charts
FONT = ('-fa', 'DejaVu Sans Mono', '-fs', '10')
DARK = ('-bg', '#101418', '-fg', '#d8dee4')
LIGHT = ('-bg', '#fdfdf8', '-fg', '#20242a')
# What is added to a picture's name, the xterm's colours, and pooltop's options.
REPLAYS = (('-light', LIGHT, ()), ('-mono', DARK, ('--no-color',)))


def copy_until_end(child, master, keys):
    """Hands on what the session paints, and types what comes through the fifo `keys`."""
    while True:
        ready = select.select([master, keys], [], [])[0]
        if keys in ready:
            os.write(master, os.read(keys, 100))
        if master in ready:
            try:
                painted = os.read(master, 65536)
            except OSError:
                break
            if not painted:
                break
            os.write(1, painted)
    os.waitpid(child, 0)


def inside(fifo, window_file, argv):
    """Runs in the xterm: the session in a terminal of its own, of the same size."""
    keys = os.open(fifo, os.O_RDWR)
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, struct.pack('HHHH', 0, 0, 0, 0))
    child, master = pty.fork()
    if not child:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execv(argv[0], argv)
    settings = termios.tcgetattr(0)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(0, termios.TCSANOW, settings)
    with open(window_file + '.tmp', 'w') as f:
        f.write(os.environ['WINDOWID'])
    os.rename(window_file + '.tmp', window_file)
    copy_until_end(child, master, keys)


class Session:
    """One xterm with pooltop in it."""

    def __init__(self, folder, size, colours, argv):
        self.name = '%dx%d' % size[:2]
        self.fifo = os.path.join(folder, 'keys-' + self.name)
        self.window_file = os.path.join(folder, 'window-' + self.name)
        for path in (self.fifo, self.window_file):
            if os.path.exists(path):
                os.unlink(path)
        os.mkfifo(self.fifo)
        self.keys = os.open(self.fifo, os.O_RDWR)
        self.xterm = subprocess.Popen(
            ['xterm', '-tn', 'xterm-256color', '-b', '6', '+sb', '-geometry', self.name + size[2],
             *FONT, *colours, '-e', sys.executable, os.path.abspath(__file__), '--inside',
             self.fifo, self.window_file] + argv)

    def press(self, key):
        os.write(self.keys, key.encode())

    def shoot(self, path):
        with open(self.window_file) as f:
            window = f.read()
        subprocess.run(['import', '-silent', '-window', window, '-strip', '+dither', '-colors',
                        '64', 'png8:' + path], check=True)
        print(path, flush=True)

    def end(self):
        self.press('q')
        try:
            self.xterm.wait(5)
        except subprocess.TimeoutExpired:
            self.xterm.kill()
            self.xterm.wait()


def start_display():
    """(process, environment's DISPLAY) of an Xvfb that chose its own number."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(['Xvfb', '-displayfd', str(write_end), '-screen', '0',
                               '1400x1400x24', '-nolisten', 'tcp'],
                              pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    number = os.read(read_end, 20).decode().strip()
    if not number:
        sys.exit('Xvfb did not start')
    return server, ':' + number


def take_all(sessions, folder, what):
    for key, view in VIEWS:
        for session in sessions:
            session.press(key)
        time.sleep(2.5)
        for session in sessions:
            session.shoot(os.path.join(folder, '%s-%s%s.png' % (view, session.name, what)))


def live(work, folder, program, pid):
    """Pictures of the dark screen; the recording that was made meanwhile."""
    tape = os.path.join(work, 'tape')
    recorder = subprocess.Popen([program, 'record', '-o', tape, pid], stderr=subprocess.DEVNULL)
    sessions = [Session(work, size, DARK, [program, pid]) for size in SIZES]
    try:
        time.sleep(SEEN_ENOUGH)
        take_all(sessions, folder, '')
    finally:
        for session in sessions:
            session.end()
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
    return tape


def replayed(work, folder, program, tape):
    for what, colours, options in REPLAYS:
        argv = [program, 'replay', tape, *options]
        sessions = [Session(work, size, colours, argv) for size in SIZES]
        try:
            time.sleep(3)
            for session in sessions:
                session.press('gend\r')
            time.sleep(5)
            take_all(sessions, folder, what)
        finally:
            for session in sessions:
                session.end()


def shoot_all(program, folder):
    for tool in ('xterm', 'Xvfb', 'import'):
        if not shutil.which(tool):
            sys.exit('%s is missing: install xterm, xvfb, imagemagick and fonts-dejavu-core' % tool)
    work = tempfile.mkdtemp(prefix='pooltop-pictures-')
    server, display = start_display()
    os.environ.update(DISPLAY=display, LC_ALL='C.UTF-8', TERM='xterm-256color')
    sample = subprocess.Popen([sys.executable, os.path.join(SRC, 'tests/pools/sample.py')])
    try:
        time.sleep(1)
        tape = live(work, folder, os.path.abspath(program), str(sample.pid))
        sample.send_signal(signal.SIGTERM)
        replayed(work, folder, os.path.abspath(program), tape)
    finally:
        sample.terminate()
        sample.wait()
        server.terminate()
        server.wait()
        shutil.rmtree(work)


if __name__ == '__main__':
    if sys.argv[1:2] == ['--inside']:
        inside(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif len(sys.argv) == 3:
        shoot_all(sys.argv[1], sys.argv[2])
    else:
        sys.exit(__doc__)
