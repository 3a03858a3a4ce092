#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The manual page's list of views and keys, made from the program's own tables.

    doc/keys.py POOLTOP             prints the section
    doc/keys.py POOLTOP PAGE        writes it into PAGE, between its two marks
"""
import re
import struct
import subprocess
import sys

BEGIN = '.\\" views and keys: made by doc/keys.py\n'
END = '.\\" end of views and keys\n'


def stream():
    """The shortest stream there is: one FRAME_SESSION (bpf/wire.h)."""
    kind, size = 1, 184
    return (struct.pack('<HHIQ', kind, size, 0, 1) + struct.pack('<IIIIQ', 1, 1, 1, 1000, 1) +
            bytes(16 + 64 + 64))


def help_rows(program, heading):
    """[(key, words)] of one part of the help view."""
    done = subprocess.run([program, 'replay', '-', '--once', '--ascii', '--size', '120x120',
                           '--view', 'help'], input=stream(), stdout=subprocess.PIPE, check=True)
    part = re.search(r'^ %s *\n(.*?)\n *\n' % heading, done.stdout.decode('utf-8'), re.M | re.S)
    rows = re.findall(r'^   (\S+(?: \S+)*?)  +(\S.*?) *$', part.group(1), re.M) if part else []
    return rows


def escape(text):
    return text.replace('\\', '\\e').replace('-', '\\-').replace("'", "\\(aq").replace('^', '\\(ha')


def section(program):
    views, keys = help_rows(program, 'Views'), help_rows(program, 'Keys')
    if not views or not keys:
        sys.exit('the help view has no views or no keys')
    made = []
    for heading, rows in (('VIEWS', views), ('KEYS', keys)):
        made.append('.SH %s\n' % heading)
        if heading == 'KEYS':
            made.append('The same keys work live and in a replay.\n')
        made += ['.TP\n.B "%s"\n%s.\n' % (escape(key), escape(words)) for key, words in rows]
    return BEGIN + ''.join(made) + END


def between(page):
    """The page's own section, marks included, or nothing."""
    start, end = page.find(BEGIN), page.find(END)
    return page[start:end + len(END)] if 0 <= start < end else ''


def main():
    made = section(sys.argv[1])
    if len(sys.argv) < 3:
        print(made, end='')
        return
    with open(sys.argv[2], encoding='utf-8') as f:
        page = f.read()
    if not between(page):
        sys.exit('%s has no place for it' % sys.argv[2])
    with open(sys.argv[2], 'w', encoding='utf-8') as f:
        f.write(page.replace(between(page), made))


if __name__ == '__main__':
    main()
