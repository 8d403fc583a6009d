#!/usr/bin/env python3
"""Random bit flips in a pack and its index: facts are the same, or the repository is flagged.

usage: bitflips.py QUARRY FOLDER N [SEED]

Makes a history in FOLDER, and N copies of it with one bit flipped in each, three of four in
the pack. They are mined a hundred at a time.
"""
import collections
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys

from odd_git import git
from odd_repos import PART, UNIVERSE

A_RUN = 100
FACTS = {
    "commits": "SELECT c.oid, c.parents, a.name, a.email, m.name, m.email, c.author_s,"
               " c.author_offset_min, c.committer_s, c.committer_offset_min, c.subject, c.flags,"
               " c.n_touches FROM commits c JOIN signature a ON a.signature = c.author"
               " JOIN signature m ON m.signature = c.committer WHERE c.repo = ? ORDER BY c.oid",
    "touches": "SELECT c.oid, t.status, p.name, o.name FROM touch t JOIN commits c"
               " USING (commit_id) JOIN path p ON p.path = t.path"
               " LEFT JOIN path o ON o.path = t.old_path WHERE c.repo = ? ORDER BY 1, 3",
    "trailers": "SELECT c.oid, t.n, t.key, t.value FROM trailer t JOIN commits c"
                " USING (commit_id) WHERE c.repo = ? ORDER BY 1, 2",
    "tip": "SELECT tip, branch, mailmap, files_at_tip FROM repo WHERE repo = ?",
}


def stream(rng, n_commits=120):
    """A history for fast-import: folders, renames, merges, trailers."""
    out = []
    names = [f"{d}/{f}{i}.c" for d in ("src/core", "src/net", "doc") for f in "abcdef"
             for i in range(4)]
    for n in range(1, n_commits + 1):
        message = f"Change {n}\n\nWhat it does.\n"
        if n % 5 == 0:
            message += f"\nCo-authored-by: Person {n % 7} <p{n % 7}@example.org>\n"
        out.append(f"commit refs/heads/main\nmark :{n}\n"
                   f"author Author {n % 9} <a{n % 9}@example.org> {1690000000 + n * 9999} +0200\n"
                   f"committer C <c@example.org> {1690000000 + n * 9999} +0000\n"
                   f"data {len(message)}\n{message}")
        if n > 1:
            out.append(f"from :{n - 1}\n")
        if n % 17 == 0:
            out.append(f"merge :{n - 9}\n")
        for name in rng.sample(names, 3):
            out.append(f"M 100644 inline {name}\ndata 12\n{rng.randrange(10**11):011}\n\n")
        if n % 10 == 0:
            out.append(f"M 100644 inline moved/{n}\ndata 4\nm{n % 100:02}\n\n")
        if n % 10 == 1 and n > 1:
            out.append(f"R moved/{n - 1} moved/to-{n - 1}\n")
    mailmap = "Author <a1@example.org> <a2@example.org>\n"
    out.append(f"M 100644 inline .mailmap\ndata {len(mailmap)}\n{mailmap}\n")
    return "".join(out).encode()


def make_source(folder, rng):
    git("init", "-q", "--bare", "-b", "main", folder)
    git("fast-import", "--quiet", cwd=folder, data=stream(rng))
    git("repack", "-q", "-a", "-d", "-f", cwd=folder)
    for hook in folder.glob("hooks/*"):
        hook.unlink()
    return next(folder.glob("objects/pack/*.pack"))


def make_copy(source, target, rng):
    """A copy with one bit flipped; what was flipped."""
    shutil.copytree(source, target)
    end = ".idx" if rng.randrange(4) == 0 else ".pack"
    path = next((target / "objects" / "pack").glob("*" + end))
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    at, bit = rng.randrange(len(data)), rng.randrange(8)
    data[at] ^= 1 << bit
    path.write_bytes(data)
    return f"bit {bit} of byte {at} of {len(data)} of the {end[1:]}"


def mine(quarry, folder, slugs):
    """Exit status, and of each repository (facts, flagged)."""
    universe = folder / "universe"
    universe.mkdir(exist_ok=True)
    (universe / "universe.yaml").write_text(UNIVERSE)
    (universe / "part.yaml").write_text(
        PART + "".join(f"  - url: https://git.example.org/odd/{s}\n" for s in slugs))
    try:
        done = subprocess.run([quarry, "mine", "universe", "--mirror", "mirror", "--offline",
                               "--store", "flips.db", "--since", "1970Q1", "-q"], cwd=folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
    except subprocess.TimeoutExpired:
        return "no end", b"", {}
    db = sqlite3.connect(folder / "flips.db")
    db.text_factory = bytes
    out = {}
    for repo, slug, problem in db.execute(
            "SELECT repo, slug, CASE WHEN mailmap_missing THEN 'mailmap' ELSE mine_problem END"
            " FROM repo").fetchall():
        facts = {name: db.execute(sql, (repo,)).fetchall() for name, sql in FACTS.items()}
        flags = db.execute("SELECT flag, n FROM repo_flag WHERE repo = ?", (repo,)).fetchall()
        out[slug.decode().split("/")[1]] = facts, bool(problem or flags)
    db.close()
    return done.returncode, done.stdout, out


def difference(facts, good):
    return "; ".join(f"{name}: {len(facts[name])} rows, {len(set(good[name]) - set(facts[name]))} "
                     f"of {len(good[name])} lost or changed" for name in good
                     if facts[name] != good[name])


def run_of(quarry, folder, source, n, rng, counts, good):
    """Mine n copies; print what is wrong."""
    flips = {f"copy-{i}": None for i in range(n)}
    for name in flips:
        flips[name] = make_copy(source, folder / "mirror" / f"odd+{name}.git", rng)
    status, said, mined = mine(quarry, folder, sorted(flips))
    if status not in (0, 1, 3) or b"Sanitizer" in said or b"runtime error" in said:
        counts["crashes"] += 1
        print(f"FAILED: a run ended with {status}: {said[-2000:].decode(errors='replace')}: "
              f"one of {'; '.join(flips.values())}")
        return
    for name, flip in flips.items():
        facts, flagged = mined.get(name, (None, False))
        if facts is None:
            counts["not in the store"] += 1
        elif facts == good:
            counts["flagged, and the same" if flagged else "the same"] += 1
        elif flagged:
            counts["different, and flagged"] += 1
        else:
            counts["silently different"] += 1
            print(f"FAILED: {flip}: {difference(facts, good)}")


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    quarry, root, n = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    source = root / "source.git"
    pack = make_source(source, rng)
    print(f"a pack of {pack.stat().st_size} bytes")
    counts = collections.Counter()
    (root / "good" / "mirror").mkdir(parents=True)
    shutil.copytree(source, root / "good" / "mirror" / "odd+good.git")
    good, flagged = mine(quarry, root / "good", ["good"])[2]["good"]
    assert len(good["commits"]) == 120 and len(good["touches"]) > 300 and not flagged
    for i in range(0, n, A_RUN):
        folder = root / f"run-{i}"
        (folder / "mirror").mkdir(parents=True)
        run_of(quarry, folder, source, min(A_RUN, n - i), rng, counts, good)
        shutil.rmtree(folder)
    for what, k in sorted(counts.items()):
        print(f"{what}: {k}")
    bad = counts["crashes"] + counts["not in the store"] + counts["silently different"]
    print(f"{n - min(n, bad)} passed, {bad} failed")


if __name__ == "__main__":
    main()
