#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
"""The shells' completions know every command, and of each the options that it takes, no others."""
import os
import re
import shutil
import subprocess
import sys

import house

POOLTOP = os.path.join(house.BUILD, 'pooltop')
FOLDER = os.path.join(house.SRC, 'completions')


def read(name):
    with open(os.path.join(FOLDER, name), encoding='utf-8') as f:
        return f.read()


def takes(command, option, value):
    """The program itself: with --help behind it, an option is read and nothing is done."""
    argv = [POOLTOP] + ([command] if command else []) + ['--' + option] + value + ['--help']
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE)
    return not (done.returncode == 2 and b'makes no sense' in done.stderr)


def truth():
    """{command: options}, '' for the dashboard."""
    told = house.output(POOLTOP, '--help')
    commands = sorted(set(re.findall(r'^ +pooltop ([a-z]+)\b', told, re.M)))
    options = re.findall(r'^ +--([a-z-]+)( [A-Za-z]+)?(?=  )', told, re.M)
    values = {'size': '80x24', 'interval': '1000', 'keep': '1G'}
    return {command: {name for name, value in options
                      if takes(command, name, [values.get(name, '1')] if value else [])}
            for command in [''] + commands}


def of_bash():
    rows = re.findall(r'^\t(\S+)\) echo "(.*)" ;;', read('bash/pooltop'), re.M)
    return {name.strip("'"): set(re.findall(r'--([a-z-]+)', words)) for name, words in rows}


def of_zsh():
    rows = re.findall(r"^\t(\S+)\)\n\t\t_arguments(.*?)\n\t\t;;", read('zsh/_pooltop'), re.M | re.S)
    return {name.strip("'"): set(re.findall(r"'--([a-z-]+)\[", words)) for name, words in rows}


def of_fish():
    found = {}
    for line in read('fish/pooltop.fish').splitlines():
        option = re.search(r' -l ([a-z-]+)', line)
        command = re.search(r'seen_subcommand_from ([a-z]+)', line)
        if option:
            found.setdefault(command.group(1) if command else '', set()).add(option.group(1))
    return found


def differences(got, want):
    return ['%s: %s, not %s' % (name or 'the dashboard', sorted(got.get(name, ())),
                                sorted(want.get(name, ())))
            for name in sorted(set(got) | set(want)) if got.get(name) != want.get(name)]


def bash_says(*words):
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pooltop; ' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(['bash', '-c', script, 'bash', os.path.join(FOLDER, 'bash/pooltop')] +
                          list(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode().split()


def in_bash(want):
    faults = []
    for command in want:
        words = ['pooltop'] + ([command] if command else []) + ['--']
        got = {word[2:] for word in bash_says(*words)}
        faults += differences({command: got}, {command: want[command]})
    if sorted(bash_says('pooltop', '')) != sorted(name for name in want if name):
        faults.append('commands: %s' % bash_says('pooltop', ''))
    if bash_says('pooltop', 'export', 'x', '--format', 'per') != ['perfetto']:
        faults.append('formats: %s' % bash_says('pooltop', 'export', 'x', '--format', 'per'))
    return faults


def main():
    tap = house.Tap()
    want = truth()
    tap.ok('the program tells its commands', [] if len(want) > 4 and want.get('replay') else
           [str(want)])
    if os.path.exists(os.path.join(house.BUILD, 'liblive.a')):
        tap.ok('bash', differences(of_bash(), want))
        tap.ok('zsh', differences(of_zsh(), want))
        tap.ok('fish', differences(of_fish(), want))
        tap.ok('what bash makes of it', in_bash(want))
    else:
        tap.skip('the three shells', 'this build has only some of the commands')
    for shell, name in (('zsh', 'zsh/_pooltop'), ('fish', 'fish/pooltop.fish')):
        if not shutil.which(shell):
            continue
        done = subprocess.run([shell, '-n', os.path.join(FOLDER, name)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        tap.ok('%s reads it' % shell, done.stdout.decode().splitlines())
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
