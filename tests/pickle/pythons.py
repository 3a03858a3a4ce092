# SPDX-License-Identifier: GPL-2.0-only
"""Writes messages as this interpreter pickles them, and an index of what is in them.

    PYTHON pythons.py DIR

DIR gets one .bin for each message, and index.tsv with the columns of tests/pickle/facts. Needs
nothing but the standard library, of any Python from 3.6 on; of joblib, celery, billiard and
multiprocess it takes what is there.
"""
import concurrent.futures.process as executor
import functools
import json
import multiprocessing.pool as pool
import os
import sys
from multiprocessing.reduction import ForkingPickler

COLUMNS = 'file kind job index success function items exc_type exc_message'.split()
rows = []


def work(*args):
    return args


class Model(object):
    def __init__(self):
        self.weights = list(range(100))

    def __call__(self, x):
        return x

    def predict(self, x):
        return x

    @classmethod
    def load(cls, x):
        return x

    @staticmethod
    def check(x):
        return x


class Refused(Exception):
    def __init__(self, who, code):
        Exception.__init__(self, who, code)
        self.code = code


FUNCTIONS = [
    ('__main__.work', work),
    ('builtins.len', len),
    ('posix.getpid', os.getpid),
    ('partial(__main__.work)', functools.partial(work, 1, key='x' * 100)),
    ('__main__.Model.predict', Model().predict),
    ('__main__.Model.load', Model.load),
    ('__main__.Model.check', Model.check),
    ('<__main__.Model instance>', Model()),
    ('builtins.str.upper', str.upper),
]

ARGUMENTS = [
    ('none', [None]),
    ('ints', list(range(1000))),
    ('few', [1, 2]),
    ('large', [2 ** 31, -2 ** 63, 2 ** 100] * 5),
    ('texts', ['item %d' % i for i in range(400)]),
    ('floats', [i / 7 for i in range(300)]),
    ('pairs', [(i, str(i)) for i in range(200)]),
    ('dicts', [{'id': i, 'row': [i] * 20, 'in': {'deep': (i, {i})}} for i in range(90)]),
    ('objects', [Model() for i in range(20)]),
    ('bytes', [b'x' * 70000, b'y' * 100, bytearray(5)]),
    ('sets', [{1, 2}, frozenset([3]), slice(1, 2), range(9)]),
    ('same', ['x' * 3000] * 12),
]


def raised(exc):
    try:
        raise exc
    except Exception as caught:
        return caught


EXCEPTIONS = [
    ('builtins.ValueError', 'bad value 5', ValueError('bad value 5')),
    ('builtins.NotImplementedError', '', NotImplementedError()),
    ('builtins.KeyError', '5', KeyError(5)),
    ('builtins.FileNotFoundError', '2, No such file, /nowhere',
     FileNotFoundError(2, 'No such file', '/nowhere')),
    ('builtins.RuntimeError', 'sch\u00f6n \u20ac', RuntimeError('sch\u00f6n \u20ac')),
    ('builtins.OverflowError', '0.5, 1e+16, 1000000.0, -1e-05, inf',
     OverflowError(0.5, 1e16, 1e6, -1e-5, float('inf'))),
    ('__main__.Refused', 'me, 9', Refused('me', 9)),
    ('builtins.ValueError', 'x' * 3000, ValueError('x' * 3000)),
]


def write(message, pickler=ForkingPickler, **facts):
    facts['file'] = '%04d.bin' % len(rows)
    with open(os.path.join(sys.argv[1], facts['file']), 'wb') as f:
        f.write(bytes(pickler.dumps(message)))
    rows.append('\t'.join(str(facts.get(column, '')) for column in COLUMNS))


def write_tasks():
    job = 0
    for name, function in FUNCTIONS:
        for _, args in ARGUMENTS:
            job += 37
            write((job, 0, function, (args,), {'key': args}), kind='pool-task', job=job, index=0,
                  function=name, items=1)
            write((job, 5, pool.mapstar, ((function, tuple(args)),), {}), kind='pool-task',
                  job=job, index=5, function=name, items=len(args))
            write((job, 6, pool.starmapstar, ((function, tuple(zip(args))),), {}),
                  kind='pool-task', job=job, index=6, function=name, items=len(args))
            write(executor._CallItem(job, function, (args,), {}), kind='ppe-call', job=job,
                  function=name, items=1)
            chunk = functools.partial(executor._process_chunk, function)
            write(executor._CallItem(job, chunk, (tuple(zip(args)),), {}), kind='ppe-call',
                  job=job, function=name, items=len(args))


def write_results():
    for job, (name, value) in enumerate(ARGUMENTS):
        write((job, 1, (True, value)), kind='pool-result', job=job, index=1, success=1,
              items=len(value))
        write((job, 1, (True, tuple(value))), kind='pool-result', job=job, index=1, success=1)
        write(executor._ResultItem(job, result=value), kind='ppe-result', job=job, success=1,
              items=len(value))


