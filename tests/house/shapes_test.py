#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every member of a struct that an image holds has its row in src/image/shape_*.c, in order."""
import glob
import os
import re
import sys

import house

# Who writes rows, with the struct as its first argument and the member as its second.
ROW = re.compile(r'\b(?:NUMBERS?|UP_TO|BETWEEN|ALL_UP_TO|TIMES?|TEXT|OWNED|NAME|PARTS?|FIRST_PARTS|'
                 r'GROWN|FIXED|RING|ONE|HIST|COUNT|DERIVED|LEFT_OUT|AT|SINGLE)\((\w+),\s*(\w+)')
STRUCT = re.compile(r'^struct (\w+) \{[^\n]*\n(.*?)^\};', re.M | re.S)
COMMENT = re.compile(r'/\*.*?\*/', re.S)
HEADERS = ('src/model/*.h', 'src/base/series.h', 'bpf/wire.h', 'bpf/wire_*.h')


def members(body):
    """Names in order: what stands last before a comma, a semicolon or an array's bracket."""
    found = []
    for declaration in COMMENT.sub(' ', body).split(';'):
        for part in declaration.split(','):
            name = re.search(r'(\w+)\s*(?:\[[^\]]*\]\s*)*$', part.strip())
            if name:
                found.append(name.group(1))
    return found


def structs():
    found = {}
    for pattern in HEADERS:
        for path in sorted(glob.glob(os.path.join(house.SRC, pattern))):
            with open(path) as f:
                for name, body in STRUCT.findall(f.read()):
                    found[name] = members(body)
    return found


def rows():
    """{struct: [member]}; a struct's rows may not be parted."""
    found = {}
    for path in sorted(glob.glob(os.path.join(house.SRC, 'src', 'image', 'shape_*.c'))):
        with open(path) as f:
            for name, member in ROW.findall(COMMENT.sub(' ', f.read())):
                if found.setdefault(name, [])[-1:] != [member]:
                    found[name].append(member)
    return found


def differences(declared, written):
    faults = []
    for name in sorted(written):
        if name not in declared:
            faults.append('struct %s: it is in none of the headers' % name)
            continue
        faults += ['struct %s: `%s` has no row: add it in src/image/shape_*.c' % (name, member)
                   for member in declared[name] if member not in written[name]]
        if not faults and declared[name] != written[name]:
            faults.append('struct %s: its rows are in another order' % name)
    return faults


def main():
    tap = house.Tap()
    declared, written = structs(), rows()
    tap.ok('there are structs and rows to look at',
           [] if len(written) > 40 and len(declared.get('pool', [])) > 80 else
           ['%d, and %d members of a pool' % (len(written), len(declared.get('pool', [])))])
    tap.ok('every member has its row', differences(declared, written))
    without = dict(declared, worker=declared['worker'] + ['new_member'])
    tap.ok('one without a row is noticed',
           [] if any('new_member' in fault for fault in differences(without, written))
           else ['it is not'])
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
