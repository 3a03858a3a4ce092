#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Other kernels than this machine's, booted in an emulator with nothing but pooltop, Python and
busybox: every kernel program loads, and workers that are killed and that crash have certificates
with the stacks that they wrote down themselves, from the ordinary pooltop and from the static one.
See `make check-kernels`.

POOLTOP_KERNELS: a folder of kernel images (bzImage). Else those of Debian are fetched with apt,
into a folder of their own and without being installed, from where this machine's packages come.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

SRC = os.environ["POOLTOP_SRC"]
sys.path.insert(0, os.path.join(SRC, "tests", "live"))
import harness  # noqa: E402
import stacks_at_death_test as at_death  # noqa: E402

at_death.MOST_AGE_NS = 60 * 10**9  # an emulated machine is slow
STATIC = os.path.join(harness.BUILD, "static", "pooltop")
BUILDS = ("pooltop", "static")  # as they are called where they run
LOAD = os.path.join(harness.BUILD, "tests", "kernels", "load")
WAYS = ["SIGKILL:main", "SIGSEGV:main", "SIGKILL:thread", "SIGSEGV:thread", "SIGTERM:main",
        "os._exit:main"]
TRIES, BOOT_S = 3, 600  # an emulated 6.1 stops now and then before its first process
# In Debian's release of that name, the newest kernel whose version begins so.
DEBIAN = [("bullseye-security", "5.10"), ("bookworm-security", "6.1"),
          ("bookworm-security", "6.12")]
UNUSED = ("test", "idlelib", "lib2to3", "ensurepip", "turtledemo", "tkinter", "distutils",
          "config-*", "site-packages", "dist-packages", "__pycache__", "pydoc_data")


# -------------------------------------------------------------------------------------------------
# Kernels


def mirror():
    """Where this machine has its Debian packages from; None: it is no Debian."""
    for path in glob.glob("/etc/apt/sources.list.d/*.sources") + ["/etc/apt/sources.list"]:
        if os.path.exists(path):
            with open(path) as f:
                found = re.search(r"(https?://\S+)/debian(?:-security)?/?\s", f.read())
            if found:
                return found.group(1)
    return None


def apt(folder, *args):
    """apt-get with lists and settings of its own."""
    options = {"Dir::Etc::sourcelist": folder + "/sources.list", "Dir::Etc::sourceparts": "-",
               "Dir::State::lists": folder + "/lists", "Dir::State::status": folder + "/status",
               "Dir::Cache": folder + "/cache"}
    words = [w for name, value in options.items() for w in ("-o", "%s=%s" % (name, value))]
    return subprocess.run([args[0]] + words + list(args[1:]), cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=900)


def newest(folder, version):
    names = apt(folder, "apt-cache", "pkgnames", "linux-image-" + version).stdout.decode().split()
    found = [n for n in names if re.match(r"linux-image-%s\.[0-9.+a-z-]*-cloud-amd64$"
                                          % re.escape(version), n)]
    return max(found, key=lambda n: [int(d) for d in re.findall(r"\d+", n)], default=None)


def unpack(folder, deb, version):
    where = os.path.join(folder, version)
    subprocess.run(["dpkg-deb", "-x", deb, where], check=True)
    image = (glob.glob(where + "/boot/vmlinuz-*") +
             glob.glob(where + "/usr/lib/modules/*/vmlinuz"))[0]
    shutil.copy(image, os.path.join(folder, "vmlinuz-" + version))
    shutil.rmtree(where)


def fetch(folder):
    """[path] of Debian's kernels."""
    source = mirror()
    if not source or not shutil.which("apt-get"):
        raise harness.Skip("POOLTOP_KERNELS is not set, and this is no Debian to fetch them for")
    os.makedirs(os.path.join(folder, "lists", "partial"), exist_ok=True)
    os.makedirs(os.path.join(folder, "cache", "archives", "partial"), exist_ok=True)
    open(folder + "/status", "w").close()
    with open(folder + "/sources.list", "w") as f:
        for suite in sorted({suite for suite, _ in DEBIAN}):
            f.write("deb %s/debian-security %s main\n" % (source, suite))
    done = apt(folder, "apt-get", "update")
    for _, version in DEBIAN:
        name = newest(folder, version)
        if not name:
            continue
        done = apt(folder, "apt-get", "download", name)
        for deb in glob.glob(folder + "/" + name + "_*.deb"):
            unpack(folder, deb, version)
            os.unlink(deb)
    found = sorted(glob.glob(folder + "/vmlinuz-*"))
    if not found:
        raise harness.Skip("no kernel could be fetched (%s): set POOLTOP_KERNELS"
                           % done.stderr.decode()[-200:].replace("\n", " "))
    return found


def kernels():
    given = os.environ.get("POOLTOP_KERNELS")
    if given:
        return sorted(p for p in glob.glob(os.path.join(given, "*")) if is_kernel(p))
    folder = os.path.join(os.path.abspath("."), "kernels")
    return sorted(glob.glob(folder + "/vmlinuz-*")) or fetch(folder)


def is_kernel(path):
    with open(path, "rb") if os.path.isfile(path) else open(os.devnull, "rb") as f:
        return f.read(0x206)[0x202:] == b"HdrS"


# -------------------------------------------------------------------------------------------------
# What they boot into


