#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every #include goes through a door that the table in CONTRIBUTING.md shows."""
import os
import re
import sys

import house

INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')

# A library's headers, and who alone may include them.
LIBRARY_DOORS = [
    (r'(n?curses|ncursesw/.*|term|panel)\.h', ('ui/term.c', 'ui/term_caps.c', 'ui/term_keys.c')),
    (r'libproc2/', ('src/live/procs.c',)),
    (r'bpf/(libbpf|bpf|btf)\.h', ('src/live/',)),
    (r'bpf/bpf_', ('bpf/',)),
    (r'elfutils/libdw|dwarf\.h', ('src/live/',)),
    (r'(libelf|gelf|elf)\.h', ('src/python/', 'src/live/')),
    (r'sqlite3\.h', ('src/tape/',)),
    (r'(zstd|zdict)\.h', ('src/tape/',)),
    (r'jansson\.h', ('src/export/',)),
    (r'microhttpd\.h', ('src/export/',)),
]


def rooms():
    """From the table: {folder: (allowed rooms, allowed single headers)}; None: all."""
    found = {}
    for line in house.lines('CONTRIBUTING.md'):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        match = re.match(r'`((?:src/)?\w+)/?`$', cells[0])
        if not match or len(cells) != 4:
            continue
        doors = [door.strip() for door in cells[2].split(',') if door.strip() not in ('', '–')]
        found[match.group(1)] = None if doors == ['all'] else (
            {door for door in doors if '/' not in door}, {door for door in doors if '/' in door})
    return found


def folder_of(path):
    parts = path.split('/')
    return '/'.join(parts[:2]) if parts[0] == 'src' else parts[0]


def door_is_open(path, header, table):
    here = folder_of(path)
    if header == 'config.h':
        return True
    if '/' not in header:  # a bare name is the same folder's
        return os.path.exists(os.path.join(house.SRC, os.path.dirname(path), header))
    room = header.split('/')[0]
    if here.split('/')[-1] == room or table[here] is None:
        return True
    return room in table[here][0] or header in table[here][1]


def includes(path):
    for number, line in enumerate(house.lines(path), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def wrong_doors(paths, table):
    faults = []
    for path in paths:
        if folder_of(path) not in table:
            faults.append('%s: its room is not in the table' % path)
            continue
        for number, own, header in includes(path):
            if own and not door_is_open(path, header, table):
                faults.append('%s:%d: may not include %s' % (path, number, header))
    return faults


def wrong_libraries(paths):
    faults = []
    for path in paths:
        for number, own, header in includes(path):
            for pattern, owners in LIBRARY_DOORS:
                if not own and re.match(pattern, header) and not path.startswith(owners):
                    faults.append('%s:%d: <%s> is for %s' % (path, number, header,
                                                             ' and '.join(owners)))
    return faults


def main():
    tap = house.Tap()
    paths = [path for path in house.files('.c', '.h') if not path.startswith('tests/')]
    table = rooms()
    tap.ok('CONTRIBUTING.md has the table of rooms',
           [] if len(table) >= 14 else ['rows: ' + ' '.join(sorted(table))])
    tap.ok('rooms include what the table allows', wrong_doors(paths, table))
    tap.ok('a closed door is noticed', [] if not door_is_open(
        'src/model/x.c', 'live/x.h', table) and not door_is_open(
        'src/tape/x.c', 'session/session.h', table) else ['it is not'])
    tap.ok('libraries are behind their doors', wrong_libraries(paths))
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
