#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 260
"""The first minutes with a pool, through a real terminal (tmux, 80x24): its slowest function, the
worker that died and its stack, back to that moment, a filter, sorting, another size, and out; and
with the recording of an incident that comes along, which needs no rights. Each key that is pressed
stands in the bottom lines at that moment."""
import json
import os
import re
import shutil
import sys

import harness

sys.path.insert(0, os.path.join(harness.SRC, "tests", "ui"))
import screen_test  # noqa: E402

HINT_LINES = 4  # at the bottom: three of keys, one of what watching costs


class User:
    """Presses only what the bottom lines offer."""

    def __init__(self, case, screen):
        self.case, self.screen = case, screen

    def press(self, keys, hint, pattern):
        bottom = "\n".join(self.screen.text().rstrip("\n").split("\n")[-HINT_LINES:])
        self.case.check(hint in bottom, "`%s` is not offered, but\n%s" % (hint, bottom))
        return self.screen.press([keys], pattern)


def told(path, what):
    if not os.path.exists(path):
        return None
    with open(path) as f:
        facts = [json.loads(line) for line in f if line.endswith("\n")]
    return next((fact[what] for fact in facts if what in fact), None)


def start(case):
    """(screen, death): a dashboard on a busy pool; death() makes a worker die and says which."""
    truth, go = case.path("truth"), case.path("go")
    os.chmod(case.folder, 0o777)
    case.start([harness.python(), harness.pool("first"), go, truth])
    parent = harness.wait_for(lambda: told(truth, "parent"), 30, "the pool works")
    screen = screen_test.Screen(case.folder, "%s %d" % (harness.POOLTOP, parent))
    case.later(screen.close)

    def death():
        with open(go, "w"):
            pass
        return harness.wait_for(lambda: told(truth, "died"), 30, "a worker dies")

    return screen, death


def back_to(user, died):
    """To the event, from there step by step to before it, and one step on: it happens."""
    seen = r"worker-died +%d " % died
    user.press("1", "1 Overview", seen)
    text = user.press("{", "{ } event", r"PAUSED \d\d:\d\d:\d\d")
    for _ in range(60):
        if not re.search(seen, text):
            break
        at = re.search(r"PAUSED (\S+)", text).group(1)
        text = user.press("[", "[ ] step", r"PAUSED (?!%s)\d\d" % at)
    user.case.check(not re.search(seen, text), "no time before the death:\n" + text)
    # A screen may be read while it is painted, and so a step too many was made.
    while "PAUSED" in text and not re.search(seen, text):
        at = re.search(r"PAUSED (\S+)", text).group(1)
        text = user.press("]", "[ ] step", r"PAUSED (?!%s)\d\d|LIVE" % at)
    user.screen.wait(seen)
    if "PAUSED" in text:
        user.press("n", "n newest", r"LIVE")


def minutes(case):
    harness.need_bpf()
    screen, death = start(case)
    user = User(case, screen)
    screen.wait(r"Pool\(3\).*LIVE.*busy", 30)
    user.press("3", "3 Tasks", r"Slowest▼.*\n +\d+ ms +__main__\.slow")
    died = death()
    user.press("5", "5 Deaths", r"%d +SIGKILL .*__main__\.give_up" % died)
    user.press("Enter", "Enter open", r"^ Worker %d died" % died)
    for _ in range(12):
        if "give_up  " in screen.text() and "first.py:" in screen.text():
            break
        user.press("PageDown", "PgUp/PgDn page", r"Worker|[a-z]")
    case.check(re.search(r"give_up +.*first\.py:\d+", screen.text()), "no stack:\n" + screen.text())
    user.press("Escape", "Esc back", r"^ Deaths  1")
    back_to(user, died)
    text = user.press("2", "2 Workers", r"^ Workers  3 at work")
    one = re.search(r"^›\s+(\d+)", text, re.M).group(1)
    user.press("/", "/ filter", r"filter: ")
    text = screen.press(list(one) + ["Enter"], r"filter: %s" % one)
    case.equal("rows of the filter", re.findall(r"^›?\s+(\d+)  ", text, re.M), [one])
    user.press("Escape", "Esc back", r"(?s)\A(?!.*filter: )")
    user.press("s", "s sort", r"PID▼")
    screen.tmux("resize-window", "-x", "160", "-y", "50")
    text = screen.wait(r"(?s)PID▼.*data \d\d:\d\d:\d\d\s*\Z")
    harness.wait_for(lambda: len(screen.text().rstrip("\n").split("\n")) == 50, 15,
                     "the screen has 50 rows")
    case.check(len(screen.text().split("\n")[0]) > 100, "it is no wider:\n" + screen.text())
    user.press("q", "q quit", r"^status 0")


def incident(case):
    """doc/incident: an OOM kill, the task that it takes along, and a map() that waits for ever."""
    tape = os.path.join(harness.SRC, "doc", "incident", "incident.pooltop")
    pool = harness.one_pool(case, harness.report(case, tape))
    death, = pool["deaths"]
    case.equal("how it died", (death["end"], death["signal"], death["oom"]["limit_bytes"]),
               ("oom", "SIGKILL", 260 << 20))
    case.equal("its stack", [f["function"] for f in death["python_stack"][:2]],
               ["match_products", "settle_day"])
    case.equal("stalled", pool["stall"]["reason"], "lost-task")
    tasks = pool["tasks"]
    case.equal("lost", (tasks["sent"], tasks["lost"], tasks["returned"]), (120, 1, 119))
    screen = screen_test.Screen(case.folder, "%s replay %s" % (harness.POOLTOP, tape))
    case.later(screen.close)
    user = User(case, screen)
    screen.wait(r"nightly\.py.*REPLAY", 30)
    for _ in range(6):
        text = user.press("}", "{ } event", r"PAUSED \d\d:\d\d:\d\d")
        if re.search("! worker-died", text):
            break
    user.press("}", "{ } event", r"stalled: lost-task")
    user.press("5", "5 Deaths", r"%d +OOM kill +the OOM killer" % death["pid"])
    user.press("Enter", "Enter open", r"match_products +/srv/shop/nightly\.py:32")
    user.press("q", "q quit", r"^status 0")


def main():
    if not shutil.which("tmux"):
        print("1..0 # SKIP needs tmux")
        return 0
    return harness.main([
        ("the first minutes", minutes, 180),
        ("the incident that comes along", incident, 60),
    ])


if __name__ == "__main__":
    sys.exit(main())
