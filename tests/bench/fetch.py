#!/usr/bin/env python3
"""The benchmark of fetching; see fetch.sh, which tells how to call it."""
import argparse
import atexit
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

LIB = pathlib.Path(__file__).resolve().parent.parent / "lib"
PARTS = "clone,together,unchanged,incremental"
BLOBLESS = ["--single-branch", "--no-tags", "--filter=blob:none"]
# Serves what is there of a repository that lacks some blobs.
HOOK = '#!/bin/sh\nexec "$@" --missing=allow-any\n'
DAEMON = {"safe.directory": "*", "uploadpack.allowFilter": "true",
          "uploadpack.allowAnySHA1InWant": "true"}
STEPS = (1, 40, 1000)
UNIVERSE = """id: bench
title: Bench
layers:
  - id: all
    title: All
quarters:
  from: 2024Q1
  to: 2024Q4
"""


def git(*args, cwd=None, text=""):
    return subprocess.run(["git", *args], cwd=cwd, input=text, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip()


def disk(folder):
    """Bytes that a folder takes up."""
    return sum(os.lstat(os.path.join(top, name)).st_blocks * 512
               for top, folders, files in os.walk(folder) for name in folders + files)


def human(n):
    for unit in ("B", "kB", "MB"):
        if n < 10000:
            return f"{n:.0f} {unit}" if unit == "B" or n >= 100 else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} GB"


def ratio(a, b):
    return f"{a / b:.3f}" if b else "-"


class Repository:
    """One that is served, as /NUMBER."""

    def __init__(self, number, path, root):
        self.path = path
        self.name = path.parent.name if path.name == "repo" else path.name.removesuffix(".git")
        self.slug = f"bench/r{number:03}"
        self.served = pathlib.Path(root) / (self.slug + ".git")
        self.served.symlink_to(path)
        self.branch = git("symbolic-ref", "--short", "HEAD", cwd=path)
        self.commits = int(git("rev-list", "--count", "HEAD", cwd=path))
        self.whole = subprocess.run(
            "git rev-list --objects --missing=print --branches --tags | grep -q '^?'",
            shell=True, cwd=path, check=False).returncode != 0
        self.number = number
        self.size = sum(f.stat().st_size for f in path.glob("objects/pack/*.pack"))

    def warm(self):
        """Have its packs in the page cache, so that whoever comes first is not slower."""
        for pack in self.path.glob("objects/pack/*"):
            with open(pack, "rb") as f:
                while f.read(1 << 20):
                    pass


class Servers:
    """HTTP and git://, and what went through them."""

    def __init__(self, root, work):
        self.logs = {"http": work / "http.log", "git": work / "git.log"}
        self.seen = {"http": 0, "git": 0}
        self.urls = {}
        self.work = work
        hook = work / "hook"
        hook.write_text(HOOK, encoding="ascii")
        hook.chmod(0o755)
        config = dict(DAEMON, **{"uploadpack.packObjectsHook": str(hook)})
        self.start("http", work, "gitserver.py", "--root", root,
                   *(f"--config={k}={v}" for k, v in config.items()))
        port = self.start_daemon(root, config)
        self.start("git", work, "tcpproxy.py", "--to", str(port))
        self.urls["http"] += "/ok"

    def start(self, name, work, program, *args):
        port_file = work / f"{name}.port"
        self.keep(subprocess.Popen([sys.executable, LIB / program, *args, "--port-file",
                                    port_file, "--log", self.logs[name]]))
        while not port_file.exists():
            time.sleep(0.02)
        self.urls[name] = f"{name}://127.0.0.1:{port_file.read_text()}"

    def start_daemon(self, root, config):
        """Not by way of git, which would be another process to end."""
        env = dict(os.environ, GIT_CONFIG_COUNT=str(len(config)))
        for i, (key, value) in enumerate(config.items()):
            env |= {f"GIT_CONFIG_KEY_{i}": key, f"GIT_CONFIG_VALUE_{i}": value}
        program = os.path.join(git("--exec-path"), "git-daemon")
        for port in range(20000 + os.getpid() % 20000, 65535, 251):
            daemon = self.keep(subprocess.Popen(
                [program, "--export-all", f"--base-path={root}", "--listen=127.0.0.1",
                 f"--port={port}", "--reuseaddr"], env=env, stderr=subprocess.DEVNULL))
            time.sleep(0.3)
            if daemon.poll() is None:  # a taken port ends it at once
                return port
        sys.exit("cannot start git daemon")

    @staticmethod
    def keep(process):
        atexit.register(process.kill)
        return process

    def wire(self, name):
        """(bytes to clients, requests) since the last call."""
        size = -1
        while size != (size := self.logs[name].stat().st_size if self.logs[name].exists() else 0):
            time.sleep(0.1)  # a line is written after the client has its answer
        if not size:
            return 0, 0
        with open(self.logs[name], encoding="ascii") as f:
            f.seek(self.seen[name])
            lines = [json.loads(line) for line in f]
            self.seen[name] = f.tell()
        return sum(line.get("out", line.get("down")) for line in lines), len(lines)


