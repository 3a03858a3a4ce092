#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
"""Where workers' time goes, against workers that measure it themselves. Every phase is several
times as long as the time between two samples, so that chance has little to say."""
import sys

import harness

POINTS = 0.03  # of a life, or of the hot list
HZ = 49  # the least rate at which a few workers are sampled
HOT = ["alpha", "beta", "gamma"]


def watched(case, interpreter, *args):
    """(workers, pool, truth in seconds)"""
    tape, truth = case.path("tape"), case.path("truth")
    harness.record(case, tape, interpreter, harness.pool("states"), "--truth", truth, *args,
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


def states(case, interpreter, method):
    harness.need_bpf()
    workers, pool, truth = watched(case, interpreter, "--method", method)
    life = sum(life_ns(w) for w in workers) / 1e9
    for w in workers:
        total = sum(w["state_ns"].values())
        case.check(abs(total - life_ns(w)) <= 0.01 * life_ns(w),
                   "%d: states add up to %d of %d ns" % (w["pid"], total, life_ns(w)))
    truth["run"] = sum(truth[name] for name in HOT)
    for state in ("unpickle", "run", "pickle", "io", "lock"):
        got, want = spent(workers, state), truth[state]
        case.note("%s: %.2f s, and the workers say %.2f s" % (state, got, want))
        case.check(abs(got - want) <= POINTS * life,
                   "%s: %.2f s, not %.2f s, of %.2f s" % (state, got, want, life))
    functions(case, pool, truth)
    busy = sum(truth[field] for field in truth if field != "run")
    hot(case, pool, truth, busy < 0.8 * life)


def functions(case, pool, truth):
    """The same of the one function that all tasks call, from taken to done."""
    case.need(len(pool["functions"]) == 1, "functions: %r" % pool["functions"])
    one = pool["functions"][0]
    case.equal("its name", one["name"], "__main__.work")
    whole = one["run"]["total_ns"]
    total = sum(one["state_ns"].values())
    case.check(abs(total - whole) <= 0.001 * whole,
               "its states add up to %d of %d ns" % (total, whole))
    for state in ("unpickle", "run", "pickle", "io", "lock"):
        got, want = one["state_ns"][state] / 1e9, truth[state]
        case.check(abs(got - want) <= POINTS * whole / 1e9,
                   "%s of its tasks: %.2f s, not %.2f s, of %.2f s"
                   % (state, got, want, whole / 1e9))


def hot(case, pool, truth, crowded):
    """Where others want the cores too, phases are cut to pieces shorter than the time between two
    samples: then which of them a sample hits is chance."""
    whole = sum(truth[name] for name in HOT)
    found = {h["function"]: h for h in pool["hot"]}
    for name in HOT:
        share = found[name]["share"] if name in found else 0
        case.note("%s: %.1f %%, and the workers say %.1f %%"
                  % (name, 100 * share, 100 * truth[name] / whole))
        want = truth[name] / whole
        noise = 4 * (want * (1 - want) / (HZ * whole)) ** 0.5 if crowded else 0
        case.check(abs(share - want) <= POINTS + noise,
                   "%s has %.3f of the time, not %.3f" % (name, share, truth[name] / whole))
        if name in found:
            case.check(found[name]["file"].endswith("/states.py"), "file of %s" % name)
            case.check(found[name]["line"] in range(1, 200), "line of %s" % name)


def rows():
    """The usual one under both methods, and the oldest and the newest of the others."""
    found = harness.pythons()
    own = [row for row in found if row[0] == harness.python()] or found[:1]
    others = sorted((row for row in found if row not in own),
                    key=lambda row: [int(n) for n in row[1].split(".")])
    picked = [(row, method) for row in own for method in ("fork", "spawn")]
    picked += [(row, "fork") for row in (others[:1] + others[1:][-1:])]
    for (path, version), method in picked:
        yield "%s %s" % (method, version), path, method


if __name__ == "__main__":
    sys.exit(harness.main([(name, lambda case, i=interpreter, m=method: states(case, i, m), 280)
                           for name, interpreter, method in rows()]))
