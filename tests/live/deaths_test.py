#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
"""Ends of workers: every death with its cause and its task, and none that was not."""
import os
import sys

import harness

KILLS = 50
STUCK = 75  # kills.py: a kill hit the one moment in which the queue's lock is held


def run_kills(case, interpreter, seed):
    """(recording, truth, kills) of a pool that lost KILLS workers and went on."""
    names = {n: case.path("%s-%d" % (n, seed)) for n in ("truth", "log", "ready", "stop", "tape")}
    recorder = case.start(
        [harness.POOLTOP, "record", "-o", names["tape"], "--", interpreter,
         harness.pool("kills"), "--truth", names["truth"], "--log", names["log"],
         "--ready", names["ready"], "--stop", names["stop"]])
    parent = harness.ready(case, names["ready"])["pid"]
    kills = case.path("kills-%d" % seed)
    killer = harness.run(case, [harness.python(), harness.pool("killer"), "--parent", str(parent),
                                "--log", kills, "--count", str(KILLS), "--seed", str(seed)])
    open(names["stop"], "w").close()
    harness.wait_end(case, recorder, 20, "the recorder ends with its pool")
    want = harness.load(names["truth"])
    if want["stuck"]:
        return None
    case.need(killer.status == 0, "the killer: %s" % killer)
    want["log"] = harness.read_log(names["log"])
    return names["tape"], want, [[int(w) for w in line] for line in harness.read_log(kills)]


def in_hand(want):
    """pid -> (True if between begin and end, number) of the last line that it logged."""
    last = {}
    for pid, what, number, _ in want["log"]:
        last[int(pid)] = (what == "b", int(number))
    return last


def check_death(case, death, kill, want, last):
    """One death against the kill that was its cause; returns the task it is said to have had."""
    pid, sender, before, after = kill
    who = "death of %d" % pid
    case.equal(who + ": end", death["end"], "signal")
    case.equal(who + ": signal", death["signal"], "SIGKILL")
    case.equal(who + ": exit_code", death["exit_code"], None)
    told = death["sender"] or {}
    case.equal(who + ": sender.pid", told.get("pid"), sender)
    case.equal(who + ": sender.comm", told.get("comm"), "kill")
    case.equal(who + ": sender.uid", told.get("uid"), os.getuid())
    # The time of the exit: a kill is done at once, but the victim may wait for a core.
    case.check(before <= death["t_ns"] <= after + 500000000,
               "%s: at %d, killed at %d" % (who, death["t_ns"], before))
    task = death["task"]
    inside, number = last.get(pid, (False, None))
    if inside:
        job = want["jobs_of"][str(number)]
        case.equal(who + ": task", task and (task["job"], task["chunk"], task["function"]),
                   (job, 0, "__main__.work"))
        case.check(task and task["items"] == 1, who + ": one item")
    return task and task["job"]


def kills(case, interpreter):
    harness.need_bpf()
    for seed in range(1, 7):
        ran = run_kills(case, interpreter, seed)
        if ran:
            break
        case.note("seed %d: a worker died with the queue's lock; once more" % seed)
    case.need(ran, "six pools in a row lost their queue's lock")
    tape, want, killed = ran
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    deaths = {death["pid"]: death for death in got["deaths"]}
    case.equal("deaths", len(got["deaths"]), KILLS)
    case.equal("who died", sorted(deaths), sorted(kill[0] for kill in killed))
    last = in_hand(want)
    taken = [check_death(case, deaths[kill[0]], kill, want, last)
             for kill in killed if kill[0] in deaths]
    # Where the log does not say it: what is lost was in the hand of one of the dead, once.
    lost = sorted(want["jobs_of"][str(number)] for number in want["lost"])
    case.equal("tasks that died", sorted(job for job in taken if job is not None), lost)
    case.equal("tasks.lost", got["tasks"]["lost"], len(lost))
    case.equal("tasks.sent", got["tasks"]["sent"], want["tasks"]["sent"])
    case.equal("tasks.returned", got["tasks"]["returned"], want["tasks"]["returned"])
    ends = got["ends"]
    case.equal("other ends", (ends["recycled"], ends["terminated"] + ends["shutdown"]), (0, 4))
    born = {w["pid"] for w in got["workers"]}
    case.equal("workers", len(born), KILLS + 4)
    case.check(all(d["replaced_by"] in born for d in deaths.values()), "each dead is replaced")
    case.equal("replacements, once each", len({d["replaced_by"] for d in deaths.values()}), KILLS)


