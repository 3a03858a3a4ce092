#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tarball carries every file of the tree, and the manual page every command and option."""
# timeout: 120
import os
import re
import shutil
import subprocess
import sys

import house

# In the tree for those who work on it, and of no use in a tarball.
NOT_SHIPPED = re.compile(r'^(\.gitignore|\.gitattributes)$')


def tracked():
    """What git knows, or None."""
    if not shutil.which('git') or not os.path.exists(os.path.join(house.SRC, '.git')):
        return None
    done = subprocess.run(['git', '-c', 'safe.directory=*', '-C', house.SRC, 'ls-files', '-z'],
                          stdout=subprocess.PIPE, universal_newlines=True)
    # A file that git knows may have been taken away and not be committed yet.
    return [name for name in done.stdout.split('\0')
            if name and os.path.lexists(os.path.join(house.SRC, name))] or None


def missing_from_tarball(names):
    shipped = os.path.join(house.BUILD, 'dist-test')
    try:
        done = subprocess.run(['make', '-C', house.BUILD, 'distdir', 'distdir=dist-test'],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
        if done.returncode:
            return done.stdout.splitlines()[-20:]
        return [name for name in names if not NOT_SHIPPED.match(name)
                and not os.path.exists(os.path.join(shipped, name))]
    finally:
        shutil.rmtree(shipped, ignore_errors=True)


def page_lacks(words):
    page = re.sub(r'\\f[A-Z]', '', '\n'.join(house.lines('doc/pooltop.1'))).replace('\\-', '-')
    return [word for word in words if not re.search(r'(?<![\w-])%s(?![\w-])' % re.escape(word),
                                                    page)]


def main():
    tap = house.Tap()
    names = tracked()
    if names is None:
        tap.skip('the tarball has every file', 'this is no git checkout')
    else:
        tap.ok('the tarball has every file', missing_from_tarball(names))
    told = house.output(os.path.join(house.BUILD, 'pooltop'), '--help')
    commands = sorted(set(re.findall(r'^ +(pooltop [a-z]+)\b', told, re.M)))
    options = sorted(set(re.findall(r'(--[a-z][a-z-]*)', told)))
    tap.ok('the help lists commands and options', [] if len(commands) > 4 and len(options) > 8
           else told.splitlines())
    tap.ok('the manual page has every command', page_lacks(commands))
    tap.ok('the manual page has every option', page_lacks(options))
    page = '\n'.join(house.lines('doc/pooltop.1'))
    made = house.output(sys.executable, os.path.join(house.SRC, 'doc/keys.py'),
                        os.path.join(house.BUILD, 'pooltop'))
    tap.ok('the manual page has the views and keys of the help view', [] if made in page else
           ['run doc/keys.py build/pooltop doc/pooltop.1'])
    version = house.output(os.path.join(house.BUILD, 'pooltop'), '--version').strip()
    tap.ok('the manual page has the version', page_lacks([version]))
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
