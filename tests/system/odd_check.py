#!/usr/bin/env python3
"""Mine the repositories that odd_repos.py made, and compare with what is expected.

usage: odd_check.py QUARRY FOLDER

A line a fact that fails, and at the end how many held.  Where git can read a history,
its number of commits and every line of `git log --raw -M100%` must be the same, too.
"""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import threading

from odd_case import SOME
from odd_git import git

ROOT = pathlib.Path(__file__).resolve().parents[2]
HISTORY_H = (ROOT / "include" / "quarry" / "history.h").read_text()
BITS = {name: 1 << int(n) for name, n in
        re.findall(r"QUARRY_COMMIT_(\w+) = 1 << (\d+)", HISTORY_H)}
FLAGS = [name.lower() for name in re.findall(r"^\tQUARRY_FLAG_(\w+),", HISTORY_H, re.M)]
NOT_COMPARED = {"ROOT", "LANDED"}
TIMEOUT_S = float(os.environ.get("TIMEOUT_S", 120))


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def same(self, what, got, want):
        if got == want:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}: {str(got)[:600]}, not {str(want)[:300]}")

    def true(self, what, holds, why=""):
        self.same(what, holds or why, True if holds else "expected")


class Store:
    """What a run has stored."""

    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.text_factory = bytes
        self.repos = {slug.decode().split("/")[1]: row for slug, *row in self.db.execute(
            "SELECT slug, repo, state, mine_problem FROM repo")}

    def all(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def bits(self, repo):
        out = {}
        for flags, n in self.all("SELECT flags, COUNT(*) FROM commits WHERE repo = ?"
                                 " GROUP BY flags", repo):
            for name, bit in BITS.items():
                if flags & bit and name not in NOT_COMPARED:
                    out[name] = out.get(name, 0) + n
        return out

    def flags(self, repo):
        rows = self.all("SELECT flag, n FROM repo_flag WHERE repo = ? AND n", repo)
        return {FLAGS[flag] if isinstance(flag, int) else flag.decode(): n for flag, n in rows}

    def touches(self, repo):
        def raw(name):
            return name.encode() if isinstance(name, str) else bytes(name or b"")
        return {(oid.hex(), status.decode()[0], raw(path), raw(old)) for oid, status, path, old
                in self.all("SELECT c.oid, t.status, p.name, o.name FROM touch t"
                            " JOIN commits c USING (commit_id) JOIN path p ON p.path = t.path"
                            " LEFT JOIN path o ON o.path = t.old_path WHERE c.repo = ?", repo)}


def git_touches(gitdir):
    """The same from git; None where it cannot tell."""
    text = git("--no-replace-objects", f"--git-dir={gitdir}", "log", "--format=format:%x01%H%x01",
               "--raw", "-z", "-M100%", "-l0", "--no-abbrev", "--no-merges", "HEAD", check=False)
    if text is None:
        return None
    out, oid, fields = set(), "", iter(text.split(b"\0"))
    for field in fields:
        while field.startswith(b"\x01"):
            oid, field = field[1:41].decode(), field[42:].lstrip(b"\n")
        if field.startswith(b":"):
            status = chr(field.rsplit(b" ", 1)[1][0])
            old = next(fields) if status in "RC" else b""
            out.add((oid, status, next(fields), old))
    return out


def run(quarry, folder, group, store):
    """Mine a group; exit status, seconds of a processor, MiB, what was said."""
    args = [quarry, "mine", "universe", "--mirror", "mirror", "--offline", "--store", store,
            "--since", "1970Q1"] + (["--alternates"] if group == "alternates" else [])
    with open(folder / "said", "wb") as said:
        child = subprocess.Popen(args, cwd=folder, stdout=said, stderr=said,
                                 stdin=subprocess.DEVNULL)
        late = threading.Timer(TIMEOUT_S, child.kill)
        late.start()
        _, status, usage = os.wait4(child.pid, 0)
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    return (child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
            (folder / "said").read_bytes())


def has_holes(facts):
    """Commits are lost: what could be read is stored, and the step did not succeed."""
    return bool(facts["flags"].keys() & {"missing_commits", "damaged_commits"})


def check_mined(tally, name, facts, store, gitdir):
    repo, state, problem = store.repos[name]
    if not facts["empty"] and state != 1:
        tally.same(f"{name}: mined", problem.decode(), "")
        return
    tally.same(f"{name}: state", state, 2 if facts["empty"] else 1)
    tally.same(f"{name}: told to have holes", b"has holes" in problem, has_holes(facts))
    n, touches = store.all("SELECT COUNT(*), SUM(n_touches) FROM commits WHERE repo = ?", repo)[0]
    tally.same(f"{name}: commits", n, facts["commits"])
    if facts["touches"] is not None and "touches" in facts:
        tally.same(f"{name}: touches", touches or 0, facts["touches"])
    tally.same(f"{name}: bits of commits", store.bits(repo), facts["bits"])
    flags = store.flags(repo)
    tally.same(f"{name}: flags", {flag: SOME if n and facts["flags"].get(flag) == SOME else n
                                  for flag, n in flags.items()}, facts["flags"])
    names = {row[0].decode() for row in store.all(
        "SELECT s.name FROM commits c JOIN signature s ON s.signature = c.author"
        " WHERE c.repo = ?", repo)}
    tally.true(f"{name}: authors", names.issuperset(facts["authors"]), names)
    if facts["same"]:
        ours, theirs = store.touches(repo), git_touches(gitdir)
        tally.same(f"{name}: touches as in git", theirs is not None and sorted(ours ^ theirs)[:5],
                   [])
    if facts["paths"]:
        tally.same(f"{name}: paths", sorted({t[2].hex() for t in store.touches(repo)}),
                   facts["paths"])


def check(tally, name, facts, store, gitdir):
    count = git("--no-replace-objects", f"--git-dir={gitdir}", "rev-list", "--count", "HEAD",
                check=False)
    tally.same(f"{name}: commits by git", count and int(count), facts["git"])
    if name not in store.repos:
        tally.same(f"{name}: in the store", False, True)
    elif facts["refuse"]:
        problem = store.repos[name][2].decode()
        tally.true(f"{name}: refused with '{facts['refuse']}'", facts["refuse"] in problem, problem)
    else:
        check_mined(tally, name, facts, store, gitdir)


def check_group(tally, folder, group, done, expected, limits):
    status, seconds, mib, said = done
    bad = [bool(facts["refuse"]) or has_holes(facts) for facts in expected.values()]
    tally.same(f"{group}: exit status", status, 1 if all(bad) else 3 if any(bad) else 0)
    tally.true(f"{group}: no sanitizer speaks", b"Sanitizer" not in said and
               b"runtime error" not in said, said)
    print(f"{group}: {len(expected)} repositories, {seconds:.2f} s, {mib:.0f} MiB")
    if limits:
        for facts in expected.values():
            tally.true(f"{group}: {facts['seconds']} s", not facts["seconds"] or
                       seconds <= facts["seconds"], f"{seconds:.2f}")
            tally.true(f"{group}: {facts['mib']} MiB", not facts["mib"] or mib <= facts["mib"],
                       f"{mib:.0f}")
    store = Store(folder / "odd.db")
    for name, facts in expected.items():
        check(tally, name, facts, store, folder / "mirror" / f"odd+{name}.git")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    quarry, root = sys.argv[1], pathlib.Path(sys.argv[2])
    expected = json.loads((root / "expected.json").read_text())
    # A sanitizer takes time and memory of its own.
    limits = subprocess.run(["grep", "-qE", "__[at]san_init", quarry]).returncode != 0
    tally = Tally()
    groups = {}
    for name, facts in expected.items():
        groups.setdefault(facts["group"], {})[name] = facts
    # All runs come first: a child counts the memory of its parent as its own.
    runs = {group: run(quarry, root / group, group, "odd.db") for group in sorted(groups)}
    for group, done in runs.items():
        check_group(tally, root / group, group, done, groups[group], limits)
    print(f"{tally.passed} passed, {tally.failed} failed")


if __name__ == "__main__":
    main()