class Cost:
    """Of one command: bytes, requests, seconds, memory (KiB), and whether it went well."""

    def __init__(self, servers, transport, command):
        servers.wire(transport)
        memory = servers.work / "memory"
        began = time.monotonic()
        # Not os.wait4(): it would tell of this process, too, which the child begins as.
        run = subprocess.run(["time", "-f", "%M", "-o", memory, *command], check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
        self.seconds = time.monotonic() - began
        self.bytes, self.requests = servers.wire(transport)
        # Of the process, or of the largest that it waited for.
        self.memory = int(memory.read_text(encoding="ascii").split()[-1])
        self.disk = 0
        if run.returncode:
            words = run.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
            print(f"  failed ({run.returncode}): {words[-1]}")

    @classmethod
    def nothing(cls):
        cost = cls.__new__(cls)
        cost.bytes = cost.requests = cost.seconds = cost.memory = cost.disk = 0
        return cost

    @staticmethod
    def total(costs):
        """Of several commands, one after the other."""
        first = costs[0]
        for cost in costs[1:]:
            first.bytes += cost.bytes
            first.requests += cost.requests
            first.seconds += cost.seconds
            first.disk += cost.disk
            first.memory = max(first.memory, cost.memory)
        return first


class Quarry:
    """Our side: the program, the fetch-tool of the tests, or git in our place."""

    def __init__(self, program, work):
        self.program = shutil.which(program) or sys.exit(f"no program: {program}")
        self.kind = pathlib.Path(program).name
        self.work = work

    def command(self, cache, urls):
        if self.kind == "fetch-tool":
            return [self.program, cache, urls[0]]
        if self.kind == "git":
            return git_fetch(cache) if cache.exists() else git_clone(cache, urls[0], BLOBLESS)
        universe = self.work / "universe"
        universe.mkdir(exist_ok=True)
        (universe / "universe.yaml").write_text(UNIVERSE, encoding="ascii")
        listed = "".join(f"  - url: {url}\n" for url in urls)
        (universe / "all.yaml").write_text(
            f"id: all\ntitle: All\nlayer: all\nrepositories:\n{listed}", encoding="ascii")
        store = self.work / "store.db"
        for name in (store, f"{store}-wal", f"{store}-shm"):
            pathlib.Path(name).unlink(missing_ok=True)
        return [self.program, "fetch", universe, "--cache", cache, "--store", store,
                "--allow-local", "--quiet"]


def git_clone(folder, url, options=()):
    return ["git", "clone", "--quiet", "--bare", *options, url, folder]


def git_fetch(folder):
    """As `git clone --bare` sets no refspec, it is given."""
    branch = git("symbolic-ref", "HEAD", cwd=folder)
    return ["git", "-C", folder, "fetch", "--quiet", "--no-tags", "origin",
            f"+{branch}:{branch}"]


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work or tempfile.mkdtemp())
        self.work.mkdir(exist_ok=True)
        if not options.work:
            atexit.register(shutil.rmtree, self.work, ignore_errors=True)
        self.set_env()
        self.root = self.work / "root"
        (self.root / "bench").mkdir(parents=True)
        found = sorted(head.parent for head in pathlib.Path(options.folder).resolve().rglob("HEAD")
                       if (head.parent / "objects").is_dir() and (head.parent / "refs").is_dir())
        self.repositories = [Repository(i, path, self.root) for i, path in enumerate(found)
                             if options.only in str(path)]
        self.servers = Servers(self.root, self.work)
        self.quarry = Quarry(options.quarry, self.work)
        self.serial = 0

    def set_env(self):
        config = self.work / "gitconfig"
        config.write_text("[safe]\n directory = *\n[gc]\n auto = 0\n[maintenance]\n auto = 0\n"
                          "[user]\n name = A U Thor\n email = a@example.org\n",
                          encoding="ascii")
        for name in [n for n in os.environ if n.lower().endswith("_proxy") or n.startswith("GIT_")]:
            del os.environ[name]
        os.environ |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(config),
                       "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def url(self, transport, slug):
        return f"{self.servers.urls[transport]}/{slug}"

    def fresh(self):
        """A name in the work folder that is not used yet."""
        self.serial += 1
        return self.work / f"w{self.serial}"

    def cost(self, transport, command, folder=None):
        cost = Cost(self.servers, transport, command)
        if folder and folder.exists():
            cost.disk = disk(folder)
        return cost

    def once(self, transport, who, url, folder, options=()):
        command = (self.quarry.command(folder, [url]) if who == "ours"
                   else git_clone(folder, url, options))
        return self.cost(transport, command, folder)

    # --- First clones

    def clone(self, transport, repository):
        """Costs of ours, git's and the full one; what was made by the first two stays."""
        url = self.url(transport, repository.slug)
        runs = self.options.runs if repository.size < self.options.small * 1e6 else 1
        kept = {"ours": self.work / f"ours-{transport}-{repository.slug[6:]}",
                "git": self.work / f"git-{transport}-{repository.slug[6:]}"}
        costs = {"ours": [], "git": []}
        repository.warm()
        for run in range(runs):
            for who in sorted(costs, reverse=(run + repository.number) % 2 == 0):
                shutil.rmtree(kept[who], ignore_errors=True)
                costs[who].append(self.once(transport, who, url, kept[who], BLOBLESS))
        if self.options.no_full:
            return self.median(costs["ours"]), self.median(costs["git"]), Cost.nothing()
        folder = self.fresh()
        # Without a filter git does not take what has holes.
        full = self.once(transport, "full", url, folder,
                         () if repository.whole else ["--filter=blob:limit=1000g"])
        shutil.rmtree(folder, ignore_errors=True)
        return self.median(costs["ours"]), self.median(costs["git"]), full

    @staticmethod
    def median(costs):
        """The last, with the median of the times."""
        costs[-1].seconds = statistics.median(c.seconds for c in costs)
        return costs[-1]

    def clones(self, transport):
        print(f"\nFirst clones over {transport}: ours; git's bare clone of one branch without tags "
              "and blobs; git's plain bare clone\n")
        print(f"{'repository':38} {'commits':>8}   {'bytes: ours':>11} {'git':>9} {'full':>9}"
              f" {'o/g':>6} {'o/f':>6}   {'disk: ours':>10} {'git':>8} {'full':>8}"
              f"   {'s: ours':>8} {'git':>7} {'full':>7} {'o/g':>6}   {'MB: ours':>8} {'git':>5}")
        rows = []
        for repository in self.repositories:
            row = self.clone(transport, repository)
            rows.append(row)
            self.print_clone(repository.name + ("" if repository.whole else "*"),
                             repository.commits, row)
        if rows:
            totals = tuple(Cost.total(list(column)) for column in zip(*rows))
            self.print_clone(f"{len(rows)} together", sum(r.commits for r in self.repositories),
                             totals)

    @staticmethod
    def print_clone(name, commits, row):
        ours, gits, full = row
        print(f"{name[:38]:38} {commits:8}   {human(ours.bytes):>11} {human(gits.bytes):>9}"
              f" {human(full.bytes):>9} {ratio(ours.bytes, gits.bytes):>6}"
              f" {ratio(ours.bytes, full.bytes):>6}   {human(ours.disk):>10} {human(gits.disk):>8}"
              f" {human(full.disk):>8}   {ours.seconds:8.2f} {gits.seconds:7.2f} {full.seconds:7.2f}"
              f" {ratio(ours.seconds, gits.seconds):>6}   {ours.memory / 1024:8.0f}"
              f" {gits.memory / 1024:5.0f}", flush=True)

    # --- All of them at once

    def together(self, transport):
        if self.quarry.kind in ("git", "fetch-tool"):
            return
        urls = [self.url(transport, r.slug) for r in self.repositories]
        cache = self.work / f"together-{transport}"
        print(f"\n{len(urls)} repositories in one run over {transport}:")
        for title in ("first clones", "nothing new"):
            cost = self.cost(transport, self.quarry.command(cache, urls), cache)
            print(f"  {title:14} {cost.requests} requests, {human(cost.bytes)}, {human(cost.disk)} "
                  f"on disk, {cost.seconds:.2f} s, at most {cost.memory / 1024:.0f} MB of memory",
                  flush=True)

    # --- Nothing new

    def unchanged(self, transport):
        print(f"\nNothing new over {transport}, {len(self.repositories)} repositories one after "
              "the other:")
        costs = {"ours": [], "git": []}
        for repository in self.repositories:
            url = self.url(transport, repository.slug)
            ours = self.work / f"ours-{transport}-{repository.slug[6:]}"
            gits = self.work / f"git-{transport}-{repository.slug[6:]}"
            if not ours.exists():
                self.once(transport, "ours", url, ours)
            if not gits.exists():
                self.once(transport, "git", url, gits, BLOBLESS)
            costs["ours"].append(self.cost(transport, self.quarry.command(ours, [url])))
            costs["git"].append(self.cost(transport, git_fetch(gits)))
        for who, some in costs.items():
            most = max(c.bytes for c in some)
            cost = Cost.total(some)
            asked = "requests" if transport == "http" else "connections"
            print(f"  {who:5} {cost.requests} {asked}, {human(cost.bytes)}, {human(most)} at most, "
                  f"{cost.seconds:.2f} s", flush=True)

    # --- Something new

    def back(self, path, n):
        """The newest commit on the first line of parents with n or more commits after it."""
        line = git("rev-list", "--first-parent", "HEAD", cwd=path).split()
        low, high = 1, len(line) - 1
        while low < high:
            middle = (low + high) // 2
            if int(git("rev-list", "--count", f"{line[middle]}..HEAD", cwd=path)) >= n:
                high = middle
            else:
                low = middle + 1
        return line[low]

    def rewrite(self, copy, n=10):
        """The last n commits once more, with other messages: a commit in their place."""
        line = git("rev-list", "--first-parent", f"--max-count={n + 1}", "HEAD", cwd=copy).split()
        new = line[-1]
        for commit in reversed(line[:-1]):
            new = git("commit-tree", f"{commit}^{{tree}}", "-p", new, cwd=copy,
                      text=f"rewritten {commit}")
        return new

    def incremental(self, transport):
        print(f"\nNew commits over {transport}, ours beside `git fetch` in git's own clone:\n")
        print(f"{'repository':38} {'news':>16} {'commits':>8}   {'bytes: ours':>11} {'git':>9}"
              f" {'o/g':>6}   {'s: ours':>8} {'git':>7} {'o/g':>6}")
        deep = sorted(self.repositories, key=lambda r: -r.commits)
        if self.options.deep:
            wanted = self.options.deep.split(",")
            deep = [r for r in deep if any(w in r.name for w in wanted)]
        else:
            deep = deep[:3]
        for repository in deep:
            self.incremental_one(transport, repository)

    def incremental_one(self, transport, repository):
        copy = self.root / "bench" / f"copy-{transport}-{repository.served.name}"
        git("init", "--quiet", "--bare", copy)
        (copy / "objects/info/alternates").write_text(f"{repository.path}/objects\n")
        head = f"refs/heads/{repository.branch}"
        tip = git("rev-parse", "HEAD", cwd=repository.path)
        git("symbolic-ref", "HEAD", head, cwd=copy)
        git("update-ref", head, tip, cwd=copy)
        changes = [(f"{n} new", self.back(copy, n), tip) for n in STEPS if n < repository.commits]
        changes.append(("10 rewritten", tip, self.rewrite(copy)))
        for title, old, new in changes:
            git("update-ref", head, old, cwd=copy)
            rows = self.fetch_both(transport, "bench/" + copy.name.removesuffix(".git"),
                                   lambda new=new: git("update-ref", head, new, cwd=copy))
            n = int(git("rev-list", "--count", f"{old}..{new}", cwd=copy))
            ours, gits = rows
            print(f"{repository.name[:38]:38} {title:>16} {n:8}   {human(ours.bytes):>11}"
                  f" {human(gits.bytes):>9} {ratio(ours.bytes, gits.bytes):>6}   {ours.seconds:8.2f}"
                  f" {gits.seconds:7.2f} {ratio(ours.seconds, gits.seconds):>6}", flush=True)

    def fetch_both(self, transport, slug, change):
        """Clone, have the server's branch moved, and fetch in copies of the clones."""
        url = self.url(transport, slug)
        before = {"ours": self.fresh(), "git": self.fresh()}
        for who, folder in before.items():
            self.once(transport, who, url, folder, BLOBLESS)
        change()
        costs = {"ours": [], "git": []}
        for run in range(self.options.runs):
            for who in sorted(costs, reverse=run % 2 == 0):
                folder = self.fresh()
                shutil.copytree(before[who], folder, symlinks=True)
                command = (self.quarry.command(folder, [url]) if who == "ours"
                           else git_fetch(folder))
                costs[who].append(self.cost(transport, command))
                shutil.rmtree(folder)
        for folder in before.values():
            shutil.rmtree(folder)
        return self.median(costs["ours"]), self.median(costs["git"])


def main():
    parser = argparse.ArgumentParser(usage="see the head of fetch.sh")
    parser.add_argument("quarry")
    parser.add_argument("folder")
    parser.add_argument("--transports", default="http")
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--small", type=float, default=20)
    parser.add_argument("--deep", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--no-full", action="store_true")
    parser.add_argument("--work")
    options = parser.parse_args()
    if not shutil.which("time"):
        sys.exit("no program: time")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    bench = Bench(options)
    for transport in options.transports.split(","):
        for part, act in (("clone", bench.clones), ("together", bench.together),
                          ("unchanged", bench.unchanged), ("incremental", bench.incremental)):
            if part in options.parts.split(","):
                act(transport)


if __name__ == "__main__":
    main()
