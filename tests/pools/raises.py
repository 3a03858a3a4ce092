# SPDX-License-Identifier: GPL-2.0-only
"""Bare processes that answer a question and then end in every way that an exception can end them,
each with a message in hand; and two that no exception ends.

What each knows of its own end goes to --truth NAME.CASE: the exception as Python's own traceback
words it, and where it was raised.
"""
import argparse
import logging
import multiprocessing
import os
import sys
import threading
import time
import traceback

import truth

PATIENCE_S = 30


class Refused(Exception):
    """An exception of the main script's."""


def with_value():
    raise ValueError("no, not 7: never")


def without_message():
    raise KeyError


def with_lines():
    raise OSError("one\ntwo: three\nfour")


def own():
    raise Refused("by the script's own class")


def local():
    class Hidden(Exception):
        pass
    raise Hidden("of a class in a function")


def other_module():
    raise argparse.ArgumentError(None, "of a class in another module")


def chained():
    try:
        with_value()
    except ValueError as e:
        raise Refused("because of another") from e


def in_handler():
    try:
        with_value()
    except ValueError:
        return {}["while another was handled"]


def syntax():
    eval("1 +")  # its last frame names no function


def deep(n=0):
    return deep(n + 1)


def foreign_words():
    raise ValueError("\u00e4\u00f6\u00fc \u4e2d \U0001f40d")


def interrupted():
    raise KeyboardInterrupt("as by a hand")


def long_message():
    raise ValueError("x: " * 3000)


def long_traceback(n=40):
    if n:
        return (long_traceback if n % 2 else long_traceback_too)(n - 1)
    raise ValueError("from far below")


def long_traceback_too(n):
    return long_traceback(n - 1)


def noted():
    error = ValueError("with a note")
    error.add_note("the note")
    raise error


def group():
    raise ExceptionGroup("several", [ValueError(1), KeyError(2)])  # noqa: F821 (3.11 has it)


def after_another():
    """It has survived one of which it wrote."""
    try:
        deep_down = {}["survived"]
        print(deep_down)
    except KeyError:
        logging.exception("it goes on")
    raise ValueError("not survived")


def before_a_thread():
    """A thread that it waits for in its end raises after it."""
    def fail():
        threading.main_thread().join(0.5)
        raise KeyError("of a thread")
    threading.Thread(target=fail).start()
    raise ValueError("of the process")


def logged_only():
    """No exception: it has survived one, and leaves by itself."""
    try:
        with_value()
    except ValueError:
        traceback.print_exc()
    sys.exit(1)


def said_goodbye():
    """No exception: what it says looks a little like one."""
    sys.exit("ValueError: only said")


CASES = [with_value, without_message, with_lines, own, local, other_module, chained, in_handler,
         syntax, deep, foreign_words, interrupted, long_message, long_traceback, after_another,
         before_a_thread, logged_only, said_goodbye]
if sys.version_info >= (3, 11):
    CASES += [noted, group]


def facts(error, trace):
    """As Python words it, but for the name that the main script has where it is run again."""
    lines = traceback.format_exception_only(type(error), error)
    if lines[0].lstrip().startswith("|"):  # a group's
        lines = [line.strip(" |") for line in lines]
    while lines[0].startswith("  "):  # of a syntax error: what it is in
        del lines[0]
    kind, _, message = "".join(lines).rstrip("\n").replace("__mp_main__.", "").partition(": ")
    frame = traceback.extract_tb(trace)[-1]
    return {"type": kind, "message": message, "function": frame[2], "file": frame[0],
            "line": frame[1], "last": lines[-1].rstrip("\n")}


def serve(name, asks, answers, path):
    case = next(case for case in CASES if case.__name__ == name)
    answers.put(asks.get())
    asks.get()
    try:
        case()
    except SystemExit:
        truth.write(path, exception=None)
        raise
    except BaseException as e:
        truth.write(path, exception=facts(e, e.__traceback__))
        raise


def run(context, case, path):
    """The first message is answered; it ends with the second in hand."""
    asks, answers = context.SimpleQueue(), context.SimpleQueue()
    worker = context.Process(target=serve, args=(case.__name__, asks, answers, path))
    worker.start()
    asks.put("hello")
    answers.get()
    asks.put("go")
    return worker


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", default="fork")
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()

    context = multiprocessing.get_context(args.method)
    told = {}
    for case in CASES:
        path = "%s.%s" % (args.truth, case.__name__)
        worker = run(context, case, path)
        worker.join(PATIENCE_S)
        told[case.__name__] = {"pid": worker.pid, "exitcode": worker.exitcode}
    time.sleep(0.1)
    truth.write(args.truth, cases=told)


if __name__ == "__main__":
    main()
