#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 900
"""Where workers' time goes, against workers that measure it themselves. Every phase is several
times as long as the time between two samples, so that chance has little to say.

`every` as the first word: every interpreter by fork and by spawn (make check-states), not just a
few of them."""
import sys

import harness

POINTS = 0.03  # of a life, or of the hot list
FEW = 0.015  # of what is not sampled: each beginning and end of it is seen
LEAST_S = 15  # that a worker lives
HZ = 49  # the least rate at which a few workers are sampled
HOT = ["alpha", "beta", "gamma"]
PLAIN_TASKS = 300
SAMPLED = ["unpickle", "run", "pickle"]
IN_HAND = SAMPLED + ["send", "io", "lock", "runq"]
STATES = ["start", "wait"] + IN_HAND + ["exit"]


def watched(case, name, interpreter, *args):
    """(workers, pool, truth in seconds)"""
    tape, truth = case.path("tape"), case.path("truth")
    harness.record(case, tape, interpreter, harness.pool(name), "--truth", truth, *args,
                   seconds=270)
    got = harness.report(case, tape)
    case.equal("session.mode", got["session"]["mode"], "bpf")
    if any(m["feature"] == "sampler" for m in got["session"]["missing"]):
        raise harness.Skip("needs perf_event_open()")
    pool = harness.one_pool(case, got)
    return pool["workers"], pool, harness.load(truth)


def life_ns(worker):
    return worker["end"]["t_ns"] - worker["born_ns"]


def spent(workers, state):
    return sum(w["state_ns"][state] for w in workers) / 1e9


def room(state):
    return POINTS if state in SAMPLED else FEW


def states(case, version, interpreter, method):
    harness.need_bpf()
    workers, pool, truth = watched(case, "states", interpreter, "--method", method)
    life = sum(life_ns(w) for w in workers) / 1e9
    case.check(life > LEAST_S * len(workers), "they lived for %.1f s in all" % life)
    for w in workers:
        total = sum(w["state_ns"].values())
        case.check(abs(total - life_ns(w)) <= 0.01 * life_ns(w),
                   "%d: states add up to %d of %d ns" % (w["pid"], total, life_ns(w)))
    for state in STATES:
        got, want = spent(workers, state), truth[state]
        case.note("%s: %.2f s, and the workers say %.2f s, %+.2f points"
                  % (state, got, want, 100 * (got - want) / life))
        case.check(abs(got - want) <= room(state) * life,
                   "%s: %.2f s, not %.2f s, of %.2f s" % (state, got, want, life))
    waits_for_gil(case, version, workers, truth["gil"] / life)
    functions(case, pool, truth)


def waits_for_gil(case, version, workers, want):
    """Of `lock`: what one thread of a worker had to wait for the other's turn in Python."""
    told = [w["gil_ns"] for w in workers]
    if version.startswith("3.6."):  # nothing says where it has that lock
        case.equal("gil_ns", told, [None] * len(workers))
        return
    life = sum(life_ns(w) for w in workers)
    got = sum(told) / life
    case.note("the GIL: %.2f points, and the workers say %.2f" % (100 * got, 100 * want))
    case.check(abs(got - want) <= FEW, "the GIL: %.3f of their lives, not %.3f" % (got, want))


def functions(case, pool, truth):
    """The same of the one function that all tasks call, from taken to done."""
    case.need(len(pool["functions"]) == 1, "functions: %r" % pool["functions"])
    one = pool["functions"][0]
    case.equal("its name", one["name"], "__main__.work")
    whole = one["run"]["total_ns"]
    total = sum(one["state_ns"].values())
    case.check(abs(total - whole) <= 0.001 * whole,
               "its states add up to %d of %d ns" % (total, whole))
    for state in IN_HAND:
        got, want = one["state_ns"][state] / 1e9, truth[state]
        case.check(abs(got - want) <= room(state) * whole / 1e9,
                   "%s of its tasks: %.2f s, not %.2f s, of %.2f s"
                   % (state, got, want, whole / 1e9))


def noise(share, on_core, runq):
    """Where others want the cores too, phases are cut to pieces shorter than the time between two
    samples: then which of them a sample hits is chance."""
    return 4 * (share * (1 - share) / (HZ * on_core)) ** 0.5 if runq > 0.1 * on_core else 0


