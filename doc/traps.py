#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The manual page's table of traps, made of the pages in doc/traps.

    doc/traps.py            prints the section
    doc/traps.py PAGE       writes it into PAGE, between its two marks
"""
import glob
import os
import re
import sys

BEGIN = '.\\" traps: made by doc/traps.py\n'
END = '.\\" end of traps\n'
HERE = os.path.dirname(os.path.abspath(__file__))


def escape(text):
    text = text.replace('\\', '\\e').replace('-', '\\-').replace("'", '\\(aq')
    text = text.replace('^', '\\(ha').replace('µ', '\\(mc')
    return re.sub(r'^\.', r'\\&.', text, flags=re.M)


def words(text):
    """A paragraph without its marks, escaped and in lines of a man page."""
    text = re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', text.replace('`', ''))
    lines, line = [], ''
    for word in escape(text).split():
        if line and len(line) + len(word) > 96:
            lines.append(line)
            line = ''
        line += (' ' if line else '') + word
    return '\n'.join(lines + [line]) + '\n'


def parts(text):
    """{heading: text}; what stands in front of the first is ''."""
    found = re.split(r'^## (.*)\n', text.split('\n', 1)[1], flags=re.M)
    return dict(zip([''] + found[1::2], found[0::2]))


def blocks(text):
    """[(is code, text)] of a part."""
    for n, piece in enumerate(re.split(r'^```.*\n', text, flags=re.M)):
        if n % 2:
            yield True, piece
        else:
            yield from ((False, p) for p in piece.strip().split('\n\n') if p.strip())


def put(label, text):
    """A part, with its label in front of its first paragraph."""
    out, first = '', True
    for is_code, piece in blocks(text):
        if is_code:
            out += '.PP\n.RS 4\n.nf\n%s.fi\n.RE\n' % escape(piece)
        else:
            out += '.PP\n%s%s' % ('.I %s:\n' % label if first and label else '', words(piece))
        first = False
    return out


def section():
    out = BEGIN
    for path in sorted(glob.glob(os.path.join(HERE, 'traps', '*.md'))):
        with open(path, encoding='utf-8') as f:
            text = f.read()
        page = parts(text)
        out += '.TP\n.B %s\n%s.RS\n' % (escape(text.split('\n', 1)[0][2:]), words(page['']))
        out += put('Measured', page['How it is measured']) + put('Fix', page['What to do'])
        out += '.RE\n'
    return out + END


def main():
    made = section()
    if not sys.argv[1:]:
        sys.stdout.write(made)
        return
    with open(sys.argv[1], encoding='utf-8') as f:
        page = f.read()
    begin, end = page.index(BEGIN), page.index(END) + len(END)
    with open(sys.argv[1], 'w', encoding='utf-8') as f:
        f.write(page[:begin] + made + page[end:])


if __name__ == '__main__':
    main()
