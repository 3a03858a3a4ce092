#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# long: each trap's program runs for seconds
# timeout: 600
"""The zoo: each trap is found in its program, and in its healthy twin nothing is."""
import os
import sys

import harness

SOON_NS = 10 * 1000000000


class Beast:
    """A program of the zoo: what is to be found in it, and what else may be."""

    def __init__(self, program, trap, *args, **kwargs):
        self.program = program
        self.trap = trap
        self.args = list(args)
        self.text = kwargs.get("text", "")  # begins the finding's
        self.module = kwargs.get("module")  # that it imports
        self.has = kwargs.get("has", "")  # is somewhere in it
        self.worst = kwargs.get("worst", "warning")
        self.also = set(kwargs.get("also", ()))
        self.seconds = kwargs.get("seconds", 7)
        self.cgroup = kwargs.get("cgroup")


ZOO = [
    Beast("chunk_too_small", "chunk-too-small", also=["one-core"], seconds=5),
    Beast("chunk_too_large", "chunk-too-large"),
    Beast("repeated_payload", "repeated-payload", also=["one-core"], seconds=5),
    Beast("pickle_heavy", "pickle-heavy", also=["one-core"], seconds=8),
    Beast("fork_with_threads", "fork-with-threads", worst="critical", seconds=9),
    Beast("result_unpicklable", "result-unpicklable", seconds=3),
    Beast("result_handler_died", "result-handler-died", worst="critical", seconds=4),
    Beast("broken_pool", "broken-pool", worst="critical", also=["worker-died"], seconds=2),
    Beast("unpickle_failed", "unpickle-failed", worst="critical",
          also=["worker-died", "lost-task"], seconds=3),
    Beast("main_rerun", "main-rerun", worst="critical", also=["worker-died", "respawn-loop"],
          seconds=4),
    Beast("main_slow", "main-rerun", "--method", "spawn", seconds=5, also=["slow-start"]),
    Beast("oversubscribed", "oversubscribed", seconds=8, has="Python code"),
    Beast("oversubscribed_torch", "oversubscribed", seconds=10, has="started by OpenMP",
          module="torch"),
    Beast("hidden_io", "hidden-io", worst="info", seconds=8),
    Beast("slow_start", "slow-start"),
    Beast("start_stuck", "start-stuck", seconds=8),
    Beast("one_core", "one-core", "--reason", "pinned", text="pinned:"),
    Beast("one_core", "one-core", "--reason", "parent-bound", text="parent-bound:"),
    Beast("one_core", "one-core", "--reason", "too-few-tasks", text="too-few-tasks:"),
    Beast("one_core", "one-core", "--reason", "lock-bound", text="lock-bound:"),
    Beast("one_core", "one-core", "--reason", "io-bound", text="io-bound:", worst="info"),
]

# On the oldest and newest interpreter, and by spawn: those that say most in the least time.
ELSEWHERE = [
    Beast("chunk_too_small", "chunk-too-small", also=["one-core"], seconds=5),
    Beast("repeated_payload", "repeated-payload", also=["one-core"], seconds=5),
    Beast("pickle_heavy", "pickle-heavy", also=["one-core"], seconds=8),
    Beast("result_unpicklable", "result-unpicklable", seconds=3),
]

SORTS = ["cpu", "uneven", "io", "answers", "callbacks", "bursts", "executor", "submits", "numpy",
         "recycle"]


def start(case, name, interpreter, program, *args, **kwargs):
    """A recorder with its program; (child, tape)."""
    tape = case.path(name)
    argv = kwargs.get("prefix", []) + [interpreter, harness.pool("traps/" + program)]
    child = case.start([harness.POOLTOP, "record", "-o", tape, "--"] + argv +
                       [str(a) for a in args],
                       stdout=open(case.path(name + ".out"), "wb"),
                       stderr=open(case.path(name + ".err"), "wb"), cwd=case.folder)
    return child, tape


def pools(case, child, tape, seconds):
    harness.wait_end(case, child, seconds + 40, "the recorder ends with its pool")
    report = harness.report(case, tape)
    case.equal("session.mode", report["session"]["mode"], "bpf")
    return report


def findings(case, child, tape, seconds):
    """Of its pool; of several, the one that worked."""
    got = pools(case, child, tape, seconds)["pools"]
    case.need(got, "there is a pool")
    return max(got, key=lambda pool: pool["tasks"]["sent"])


def bad(traps):
    return ["%s %s: %s" % (t["severity"], t["id"], t["text"]) for t in traps
            if t["severity"] != "info"]


def catch(case, beast, interpreter, seconds, args):
    """(pool, its findings of this trap)"""
    child, tape = start(case, "ill-%d" % seconds, interpreter, beast.program, "--seconds", seconds,
                        *args, prefix=beast.cgroup(case) if beast.cgroup else [])
    got = findings(case, child, tape, seconds)
    return got, [t for t in got["traps"] if t["id"] == beast.trap
                 and t["text"].startswith(beast.text)]


