#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What tests/pickle/facts prints of captured messages, held against what is in them.

A corpus is a folder of .bin files, each the first 4 KiB of a message, and an index.tsv that says
what the whole message holds. A small one is kept beside this; the large one that the facts of
the wire come from is looked for in $POOLTOP_CORPUS, or else where the project's references lie.
What is not known may be empty; it may never be another value. What the file holds whole must be
known.
"""
# timeout: 120
import os
import subprocess
import sys

SRC = os.environ.get('POOLTOP_SRC') or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('POOLTOP_BUILD') or os.path.join(SRC, 'build')
COLUMNS = 'file kind job index success function items exc_type exc_message'.split()


def read_index(folder):
    with open(os.path.join(folder, 'index.tsv'), encoding='utf-8') as f:
        rows = [line.rstrip('\n').split('\t') for line in f]
    index = {}
    for row in rows[1:]:
        entry = dict(zip(rows[0], row))
        entry['exc_message'] = entry['exc_message_line1']
        entry['whole'] = int(entry['full_len'] or 0) <= int(entry['stored_len'])
        index[entry['file']] = entry
    return index


def read_facts(folder):
    done = subprocess.run([os.path.join(BUILD, 'tests/pickle/facts'), folder],
                          stdout=subprocess.PIPE, timeout=60, check=True)
    rows = [line.split('\t') for line in done.stdout.decode('utf-8').split('\n')[:-1]]
    return rows


def may_be_unknown(entry, column):
    if entry['kind'] == 'spawn-data' or entry['sub'] == 'raw':
        return True  # unframed, or no pickle
    if entry['kind'] == 'torch-data' and column == 'exc_message':
        return True  # only in the text of the traceback
    return not entry['whole'] and column in ('function', 'items', 'exc_type', 'exc_message')


def is_right(entry, column, value):
    if value == entry[column]:
        return True
    if entry['whole']:
        return False
    # An estimate says so; and a method's name may be too far behind.
    return (column == 'items' and value.startswith('~') or
            column == 'function' and value.startswith('<method of '))


def compare(index, rows):
    """(contradicted, not known, fields right)"""
    wrong, unknown, right = [], [], 0
    for row in rows:
        facts = dict(zip(COLUMNS, row))
        entry = index.get(facts['file'])
        if len(row) != len(COLUMNS) or entry is None:
            wrong.append('a line of its own making: %r' % row)
            continue
        for column in COLUMNS[1:]:
            told = '%s: %s is %r, said %r' % (facts['file'], column, entry[column], facts[column])
            if facts[column] == '' and entry[column] != '':
                unknown += [] if may_be_unknown(entry, column) else [told]
            elif is_right(entry, column, facts[column]):
                right += entry[column] != ''
            else:
                wrong.append(told)
    return wrong, unknown, right


def result(number, name, faults):
    print('%sok %d - %s' % ('not ' if faults else '', number, name))
    for fault in faults[:40]:
        print('#   ' + fault)
    return bool(faults)


def check(number, name, folder, least):
    index = read_index(folder)
    rows = read_facts(folder)
    wrong, unknown, right = compare(index, rows)
    if [row[0] for row in rows] != sorted(index):
        wrong.append('%d lines of %d files' % (len(rows), len(index)))
    if right < least:
        unknown.append('only %d fields are right' % right)
    print('# %s: %d messages, %d fields right' % (name, len(rows), right))
    failed = result(number, name + ': nothing is contradicted', wrong)
    return result(number + 1, name + ': what is there is known', unknown) or failed


def main():
    failed = check(1, 'kept messages', os.path.join(SRC, 'tests/pickle/corpus'), 250)
    corpus = os.environ.get('POOLTOP_CORPUS') or os.path.join(SRC, '../shared/ref/wire-corpus')
    if os.path.exists(os.path.join(corpus, 'index.tsv')):
        failed |= check(3, 'all captured messages', corpus, 1600)
    else:
        why = '# SKIP no corpus of captured messages in %s (POOLTOP_CORPUS)' % corpus
        print('ok 3 - all captured messages: nothing is contradicted ' + why)
        print('ok 4 - all captured messages: what is there is known ' + why)
    print('1..4')
    return failed


if __name__ == '__main__':
    sys.exit(main())
