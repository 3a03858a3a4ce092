#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
"""The dashboard in a real terminal (tmux), over a stream that tests/ui/story writes: what keys do
to the screen, in a replay and in a stream that comes as it happens. Needs no privileges."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

SRC = os.environ.get('POOLTOP_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('POOLTOP_BUILD') or os.path.join(SRC, 'build')
POOLTOP = os.environ.get('POOLTOP') or os.path.join(BUILD, 'pooltop')
STORY = os.path.join(BUILD, 'tests/ui/story')
VIEWS = ('overview', 'workers', 'tasks', 'traffic', 'deaths', 'start-up', 'cores', 'traps', 'pools',
         'help')


class Failed(Exception):
    pass


class Screen:
    """A tmux server of its own with one window, in a folder of its own."""

    def __init__(self, folder, command, columns=80, rows=24):
        self.socket = os.path.join(folder, 'tmux')
        env = dict(os.environ, LANG='C.UTF-8', TZ='UTC', TERM='xterm-256color')
        for name in ('TMUX', 'LC_ALL', 'NO_COLOR'):
            env.pop(name, None)
        subprocess.run(['tmux', '-u', '-f', '/dev/null', '-S', self.socket, 'new-session', '-d',
                        '-x', str(columns), '-y', str(rows), '-c', folder,
                        'stty -a > before; %s; echo status $?; stty -a > after; sleep 100'
                        % command], env=env, check=True)

    def tmux(self, *args):
        return subprocess.run(('tmux', '-S', self.socket) + args, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True).stdout

    def keys(self, *keys):
        for key in keys:
            self.tmux('send-keys', key)

    def text(self):
        return self.tmux('capture-pane', '-p')

    def wait(self, pattern, seconds=15):
        """The screen, once it matches."""
        end = time.monotonic() + seconds
        while True:
            text = self.text()
            if re.search(pattern, text, re.M):
                return text
            if time.monotonic() > end:
                raise Failed('no %r on\n%s' % (pattern, text))
            time.sleep(0.05)

    def press(self, keys, pattern):
        self.keys(*keys)
        return self.wait(pattern)

    def close(self):
        self.tmux('kill-server')


def need(truth, words):
    if not truth:
        raise Failed(words)


def story_file(folder):
    path = os.path.join(folder, 'story')
    with open(path, 'wb') as f:
        subprocess.run([STORY], stdout=f, check=True)
    return path


def replay(folder, columns=80, rows=24):
    screen = Screen(folder, '%s replay %s' % (POOLTOP, story_file(folder)), columns, rows)
    screen.wait(r'REPLAY.*busy')
    return screen


def status_line(screen):
    return screen.text().rstrip('\n').split('\n')[-1]


def views_and_details(folder):
    s = replay(folder)
    s.press('n', r'ENDED.*busy')
    for key, pattern in (('2', r'^ Workers  4 at work'), ('3', r'^ Tasks  sent 479'),
                         ('5', r'^ Deaths  1'), ('?', r'^ Views'), ('1', r'^ time   run')):
        s.press(key, pattern)
    s.press(['F5'], r'^ Deaths  1')
    s.press(['Enter'], r'^ Worker 4303 died')
    need('bash [900], uid 1000' in s.text(), 'no sender on the certificate')
    s.press(['Escape'], r'^ Deaths  1')
    s.press(['F2', 'Down', 'Enter'], r'^ Worker 4304')
    s.press(['Escape', '/', '4', '3', '1', '1', 'Enter'], r'filter: 4311')
    need('4310' not in s.text(), 'the filter lets all through')
    s.press(['Escape', 's'], r'PID▼')
    s.press(['3', 'Tab', 'Tab', 'Tab', 'Enter'], r'raise ValueError')
    s.press('q', r'^status 0')


def through_time(folder):
    s = replay(folder)
    s.press(['Space'], r'PAUSED 22:13:2\d')
    s.press('n', r'ENDED.*busy')
    s.press('[', r'PAUSED 22:13:59')
    s.press('[', r'PAUSED 22:13:58')
    s.press(']', r'PAUSED 22:13:59')
    s.press('{', r'PAUSED 22:13:33')  # two tasks raised
    s.press('{', r'PAUSED 22:13:(26|25)')  # 4303 died
    need('! worker-died' in s.text(), 'the death is not to be seen at its own time')
    s.press('[', r'PAUSED 22:13:(25|24)')
    need('worker-died' not in s.text(), 'the death is seen before it happened')
    s.press('}', r'PAUSED 22:13:(26|25)')
    s.press('}', r'PAUSED 22:13:33')
    s.press(['g', '2', '2', ':', '1', '3', ':', '5', '0', 'Enter'], r'PAUSED 22:13:50')
    s.press(['g', '-', '1', '0', 's', 'Enter'], r'PAUSED 22:13:40')
    s.press(['g', 'x', 'Enter'], r'a time is 14:02:11')
    s.press(['+', '+', '+', 'Space'], r'REPLAY 8x 22:13:[45]\d')
    s.press('n', r'ENDED.*busy')
    s.press('q', r'^status 0')


def ahead(folder):
    """From the beginning: the next event, and a time, that were not read yet."""
    s = replay(folder)
    s.press('}', r'PAUSED 22:13:(26|25)')
    s.press(['g', '+', '2', '0', 's', 'Enter'], r'PAUSED 22:13:4\d')
    s.press('q', r'^status 0')


def a_stream_comes_live(folder):
    s = Screen(folder, '%s 300 | %s replay -' % (STORY, POOLTOP))
    s.wait(r'up [3-9].* s .*LIVE.*busy')
    s.press('[', r'PAUSED')
    at = re.search(r'PAUSED (\S+)', s.text()).group(1)
    time.sleep(1.5)
    need('PAUSED ' + at in s.text(), 'the picture does not stand still')
    s.press('n', r'LIVE.*busy')
    s.press(['Space'], r'(FROZEN|PAUSED)')
    s.press(['Space'], r'LIVE.*busy')
    s.press(['2', 'e'], r'written to pooltop-worker-\d{6}\.txt')
    with open(os.path.join(folder, re.search(r'pooltop-worker-\S+', s.text()).group(0)),
              encoding='utf-8') as f:
        need(re.match(r' Worker 43\d\d', f.read()), 'the page of a worker is none')
    s.press('}', r'no event after this')
    s.press(['g', 'e', 'n', 'd', 'Enter'], r'(LIVE|ENDED).*busy')  # not FROZEN: it goes on
    s.press('[', r'PAUSED')
    for _ in range(40):
        if 'PAUSED' in s.text():
            s.keys(']')
            time.sleep(0.1)
    s.wait(r'(LIVE|ENDED).*busy')
    s.press('1', r'^ time   run')
    s.press('w', r'written to pooltop-\d{6}\.txt')
    written = [name for name in os.listdir(folder) if re.match(r'pooltop-\d', name)]
    need(len(written) == 1, 'written: %s' % written)
    with open(os.path.join(folder, written[0]), encoding='utf-8') as f:
        text = f.read()
    need('etl.py --all [4242]' in text and len(text.split('\n')) == 25, text)
    s.press('q', r'^status 0')


def recorded_from_the_dashboard(folder):
    """r, in the middle of a stream: what was before is recorded too, and its screens are those of
    the stream itself."""
    path = story_file(folder)
    s = Screen(folder, '%s 100 | %s replay -' % (STORY, POOLTOP))
    s.wait(r'up [3-9].* s .*LIVE.*busy')
    s.press('r', r'recording in pooltop-[-0-9]+\.ptop, with the .* s before')
    s.press('2', r'REC  LIVE')
    s.wait(r'REC  ENDED')
    s.press('r', r'recorded in pooltop-[-0-9]+\.ptop')
    need('REC  ' not in s.text(), s.text())
    s.press('q', r'^status 0')
    tapes = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith('.ptop')]
    need(len(tapes) == 1, 'recorded: %s' % tapes)
    for view in VIEWS:
        want, got = once('--view', view, path), once('--view', view, tapes[0])
        need(want == got, '%s:\n%s\nis not\n%s' % (view, got, want))


def recorded_until_the_end(folder):
    """r, and then q: it is whole, and where it is stands in the shell."""
    s = Screen(folder, '%s 300 | %s replay -' % (STORY, POOLTOP))
    s.wait(r'up [3-9].* s .*LIVE.*busy')
    s.press('r', r'recording in')
    s.press('q', r'^pooltop: recorded in pooltop-[-0-9]+\.ptop\nstatus 0')
    name = re.search(r'pooltop-[-0-9]+\.ptop', s.text()).group(0)
    need('etl.py --all [4242]' in once(os.path.join(folder, name)), 'it cannot be replayed')


def sizes(folder):
    """Growing, shrinking, too small, and back: each size has the screen that it would have had."""
    s = replay(folder, 160, 50)
    s.press('n', r'ENDED.*busy')
    for columns, rows in ((80, 24), (60, 15), (200, 60), (80, 24)):
        s.tmux('resize-window', '-x', str(columns), '-y', str(rows))
        text = s.wait(r'data 22:14:00$' if columns > 60 else r'lost 0$')
        time.sleep(0.3)
        text = s.text()
        lines = text.rstrip('\n').split('\n')
        need(len(lines) == rows, '%d lines at %dx%d:\n%s' % (len(lines), columns, rows, text))
        need(lines[0].startswith(' etl.py --all [4242]'), text)
        with open('%s/tests/ui/golden/overview-%dx%d.txt' % (SRC, columns, rows),
                  encoding='utf-8') as f:
            golden = f.read().split('\n')
        # All but the words on how the frames came, and the keys of a replay.
        need(lines[1:rows // 2] == golden[1:rows // 2], 'at %dx%d:\n%s' % (columns, rows, text))
    s.tmux('resize-window', '-x', '40', '-y', '10')
    s.wait(r'^pooltop needs 60x15, this is 40x10')
    s.tmux('resize-window', '-x', '80', '-y', '24')
    s.wait(r'^ time   run')
    s.press('q', r'^status 0')


def the_terminal_is_as_it_was(folder):
    s = replay(folder)
    s.press('q', r'^status 0')
    time.sleep(0.3)
    with open(os.path.join(folder, 'before')) as f, open(os.path.join(folder, 'after')) as g:
        need(f.read() == g.read(), 'stty tells a difference')
    need('cores' not in s.text(), 'the screen was not given back:\n' + s.text())
    need(s.tmux('display-message', '-p', '#{cursor_flag} #{mouse_any_flag} #{alternate_on}')
         .split() == ['1', '0', '0'], 'cursor, mouse or the other screen are left')


def the_mouse(folder):
    s = replay(folder)
    s.press(['n'], r'ENDED.*busy')
    s.press('2', r'^ Workers  4 at work')
    # As a terminal sends a press and a release in row 6, column 20.
    for _ in range(2):
        s.tmux('send-keys', '-l', '\033[M 4&\033[M#4&')
        time.sleep(0.2)
    s.wait(r'^ Worker 4310')
    s.press('q', r'^status 0')


def suspends(folder):
    """^Z gives the terminal to a shell, fg takes it back."""
    path = story_file(folder)
    s = Screen(folder, 'PS1="$ " bash --norc -i')
    s.keys('%s replay %s' % (POOLTOP, path), 'Enter')
    s.wait(r'REPLAY.*busy')
    s.keys('C-z')
    s.wait(r'Stopped')
    s.keys('echo se""en', 'Enter')
    s.wait(r'^seen')
    s.keys('fg', 'Enter')
    s.wait(r'REPLAY.*busy')
    s.keys('q')
    s.wait(r'^\$$')


def once(*args, **kwargs):
    env = dict(os.environ, LANG='C.UTF-8', TZ='UTC')
    env.pop('LC_ALL', None)
    done = subprocess.run((POOLTOP, 'replay', '--once') + args, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **kwargs)
    need(done.returncode == 0 and not done.stderr, '%s: %d %s' % (
        ' '.join(args), done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def last_screens_are_equal(folder):
    """Of a stream, of the same in a file, and of a recording: byte for byte, in every view."""
    path = story_file(folder)
    for view in VIEWS:
        for size in ('80x24', '160x50'):
            with open(path, 'rb') as f:
                stream = once('--view', view, '--size', size, '-', stdin=f)
            again = once('--view', view, '--size', size, path)
            need(stream == again, '%s:\n%s\nis not\n%s' % (view, stream, again))
            need(len(stream.split('\n')) == int(size.split('x')[1]) + 1, stream)
    need(once('--ascii', path).isascii(), 'not ASCII')


def settled(screen):
    """The screen, once it stands still."""
    text = None
    for _ in range(100):
        before, text = text, screen.text()
        if text == before:
            break
        time.sleep(0.15)
    return text


def part_by_part(s, term):
    s.wait(r'REPLAY.*busy')
    s.press('n', r'ENDED.*busy')
    for key in ('?', 'Down', 'Down', 'PageDown', 'Up', '1', 'Down', 's', '2', 'a', '3', 'Tab',
                'Down', '6', 'Down', '7', 't', '9', 'Enter', 'Down', 'Escape', '8', '[', '1', '{',
                '{', '['):
        s.keys(key)
        parts = settled(s)
        s.keys('C-l')
        whole = settled(s)
        need(parts == whole,
             '%s, key %s: in parts\n%s\nand whole\n%s' % (term, key, parts, whole))
    s.press('q', r'^status 0')


def parts_make_the_whole(folder):
    """What was painted piece by piece is what is painted all at once; on screens higher than the
    descriptions of terminals say, where margins of theirs would be in the way."""
    story = story_file(folder)
    for term in ('xterm-256color', 'tmux-256color', 'screen', 'xterm'):
        own = os.path.join(folder, term)  # a tmux of its own: the last one may still be ending
        os.mkdir(own)
        s = Screen(own, 'TERM=%s %s replay %s' % (term, POOLTOP, story), 120, 45)
        try:
            part_by_part(s, term)
        finally:
            s.close()


def in_plain_locale(folder):
    path = story_file(folder)
    env = dict(os.environ, LC_ALL='C', TZ='UTC')
    done = subprocess.run([POOLTOP, 'replay', '--once', path], env=env, stdout=subprocess.PIPE)
    need(done.stdout.isascii() and b'busy' in done.stdout, done.stdout.decode('utf-8', 'replace'))


TESTS = (
    ('views, details, filter and sorting', views_and_details),
    ('through time', through_time),
    ('ahead to what was not read yet', ahead),
    ('a stream comes live', a_stream_comes_live),
    ('recorded from the dashboard', recorded_from_the_dashboard),
    ('recorded until the end', recorded_until_the_end),
    ('sizes', sizes),
    ('the terminal is as it was', the_terminal_is_as_it_was),
    ('the mouse', the_mouse),
    ('^Z and fg', suspends),
    ('last screens are equal', last_screens_are_equal),
    ('parts make the whole', parts_make_the_whole),
    ('ASCII where the locale has no more', in_plain_locale),
)


def main():
    failed = 0
    if not shutil.which('tmux'):
        print('1..0 # SKIP needs tmux')
        return 0
    for number, (name, test) in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            words = ''
            os.chmod(folder, 0o777)  # the viewer drops its rights before it writes
            try:
                test(folder)
            except Failed as failure:
                words = str(failure)
            finally:
                subprocess.run(['tmux', '-S', os.path.join(folder, 'tmux'), 'kill-server'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print('%sok %d - %s' % ('not ' if words else '', number, name), flush=True)
        for line in words.split('\n') if words else ():
            print('#   ' + line)
        failed += bool(words)
    print('1..%d' % len(TESTS))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
