# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose stacks are known: every process dumps its own with faulthandler when it gets
SIGUSR1, at the very place where it stands.

    stacks.py --ready FILE --folder DIR --what still|spin|gil|native|hostile [--method M]
              [--workers N]

Each call of a function in here stands on a line of its own that has the function's name and a
parenthesis: whoever sees a stack can tell by the lines whether it can be one.
"""
import argparse
import ctypes
import faulthandler
import json
import multiprocessing
import multiprocessing.pool
import os
import signal
import sys
import threading
import time
import types

held = []


def dump_on_signal(folder):
    dump = open(os.path.join(folder, '%d.dump' % os.getpid()), 'w')
    held.append(dump)
    faulthandler.register(signal.SIGUSR1, file=dump, all_threads=True)


# ---------------------------------------------------------------------------------------------
# still: places that are hard for who reads line tables


def sleep_for_ever():
    while True:
        time.sleep(
            1000)


class Deep(object):
    def recurse(self, depth):
        if depth:
            return self.recurse(depth - 1)
        return [sleep_for_ever()
                for _ in range(1)]

    @staticmethod
    def through_lambda(depth):
        return (lambda own, more:
                own.recurse(
                    more))(Deep(), depth)


def generate(depth):
    yield 1
    try:
        yield Deep.through_lambda(
            depth)
    finally:
        held.append(depth)


def through_generator(
        depth,
):
    for value in generate(depth):
        if value != 1:
            raise AssertionError


def through_finally(depth):
    try:
        {}['absent']
    except KeyError:
        try:
            held.append(depth)
        finally:
            through_generator(depth)


EXECED = '\n' * 300 + '''
def through_exec(depth):
    with open('/dev/null') as null:
        after(null, depth)
    return 1


def after(null, depth):
    through_finally(depth)
'''


def still(number):
    scope = {'through_finally': through_finally}
    exec(compile(EXECED, '/no/such/d\u00efrectory/ex\u20acced.py', 'exec'), scope)
    threading.Thread(target=sleep_for_ever, daemon=True).start()
    threading.Thread(target=scope['through_exec'], args=(3,), daemon=True).start()
    if number % 2:
        through_finally(20)
    scope['through_exec'](90 if sys.version_info < (3, 11) else 60)


# ---------------------------------------------------------------------------------------------
# spin: no two moments are the same


def leaf_one(n):
    return n + 1


def leaf_two(n):
    return n + 2


def middle_one(n):
    n = leaf_one(n)
    n = leaf_two(n)
    return n


def middle_two(n):
    n = leaf_two(n)
    n = middle_one(n)
    n = leaf_one(n)
    return n


def produce():
    n = 0
    while True:
        n = leaf_one(n)
        yield n
        n = middle_one(n)
        yield n


def spin(number):
    source = produce()
    while True:
        number = middle_one(number)
        number = middle_two(number)
        number = leaf_two(number)
        number = next(source)  # produce(


# ---------------------------------------------------------------------------------------------
# gil: three threads that compute, and one that sleeps


def gil(number):
    for _ in range(2):
        threading.Thread(target=spin, args=(number,), daemon=True).start()
    threading.Thread(target=sleep_for_ever, daemon=True).start()
    spin(number)


# ---------------------------------------------------------------------------------------------
# native: through C libraries, into Python and out again


def pause_in_c(left, right):
    ctypes.CDLL(None).pause()
    return left == right


def sort_in_c():
    numbers = (ctypes.c_int * 2)(2, 1)
    pointer = ctypes.POINTER(ctypes.c_int)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(pause_in_c)
    ctypes.CDLL(None).qsort(numbers, 2, 4, compare)


def key_of(number):
    sort_in_c()
    return number


def native(number):
    sorted([number, 1], key=key_of)


# ---------------------------------------------------------------------------------------------
# hostile: names that would rule a terminal, and a name without end


def renamed(function, name, path):
    code = function.__code__.replace(co_name=name, co_filename=path)
    if hasattr(code, 'co_qualname'):
        code = code.replace(co_qualname=name)
    return types.FunctionType(code, globals())


def hostile(number):
    evil = '\033]0;owned\007\033[2J\r\n\u202e\x9b31m' + chr(0xd800) + '\x00\x7f'
    inner = renamed(sleep_for_ever, evil, '/tmp/' + evil)
    held.append(inner)
    outer = renamed(call_held, 'x' * 100000, 'y' * 100000 + evil)
    outer()


def call_held():
    held[-1]()


def begun(folder, number):
    return os.path.join(folder, '%d.begun' % number)


def begin(what, folder, number):
    open(begun(folder, number), 'w').close()
    globals()[what](number)


def rarely(_):
    time.sleep(3600)


def stand_still():
    """A pool's own thread of 3.7 and older looks after its workers ten times a second."""
    multiprocessing.pool.time = types.SimpleNamespace(sleep=rarely)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--ready', required=True)
    parser.add_argument('--folder', required=True)
    parser.add_argument('--what', required=True)
    parser.add_argument('--method', default='fork')
    parser.add_argument('--workers', type=int, default=2)
    o = parser.parse_args()
    dump_on_signal(o.folder)
    if o.what == 'still':
        stand_still()
    context = multiprocessing.get_context(o.method)
    with context.Pool(o.workers, dump_on_signal, (o.folder,)) as pool:
        results = [pool.apply_async(begin, (o.what, o.folder, i)) for i in range(o.workers)]
        while not all(os.path.exists(begun(o.folder, i)) for i in range(o.workers)):
            time.sleep(0.05)
        time.sleep(0.3)
        with open(o.ready + '.new', 'w') as f:
            json.dump({'pid': os.getpid(),
                       'workers': [p.pid for p in multiprocessing.active_children()]}, f)
        os.rename(o.ready + '.new', o.ready)
        for result in results:
            result.get()


if __name__ == '__main__':
    main()