def libraries(path):
    done = subprocess.run(["ldd", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return re.findall(r"(/\S+)", done.stdout.decode())


def put(root, path, to):
    """A program, or a library, with all that it needs."""
    os.makedirs(os.path.dirname(root + to), exist_ok=True)
    shutil.copy(path, root + to)
    for library in libraries(path):
        if not os.path.exists(root + library):
            os.makedirs(os.path.dirname(root + library), exist_ok=True)
            shutil.copy(library, root + library)


def put_python(root):
    path = os.path.realpath(harness.python())
    out = subprocess.check_output([path, "-c", "import sysconfig; "
                                   "print(sysconfig.get_path('stdlib'))"]).decode().strip()
    put(root, path, path)
    os.makedirs(root + "/usr/bin", exist_ok=True)
    if not os.path.exists(root + "/usr/bin/python3"):
        os.symlink(path, root + "/usr/bin/python3")
    shutil.copytree(out, root + out, symlinks=True, ignore=shutil.ignore_patterns(*UNUSED))
    for module in glob.glob(out + "/lib-dynload/*.so"):
        put(root, module, module)


def make_root(case):
    """The file that the kernels unpack; its path."""
    root, image = case.path("root"), case.path("initrd")
    for name in ("bin", "dev", "proc", "sys", "tmp", "root", "etc", "pools"):
        os.makedirs(os.path.join(root, name))
    shutil.copy(shutil.which("busybox"), root + "/bin/busybox")
    put(root, harness.POOLTOP, "/pooltop")
    shutil.copy(STATIC, root + "/static")
    put(root, LOAD, "/load")
    put_python(root)
    shutil.copy(harness.pool("last"), root + "/pools/last.py")
    with open(os.path.join(SRC, "tests", "kernels", "init")) as f:
        text = f.read().replace("@WAYS@", " ".join(WAYS))
    with open(root + "/init", "w") as f:
        f.write(text)
    os.chmod(root + "/init", 0o755)
    subprocess.run("cd '%s' && strip --strip-debug pooltop load; find . | cpio -o -H newc --quiet"
                   " | gzip -1 > '%s'" % (root, image), shell=True, check=True)
    return image


def boot(case, kernel, image):
    """{section: text}; without "end" it did not come so far."""
    line, log = case.path("line"), case.path("console")
    # An accelerator that opens may still hang such a guest: emulation is slow, and works.
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "768", "-nographic",
            "-no-reboot", "-nodefaults", "-serial", "file:" + log, "-serial", "file:" + line,
            "-kernel", kernel, "-initrd", image, "-append", "console=ttyS0 panic=-1 quiet"]
    try:
        harness.run(case, argv, seconds=BOOT_S)
    except harness.Failed as e:
        case.note(str(e)[:200])
    with open(line, "rb") as f:
        text = f.read().decode("utf-8", "replace")
    parts = re.split(r"^=== (.*)\n", text, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2]))
    if "end" not in found:
        with open(log, "rb") as f:
            case.note("console: %r" % f.read()[-600:])
    return found


# -------------------------------------------------------------------------------------------------


def check_load(case, got):
    said = got["load out"].strip().split("\n")
    objects = [line.split(" ", 2)[1:] for line in said if line.startswith("object ")]
    case.equal("objects", objects, [[name, "ok"] for name in ("core", "walker", "sampler",
                                                              "exact")])
    if got["load status"].strip() != "0":
        case.note("\n".join(said[-60:]))


def check_certificates(case, got, build):
    case.equal(build + " record", got[build + " record status"].strip(), "0")
    report = json.loads(got[build + " report out"])
    session = report["session"]
    case.equal("mode", session["mode"], "bpf")
    case.equal("lost records", session["lost_records"], 0)
    wrote = {w["pid"]: w for w in map(json.loads, got[build + " wrote"].strip().split("\n"))}
    # So slowly as there workers start, a pool may be taken for two until its first task.
    deaths = {d["pid"]: d for p in report["pools"] for d in p["deaths"]}
    case.equal("certificates", sorted(deaths), sorted(wrote))
    case.equal("deaths", sum(len(p["deaths"]) for p in report["pools"]), len(WAYS))
    python = max(p["python"] or "" for p in report["pools"])
    exact = tuple(int(n) for n in python.split(".")) >= (3, 11)
    for pid, death in deaths.items():
        at_death.check_death(case, death, wrote[pid], exact)
    case.note("%s: missing: %s; walks of %s us" % (
        build, ", ".join(m["feature"] for m in session["missing"]) or "nothing",
        ", ".join("%.0f" % (d["walk_ns"] / 1e3) for d in deaths.values() if d["walk_ns"])))


def one(case, kernel):
    image = make_root(case)
    for _ in range(TRIES):
        got = boot(case, kernel, image)
        if "end" in got:
            break
    case.need("end" in got, "it came as far as %r" % sorted(got))
    case.note("Linux " + got["kernel"].strip())
    check_load(case, got)
    for build in BUILDS:
        check_certificates(case, got, build)


def lacking():
    tools = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static", "cpio": "cpio",
             "gzip": "gzip", "strip": "binutils"}
    return [(tool, package) for tool, package in tools.items() if not shutil.which(tool)]


def main():
    for tool, package in lacking():
        print("1..0 # SKIP %s is not here: apt-get install --no-install-recommends %s"
              % (tool, package))
        return 0
    try:
        found = kernels()
    except harness.Skip as e:
        print("1..0 # SKIP %s" % e)
        return 0
    return harness.main([("kernel %s" % os.path.basename(path),
                          lambda case, path=path: one(case, path), TRIES * BOOT_S + 120)
                         for path in found])


if __name__ == "__main__":
    sys.exit(main())
