# SPDX-License-Identifier: GPL-2.0-only
"""What the guards share: the files of the tree, the build's settings, and TAP."""
import os
import re
import subprocess

SRC = os.environ.get('POOLTOP_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('POOLTOP_BUILD') or os.path.join(SRC, 'build')


def files(*suffixes):
    """Paths below the top of all sources with one of the suffixes, in order."""
    found = []
    for top in ('bpf', 'src', 'ui', 'tests'):
        for folder, _, names in os.walk(os.path.join(SRC, top)):
            found += [os.path.relpath(os.path.join(folder, name), SRC) for name in names
                      if name.endswith(suffixes) and not name.endswith('.skel.h')]
    return sorted(found)


def lines(path):
    with open(os.path.join(SRC, path), encoding='utf-8') as f:
        return f.read().split('\n')


def output(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True,
                          universal_newlines=True).stdout


def settings():
    """The variables of the build folder's Makefile, unexpanded but for configure's."""
    found = {}
    with open(os.path.join(BUILD, 'Makefile'), encoding='utf-8') as f:
        for line in f.read().replace('\\\n', ' ').split('\n'):
            match = re.match(r'([A-Za-z_]+) = ?(.*)$', line)
            if match:
                found[match.group(1)] = match.group(2)
    return found


class Tap:
    """Prints one line per test; status() is the exit status."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def ok(self, name, faults):
        """A test that passes if the list of faults is empty."""
        self.number += 1
        print('%sok %d - %s' % ('not ' if faults else '', self.number, name))
        for fault in faults[:50]:
            print('#   ' + fault)
        if len(faults) > 50:
            print('#   and %d more' % (len(faults) - 50))
        self.failed += bool(faults)

    def skip(self, name, why):
        self.number += 1
        print('ok %d - %s # SKIP %s' % (self.number, name, why))

    def status(self):
        print('1..%d' % self.number)
        return 1 if self.failed else 0
