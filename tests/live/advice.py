#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the advice work? Runs programs of the zoo, changes them as their finding says, and holds
what that gained against what was promised. `make check-advice`; not among the tests, since what
else goes on on the machine counts in both times."""
import subprocess
import sys

import harness

LEAST = 0.8  # of what was promised


def run(interpreter, program, *args):
    done = subprocess.run([interpreter, harness.pool("traps/" + program)] + [str(a) for a in args],
                          stdout=subprocess.PIPE, check=True)
    return done.stdout


def seconds(interpreter, program, *args):
    """The program's own time for its work, not watched."""
    return float(run(interpreter, program, *args).split()[-1])


def promise(case, interpreter, trap, program, *args):
    tape = case.path("tape")
    harness.record(case, tape, interpreter, harness.pool("traps/" + program), *args, seconds=120)
    found = [t for t in harness.one_pool(case, harness.report(case, tape))["traps"]
             if t["id"] == trap]
    case.need(found, trap + " was found")
    return found[0]


def advice(case, trap, program, args, changed):
    """changed: from the finding's evidence to the arguments of the program as it was advised."""
    harness.need_bpf()
    interpreter = harness.python()
    found = promise(case, interpreter, trap, program, *args)
    evidence = found["evidence"]
    promised = (evidence["now_ns"] - evidence["then_ns"]) / 1e9
    before = seconds(interpreter, program, *args)
    after = seconds(interpreter, program, *changed(evidence))
    case.note(found["text"])
    case.note(found["advice"])
    # As a share of the whole: all of it may have been slower while it was watched.
    share = promised / (evidence["now_ns"] / 1e9)
    gained = (before - after) / before
    case.note("promised %.2f s less, %.0f %%; %.2f s became %.2f s, %.0f %% less: %.0f %% of it"
              % (promised, 100 * share, before, after, 100 * gained, 100 * gained / share))
    case.check(gained >= LEAST * share, "less than %.0f %%" % (100 * LEAST))


def waiting(case):
    """Of oversubscribed the promise is that threads wait for cores no more: by their own count."""
    harness.need_bpf()
    interpreter, truth = harness.python(), case.path("truth")
    args = ["--tasks", "200", "--truth", truth]
    found = promise(case, interpreter, "oversubscribed", "oversubscribed", *args)
    run(interpreter, "oversubscribed", *args)
    before = harness.load(truth)["waiting_share"]
    run(interpreter, "oversubscribed", "--healthy", *args)
    after = harness.load(truth)["waiting_share"]
    promised = found["evidence"]["waiting_share"]
    case.note(found["text"])
    case.note(found["advice"])
    case.note("promised %.0f %% of waiting less; %.0f %% became %.0f %%: %.0f %%"
              % (100 * promised, 100 * before, 100 * after, 100 * (before - after) / promised))
    case.check(before - after >= LEAST * promised, "less than %.0f %%" % (100 * LEAST))


def main():
    recycled = ["--tasks", "100"]
    small = ["--items", "60000"]
    large = ["--once", "--wait"]  # so that it does not matter how busy the cores are
    payload = ["--tasks", "400"]
    return harness.main([
        ("chunk-too-small", lambda case: advice(
            case, "chunk-too-small", "chunk_too_small", small,
            lambda e: small + ["--chunksize", int(e["chunksize"])]), 300),
        ("chunk-too-large", lambda case: advice(
            case, "chunk-too-large", "chunk_too_large", large,
            lambda e: large + ["--chunksize", int(e["chunksize"])]), 300),
        ("repeated-payload", lambda case: advice(
            case, "repeated-payload", "repeated_payload", payload,
            lambda e: payload + ["--healthy"]), 300),
        ("slow-start", lambda case: advice(
            case, "slow-start", "slow_start", recycled,
            lambda e: recycled + ["--recycle", int(e["maxtasksperchild"])]), 300),
        ("oversubscribed", waiting, 300),
    ])


if __name__ == "__main__":
    sys.exit(main())