def write_failures():
    for job, (kind, message, exc) in enumerate(EXCEPTIONS):
        told = {'success': 0, 'exc_type': kind, 'exc_message': message, 'job': job}
        caught = raised(exc)
        write((job, 2, (False, pool.ExceptionWithTraceback(caught, caught.__traceback__))),
              kind='pool-result', index=2, **told)
        write((job, 2, (False, exc)), kind='pool-result', index=2, **told)
        wrapped = executor._ExceptionWithTraceback(caught, caught.__traceback__)
        write(executor._ResultItem(job, exception=wrapped), kind='ppe-result', **told)


def write_others():
    write(None, kind='sentinel')
    for number in (0, 255, 256, 65536, 2 ** 31, -5):
        write(number, kind='int', job=number)
    write({'authkey': b'secret', 'name': 'x'}, kind='user')
    write((1, 2, 3), kind='user')
    write(Model(), kind='user')
    write((3, [4, 5, 6]), kind='torch-index', job=3, items=3)
    write((3, [Model(), Model()]), kind='torch-data', job=3, success=1)


def write_joblib():
    from joblib._parallel_backends import SafeFunction, SequentialBackend
    from joblib.parallel import BatchedCalls
    for count in (1, 2, 30, 1500):
        calls = [(work, (i,), {}) for i in range(count)]
        batch = BatchedCalls(calls, (SequentialBackend(), None))
        write((7, 0, SafeFunction(batch), (), {}), kind='pool-task', job=7, index=0,
              function='__main__.work', items=count)


def write_billiard():
    from billiard.einfo import ExceptionInfo
    from billiard.pool import ACK, READY, TASK
    write((TASK, (9, None, work, (1,), {})), kind='billiard-task', job=9,
          function='__main__.work', items=1)
    write((ACK, (9, None, 1.5, 4242, None)), kind='billiard-ack', job=9)
    write((READY, (9, None, (True, 1), 5)), kind='billiard-ready', job=9, success=1)
    try:
        raise ValueError('bad value 5')
    except ValueError:
        info = ExceptionInfo()
    write((READY, (9, None, (False, info), 5)), kind='billiard-ready', job=9, success=0,
          exc_type='builtins.ValueError', exc_message='bad value 5')
    write((READY, (9, None, (True, (1, info, 0.5)), 5)), kind='billiard-ready', job=9, success=0,
          exc_type='builtins.ValueError', exc_message='bad value 5')


def write_celery():
    from billiard.pool import TASK
    from celery.app.trace import fast_trace_task
    args = ('shop.send', '7d3c7b2e', {'lang': 'py', 'task': 'shop.send'}, b'[[], {}, {}]', 'json',
            'utf-8')
    write((TASK, (9, None, fast_trace_task, args, {})), kind='billiard-task', job=9,
          function='shop.send', items=1)


def write_dill():
    """By multiprocess: what is the main script's goes by value."""
    import multiprocess.pool as dilled
    from multiprocess.reduction import ForkingPickler as pickler
    functions = [('work', work), ('builtins.len', len), ('posix.getpid', os.getpid),
                 ('partial(work)', functools.partial(work, 1)), ('<lambda>', lambda x: x),
                 ('json.encoder.JSONEncoder.encode', json.JSONEncoder().encode),
                 ('partial(json.dumps)', functools.partial(json.dumps, indent=1)),
                 ('json.dumps', json.dumps)]
    for name, function in functions:
        for _, args in ARGUMENTS:
            if any(isinstance(x, Model) for x in args):
                continue  # that is a class by value, in front of its objects
            write((7, 0, function, (args,), {'key': args}), pickler, kind='pool-task', job=7,
                  index=0, function=name, items=1)
            write((7, 5, dilled.mapstar, ((function, tuple(args)),), {}), pickler,
                  kind='pool-task', job=7, index=5, function=name, items=len(args))
    for kind, message, exc in EXCEPTIONS:
        caught = raised(exc)
        write((7, 2, (False, dilled.ExceptionWithTraceback(caught, caught.__traceback__))),
              pickler, kind='pool-result', job=7, index=2, success=0, exc_type=kind,
              exc_message=message)


def main():
    write_tasks()
    write_results()
    write_failures()
    write_others()
    for extra in (write_joblib, write_billiard, write_celery, write_dill):
        try:
            extra()
        except Exception as missing:  # a library that is not there, or is another one
            sys.stdout.write('%s: %r\n' % (extra.__name__, missing))
    with open(os.path.join(sys.argv[1], 'index.tsv'), 'wb') as f:
        f.write('\n'.join(['\t'.join(COLUMNS)] + rows + ['']).encode('utf-8'))


if __name__ == '__main__':
    main()