def hot(case, version, interpreter, method):
    harness.need_bpf()
    workers, pool, truth = watched(case, "states", interpreter, "--method", method, "--plain",
                                   "--tasks", PLAIN_TASKS)
    life = sum(life_ns(w) for w in workers) / 1e9
    case.check(life > LEAST_S * len(workers), "they lived for %.1f s in all" % life)
    whole = sum(truth[name] for name in HOT)
    found = {h["function"]: h for h in pool["hot"]}
    for name in HOT:
        share = found[name]["share"] if name in found else 0
        want = truth[name] / whole
        case.note("%s: %.1f %%, and the workers say %.1f %%" % (name, 100 * share, 100 * want))
        case.check(abs(share - want) <= POINTS + noise(want, whole, truth["runq"]),
                   "%s has %.3f of the time, not %.3f" % (name, share, want))
        if name in found:
            case.check(found[name]["file"].endswith("/states.py"), "file of %s" % name)
            case.check(found[name]["line"] in range(1, 200), "line of %s" % name)
    folded(case, found)


def folded(case, found):
    """A flame graph shows the same time in each function as the list."""
    done = harness.pooltop(case, "export", case.path("tape"), "--format", "folded")
    case.need(done.status == 0, "export: %s" % done)
    stacks = [line.rpartition(" ") for line in done.out.decode().splitlines()]
    for name in HOT:
        mine = [int(us) for stack, _, us in stacks
                if stack.rpartition(";")[2].startswith(name + " (states.py:")]
        want = found[name]["sampled_ns"] / 1000 if name in found else 0
        case.check(mine and abs(sum(mine) - want) <= len(mine),
                   "%s: %r us in stacks, not %d" % (name, mine, want))


def collector(case, version, interpreter, method):
    """Of all time on a core, the garbage collector's."""
    harness.need_bpf()
    _, pool, truth = watched(case, "collects", interpreter)
    if version.startswith("3.6."):  # nothing says where it keeps that
        case.equal("gc", pool["gc"], None)
        return
    got, want = pool["gc"]["share"], truth["gc"] / truth["cpu"]
    case.note("the collector: %.1f %%, and the workers say %.1f %%" % (100 * got, 100 * want))
    case.check(want > 0.1, "it has much to do: %.3f" % want)
    case.check(abs(got - want) <= POINTS + noise(want, truth["cpu"], truth["runq"]),
               "the collector has %.3f of the time, not %.3f" % (got, want))
    page = harness.pooltop(case, "report", case.path("tape")).out.decode()
    case.check("went to the garbage collector" in page, "the page says so: %s" % page[:3000])


def in_order(found):
    return sorted(found, key=lambda row: [int(n) for n in row[1].split(".")])


def table():
    """Every interpreter, by fork and by spawn."""
    for path, version in in_order(harness.pythons((3, 6))):
        for method in ("fork", "spawn"):
            yield states, version, path, method
        yield hot, version, path, "fork"
        yield collector, version, path, "fork"


def diagonal():
    """The usual one by both, the oldest and the newest of the others by one each."""
    found = in_order(harness.pythons((3, 6)))
    own = [row for row in found if row[0] == harness.python()] or found[:1]
    others = [row for row in found if row not in own]
    picked = [(states, row, method) for row in own for method in ("fork", "spawn")]
    picked += [(states, row, "fork") for row in others[:1]]
    picked += [(states, row, "spawn") for row in others[1:][-1:]]
    picked += [(hot, row, "fork") for row in others[:1] + others[1:][-1:]]
    picked += [(collector, row, "fork") for row in own + others[1:2] + others[2:][-1:]]
    for what, (path, version), method in picked:
        yield what, version, path, method


if __name__ == "__main__":
    every = sys.argv[1:2] == ["every"]
    if every:
        del sys.argv[1]
    sys.exit(harness.main([
        ("%s %s %s" % (what.__name__, method, version),
         lambda case, w=what, v=version, i=path, m=method: w(case, v, i, m), 280)
        for what, version, path, method in (table() if every else diagonal())]))
