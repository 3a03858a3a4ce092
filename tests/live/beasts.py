# SPDX-License-Identifier: GPL-2.0-only
"""The zoo's inhabitants, and what is to be found in each: for traps_test.py, which CI runs, and for
traps_matrix.py, which runs them all many times."""
import contextlib
import sqlite3

import harness

ANY = ("fork", "spawn")


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
        self.methods = kwargs.get("methods", ANY)  # by which it is a mistake
        self.elsewhere = kwargs.get("elsewhere", False)  # CI has it on more interpreters too

    def name(self):
        return " ".join([self.program] + self.args[1:])

    def args_of(self, healthy):
        return self.args + ["--healthy"] * healthy


def quota(case):
    """Words in front of a command that put it into a cgroup of 0.6 cores."""
    return harness.inside(harness.cpu_cgroup(case, 60000))


ZOO = [
    Beast("chunk_too_small", "chunk-too-small", also=["one-core"], seconds=5, elsewhere=True),
    Beast("chunk_too_large", "chunk-too-large"),
    Beast("repeated_payload", "repeated-payload", also=["one-core"], seconds=5, elsewhere=True),
    Beast("pickle_heavy", "pickle-heavy", also=["one-core"], seconds=8, elsewhere=True),
    Beast("fork_with_threads", "fork-with-threads", worst="critical", seconds=9,
          methods=("fork",)),
    Beast("result_unpicklable", "result-unpicklable", seconds=5, elsewhere=True),
    Beast("task_unpicklable", "task-unpicklable", seconds=5, elsewhere=True),
    Beast("result_handler_died", "result-handler-died", worst="critical", seconds=4),
    Beast("broken_pool", "broken-pool", worst="critical", also=["worker-died"], seconds=5),
    Beast("unpickle_failed", "unpickle-failed", worst="critical",
          also=["worker-died", "lost-task"], seconds=5),
    Beast("main_rerun", "main-rerun", worst="critical", also=["worker-died", "respawn-loop"],
          seconds=4, methods=("spawn",)),
    Beast("main_slow", "main-rerun", seconds=5, also=["slow-start"], methods=("spawn",)),
    Beast("oversubscribed", "oversubscribed", seconds=8, has="Python code"),
    Beast("oversubscribed_torch", "oversubscribed", seconds=10, has="started by OpenMP",
          module="torch", methods=("fork",)),  # by spawn, each worker's import of it is slow
    Beast("hidden_io", "hidden-io", worst="info", seconds=8),
    Beast("slow_start", "slow-start"),
    Beast("start_stuck", "start-stuck", seconds=8),
    Beast("worker_died", "worker-died", worst="critical", also=["lost-task"], seconds=5),
    Beast("lost_task", "lost-task", worst="critical", also=["worker-died"], seconds=5),
    Beast("queue_lock_lost", "queue-lock-lost", worst="critical", also=["worker-died"],
          seconds=5),
    Beast("respawn_loop", "respawn-loop", worst="critical", also=["worker-died"], seconds=5),
    Beast("task_failed", "task-failed", seconds=5),
    Beast("one_core", "one-core", "--reason", "pinned", text="pinned:"),
    Beast("one_core", "one-core", "--reason", "quota", text="quota:", cgroup=quota),
    Beast("one_core", "one-core", "--reason", "parent-bound", text="parent-bound:"),
    Beast("one_core", "one-core", "--reason", "too-few-tasks", text="too-few-tasks:"),
    Beast("one_core", "one-core", "--reason", "lock-bound", text="lock-bound:"),
    Beast("one_core", "one-core", "--reason", "io-bound", text="io-bound:", worst="info"),
]


class Healthy:
    """A program of the ordinary sort, in which nothing worse than a hint is to be found."""

    def __init__(self, name, program="healthy", *args, **kwargs):
        self.sort = name
        self.program = program
        self.words = list(args)
        self.module = kwargs.get("module")
        self.methods = kwargs.get("methods", ANY)
        self.seconds = kwargs.get("seconds", 6)

    def args(self):
        return ["--sort", self.sort] if self.program == "healthy" else self.words

    def name(self):
        return "healthy " + self.sort


