#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the compiled rooms link with and call: the guards that a text search cannot keep."""
import os
import re
import shlex
import subprocess
import sys
import tempfile

import house

# Rooms that are a function of their frames: no clock, no file, no environment, no /proc.
PURE = ('src/model/', 'src/pool/', 'src/trap/', 'src/session/', 'src/wire/', 'src/pickle/', 'ui/')

IMPURE = re.compile(r'''^(
    (clock_\w+|time|times|gettimeofday|ftime|nanosleep|usleep|sleep|timer_\w+|timerfd_\w+)
  | (f?open(64|at|at64|dir)?|fdopen|freopen(64)?|creat(64)?|tmpfile(64)?|mkstemp(64)?|popen)
  | (opendir|readdir(64)?|scandir(64)?|f?l?stat(64|at|at64|x)?|l?xstat(64)?|access|readlink(at)?)
  | (read|write|p(read|write)(64)?|readv|writev|fread|fwrite|mmap(64)?|ioctl|fcntl(64)?|poll)
  | (getenv|secure_getenv|setenv|putenv|environ)
  | (socket|connect|accept4?|send|recv|sendmsg|recvmsg|pipe2?|fork|vfork|execv\w*|system|kill)
  | (getpid|getuid|getppid|sysconf|uname|gethostname|getrandom|getentropy|rand|random|srand|syscall)
  | (sqlite3_\w+|ZSTD_\w+)
)$''', re.X)

# Only src/app prints, and only main.c ends the program.
PRINTS = re.compile(r'^(printf|vprintf|puts|putchar|perror|psignal|stdout|stderr|err|errx|warn|'
                    r'warnx|syslog|exit|_exit|quick_exit|abort)$')

FORBIDDEN_LIBRARIES = ('ncurses', 'tinfo', 'libbpf', 'libproc2', 'libdw')


def plain(symbol):
    """Without a version and what a fortified build wraps around it."""
    symbol = symbol.split('@')[0]
    match = re.match(r'^__(\w+?)(_chk|_2)$', symbol)
    return match.group(1) if match else re.sub(r'^__isoc\d+_', '', symbol)


def undefined(path):
    rows = [row.split() for row in house.output('nm', '-u', path).splitlines()]
    return {plain(row[-1]) for row in rows if row and row[0] in ('U', 'w')}


def objects():
    """[(room/file.o)] of the program's own objects, below the build folder."""
    found = []
    for top in ('src', 'ui'):
        for folder, _, names in os.walk(os.path.join(house.BUILD, top)):
            found += [os.path.relpath(os.path.join(folder, name), house.BUILD)
                      for name in names if name.endswith('.o')]
    # What is left of a source that has been taken away says nothing about the tree.
    return sorted(o for o in found if os.path.exists(source_of(o)))


def source_of(path):
    folder, name = os.path.split(path)
    return os.path.join(house.SRC, folder, re.sub(r'^pooltop-', '', name)[:-2] + '.c')


def calls(paths, pattern):
    faults = []
    for path in paths:
        bad = sorted(s for s in undefined(os.path.join(house.BUILD, path)) if pattern.match(s))
        if bad:
            faults.append('%s: %s' % (path, ' '.join(bad)))
    return faults


def variables(paths):
    """Data that can be written: anything in .data, .bss or common."""
    faults = []
    for path in paths:
        for line in house.output('objdump', '-t', os.path.join(house.BUILD, path)).splitlines():
            match = re.search(r' O (\.data|\.bss|\*COM\*|\.tbss|\.tdata)\S*\s+\S+\s+(.*)$', line)
            if match and not match.group(1).startswith('.data.rel.ro') and \
                    not re.search(r'\.data\.rel\.ro', line):
                faults.append('%s: %s' % (path, match.group(2)))
    return faults


def link_alone(folder):
    """All of libpooltop.a in one program, with the core libraries only."""
    make = house.settings()
    main_c = os.path.join(folder, 'main.c')
    with open(main_c, 'w') as f:
        f.write('int main(void)\n{\n\treturn 0;\n}\n')
    program = os.path.join(folder, 'alone')
    argv = shlex.split(make['CC']) + shlex.split(make.get('POOLTOP_LDFLAGS', '')) + [
        main_c, '-o', program, '-Wl,--whole-archive', os.path.join(house.BUILD, 'libpooltop.a'),
        '-Wl,--no-whole-archive'] + shlex.split(make['CORE_LIBS']) + ['-lm']
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True)
    if done.returncode:
        return done.stdout.splitlines()
    needed = re.findall(r'NEEDED\s+(\S+)', house.output('objdump', '-p', program))
    return [name for name in needed if any(bad in name for bad in FORBIDDEN_LIBRARIES)]


def main():
    tap = house.Tap()
    paths = objects()
    core = house.output('ar', 't', os.path.join(house.BUILD, 'libpooltop.a')).split()
    tap.ok('there are objects to look at', [] if len(core) > 20 else ['%d in all' % len(core)])
    with tempfile.TemporaryDirectory() as folder:
        tap.ok('libpooltop.a links without curses, libbpf and libproc2', link_alone(folder))
    terminal = re.compile(r'(^|-|/)term(_caps|_keys)?\.o$')
    pure = [p for p in paths if p.startswith(PURE) and not terminal.search(p)]
    tap.ok('pure rooms read no clock, file or environment', calls(pure, IMPURE))
    rooms = [p for p in paths if not p.startswith('src/app/')]
    tap.ok('only src/app prints and ends the program', calls(rooms, PRINTS))
    if 'sanitize' in house.settings().get('POOLTOP_CFLAGS', ''):
        tap.skip('no variables but constant tables', 'the sanitizers add their own')
    else:
        tap.ok('no variables but constant tables', variables(paths))
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
