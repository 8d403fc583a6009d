#!/usr/bin/env python3
"""The benchmark of reading histories; see mine.sh, which tells how to call it."""
import argparse
import collections
import os
import pathlib
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PARTS = "full,window,unchanged"
GIT = ["git", "-c", "safe.directory=*", "-c", "core.commitGraph=false"]
RAW = ["log", "--raw", "-M100%", "--no-merges"]
NUMSTAT = ["log", "--numstat", "-M100%", "--no-merges"]
UNIVERSE = """id: bench
title: Bench
layers:
  - id: all
    title: All
"""

Cost = collections.namedtuple("Cost", "wall cpu peak")


def run(command, **keywords):
    """Run it; its wall time, processor time and peak memory in MB, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **keywords)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return process.returncode, Cost(wall, cpu, usage.ru_maxrss / 1024)


def median(costs):
    return Cost(*(statistics.median(c[i] for c in costs) for i in range(3)))


class Repository:
    def __init__(self, path):
        self.path = path
        self.name = path.parent.name if path.name == "repo" else path.name.removesuffix(".git")
        self.size = sum(f.stat().st_size for f in path.glob("objects/pack/*.pack"))

    def commits(self):
        return int(subprocess.run([*GIT, "--git-dir", self.path, "rev-list", "--count", "HEAD"],
                                  check=True, capture_output=True).stdout)


def find(folder, only):
    found = [Repository(p if (p / "HEAD").exists() else p / "repo")
             for p in sorted(pathlib.Path(folder).iterdir())
             if (p / "HEAD").exists() or (p / "repo" / "HEAD").exists()]
    if only:
        found = [r for r in found if any(o in r.name for o in only.split(","))]
    if not found:
        sys.exit(f"mine.py: no repository in {folder}")
    return found


class Bench:
    def __init__(self, quarry, jobs, work):
        self.quarry, self.jobs, self.work = quarry, jobs, pathlib.Path(work)
        self.store = self.work / "store.db"

    def offer(self, repositories):
        """A universe of these, and a mirror that leads to them."""
        for name in ("universe", "mirror"):
            shutil.rmtree(self.work / name, ignore_errors=True)
            (self.work / name).mkdir()
        lines = ["id: all", "title: All", "layer: all", "repositories:"]
        for r in repositories:
            (self.work / "mirror" / (r.name + ".git")).symlink_to(r.path.resolve())
            lines.append("  - url: https://github.com/" + r.name.replace("+", "/", 1))
        (self.work / "universe" / "universe.yaml").write_text(UNIVERSE)
        (self.work / "universe" / "all.yaml").write_text("\n".join(lines) + "\n")
        # git takes the largest first, as quarry does, or the last process works alone
        self.order = sorted(repositories, key=lambda r: -r.size)

    def git(self, args):
        """All of them, by as many processes as there are jobs."""
        script = 'exec "$@" >/dev/null'
        command = ["xargs", "-0", "-P", str(self.jobs), "-I{}", "sh", "-c", script, "git",
                   *GIT, "--git-dir={}", *args]
        text = "\0".join(str(r.path) for r in self.order)
        with tempfile.TemporaryFile() as f:
            f.write(text.encode())
            f.seek(0)
            code, cost = run(command, stdin=f)
        if code:
            sys.exit(f"mine.py: git log failed ({code})")
        return cost

    def mine(self, *options, keep=False):
        if not keep:
            for f in self.work.glob("store.db*"):
                f.unlink()
        code, cost = run(self.command(*options), cwd=self.work)
        if code:
            sys.exit(f"mine.py: {self.quarry} mine failed ({code})")
        return cost

    def command(self, *options):
        return [self.quarry, "mine", "universe", "--mirror", "mirror", "--offline", "--store",
                "store.db", "--jobs", str(self.jobs), "-q", *options]

    def turns(self, runs, git_args, *options):
        """Both in turns, once without counting; their medians."""
        ours, theirs = [], []
        for i in range(runs + 1):
            a, b = self.mine(*options), self.git(git_args)
            if i:
                ours.append(a)
                theirs.append(b)
        return median(ours), median(theirs)


def tell(name, ours, theirs):
    print(f"{name:10} quarry {ours.wall:7.3f} s ({ours.cpu:6.2f} s of processors, "
          f"{ours.peak:6.0f} MB)   git {theirs.wall:7.3f} s ({theirs.cpu:6.2f} s, {theirs.peak:5.0f} MB)"
          f"   ratio {ours.wall / theirs.wall:.3f}", flush=True)


def profile(bench):
    """The share of each library and of each of our functions."""
    if not shutil.which("perf"):
        print("profile    there is no perf")
        return
    for f in bench.work.glob("store.db*"):
        f.unlink()
    subprocess.run(["perf", "record", "-q", "-F", "2000", "-g", "-o", "perf.data",
                    *bench.command("--since", "1970Q1")], cwd=bench.work, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for key, least in (("dso", 1), ("symbol", 1)):
        text = subprocess.run(["perf", "report", "-i", "perf.data", "--no-children", "-g", "none",
                               "--sort", key, "--percent-limit", str(least)], cwd=bench.work,
                              capture_output=True, text=True, check=True).stdout
        for line in text.splitlines():
            if re.match(r"\s+\d", line):
                print("profile   ", " ".join(line.split()[:4]))


def made(folder, commits):
    """A history of so many commits: a thousand files, three touched by each commit."""
    path = pathlib.Path(folder) / f"bench+{commits}.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)
    chance = random.Random(1)
    process = subprocess.Popen(["git", "--git-dir", path, "fast-import", "--quiet", "--depth=50"],
                               stdin=subprocess.PIPE)
    for n in range(commits):
        when = 1400000000 + n * 3600
        who = f"P{chance.randrange(50)} <p{chance.randrange(50)}@example.org> {when} +0000"
        out = [f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 9\nchange {n % 10}\n"]
        files = range(1000) if n == 0 else [chance.randrange(1000) for _ in range(3)]
        for f in files:
            text = f"{n} {f}"
            out.append(f"M 644 inline d{f % 10}/e{f // 10 % 10}/f{f}\ndata {len(text)}\n{text}\n")
        process.stdin.write("".join(out).encode())
    process.stdin.close()
    if process.wait():
        sys.exit("mine.py: git fast-import failed")
    subprocess.run(["git", "--git-dir", path, "repack", "-adfq", "--depth=50"], check=True)
    return Repository(path)


def scale(bench, runs, commits):
    costs = []
    for factor in (1, 4, 16):
        bench.offer([made(bench.work, commits * factor)])
        bench.mine("--since", "1970Q1")
        cost = median([bench.mine("--since", "1970Q1") for _ in range(runs)])
        costs.append(cost.wall / (commits * factor) * 1e6)
        print(f"scale      {commits * factor:7} commits: {cost.wall:7.3f} s, {costs[-1]:6.1f} us "
              f"a commit, {cost.peak:.0f} MB, {costs[-1] / costs[0]:.2f} of the smallest", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("quarry")
    parser.add_argument("folder")
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commits", type=int, default=10000)
    o = parser.parse_args()
    parts = o.parts.split(",")
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as work:
        bench = Bench(os.path.abspath(o.quarry), o.jobs, work)
        repositories = find(o.folder, o.only)
        bench.offer(repositories)
        print(f"{len(repositories)} repositories, {sum(r.commits() for r in repositories)} commits, "
              f"{o.jobs} threads and processes, median of {o.runs}")
        if "full" in parts:
            tell("full", *bench.turns(o.runs, RAW, "--since", "1970Q1"))
        if "window" in parts:
            tell("window", *bench.turns(o.runs, RAW))
        if "unchanged" in parts:
            bench.mine("--since", "1970Q1")
            again = median([bench.mine(keep=True) for _ in range(o.runs)])
            tell("unchanged", again, median([bench.git(RAW) for _ in range(o.runs)]))
        if "lines" in parts:
            tell("lines", *bench.turns(o.runs, NUMSTAT, "--since", "1970Q1", "--lines"))
        if "profile" in parts:
            profile(bench)
        if "scale" in parts:
            scale(bench, o.runs, o.commits)


if __name__ == "__main__":
    main()
