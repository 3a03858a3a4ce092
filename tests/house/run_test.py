#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tests/run tells a failure from a success in every way that a test can end."""
# timeout: 60
import os
import shutil
import stat
import subprocess
import sys
import tempfile

RUN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'run')

# (name, script, POOLTOP_REQUIRE_BPF, last line, exit status)
CASES = [
    ('success', 'echo 1..2; echo ok 1 - a; echo ok 2 - b', '', '2 passed, 0 failed, 0 skipped', 0),
    ('a failure', 'echo ok 1 - a; echo not ok 2 - b; exit 1', '',
     '1 passed, 1 failed, 0 skipped', 1),
    ('a failure with exit status 0', 'echo not ok 1 - b', '', '0 passed, 1 failed, 0 skipped', 1),
    ('exit status alone', 'echo ok 1 - a; exit 3', '', '1 passed, 1 failed, 0 skipped', 1),
    ('killed', 'echo ok 1 - a; kill -SEGV $$', '', '1 passed, 1 failed, 0 skipped', 1),
    ('stops before its plan is done', 'echo 1..3; echo ok 1 - a', '',
     '1 passed, 1 failed, 0 skipped', 1),
    ('runs nothing', 'echo hello', '', '0 passed, 1 failed, 0 skipped', 1),
    ('skip', 'echo "ok 1 - a # SKIP needs root"', '', '0 passed, 0 failed, 1 skipped', 0),
    ('skip of all', 'echo "1..0 # SKIP no tmux"', '', '0 passed, 0 failed, 1 skipped', 0),
    ('skip for want of root where it is required', 'echo "ok 1 - a # SKIP needs root"', '1',
     '0 passed, 1 failed, 0 skipped', 1),
    ('skip for want of BPF where it is required', 'echo "1..0 # SKIP needs BPF: no BTF"', '1',
     '0 passed, 1 failed, 0 skipped', 1),
    ('another skip where BPF is required', 'echo "ok 1 - a # SKIP no python 3.14"', '1',
     '0 passed, 0 failed, 1 skipped', 0),
    ('a test that hangs', '# timeout: 1\necho ok 1 - a; sleep 50', '',
     '1 passed, 1 failed, 0 skipped', 1),
    ('one that says it is long', '# long: very\necho ok 1 - a', '',
     '1 passed, 0 failed, 0 skipped', 0),
    ('a test that leaves a child behind', 'echo ok 1 - a; sleep 50 &', '',
     '1 passed, 0 failed, 0 skipped', 0),
]


def run_case(script, require_bpf):
    top = tempfile.mkdtemp(prefix='pooltop-run-')
    try:
        room = os.path.join(top, 'tests', 'room')
        os.makedirs(room)
        shutil.copy(RUN, os.path.join(top, 'tests', 'run'))
        path = os.path.join(room, 'case_test.sh')
        with open(path, 'w') as f:
            f.write('#!/bin/sh\n' + script + '\n')
        os.chmod(path, stat.S_IRWXU)
        env = {k: v for k, v in os.environ.items() if not k.startswith('POOLTOP')}
        env['POOLTOP_REQUIRE_BPF'] = require_bpf
        return subprocess.run([os.path.join(top, 'tests', 'run'), '--build', top],
                              stdout=subprocess.PIPE, env=env, universal_newlines=True)
    finally:
        shutil.rmtree(top)


def main():
    bad = 0
    print('1..%d' % len(CASES))
    for number, (name, script, require_bpf, last, status) in enumerate(CASES, 1):
        done = run_case(script, require_bpf)
        good = done.stdout.splitlines()[-1] == last and done.returncode == status
        print('%sok %d - %s' % ('' if good else 'not ', number, name))
        if not good:
            bad += 1
            print('# exit status %d\n# ' % done.returncode + done.stdout.replace('\n', '\n# '))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