def recycled(case, interpreter):
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    harness.record(case, tape, interpreter, harness.pool("recycle"), "--truth", told)
    want = harness.load(told)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    case.equal("deaths", got["deaths"], [])
    case.equal("ends.recycled", got["ends"]["recycled"], 500)
    ends = {w["pid"]: w["end"] and w["end"]["end"] for w in got["workers"]}
    wrong = [pid for pid in want["recycled"] if ends.get(pid) != "recycled"]
    case.equal("recycled, but not said so", wrong, [])
    case.equal("tasks.returned", got["tasks"]["returned"], 500)
    case.equal("bytes.out", got["bytes"]["out"], want["bytes"]["out"])
    case.check(all(w["tasks"] == 1 for w in got["workers"] if w["pid"] in set(want["recycled"])),
               "each recycled worker did one task")


def recycled_by_seven(case):
    """500 tasks in lives of seven: 71 workers come to their end, the rest is shut down."""
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    harness.record(case, tape, harness.python(), harness.pool("recycle"), "--truth", told,
                   "--each", "7", "--task-us", "500")
    want = harness.load(told)
    got = harness.one_pool(case, harness.report(case, tape))
    case.equal("deaths", got["deaths"], [])
    case.equal("ends.recycled", got["ends"]["recycled"], len(want["recycled"]))
    case.equal("tasks.returned", got["tasks"]["returned"], 500)


def short(case):
    """Workers that die at once: each is seen, though none lives long."""
    harness.need_bpf()
    tape, told, log = case.path("tape"), case.path("truth"), case.path("log")
    harness.record(case, tape, harness.python(), harness.pool("short"), "--truth", told,
                   "--log", log)
    want = harness.load(told)
    report = harness.report(case, tape)
    case.equal("session.lost_records", report["session"]["lost_records"], 0)
    got = harness.one_pool(case, report)
    deaths = {d["pid"]: d for d in got["deaths"]}
    case.check(len(want["born"]) > 20, "only %d workers were born" % len(want["born"]))
    case.equal("born and died", sorted(deaths), sorted(want["born"]))
    wrong = [d["pid"] for d in got["deaths"]
             if (d["end"], d["exit_code"], d["signal"], d["task"]) != ("exit", 1, None, None)]
    case.equal("deaths that are not `exit 1, no task`", wrong, [])


