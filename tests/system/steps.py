#!/usr/bin/env python3
"""Steps of a store beside stores filled at once; see steps.sh."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import facts  # pylint: disable=wrong-import-position

GIT = ["git", "-c", "safe.directory=*"]
UNIVERSE = "id: steps\ntitle: Steps\nlayers:\n  - id: all\n    title: All\n"
SINCE = ("2025Q4", "2025Q2", "2025Q1", "2024Q3", "2023Q4", "2021Q1", "1970Q1")
JOBS = ("1", "2", "5")


class Repository:
    """A second repository over the objects of one that is only read."""

    def __init__(self, source, mirror):
        self.name = source.parent.name if source.name == "repo" else source.name.removesuffix(".git")
        self.path = mirror / (self.name + ".git")
        (self.path / "refs").mkdir(parents=True)
        (self.path / "objects").symlink_to(source / "objects")
        (self.path / "HEAD").write_text("ref: refs/heads/main\n")
        for name in ("config", "shallow"):
            if (source / name).exists():
                (self.path / name).write_bytes((source / name).read_bytes())
        out = subprocess.run([*GIT, "--git-dir", source, "rev-list", "HEAD"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        self.commits = out.split()

    def move(self, chance):
        """Mostly near the tip, at times anywhere, which takes commits away."""
        n = len(self.commits)
        at = chance.randrange(n if chance.randrange(4) == 0 else min(n, 1 + n // 20))
        (self.path / "refs" / "heads").mkdir(exist_ok=True)
        (self.path / "refs" / "heads" / "main").write_text(self.commits[at] + "\n")


def write_universe(folder, repositories):
    (folder / "universe").mkdir()
    (folder / "universe" / "universe.yaml").write_text(UNIVERSE)
    lines = ["id: all", "title: All", "layer: all", "repositories:"]
    lines += ["  - url: https://github.com/" + r.name.replace("+", "/", 1) for r in repositories]
    (folder / "universe" / "all.yaml").write_text("\n".join(lines) + "\n")


def mine(quarry, folder, store, since, jobs):
    done = subprocess.run([quarry, "mine", "universe", "--mirror", "mirror", "--offline", "-q",
                           "--store", store, "--since", since, "--jobs", jobs], cwd=folder,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"FAILED: quarry leaves with {done.returncode}: {done.stderr.strip()}")
    return done.returncode == 0


N_TOUCHES = 18  # the column of a commit's line; what it changed follows


def unread(lines):
    """Commits whose touches are not read, as (repository, id)."""
    return {(f[1], f[2]) for f in (x.split("\t") for x in lines)
            if f[0] == "commit" and f[N_TOUCHES] == "None"}


def without(lines, commits):
    """The same without what these commits touch."""
    for line in lines:
        f = line.split("\t")
        if f[0] == "commit" and (f[1], f[2]) in commits:
            yield "\t".join(f[:N_TOUCHES])
        elif f[0] != "touch" or (f[2], f[1]) not in commits:
            yield line


def differences(folder):
    a, b = (facts.lines(folder / name) for name in ("steps.db", "once.db"))
    if a == b:
        return []
    # A commit that may have been the same work as one that is gone now was read for it.
    commits = unread(b)
    a, b = set(without(a, commits)), set(without(b, commits))
    if a == b:
        return []
    return ["  only in steps: " + x for x in sorted(a - b)[:5]] + \
           ["  only at once:  " + x for x in sorted(b - a)[:5]]


def main():
    quarry, source, n, seed = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), \
        int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        found = [p if (p / "HEAD").exists() else p / "repo" for p in sorted(source.iterdir())
                 if (p / "HEAD").exists() or (p / "repo" / "HEAD").exists()]
        # an empty one has no step to go
        found = [p for p in found if not subprocess.run(
            [*GIT, "--git-dir", p, "rev-parse", "-q", "--verify", "HEAD^{commit}"], check=False,
            stdout=subprocess.DEVNULL).returncode]
        repositories = [Repository(p, folder / "mirror") for p in found]
        write_universe(folder, repositories)
        widest = len(SINCE)
        for step in range(1, n + 1):
            for r in repositories:
                if step == 1 or chance.randrange(5):
                    r.move(chance)
            since = SINCE[min(len(SINCE) - 1, step * len(SINCE) // (n + 1) - chance.randrange(-1, 2))]
            widest = since if step == 1 else min(widest, since)
            for f in folder.glob("once.db*"):
                os.unlink(f)
            ok = mine(quarry, folder, "steps.db", since, chance.choice(JOBS))
            ok = ok and mine(quarry, folder, "once.db", widest, chance.choice(JOBS))
            differ = differences(folder) if ok else ["  not mined"]
            passed, failed = passed + (not differ), failed + bool(differ)
            if differ:
                print(f"FAILED: step {step} from {since} (seed {seed})", *differ, sep="\n")
        print(f"{len(repositories)} repositories, {n} steps, "
              f"{sum(len(r.commits) for r in repositories)} commits")
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main()
