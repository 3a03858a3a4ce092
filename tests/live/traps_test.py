#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: each trap's program runs for seconds
# timeout: 900
"""The zoo: each trap is found in its program, and in its healthy twin nothing is, at no tick. A
thin part of traps_matrix.py: once each, on one interpreter, some of them on others and by spawn."""
import os
import sys

import beasts
import harness

SOON_NS = 10 * 1000000000
AT_ONCE = 3  # healthy programs
LITTLE = "0.01"  # per cent of the machine


def catch(case, beast, interpreter, seconds, args):
    """(pool, its findings of this trap)"""
    child, tape = beasts.start(case, "ill-%d" % seconds, interpreter, beast.program, "--seconds",
                               seconds, *args,
                               prefix=beast.cgroup(case) if beast.cgroup else [])
    got = beasts.findings(case, child, tape, seconds)
    changes = beasts.changes(case, tape)
    early = beasts.noted(tape) - beasts.dated(changes)
    case.equal("found while it was watched, and not by the replay", early, set())
    case.equal("found by another replay", [c.line for c in beasts.changes(case, tape)],
               [c.line for c in changes])
    return got, [t for t in got["traps"] if t["id"] == beast.trap
                 and t["text"].startswith(beast.text)]


def need(beast, interpreter):
    harness.need_bpf()
    if os.cpu_count() < 2:
        raise harness.Skip("needs two cores")
    if beast.module and not beasts.has_module(interpreter, beast.module):
        raise harness.Skip("no %s here for %s" % (beast.module, interpreter))


def hunt(case, beast, interpreter, method):
    """Both at once: the program and its healthy twin."""
    need(beast, interpreter)
    args = ["--method", method] + beast.args
    well = beasts.start(case, "well", interpreter, beast.program, "--healthy", "--seconds",
                        beast.seconds, *args)
    got, found = catch(case, beast, interpreter, beast.seconds, args)
    beasts.findings(case, well[0], well[1], beast.seconds)
    soon_ns = SOON_NS
    if not found:
        # Others may have had the cores nearly to themselves: once more, and longer.
        case.note("not found at first, but %s" % beasts.bad(got["traps"]))
        got, found = catch(case, beast, interpreter, 2 * beast.seconds, args)
        soon_ns *= 2  # the evidence was not there, and came late
    if case.check(found, "%s is not found, but %s" % (beast.trap, got["traps"])):
        case.equal("severity", found[0]["severity"], beast.worst)
        late_ns = found[0]["since_ns"] - beasts.ready_ns(got)
        case.check(late_ns < soon_ns, "found %.1f s late" % (late_ns / 1e9))
        case.check(beast.has in found[0]["text"],
                   "no `%s` in: %s" % (beast.has, found[0]["text"]))
        case.check(found[0]["advice"] and found[0]["evidence"], "advice and evidence")
    case.equal("what else was found", beasts.bad(t for t in got["traps"]
                                                 if t["id"] not in beast.also | {beast.trap}), [])
    case.equal("found in the healthy twin", beasts.warnings(case, well[1]), [])


def hardly_told(case):
    """Nothing either in what is only added up."""
    harness.need_bpf()
    child, tape = beasts.start(case, "fast", harness.python(), "healthy", "--sort", "fast",
                               "--seconds", 20, budget=LITTLE)
    report = beasts.pools(case, child, tape, 20)
    budget = report["session"]["budget"]
    case.check(budget["lowest"] >= budget["levels"] - 2, "one task in 512, or none: %r" % budget)
    case.equal("found", beasts.warnings(case, tape), [])


def healthy(case, programs):
    """Nothing worse than a hint, in several at a time."""
    harness.need_bpf()
    here = [p for p in programs if not p.module or beasts.has_module(harness.python(), p.module)]
    if not here:
        raise harness.Skip("no %s here" % programs[0].module)
    running = [(p, beasts.start(case, p.sort, harness.python(), p.program, "--seconds", p.seconds,
                                *p.args())) for p in here]
    for p, (child, tape) in running:
        got = beasts.pools(case, child, tape, p.seconds)["pools"]
        case.equal(p.sort + ": exit status", child.returncode, 0)
        case.check(sum(one["tasks"]["returned"] for one in got) > 10, p.sort + ": it worked")
        case.equal(p.sort + ": found", beasts.warnings(case, tape), [])


def crowd(case):
    """Threads that want a core, as counted by themselves: of each, how long it had one and how long
    it waited for one."""
    harness.need_bpf()
    tape, truth = case.path("tape"), case.path("truth")
    harness.record(case, tape, harness.python(), harness.pool("traps/oversubscribed"),
                   "--tasks", 120, "--truth", truth, seconds=100)
    found = [t for t in harness.one_pool(case, harness.report(case, tape))["traps"]
             if t["id"] == "oversubscribed"]
    case.need(found, "it is found")
    got, want = found[0]["evidence"], harness.load(truth)
    case.note("%.2f threads besides the main ones, and they say %.2f"
              % (got["threads_of_libraries"], want["others"]))
    case.check(abs(got["threads_of_libraries"] - want["others"]) < 0.15 * want["others"],
               "other threads: %.2f, not %.2f" % (got["threads_of_libraries"], want["others"]))
    case.check(abs(got["waiting_share"] - want["waiting_share"]) < 0.1,
               "waiting: %.2f, not %.2f" % (got["waiting_share"], want["waiting_share"]))


def replayed(case):
    """A recording gives the same findings, at the same times, each time and in the page."""
    harness.need_bpf()
    child, tape = beasts.start(case, "ill", harness.python(), "chunk_too_large", "--seconds", 4)
    first = beasts.findings(case, child, tape, 4)["traps"]
    second = harness.one_pool(case, harness.report(case, tape))["traps"]
    case.check(first, "something is found")
    case.equal("found again", second, first)
    page = harness.pooltop(case, "report", tape).out.decode()
    case.check(all(t["id"] in page for t in first), "the page names them: %r" % page[:2000])


def row(beast, interpreter, method):
    path, version = interpreter
    words = [beast.trap] + [beast.module] * bool(beast.module) + beast.args[1:] + ["on", version]
    words += [method] if method != "fork" else []
    return (" ".join(words), lambda case: hunt(case, beast, path, method), 120)


def main():
    found = harness.pythons()
    debian, others = found[0], sorted(found[1:], key=lambda f: [int(n) for n in f[1].split(".")])
    rows = [row(beast, debian, beast.methods[0]) for beast in beasts.ZOO]
    few = [beast for beast in beasts.ZOO if beast.elsewhere]
    for interpreter in others[:1] + others[-1:]:
        rows += [row(beast, interpreter, "fork") for beast in few]
    rows += [row(beast, debian, "spawn") for beast in few]
    for n in range(0, len(beasts.HEALTHY), AT_ONCE):
        some = beasts.HEALTHY[n:n + AT_ONCE]
        rows.append(("healthy: " + ", ".join(p.sort for p in some),
                     lambda case, some=some: healthy(case, some), 90))
    rows.append(("healthy: fast, and hardly told", hardly_told, 90))
    rows.append(("a crowd of threads is counted", crowd, 120))
    rows.append(("the same again", replayed, 60))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
