#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every Python that is here compiles modules of its library (lines.py), and the reader of line
tables says of each instruction the line that this Python says."""
# timeout: 240
import os
import subprocess
import sys

SRC = os.environ.get('POOLTOP_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('POOLTOP_BUILD') or os.path.join(SRC, 'build')
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SRC, 'tests/pickle'))
import pythons_test  # noqa: E402  (which Pythons are here)

MODULES = ('argparse ast asyncio.base_events asyncio.tasks collections concurrent.futures.process '
           'contextlib dataclasses decimal difflib dis email.message enum functools inspect '
           'ipaddress json.decoder logging multiprocessing.pool optparse pickle pickletools pydoc '
           'random re shutil ssl statistics subprocess tarfile tempfile threading traceback '
           'turtle typing unittest.mock uuid xml.dom.minidom zipfile').split()
LEAST = 20000  # places


def check(path):
    """(places, wrong)"""
    known = subprocess.run(
        [path, '-c', 'import importlib.util as u, sys\n'
         'print(*[m for m in sys.argv[1:] if u.find_spec(m)])'] + MODULES,
        stdout=subprocess.PIPE, check=True, universal_newlines=True, timeout=60).stdout.split()
    told = subprocess.Popen([path, '-W', 'ignore', os.path.join(SRC, 'tests/python/lines.py')] +
                            known, stdout=subprocess.PIPE)
    sums = subprocess.run([os.path.join(BUILD, 'tests/python/lines_facts')], stdin=told.stdout,
                          stdout=subprocess.PIPE, check=True, timeout=120).stdout
    told.stdout.close()
    if told.wait() != 0:
        raise RuntimeError('lines.py failed under ' + path)
    _, places, wrong = map(int, sums.split())
    return places, wrong


def main():
    failed = False
    number = 0
    for number, (version, path) in enumerate(sorted(pythons_test.pythons().items()), 1):
        places, wrong = check(path)
        good = places >= LEAST and not wrong
        print('%sok %d - %s: %d places' % ('' if good else 'not ', number, version, places))
        if not good:
            print('# wrong: %d' % wrong)
        failed = failed or not good
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
