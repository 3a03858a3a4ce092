#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sizes, format and the few things that the house does not have (CONTRIBUTING.md, Rules)."""
import os
import re
import shutil
import subprocess
import sys

import house

FILE_LINES = 400
FUNCTION_LINES = 60
COLUMNS = 100
PARAMETERS = 5
NESTING = 3
SPDX = 'SPDX-License-Identifier: GPL-2.0-only'
CLANG_FORMAT = '14'

# Where #if is allowed: the fences between us and what differs from machine to machine.
FENCES = ('bpf/', 'src/live/procs.c', 'ui/term.c', 'src/app/')

# Files whose names say nothing about them, or that are outside of the rooms.
OTHERS = ['tests/run', 'configure.ac', 'Makefile.am', 'quickstart', '.ci/run', 'doc/keys.py',
          'doc/traps.py', 'screenshots/make.py']

# Takes its names from the kernel, and some of those are typedefs.
KERNEL_NAMES = 'bpf/kernel.h'

WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|//[^\n]*', re.S)


def blank(text):
    """The text without the contents of comments and strings; lines stay where they are."""
    return WORDS.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text)


def functions(text):
    """(name, signature, first line, lines) of the functions in blanked text: kernel style, so a
    body's braces stand in the first column."""
    start = None
    rows = text.split('\n')
    for number, row in enumerate(rows):
        if row == '{':
            start = number
        elif row.startswith('}') and start is not None:
            yield signature(rows, start) + (rows[start:number + 1],)
            start = None


def signature(rows, start):
    """Goes back from the opening brace to what is not part of the head any more."""
    first = start
    while first > 0 and rows[first - 1].strip() and not re.search(r'[;}]\s*$', rows[first - 1]) \
            and not rows[first - 1].startswith('#'):
        first -= 1
    head = ' '.join(rows[first:start])
    name = re.search(r'(\w+)\s*\(', re.sub(r'__attribute__\s*\(\(.*?\)\)', '', head))
    return name.group(1) if name else '?', head, first + 1


def parameters(name, head):
    """How many, counted at the top level of the function's own parentheses."""
    at = re.search(r'\b%s\s*\(' % re.escape(name), head)
    if not at:
        return 0
    depth, count = 1, 1
    for c in head[at.end():]:
        depth += {'(': 1, ')': -1}.get(c, 0)
        if not depth:
            return count
        count += c == ',' and depth == 1
    return count


def nesting(body):
    """Depth of blocks inside the function's own; initialisers are none."""
    depth = deepest = 0
    initialisers = []
    text = '\n'.join(body[1:-1])
    for at, c in enumerate(text):
        if c == '{':
            before = text[:at].rstrip()
            is_block = before.endswith((')', 'else', 'do')) and not is_cast(before)
            initialisers.append(not is_block)
            depth += is_block
            deepest = max(deepest, depth)
        elif c == '}' and initialisers:
            depth -= not initialisers.pop()
    return deepest


def is_cast(before):
    """`(struct x){`: a compound literal, after an operator, a comma or `return`."""
    match = re.search(r'([=,(&]|return)\s*\((const )?(struct|union) \w+( \*)?(\[\w*\])?\)$', before)
    return bool(match)


def check_functions(path, text, faults):
    for name, head, number, body in functions(text):
        if len(body) >= FUNCTION_LINES + 2:
            faults['functions are below %d lines' % FUNCTION_LINES].append(
                '%s:%d: %s has %d' % (path, number, name, len(body) - 2))
        if parameters(name, head) > PARAMETERS:
            faults['at most %d parameters' % PARAMETERS].append(
                '%s:%d: %s has %d' % (path, number, name, parameters(name, head)))
        if nesting(body) > NESTING:
            faults['blocks nest at most %d deep' % NESTING].append(
                '%s:%d: %s: %d' % (path, number, name, nesting(body)))


