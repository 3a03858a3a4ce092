#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 150
"""What `pooltop serve` tells Prometheus, against what the workload itself counted. Read by
Prometheus' own parser of OpenMetrics, which refuses what is not in its form."""
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

import harness

# Debian's parser, whatever Python runs the test: {"family|label=value|...": number} of a text.
READ = """
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
told = [[s.name, s.labels, s.value] for f in families(sys.stdin.read()) for s in f.samples]
json.dump(told, sys.stdout)
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(case, *args):
    """(process, port) of a `pooltop serve` that answers."""
    port = free_port()
    child = case.start([harness.POOLTOP, "serve", "--listen", "127.0.0.1:%d" % port]
                       + [str(a) for a in args], stderr=subprocess.PIPE)
    said = child.stderr.readline().decode()
    case.equal("what it says", said, "pooltop: serving http://127.0.0.1:%d/metrics\n" % port)
    harness.wait_for(lambda: "\npooltop_newest_data_timestamp_seconds " in get(port)[1], 15,
                     "no tick is served")
    return child, port


def ask(port, method, path, body=None):
    """(status, headers, body)"""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request(method, path, body)
        answer = client.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        client.close()


def get(port):
    status, headers, text = ask(port, "GET", "/metrics")
    if status != 200 or not headers["Content-Type"].startswith("application/openmetrics-text"):
        raise harness.Failed("GET /metrics: %d %r" % (status, headers))
    return headers, text


class Told:
    """One look at the numbers."""

    def __init__(self, case, port):
        python = "/usr/bin/python3"
        if subprocess.run([python, "-c", "import prometheus_client.openmetrics.parser"],
                          stderr=subprocess.DEVNULL).returncode:
            raise harness.Skip("Debian's python3-prometheus-client is not here")
        done = subprocess.run([python, "-c", READ], input=get(port)[1].encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
        case.need(done.returncode == 0, "Prometheus refuses it: %s" % done.stderr.decode()[-300:])
        self.samples = harness.json.loads(done.stdout.decode())

    def of(self, name, **labels):
        """The one sample of that name with these labels; None: there is none."""
        found = [value for n, have, value in self.samples if n == "pooltop_" + name
                 and all(have.get(key) == str(want) for key, want in labels.items())]
        if len(found) > 1:
            raise harness.Failed("%s %r: %d samples" % (name, labels, len(found)))
        return found[0] if found else None


def numbers(case):
    """All that the program counted between a line on its input and its word that it is done."""
    harness.need_bpf()
    path = case.path("ready")
    pool = case.start([harness.python(), harness.pool("on_cue"), "--ready", path,
                       "--truth", case.path("truth")], stdin=subprocess.PIPE)
    pid = harness.ready(case, path)["pid"]
    child, port = serve(case, pid)
    pool.stdin.write(b"go\n")
    pool.stdin.flush()
    want = harness.ready(case, case.path("truth"))
    sent = want["fine"] + want["fails"] + want["dies"]
    harness.wait_for(lambda: Told(case, port).of("findings", trap="worker-died"), 15,
                     "that workers died is not told")
    harness.wait_for(lambda: Told(case, port).of("tasks_lost_total") == want["dies"], 15,
                     "the lost tasks are not told")
    told = Told(case, port)
    case.equal("lost records", told.of("watcher_lost_records_total"), 0)
    for name, n in (("tasks_sent_total", sent),
                    ("tasks_taken_total", sent), ("tasks_in_flight", 0), ("tasks_waiting", 0),
                    ("tasks_returned_total", want["fine"] + want["fails"]),
                    ("tasks_failed_total", want["fails"])):
        case.equal(name, told.of(name, pid=pid), n)
    case.equal("killed", told.of("worker_ends_total", end="signal"), want["dies"])
    for name, n, failed, lost in (("fine", want["fine"], 0, 0),
                                  ("fails", want["fails"], want["fails"], 0),
                                  ("dies", 0, 0, want["dies"])):
        name = "__main__." + name
        case.equal(name, (told.of("function_run_seconds_count", function=name),
                          told.of("function_failed_total", function=name),
                          told.of("function_lost_total", function=name)), (n, failed, lost))
    case.equal("its program", [have["command"] for n, have, _ in told.samples
                               if n == "pooltop_pool_info"], ["on_cue.py"])
    child.send_signal(signal.SIGINT)
    harness.wait_end(case, child, 10, "serve does not end on SIGINT")
    case.equal("status", child.returncode, 0)


def counters_grow(case):
    """Two looks at a busy pool: no counter is smaller, tasks are more; the port opens again."""
    pool, facts = harness.busy_pool(case)
    child, port = serve(case, "--interval", "200", facts["pid"])
    first = Told(case, port)
    case.check(first.of("newest_data_timestamp_seconds") > time.time() - 5, "old data")
    time.sleep(2)
    second = Told(case, port)
    old = {(n, tuple(sorted(have.items()))): value for n, have, value in first.samples}
    for n, have, value in second.samples:
        if n.endswith("_total"):
            case.check(value >= old.get((n, tuple(sorted(have.items()))), 0),
                       "%s %r went down" % (n, have))
    if not harness.why_no_bpf():
        case.check(second.of("tasks_done_total") > first.of("tasks_done_total"), "no more tasks")
    case.check(second.of("watcher_cpu_seconds_total") > 0, "it costs nothing")
    pool.terminate()
    harness.wait_end(case, child, 15, "serve does not end with the only pool it watches")
    case.equal("status", child.returncode, 0)


def clients(case):
    """What it refuses, and clients that ask for nothing or send noise: others are still served."""
    child, port = serve(case, "--no-bpf")
    case.equal("elsewhere", ask(port, "GET", "/x")[0], 404)
    case.check("/metrics" in ask(port, "GET", "/")[2], "/ does not say where to look")
    case.check(ask(port, "POST", "/metrics", "x" * 100)[0] in (405, 413, 501), "POST is taken")
    idle = []
    case.later(lambda: [s.close() for s in idle])
    for i in range(120):
        try:
            s = socket.create_connection(("127.0.0.1", port), timeout=5)
            idle.append(s)
            if i % 20 == 0:
                s.sendall(os.urandom(20000))
        except OSError:
            case.need(child.poll() is None, "serve ended: %s" % child.poll())
    while len(idle) > 100:
        idle.pop().close()
    harness.wait_for(lambda: ask(port, "GET", "/metrics")[0] == 200, 30,
                     "idle clients keep others away for ever")
    case.equal("it is there", child.poll(), None)


def refusals(case):
    """What is wrong is said in one line, with the exit status of INTERFACE 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = "127.0.0.1:%d" % taken.getsockname()[1]
        for args, status in ((["--listen", "nowhere"], 2), (["--listen", "127.0.0.1:99999"], 2),
                             (["--listen", place], 1), (["--listen", "192.0.2.1:9464"], 1),
                             (["--json"], 2), (["4194303"], 3)):
            harness.one_line(case, harness.pooltop(case, "serve", *args), (status,))


def main():
    return harness.main([
        ("numbers", numbers, 60),
        ("counters grow", counters_grow, 60),
        ("clients", clients, 60),
        ("refusals", refusals, 20),
    ])


if __name__ == "__main__":
    sys.exit(main())
