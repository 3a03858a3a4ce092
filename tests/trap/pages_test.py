#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every trap has its page, its row in the manual page, its program in the zoo and its test."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("POOLTOP_SRC") or os.path.dirname(os.path.dirname(HERE))
HEADS = ["What is seen", "How it is measured", "What to do"]


def read(path):
    with open(os.path.join(SRC, path), encoding="utf-8") as f:
        return f.read()


def traps():
    folder = os.path.join(SRC, "src", "trap")
    found = [re.search(r'\.id = "([a-z-]+)"', read("src/trap/" + name))
             for name in sorted(os.listdir(folder)) if name.endswith(".c")]
    return sorted(match.group(1) for match in found if match)


def faults_of(trap, manual, zoo):
    name = trap.replace("-", "_")
    page = "doc/traps/%s.md" % trap
    if not os.path.exists(os.path.join(SRC, page)):
        yield "%s is not there" % page
        return
    text = read(page)
    yield from ("%s: no `%s`" % (page, head) for head in HEADS if "\n## %s\n" % head not in text)
    if "\nBefore:\n\n```" not in text or "\nAfter:\n\n```" not in text:
        yield "%s: no code before and after" % page
    if not text.startswith("# %s\n" % trap):
        yield "%s: its title" % page
    if "\n.B %s\n" % trap.replace("-", "\\-") not in manual:
        yield "doc/pooltop.1 has no %s" % trap
    if not os.path.exists(os.path.join(SRC, "tests/trap/%s_test.c" % name)):
        yield "no tests/trap/%s_test.c" % name
    if '"%s"' % trap not in zoo:
        yield "tests/live/beasts.py has no %s" % trap


def main():
    manual, zoo, bad = read("doc/pooltop.1"), read("tests/live/beasts.py"), 0
    names = traps()
    for number, trap in enumerate(names, 1):
        faults = list(faults_of(trap, manual, zoo))
        bad += bool(faults)
        print("%sok %d - %s" % ("not " if faults else "", number, trap))
        for fault in faults:
            print("#   " + fault)
    made = subprocess.check_output([sys.executable, os.path.join(SRC, "doc", "traps.py")])
    same = made.decode("utf-8") in manual
    print("%sok %d - the manual page's table is that of the pages" % ("" if same else "not ",
                                                                     len(names) + 1))
    if not same:
        print("#   run doc/traps.py doc/pooltop.1")
    print("1..%d" % (len(names) + 1))
    return 1 if bad or not same or len(names) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