def check_lines(path, rows, faults):
    for number, row in enumerate(rows, 1):
        where = '%s:%d' % (path, number)
        if len(row.expandtabs(8)) > COLUMNS:
            faults['lines are at most %d columns' % COLUMNS].append(where)
        if re.search(r'\s$', row):
            faults['no blanks at the ends of lines'].append(where)
        if path.endswith(('.c', '.h')) and re.match(r' {8}| +\t', row):
            faults['tabs indent'].append(where)
    if rows[-1] or len(rows) > 1 and not rows[-2]:
        faults['no blanks at the ends of lines'].append(path + ': its end')


def check_words(path, text, faults):
    for number, row in enumerate(text.split('\n'), 1):
        if re.match(r'\s*typedef\b', row) and path != KERNEL_NAMES:
            faults['no typedefs'].append('%s:%d' % (path, number))
        if re.match(r'\s*#\s*(if|elif|ifdef)\b', row) and not path.startswith(FENCES):
            faults['#if only in the fences'].append('%s:%d' % (path, number))


def check_first_line(path, rows, faults):
    first = rows[1] if rows[0].startswith('#!') and len(rows) > 1 else rows[0]
    if SPDX not in first:
        faults['the first line names the licence'].append(path)


def format_faults(paths):
    """None if the right clang-format is not here."""
    for name in ('clang-format-' + CLANG_FORMAT, 'clang-format'):
        tool = shutil.which(name)
        if tool and ('version %s.' % CLANG_FORMAT) in house.output(tool, '--version'):
            done = subprocess.run([tool, '-n', '--Werror'] + [os.path.join(house.SRC, p)
                                                              for p in paths],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  universal_newlines=True)
            found = re.findall(r'^(\S+?):(\d+):\d+: error', done.stdout, re.M)
            return sorted({'%s:%s' % (os.path.relpath(f, house.SRC), n) for f, n in found}) or \
                (done.stdout.splitlines() if done.returncode else [])
    return None


NAMES = ['the first line names the licence', '.c files are at most %d lines' % FILE_LINES,
         'functions are below %d lines' % FUNCTION_LINES, 'at most %d parameters' % PARAMETERS,
         'blocks nest at most %d deep' % NESTING, 'lines are at most %d columns' % COLUMNS,
         'no blanks at the ends of lines', 'tabs indent', 'no typedefs',
         '#if only in the fences']


def self_test():
    """The measuring itself: it must see what it is there for."""
    text = blank('int f(int a, int (*b)(int, int), char *c)\n{\n\tif (a) {\n\t\tint x[] = { 1 };\n'
                 '\t\tfor (;;) {\n\t\t\tg("}{", (struct s){ 1 });\n\t\t}\n\t}\n\treturn 0;\n}\n')
    found = list(functions(text))
    if len(found) != 1:
        return ['%d functions found' % len(found)]
    name, head, number, body = found[0]
    seen = (name, number, len(body), parameters(name, head), nesting(body))
    return [] if seen == ('f', 1, 9, 3, 2) else [repr(seen)]


def main():
    tap = house.Tap()
    faults = {name: [] for name in NAMES}
    code = house.files('.c', '.h')
    for path in house.files('.c', '.h', '.py', '.sh', '.mk') + OTHERS:
        rows = house.lines(path)
        check_first_line(path, rows, faults)
        check_lines(path, rows, faults)
        if path in code:
            text = blank('\n'.join(rows))
            check_functions(path, text, faults)
            check_words(path, text, faults)
        if path.endswith('.c') and len(rows) - 1 > FILE_LINES:
            faults['.c files are at most %d lines' % FILE_LINES].append(
                '%s: %d' % (path, len(rows) - 1))
    tap.ok('functions are found and measured', self_test())
    for name in NAMES:
        tap.ok(name, faults[name])
    shape = format_faults(code)
    if shape is None:
        tap.skip('clang-format has nothing to say', 'no clang-format %s here' % CLANG_FORMAT)
    else:
        tap.ok('clang-format has nothing to say', shape)
    return tap.status()


if __name__ == '__main__':
    sys.exit(main())