def check_end(case, death, told, limit):
    who = "%s (%d)" % (told["function"], told["pid"])
    if not case.check(death is not None, who + ": its death was not seen"):
        return
    for key in ("end", "signal", "exit_code"):
        case.equal("%s: %s" % (who, key), death[key], told[key])
    case.check(not death["core_dumped"], who + ": core_dumped")
    task = death["task"]
    case.equal(who + ": task", task and (task["job"], task["chunk"], task["function"]),
               (told["job"], 0, told["function"]))
    if told["sender"] == "self":
        sender = death["sender"] or {}
        case.equal(who + ": sender", sender.get("pid"), told["pid"])
    elif told["end"] == "exit" or told["sender"] == "kernel":
        case.equal(who + ": sender", death["sender"], None)
    if told["end"] == "oom":
        oom = death["oom"] or {}
        case.equal(who + ": oom.limit_bytes", oom.get("limit_bytes"), limit)
        case.check((oom.get("rss_bytes") or 0) > limit // 4, who + ": oom.rss_bytes %r" % oom)
        case.check("pooltop-test" in str(oom.get("scope")), who + ": oom.scope %r" % oom)
        case.equal(who + ": sender", death["sender"], None)
    else:
        case.equal(who + ": oom", death["oom"], None)


def ends(case, interpreter, limit=0, whole=False):
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    argv = [interpreter, harness.pool("ends"), "--truth", told, "--log", case.path("log")]
    if limit:
        folder = harness.cgroup(case, limit)
        argv += ["--cgroup", folder]
    if limit and whole:
        # As in a container: all of it lives in there from its start.
        argv = ["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', folder] + argv
    harness.record(case, tape, *argv)
    want = harness.load(told)
    report = harness.report(case, tape)
    got = harness.one_pool(case, report)
    deaths = {d["pid"]: d for d in got["deaths"]}
    case.equal("deaths", sorted(deaths), sorted(d["pid"] for d in want["deaths"]))
    for death in want["deaths"]:
        check_end(case, deaths.get(death["pid"]), death, limit)
    case.equal("tasks.lost", got["tasks"]["lost"], len(want["deaths"]))
    case.equal("tasks.failed", got["tasks"]["failed"], want["tasks"]["failed"])
    rows = {row["name"]: row for row in got["functions"]}
    for name in ("__main__.fine", "__main__.fails"):
        case.equal(name, rows.get(name, {}).get("tasks"), want["functions"][name]["tasks"])
    case.equal("other ends", got["ends"]["terminated"] + got["ends"]["shutdown"], 2)
    ids = [finding["id"] for finding in got["traps"]]
    case.check("worker-died" in ids, "no worker-died among the findings: %r" % ids)


def eats(case):
    """What it had before it was killed, look by look, against its own count."""
    harness.need_bpf()
    tape, log = case.path("tape"), case.path("log")
    limit = 100 << 20
    done = harness.pooltop(case, "record", "--interval", "200", "-o", tape, "--",
                           harness.python(), harness.pool("eats"), "--log", log, "--cgroup",
                           harness.cgroup(case, limit))
    case.need(done.status == 0, str(done))
    deaths = harness.one_pool(case, harness.report(case, tape))["deaths"]
    case.need([d["end"] for d in deaths] == ["oom"], "deaths: %r" % [d["end"] for d in deaths])
    death, steps = deaths[0], [(int(t), int(rss)) for t, rss in harness.read_log(log)]
    curve = [(death["t_ns"] - m["before_ns"], m["rss_bytes"]) for m in death["memory"]]
    case.check(len(curve) >= 4 and sorted(curve) == curve, "curve: %r" % curve)
    case.check(curve[-1][1] > limit // 2, "its end: %r" % curve[-3:])
    for t_ns, rss in curve:
        # What it had between the steps before and after that look.
        least = max([r for t, r in steps if t < t_ns - 400000000] or [0])
        most = min([r for t, r in steps if t > t_ns + 400000000] or [1 << 62])
        case.check(least <= rss <= most, "at %d: %d, not %d to %d" % (t_ns, rss, least, most))


def healthy(case, how):
    """Ended in order: no deaths, whatever way of ending it was."""
    harness.need_bpf()
    tape, told = case.path("tape"), case.path("truth")
    harness.record(case, tape, harness.python(), harness.pool("healthy"), "--truth", told,
                   "--how", how)
    want = harness.load(told)
    got = harness.one_pool(case, harness.report(case, tape))
    case.equal("deaths", got["deaths"], [])
    case.equal("state", got["state"], "gone")
    case.equal("workers", sorted(w["pid"] for w in got["workers"]), sorted(want["workers"]))
    allowed = ("shutdown",) if how == "close" else ("shutdown", "terminated")
    for w in got["workers"]:
        case.check(w["end"] and w["end"]["end"] in allowed, "%d: end %r" % (w["pid"], w["end"]))
    case.equal("tasks.returned", got["tasks"]["returned"], want["tasks"]["returned"])
    case.equal("tasks.sent", got["tasks"]["sent"], want["tasks"]["sent"])
    if how != "busy":
        case.equal("tasks.lost", got["tasks"]["lost"], 0)


def main():
    found = harness.pythons()
    newest = max(found, key=lambda row: [int(n) for n in row[1].split(".")])
    oldest = min(found, key=lambda row: [int(n) for n in row[1].split(".")])
    some = sorted({found[0], newest, oldest}, key=found.index)
    rows = [("50 workers killed on " + v, lambda case, p=p: kills(case, p), 90)
            for p, v in sorted({found[0], newest}, key=found.index)]
    rows += [("500 recycled on " + v, lambda case, p=p: recycled(case, p), 60) for p, v in found]
    rows += [("recycled after seven tasks", recycled_by_seven, 60),
             ("short lives", short, 60)]
    rows += [("ends on " + v, lambda case, p=p: ends(case, p), 60) for p, v in some]
    rows += [("out of memory in a cgroup",
              lambda case: ends(case, harness.python(), 120 << 20, whole=True), 60),
             ("out of memory, one worker in a cgroup",
              lambda case: ends(case, harness.python(), 60 << 20), 60)]
    rows += [("memory before a death", eats, 60)]
    rows += [("ended by " + how, lambda case, how=how: healthy(case, how), 30)
             for how in ("close", "terminate", "busy", "with", "del", "exit")]
    return harness.main(rows)


if __name__ == "__main__":
    sys.exit(main())
