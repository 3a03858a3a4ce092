#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Every key that the help names, pressed in a real terminal (tmux): each must change the screen as
it says. What the tests press and what the help has are held against each other."""
import os
import shutil
import subprocess
import sys
import tempfile

from screen_test import POOLTOP, SRC, STORY, Failed, Screen, need, replay, story_file

sys.path.insert(0, os.path.join(SRC, 'doc'))
import keys as help_keys  # noqa: E402

# (the key in the help, what is pressed, what is then on the screen), one after another, from the
# end of a recording. The name is None where the way leads on without a new key.
WORKERS = (
    ('2 F2', ['2'], r'^ Workers  4 at work'),
    ('Down j', ['Down'], r'^›\s+4304'),
    ('Down j', ['j'], r'^›\s+4310'),
    ('Up k', ['Up'], r'^›\s+4304'),
    ('Up k', ['k'], r'^›\s+4301'),
    ('End', ['End'], r'^›\s+4311'),
    ('Home', ['Home'], r'^›\s+4301'),
    ('PgDn', ['PageDown'], r'^›\s+4311'),
    ('PgUp', ['PageUp'], r'^›\s+4301'),
    ('s', ['s'], r'PID▼'),
    ('s', ['s'], r'PID▲'),
    ('Right l', ['Right', 's'], r'state▲'),
    ('Right l', ['l', 's'], r'now▲'),
    ('Left h', ['Left', 's'], r'state▲'),
    ('Left h', ['h', 's'], r'PID▲'),
    ('a', ['a'], r'^\s+4303 .*(died|killed|SIG)'),
    (None, ['a'], r'4310'),
    ('/', ['/', '4', '3', '1', '0', 'Enter'], r'filter: 4310'),
    ('Esc', ['Escape'], r'^›?\s+4301'),
    ('Enter', ['Enter'], r'^ Worker 43\d\d'),
    ('e', ['e'], r'written to pooltop-worker-'),
    ('Esc', ['Escape'], r'^ Workers  4 at work'),
    ('w', ['w'], r'written to pooltop-\d'),
    ('?', ['?'], r'^ Views'),
    ('?', ['?'], r'^ Workers  4 at work'),
    ('?', ['F12'], r'^ Views'),
    (None, ['Escape'], r'^ Workers  4 at work'),
    ('Esc', ['Escape'], r'^ time   run'),
    (None, ['4'], r'^›tasks'),
    ('Tab', ['Tab'], r'^›\s+4301'),
)

TIME = (
    ('[', ['['], r'PAUSED 22:13:59'),
    (None, ['['], r'PAUSED 22:13:58'),
    (']', [']'], r'PAUSED 22:13:59'),
    ('{', ['{'], r'PAUSED 22:13:33'),
    (None, ['{'], r'PAUSED 22:13:2[56]'),
    ('}', ['}'], r'PAUSED 22:13:33'),
    ('g', ['g', '-', '5', 's', 'Enter'], r'PAUSED 22:13:28'),
    ('-', ['-', '-', 'Space'], r'REPLAY 0\.25x 22:13:'),  # slowly: the end must not come meanwhile
    ('+', ['+'], r'REPLAY 0\.5x 22:1[34]:'),
    ('space', ['Space'], r'PAUSED 22:1[34]:'),
    ('n', ['n'], r'ENDED.*busy'),
)


class Pressed:
    """Steps through rows like those above; knows which keys they were."""

    def __init__(self):
        self.names = set()

    def press(self, screen, rows):
        for name, keys, pattern in rows:
            self.names.add(name)
            screen.press(keys, pattern)


def at_the_end(folder):
    screen = replay(folder)
    screen.press('n', r'ENDED.*busy')
    return screen


def in_views(folder, pressed):
    s = at_the_end(folder)
    pressed.press(s, WORKERS)
    for name, title in (('1', r'^ time   run'), ('2', r'^ Workers'), ('3', r'^ Tasks'),
                        ('4', r'^ Traffic'), ('5', r'^ Deaths'), ('6', r'\[6 Start-up\]'),
                        ('7', r'\[7 Stacks\]'), ('8', r'\[8 Cores\]'), ('9', r'\[9 Traps\]')):
        other = '2' if name == '1' else '1'
        pressed.press(s, (('%s F%s' % (name, name), [name], title),
                          (None, [other], r'\[%s ' % other), (None, ['F' + name], title)))
    pressed.press(s, ((None, ['7'], r'^ Hot functions'), ('t', ['t'], r'^ Hot lines'),
                      ('t', ['t'], r'^ Hot functions'), ('q', ['q'], r'^status 0')))


def in_time(folder, pressed):
    s = at_the_end(folder)
    pressed.press(s, TIME)
    pressed.press(s, (('q', ['C-c'], r'^status 0'),))


def of_pools(folder, pressed):
    s = Screen(folder, '%s 20 two | %s replay -' % (STORY, POOLTOP))
    s.wait(r'choose a pool.*ENDED|ENDED.*busy')
    pressed.press(s, (('p', ['p'], r'5555.*other'), ('q', ['q'], r'^status 0')))


def recording(folder, pressed):
    s = Screen(folder, '%s 100 | %s replay -' % (STORY, POOLTOP))
    s.wait(r'LIVE.*busy')
    pressed.press(s, (('r', ['r'], r'recording in'), ('r', ['2', 'r'], r'recorded in'),
                      ('q', ['q'], r'^status 0')))


def mouse(screen, button, column, row):
    """As a terminal sends a press and a release there, counted from 1."""
    for what in (button, 3 if button < 64 else None):
        if what is not None:
            screen.tmux('send-keys', '-l', '\033[M%c%c%c' % (32 + what, 32 + column, 32 + row))


def with_the_mouse(folder, pressed):
    s = at_the_end(folder)
    s.press('2', r'^›\s+4301')
    mouse(s, 0, 20, 6)
    s.wait(r'^›\s+4310')
    mouse(s, 64, 20, 6)
    s.wait(r'^›\s+4304')
    mouse(s, 65, 20, 6)
    s.wait(r'^›\s+4310')
    mouse(s, 0, 6, 3)  # the head of the column PID
    s.wait(r'PID▼')
    pressed.names.add('click')
    s.press('q', r'^status 0')


def painting_anew(folder, pressed):
    s = at_the_end(folder)
    tty = s.tmux('display-message', '-p', '#{pane_tty}').strip()
    with open(tty, 'w') as terminal:
        terminal.write('\033[5;5HGARBAGE')
    s.wait('GARBAGE')
    s.keys('C-l')
    for _ in range(200):
        if 'GARBAGE' not in s.text():
            break
    need('GARBAGE' not in s.text(), s.text())
    pressed.names.add('^L')
    s.press('q', r'^status 0')


def suspending(folder, pressed):
    path = story_file(folder)
    s = Screen(folder, 'PS1="$ " bash --norc -i')
    s.keys('%s replay %s' % (POOLTOP, path), 'Enter')
    s.wait(r'REPLAY.*busy')
    pressed.press(s, (('^Z', ['C-z'], r'Stopped'), ('^Z', ['fg', 'Enter'], r'REPLAY.*busy')))
    s.press('q', r'^\$ *$')


TESTS = (
    ('keys of views', in_views),
    ('keys of time', in_time),
    ('several pools', of_pools),
    ('recording', recording),
    ('the mouse', with_the_mouse),
    ('^L', painting_anew),
    ('^Z', suspending),
)


def run(test, pressed):
    """What was wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        try:
            test(folder, pressed)
            return ''
        except Failed as failure:
            return str(failure)
        finally:
            subprocess.run(['tmux', '-S', os.path.join(folder, 'tmux'), 'kill-server'],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def what_the_help_has():
    return {name for part in ('Views', 'Keys') for name, _ in help_keys.help_rows(POOLTOP, part)}


def main():
    if not shutil.which('tmux'):
        print('1..0 # SKIP needs tmux')
        return 0
    pressed, failed = Pressed(), 0
    rows = [(name, run(test, pressed)) for name, test in TESTS]
    missing = sorted(what_the_help_has() ^ (pressed.names - {None}))
    rows.append(('every key of the help, and no other', ' '.join(missing)))
    for number, (name, words) in enumerate(rows, 1):
        print('%sok %d - %s' % ('not ' if words else '', number, name))
        for line in words.split('\n') if words else ():
            print('#   ' + line)
        failed += bool(words)
    print('1..%d' % len(rows))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
