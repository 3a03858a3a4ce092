# SPDX-License-Identifier: GPL-2.0-only
"""Prints line tables as this interpreter has them, and what it says that they mean.

    PYTHON lines.py            of the functions in here
    PYTHON lines.py MODULE ... of all code in these modules of the standard library

One code object a line: how the table is to be read, first line, the table in hex, and
OFFSET:LINE pairs, each up to the next, the last one being the end of the code; `-` is no line.
"""
import dis
import importlib.util
import sys
import types

STYLE = 0 if sys.version_info < (3, 10) else 1 if sys.version_info < (3, 11) else 2

SOURCE = '''
def simple(a):
    return a + 1


def loops(rows):
    total = 0
    for row in rows:
        while row:
            total += row
            row -= 1
        else:
            total -= 1
    return total


def calls(
        first,
        second=3):
    return first(
        second,
        lambda x: (x +
                   second),
        [y for y in range(second)
         if y])


def handled(path):
    try:
        with open(path) as f:
            return f.read()
    except (OSError,
            ValueError) as e:
        raise RuntimeError(
            path) from e
    finally:
        print('done')


async def waits(queue):
    async with queue as q:
        async for item in q:
            yield item


@staticmethod
@property
def decorated(
    x,
): return x


class Deep:
    value = 1

    def method(self):
        def inner():
            return (self.value
                    if self.value
                    else None)
        return inner
''' + '''

def far(a):
    b = (a,
''' + '\n' * 300 + '''
         a); c = a
    for i in b:
        c += (i
''' + '\n' * 90 + '''
              - a)
    return c


def long(a):
''' + ''.join('    a = a * %d + (a if a else %d) - %d.5\n' % (i, i, i) for i in range(60)) + '''
    return a
'''


def codes(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            for inner in codes(const):
                yield inner


def starts(code):
    """(offset, line) where the line changes, by the interpreter's own word."""
    if hasattr(code, 'co_lines'):
        return [(start, line) for start, end, line in code.co_lines() if start < end]
    found = list(dis.findlinestarts(code))
    if not found or found[0][0]:
        found.insert(0, (0, code.co_firstlineno))
    return found


def tell(code):
    table = code.co_linetable if STYLE else code.co_lnotab
    pairs = ['%d:%s' % (at, '-' if line is None else line) for at, line in starts(code)]
    print(STYLE, code.co_firstlineno, table.hex() or '-', ','.join(pairs), len(code.co_code))


def main():
    sources = [SOURCE]
    if len(sys.argv) > 1:
        sources = []
        for name in sys.argv[1:]:
            with open(importlib.util.find_spec(name).origin, encoding='utf-8') as f:
                sources.append(f.read())
    for source in sources:
        for code in codes(compile(source, 'lines', 'exec')):
            tell(code)


if __name__ == '__main__':
    main()
