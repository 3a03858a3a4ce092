# SPDX-License-Identifier: GPL-2.0-only
"""What the live tests share: pooltop runs, real pools, TAP, and an end to everything started."""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.environ.get("POOLTOP_SRC") or os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("POOLTOP_BUILD") or os.getcwd()
POOLTOP = os.environ.get("POOLTOP") or os.path.join(BUILD, "pooltop")
POOLS = os.path.join(SRC, "tests", "pools")
NOBODY = 65534
CGROUPS = "/sys/fs/cgroup/memory"
CPU_CGROUPS = "/sys/fs/cgroup/cpu"

sys.dont_write_bytecode = True
sys.path.insert(0, POOLS)
import truth  # noqa: E402  (what the pools count with; its /proc helpers serve here too)

os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

now_ns = truth.now_ns
children = truth.children
read_log = truth.read_log


class Skip(Exception):
    """This test cannot run here; says why."""


class Failed(Exception):
    """A check that makes the rest of the test pointless."""


class Late(Exception):
    """The test took longer than it may."""


# ---------------------------------------------------------------------------------------------
# TAP


class Case:
    """One running test: its checks, its folder, and what must be gone when it ends."""

    def __init__(self, name):
        self.name = name
        self.faults = []
        self.notes = []
        self.folder = tempfile.mkdtemp(prefix="pooltop-live-")
        os.chmod(self.folder, 0o755)
        self.started = []
        self.cleanups = []

    def check(self, good, text):
        if not good:
            self.faults.append(text)
        return bool(good)

    def equal(self, what, got, want):
        return self.check(got == want, "%s: %r, not %r" % (what, got, want))

    def need(self, good, text):
        """A check that the rest depends on."""
        if not good:
            raise Failed(text)

    def note(self, text):
        self.notes.append(text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def later(self, func, *args):
        """Done when the test ends, whatever happens; newest first."""
        self.cleanups.append((func, args))

    def start(self, argv, **kwargs):
        """Popen in a session of its own, killed with it if it is still there at the end."""
        kwargs.setdefault("stdin", subprocess.DEVNULL)
        kwargs.setdefault("start_new_session", True)
        child = subprocess.Popen(argv, **kwargs)
        self.started.append((child, kwargs["start_new_session"]))
        return child

    def end(self):
        for func, args in reversed(self.cleanups):
            try:
                func(*args)
            except OSError as e:
                self.notes.append("clean-up: %s" % e)
        for child, own_group in self.started:
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream and not stream.closed:
                    stream.close()
            pids = tree(child.pid) if child.poll() is None else []
            for kill, pid in [(os.killpg, child.pid)] * own_group + [(os.kill, p) for p in pids]:
                try:
                    kill(pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_case(number, name, func, seconds):
    case = Case(name)

    def late(*_):
        raise Late("not done after %d s" % seconds)

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    began = time.monotonic()
    skipped = None
    try:
        func(case)
    except Skip as e:
        skipped = str(e)
    except (Failed, Late) as e:
        case.faults.append(str(e))
    except Exception:  # any other fault is the test's own, and fails it
        case.faults += traceback.format_exc().rstrip().split("\n")
    finally:
        signal.alarm(0)
        case.end()
    took = time.monotonic() - began
    if skipped is not None and not case.faults:
        print("ok %d - %s # SKIP %s" % (number, name, skipped))
    else:
        print("%sok %d - %s (%.1f s)" % ("not " if case.faults else "", number, name, took))
    for text in case.faults[:40] + case.notes[:40]:
        for line in str(text).split("\n"):
            print("#   " + line)
    sys.stdout.flush()
    return not case.faults


def main(rows):
    """rows: (name, function of a Case, seconds it may take). Arguments pick some by a word."""
    picked = [row for row in rows if not sys.argv[1:] or any(w in row[0] for w in sys.argv[1:])]
    good = True
    if not os.access(POOLTOP, os.X_OK):
        print("not ok 1 - %s is not there: build first, or set POOLTOP\n1..1" % POOLTOP)
        return 1
    for number, (name, func, seconds) in enumerate(picked, 1):
        good = run_case(number, name, func, seconds) and good
    print("1..%d" % len(picked))
    return 0 if good else 1


# ---------------------------------------------------------------------------------------------
# What this machine has


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


def allowed():
    """`pooltop check --json`, read once."""
    if not hasattr(allowed, "answer"):
        done = subprocess.run([POOLTOP, "check", "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30)
        try:
            allowed.answer = json.loads(done.stdout.decode())
        except ValueError:
            raise Failed("check --json: exit %d, no JSON: %r %r"
                         % (done.returncode, done.stdout[:200], done.stderr[:200]))
    return allowed.answer


def need_bpf():
    """Skips where BPF is not to be had. One missing extra is no reason: events and messages
    are what the tests hold pooltop to, and without them the session says that it is in /proc
    mode."""
    if not hasattr(need_bpf, "why"):
        need_bpf.why = why_no_bpf()
    if need_bpf.why:
        raise Skip("needs BPF (%s)" % need_bpf.why)


def why_no_bpf():
    missing = [f for f in allowed().get("features", []) if not f["ok"]]
    if not missing:
        return None
    with tempfile.TemporaryDirectory() as folder:
        tape = os.path.join(folder, "tape")
        done = subprocess.run([POOLTOP, "record", "-o", tape, "--", "true"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=30)
        got = subprocess.run([POOLTOP, "report", "--json", tape], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, timeout=30)
    if done.returncode == 0 and got.returncode == 0:
        if json.loads(got.stdout.decode())["session"]["mode"] == "bpf":
            return None
    return "; ".join("%s: %s" % (f["name"], f["fix"]) for f in missing)


def pythons(oldest=(3, 8)):
    """(path, "3.11.2") of every CPython from there on, one of each version, Debian's first."""
    if not hasattr(pythons, "found"):
        pythons.found = find_pythons()
    return [(path, version) for version, path in pythons.found.items()
            if tuple(int(n) for n in version.split(".")) >= oldest]


def find_pythons():
    """{version: path}; asks each once, which through wrappers in front of it can take seconds."""
    found = {}
    paths = ["/usr/bin/python3"]
    paths += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3")))
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        paths += sorted(glob.glob(os.path.join(folder, "python3.[0-9]*")))
    for path in paths:
        if path.endswith(("-config", ".py")) or not os.access(path, os.X_OK):
            continue
        try:
            version = subprocess.run([path, "-c", "import sys; print('%d.%d.%d' % "
                                      "sys.version_info[:3], sys.implementation.name)"],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                     stdin=subprocess.DEVNULL, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            continue
        words = version.stdout.decode().split()
        if version.returncode or len(words) != 2 or words[1] != "cpython":
            continue
        found.setdefault(words[0], path)
    return found


def python():
    """The interpreter for tests that one will do for."""
    return "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable


def pool(name):
    return os.path.join(POOLS, name + ".py")


# ---------------------------------------------------------------------------------------------
# Running things


class Done:
    """What a program that has ended left behind."""

    def __init__(self, argv, status, out, err, seconds):
        self.argv = argv
        self.status = status  # exit status, or minus the signal
        self.out = out
        self.err = err
        self.seconds = seconds

    def __str__(self):
        return "%s: status %d, stdout %r, stderr %r" % (
            " ".join(self.argv), self.status, self.out[-300:], self.err[-500:])

    def json(self):
        return json.loads(self.out.decode())

    def lines(self):
        """Of standard error."""
        return self.err.decode("utf-8", "replace").splitlines()


def run(case, argv, seconds=60, **kwargs):
    """Runs to its end, with both outputs kept."""
    kwargs.setdefault("stdout", subprocess.PIPE)
    kwargs.setdefault("stderr", subprocess.PIPE)
    began = time.monotonic()
    child = case.start(argv, **kwargs)
    try:
        out, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        raise Failed("not done after %d s: %s: stdout %r, stderr %r"
                     % (seconds, " ".join(argv), (out or b"")[-300:], (err or b"")[-300:]))
    return Done(argv, child.returncode, out or b"", err or b"", time.monotonic() - began)


def unlimited(args):
    """The arguments of a pooltop that tells every task, however many there are: what it leaves out
    when that costs too much is for budget_test.py to try."""
    args = [str(a) for a in args]
    if args and args[0] in ("record", "run") and "--budget" not in args:
        args[1:1] = ["--budget", "100"]
    return args


def pooltop(case, *args, **kwargs):
    args = unlimited(args)
    return run(case, [POOLTOP] + [str(a) for a in args], **kwargs)


def record(case, tape, *command, **kwargs):
    """`record -o TAPE -- COMMAND`, to its end."""
    done = pooltop(case, "record", "-o", tape, "--", *command, **kwargs)
    case.need(done.status == 0, "record: %s" % done)
    return done


def report(case, what, *args, **kwargs):
    """`report WHAT --json`, read."""
    done = pooltop(case, "report", what, "--json", *args, **kwargs)
    case.need(done.status == 0, "report: %s" % done)
    case.equal("report's standard error", done.err, b"")
    try:
        return done.json()
    except ValueError as e:
        raise Failed("report --json is no JSON: %s: %r" % (e, done.out[:300]))


def one_pool(case, got):
    pools = got["pools"]
    case.need(len(pools) == 1, "%d pools, not 1: %r"
              % (len(pools), [(p["kind"], p["pid"], len(p["workers"])) for p in pools]))
    return pools[0]


def load(path):
    with open(path) as f:
        return json.load(f)


def wait_for(what, seconds, text):
    """What `what()` returns once that is true."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed("not within %g s: %s" % (seconds, text))
        time.sleep(0.01)


def wait_end(case, child, seconds, text):
    """Waits for a child's end; names what it still has if that does not come."""
    try:
        wait_for(lambda: child.poll() is not None, seconds, text)
    except Failed:
        for pid in tree(child.pid):
            try:
                with open("/proc/%d/cmdline" % pid) as f, open("/proc/%d/syscall" % pid) as g:
                    case.note("%d: %s: in system call %s" % (
                        pid, f.read().replace("\0", " "), g.read().strip()))
            except OSError:
                pass
        raise


def ready(case, path, seconds=20):
    """The facts that a workload wrote when it was under way."""
    wait_for(lambda: os.path.exists(path), seconds, "the workload works")
    return load(path)


def busy_pool(case, *args, **kwargs):
    """(child, facts) of a busy.py that runs until it is told to stop."""
    path = case.path("busy-%d.ready" % len(case.started))
    interpreter = kwargs.pop("interpreter", python())
    argv = kwargs.pop("prefix", []) + [interpreter, kwargs.pop("script", pool("busy"))]
    child = case.start(argv + ["--seconds", "120", "--ready", path] + [str(a) for a in args],
                       stdout=subprocess.DEVNULL, **kwargs)
    return child, ready(case, path)


def idle_pool(case, *args, **kwargs):
    path = case.path("idle-%d.ready" % len(case.started))
    argv = kwargs.pop("prefix", []) + [python(), kwargs.pop("script", pool("idle"))]
    child = case.start(argv + ["--ready", path] + [str(a) for a in args],
                       stdin=subprocess.PIPE, **kwargs)
    return child, ready(case, path)


def as_nobody():
    """Words in front of a command that runs it as nobody, without any capability."""
    need_root()
    tool = shutil.which("setpriv")
    if not tool:
        raise Skip("no setpriv here")
    return [tool, "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all"]


def public_copy(case):
    """A copy of pooltop and the pools that everybody may read: (pooltop, folder of pools)."""
    folder = case.path("public")
    shutil.copytree(POOLS, os.path.join(folder, "pools"),
                    ignore=shutil.ignore_patterns("__pycache__"))
    copy = shutil.copy(POOLTOP, folder)
    for top, _, names in os.walk(folder):
        os.chmod(top, 0o755)
        for name in names:
            os.chmod(os.path.join(top, name), 0o755)
    return copy, os.path.join(folder, "pools")


def cgroup(case, limit):
    """A memory cgroup (version 1) with a limit, removed at the end."""
    need_root()
    if not os.access(CGROUPS, os.W_OK) or not os.path.exists(CGROUPS + "/memory.limit_in_bytes"):
        raise Skip("no writable memory cgroup (version 1) here")
    path = os.path.join(CGROUPS, "pooltop-test-%d" % os.getpid())
    os.mkdir(path)
    case.later(remove_cgroup, path)
    with open(path + "/memory.limit_in_bytes", "w") as f:
        f.write(str(limit))
    return path


def cpu_cgroup(case, quota_us):
    """A cpu cgroup (version 1) that may use so much of each 100 ms, removed at the end."""
    need_root()
    if not os.access(CPU_CGROUPS + "/cpu.cfs_quota_us", os.F_OK):
        raise Skip("no cpu cgroup (version 1) here")
    path = os.path.join(CPU_CGROUPS, os.path.basename(case.folder))
    os.mkdir(path)
    case.later(remove_cgroup, path)
    for name, value in (("cpu.cfs_period_us", 100000), ("cpu.cfs_quota_us", quota_us)):
        with open(os.path.join(path, name), "w") as f:
            f.write(str(value))
    return path


def inside(cgroup_path):
    """Words in front of a command that put it into a cgroup."""
    return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', cgroup_path]


def remove_cgroup(path):
    for _ in range(50):
        try:
            os.rmdir(path)
            return
        except OSError:
            time.sleep(0.1)
    os.rmdir(path)


def tree(pid):
    """A process and all that it started, itself first."""
    found = [pid]
    for child in children(pid):
        found += tree(child)
    return found


def cpu_ns(pid):
    """On a core so far, all threads; 0 if it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) * (1000000000 // os.sysconf("SC_CLK_TCK"))


def one_line(case, done, statuses):
    """It ended with one of these exit statuses, and exactly one line says why."""
    case.check(done.status in statuses,
               "%s: exit status %d, not %s" % (" ".join(done.argv[1:]), done.status,
                                               " or ".join(str(s) for s in statuses)))
    lines = done.lines()
    case.check(len(lines) == 1 and len(lines[0]) > 10,
               "%s: not one line on standard error: %r" % (" ".join(done.argv[1:]), done.err))
    case.check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", done.err),
               "raw bytes on standard error: %r" % done.err)
