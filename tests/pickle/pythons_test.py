#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every Python that is here pickles the same messages (pythons.py), and the reader tells what is
in them: tasks, chunks, results and failures of Pool and executors, each field exactly."""
# timeout: 240
import glob
import os
import subprocess
import sys
import tempfile

SRC = os.environ.get('POOLTOP_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('POOLTOP_BUILD') or os.path.join(SRC, 'build')
OLDEST = (3, 6)
LEAST = 600  # messages, from the standard library alone


def pythons():
    """{version: path} of every CPython from OLDEST on, one of each version."""
    paths = ['/usr/bin/python3', sys.executable]
    paths += sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/*/bin/python3')))
    for folder in os.environ.get('PATH', '').split(os.pathsep):
        paths += sorted(glob.glob(os.path.join(folder, 'python3.*[0-9]')))
    found = {}
    for path in paths:
        if not os.access(path, os.X_OK):
            continue
        done = subprocess.run([path, '-c', 'import sys; print(*sys.version_info[:3])'],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60)
        version = tuple(int(word) for word in done.stdout.split())
        if done.returncode == 0 and version >= OLDEST:
            found.setdefault('.'.join(map(str, version)), path)
    return found


def read_lines(data):
    return {line.split('\t')[0]: line for line in data.decode('utf-8').split('\n') if line}


def check(path):
    """(messages, faults)"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([path, os.path.join(SRC, 'tests/pickle/pythons.py'), folder], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        facts = subprocess.run([os.path.join(BUILD, 'tests/pickle/facts'), folder], check=True,
                               stdout=subprocess.PIPE, timeout=60).stdout
        with open(os.path.join(folder, 'index.tsv'), 'rb') as f:
            truth = read_lines(f.read().split(b'\n', 1)[1])
    facts = read_lines(facts)
    faults = ['%r, but said %r' % (truth[name][:300], facts.get(name, '')[:300])
              for name in sorted(truth) if facts.get(name) != truth[name]]
    if len(truth) < LEAST or len(facts) != len(truth):
        faults.append('%d messages, %d lines' % (len(truth), len(facts)))
    return len(truth), faults


def main():
    failed = False
    found = sorted(pythons().items())
    for number, (version, path) in enumerate(found, 1):
        messages, faults = check(path)
        print('%sok %d - %d messages of Python %s' % ('not ' if faults else '', number, messages,
                                                      version))
        for fault in faults[:20]:
            print('#   ' + fault)
        failed |= bool(faults)
    print('1..%d' % len(found))
    return failed


if __name__ == '__main__':
    sys.exit(main())