HEALTHY = [Healthy(sort) for sort in ("cpu", "uneven", "io", "answers", "callbacks", "bursts",
                                      "executor", "submits", "recycle")]
HEALTHY += [
    Healthy("fast", seconds=16),
    Healthy("numpy", module="numpy"),
    Healthy("joblib", "healthy_joblib", module="joblib", methods=("loky",), seconds=10),
    Healthy("DataLoader", "healthy_loader", module="torch", seconds=14),
    Healthy("Celery", "healthy_celery", module="celery", methods=("fork",)),
    Healthy("payloads that differ", "different_payload"),
    Healthy("a core for each", "one_core", "--reason", "apart"),
]


def has_module(interpreter, module):
    """Whether that interpreter has it; asked once."""
    key = (interpreter, module)
    if key not in has_module.known:
        case = harness.Case("import " + module)
        done = harness.run(case, [interpreter, "-c", "import " + module])
        has_module.known[key] = done.status == 0
        case.end()
    return has_module.known[key]


has_module.known = {}


def start_command(case, name, argv, budget=None):
    """A recorder with a program; (child, tape)."""
    tape = case.path(name)
    options = ["--budget", budget] if budget else []
    child = case.start([harness.POOLTOP, "record"] + options + ["-o", tape, "--"] + argv,
                       stdout=open(case.path(name + ".out"), "wb"),
                       stderr=open(case.path(name + ".err"), "wb"), cwd=case.folder)
    return child, tape


def start(case, name, interpreter, program, *args, **kwargs):
    """The same with a program of the zoo."""
    return start_command(case, name, kwargs.get("prefix", []) +
                         [interpreter, harness.pool("traps/" + program)] + [str(a) for a in args],
                         kwargs.get("budget"))


def pools(case, child, tape, seconds):
    harness.wait_end(case, child, seconds + 40, "the recorder ends with its pool")
    report = harness.report(case, tape)
    case.equal("session.mode", report["session"]["mode"], "bpf")
    return report


def busiest(got):
    """Of several pools, the one that worked."""
    return max(got, key=lambda pool: pool["tasks"]["sent"])


def ready_ns(pool):
    """When its first worker could work: from then on there may be evidence."""
    return min([w["born_ns"] + w["start"]["total_ns"] for w in pool["workers"]
                if w["start"] and w["start"]["total_ns"]] or [pool["started_ns"]])


def findings(case, child, tape, seconds):
    got = pools(case, child, tape, seconds)["pools"]
    case.need(got, "there is a pool")
    return busiest(got)


class Change:
    """A finding that began, ended or became of another severity, at a tick."""

    def __init__(self, line):
        tick, _, self.pool, self.what, self.trap, subject, self.severity, since, self.text \
            = line.split("\t", 8)
        self.line = line
        self.subject = int(subject) - (int(subject) >> 63 << 64)  # as SQLite has it
        self.t_ns = int(tick)
        self.since_ns = int(since)

    def is_bad(self):
        """It says worse than a hint."""
        return self.what != "ends" and self.severity != "info"

    def __str__(self):
        return "%s %s %s: %s" % (self.what, self.severity, self.trap, self.text)


def changes(case, tape):
    """All that the traps said of a recording, tick by tick."""
    done = harness.run(case, [harness.BUILD + "/tests/live/findings", tape])
    case.need(done.status == 0, str(done))
    return [Change(line) for line in done.out.decode("utf-8", "replace").splitlines()]


def bad(traps):
    return ["%s %s: %s" % (t["severity"], t["id"], t["text"]) for t in traps
            if t["severity"] != "info"]


def warnings(case, tape):
    """What was found at any tick that is worse than a hint."""
    return [str(c) for c in changes(case, tape) if c.is_bad()]


def noted(tape):
    """What the recorder itself had found when it last wrote the recording's plain table, a while
    before its end at most: {(trap, subject, since when)}."""
    with contextlib.closing(sqlite3.connect(tape)) as db:
        return set(db.execute("SELECT trap, subject, since_ns FROM finding"))


def dated(changes):
    """The same of a replay, at any tick."""
    return {(c.trap, c.subject, c.since_ns) for c in changes}