def hunt(case, beast, interpreter, method="fork"):
    """Both at once: the program and its healthy twin."""
    harness.need_bpf()
    if os.cpu_count() < 2:
        raise harness.Skip("needs two cores")
    if beast.module and harness.run(case, [interpreter, "-c", "import " + beast.module]).status:
        raise harness.Skip("no %s here for %s" % (beast.module, interpreter))
    args = ["--method", method] + beast.args
    well = start(case, "well", interpreter, beast.program, "--healthy", "--seconds",
                 beast.seconds, *args)
    got, found = catch(case, beast, interpreter, beast.seconds, args)
    twin = findings(case, well[0], well[1], beast.seconds)
    if not found:
        # Others may have had the cores nearly to themselves: once more, and longer.
        case.note("not found at first, but %s" % bad(got["traps"]))
        got, found = catch(case, beast, interpreter, 2 * beast.seconds, args)
    if case.check(found, "%s is not found, but %s" % (beast.trap, got["traps"])):
        case.equal("severity", found[0]["severity"], beast.worst)
        case.check(found[0]["since_ns"] - got["started_ns"] < SOON_NS,
                   "found %.1f s late" % ((found[0]["since_ns"] - got["started_ns"]) / 1e9))
        case.check(beast.has in found[0]["text"],
                   "no `%s` in: %s" % (beast.has, found[0]["text"]))
        case.check(found[0]["advice"] and found[0]["evidence"], "advice and evidence")
    case.equal("what else was found", bad(t for t in got["traps"]
                                          if t["id"] not in beast.also | {beast.trap}), [])
    case.equal("found in the healthy twin", bad(twin["traps"]), [])


def quota(case):
    """Words in front of a command that put it into a cgroup of 0.6 cores."""
    return harness.inside(harness.cpu_cgroup(case, 60000))


def healthy(case, sorts):
    """Nothing worse than a hint, in several at a time."""
    harness.need_bpf()
    running = [(sort, start(case, sort, harness.python(), "healthy", "--sort", sort,
                            "--seconds", 6)) for sort in sorts]
    for sort, (child, tape) in running:
        got = pools(case, child, tape, 6)["pools"]
        with open(case.path(sort + ".err")) as f:
            err = f.read()
        if "No module named 'numpy'" in err:
            continue
        case.equal(sort + ": done", child.returncode, 0)
        case.check(sum(p["tasks"]["returned"] for p in got) > 10, sort + ": it worked")
        case.equal(sort + ": found", bad(t for p in got for t in p["traps"]), [])


def differing(case):
    """As long and as alike at both ends as a repeated payload, and never the same."""
    harness.need_bpf()
    child, tape = start(case, "miss", harness.python(), "different_payload", "--seconds", 4)
    got = findings(case, child, tape, 4)
    case.check(got["bytes"]["out"] > 16 << 20, "it sent much: %r" % got["bytes"])
    case.equal("found", [t["id"] for t in got["traps"] if t["id"] == "repeated-payload"], [])
    case.equal("found besides", bad(got["traps"]), [])


def replayed(case):
    """A recording gives the same findings, at the same times, each time and in the page."""
    harness.need_bpf()
    child, tape = start(case, "ill", harness.python(), "chunk_too_large", "--seconds", 4)
    first = findings(case, child, tape, 4)["traps"]
    second = harness.one_pool(case, harness.report(case, tape))["traps"]
    case.check(first, "something is found")
    case.equal("found again", second, first)
    page = harness.pooltop(case, "report", tape).out.decode()
    case.check(all(t["id"] in page for t in first), "the page names them: %r" % page[:2000])


def row(beast, path, version, method="fork"):
    words = [beast.trap] + [beast.module] * bool(beast.module) + beast.args[1:] + ["on", version]
    words += [method] if method != "fork" else []
    return (" ".join(words), lambda case: hunt(case, beast, path, method), 120)


def main():
    found = harness.pythons()
    debian, others = found[0], sorted(found[1:], key=lambda f: [int(n) for n in f[1].split(".")])
    rows = [row(beast, *debian) for beast in ZOO]
    rows.append(row(Beast("one_core", "one-core", "--reason", "quota", text="quota:",
                          cgroup=quota), *debian))
    for path, version in others[:1] + others[-1:]:
        rows += [row(beast, path, version) for beast in ELSEWHERE]
    rows += [row(beast, debian[0], debian[1], "spawn") for beast in ELSEWHERE]
    rows += [("healthy: " + ", ".join(SORTS[n:n + 3]),
              lambda case, n=n: healthy(case, SORTS[n:n + 3]), 60)
             for n in range(0, len(SORTS), 3)]
    rows.append(("payloads that differ", differing, 60))
    rows.append(("the same again", replayed, 60))
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
