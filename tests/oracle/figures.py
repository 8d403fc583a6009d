#!/usr/bin/env python3
"""Every derived figure of a store, recomputed from `git log` and the definitions.

usage: figures.py STORE MIRROR [--quarters FIRST..LAST]

Needs git and Python, nothing else.  Each repository's commits, times, parents, first-parent line,
changed entries and trailers are what git says of MIRROR/OWNER+NAME.git; the formulas are those of
docs/metrics.md.  Taken from the store, because they have tests of their own:

  tracked, category   the universe: which repositories belong where, and when
  repo                where a history stands, its branch, tip, and the day it was mined
  signature_class     (name, e-mail) to class
  path_class          path to class
  identity, person    (repository, name, e-mail) to person, lenient person and e-mail
  ..._affiliation     person, and (name, e-mail), to groups and their times

figures_git.py reads git, figures_rules.py holds the formulas, this file compares.  One difference a
line goes to standard output (fifty at most), then `N passed, N failed`: groups of figures, a group
being one table in one quarter, or the commits of one repository in one table.
"""
import argparse
import collections
import concurrent.futures
import os
import sys

from figures_git import quarter_name, quarter_parse, read_repository
from figures_rules import FILES, LINES, Figures, Store, must_be_read

DIFFERENCES_MAX = 50


class Report:
    def __init__(self):
        self.failed, self.groups, self.shown, self.n = set(), set(), 0, 0

    def differ(self, group, where, column, got, expected):
        self.failed.add(group)
        self.n += 1
        if self.n <= DIFFERENCES_MAX:
            print(f"{group[0]}: {where}: {column}: got {got}, expected {expected}")

    def rows(self, group, got, expected, name=str):
        """Compare {key: {column: value}}, where a row that is not there has none."""
        self.groups.add(group)
        for key in sorted(set(got) | set(expected), key=repr):
            where = f"{name(key)} {group[1]}"
            if key not in got or key not in expected:
                self.differ(group, where, "row", "one" if key in got else "none",
                            "one" if key in expected else "none")
                continue
            for column in got[key]:
                a, b = got[key][column], expected[key].get(column, 0)
                if abs(a - b) > 1e-12 if isinstance(a, float) else a != b:
                    self.differ(group, where, column, a, b)


def by_key(rows, keys, drop=()):
    out = collections.defaultdict(dict)
    for r in rows:
        key = tuple(r[k] for k in keys)
        out[r["quarter"]][key] = {k: v for k, v in r.items()
                                  if k not in keys and k != "quarter" and k not in drop}
    return out


def mask(bits):
    return sum(1 << b for b in bits)


def expected_touches(repo, c, got):
    """The number of them, or None, as the store has it, where they need not be read."""
    if got and got["n_touches"] is None and not must_be_read(repo, c):
        return None
    return len(c.touches)


def compare_commits(store, report):
    """Facts, times and kinds of each commit, a repository at a time."""
    for repo in store.repos.values():
        slug = repo["slug"]
        if repo["state"] == 1 and repo["head"] != repo["tip"]:
            report.differ(("repo", slug), slug, "tip", repo["tip"], repo["head"])
        where = f"WHERE c.repo = {int(repo['id'])}"
        facts, times, kinds = {}, {}, {}
        for r in store.table(
                "SELECT lower(hex(oid)) AS oid, author_s, author_offset_min, committer_s,"
                " committer_offset_min, n_parents, lower(hex(parents)) AS parents,"
                " flags & 1 <> 0 AS root, flags & 2 <> 0 AS landed, n_touches,"
                " name || char(0) || email AS author"
                f" FROM commits c JOIN signature ON signature = author {where}"):
            facts[r.pop("oid")] = r
        for r in store.table("SELECT lower(hex(oid)) AS oid, activity_s, ct.quarter AS q, other_s,"
                             " other_quarter, time_fixed FROM commits c JOIN commit_time ct"
                             f" USING (commit_id) {where}"):
            times[r.pop("oid")] = r
        for r in store.table("SELECT lower(hex(oid)) AS oid, k.repo, k.quarter AS q, kind, agent_assisted"
                             f" FROM commits c JOIN commit_kind k USING (commit_id) {where}"):
            kinds[r.pop("oid")] = r
        cs = repo["commits"]
        report.rows(("commits", slug), facts, {o: {
            "author_s": c.author_s or 0, "author_offset_min": c.author_offset,
            "committer_s": c.committer_s or 0, "committer_offset_min": c.committer_offset,
            "n_parents": len(c.parents), "parents": "".join(c.parents), "root": not c.parents,
            "landed": c.landed, "n_touches": expected_touches(repo, c, facts.get(o)),
            "author": "\0".join(c.author)} for o, c in cs.items()})
        report.rows(("commit_time", slug), times, {o: {
            "activity_s": c.activity_s, "q": c.quarter, "other_s": c.other_s,
            "other_quarter": c.other_quarter, "time_fixed": c.fixed} for o, c in cs.items()})
        report.rows(("commit_kind", slug), kinds, {} if repo["excluded"] else {o: {
            "repo": repo["id"], "q": c.quarter, "kind": c.kind, "agent_assisted": c.assisted}
            for o, c in cs.items()})
        compare_touches(store, report, repo, where,
                        {o for o, r in facts.items() if r["n_touches"] is not None})
        compare_trailers(store, report, repo, where)


def compare_touches(store, report, repo, where, read):
    """Paths, lines, and the old path of each rename: which one git pairs decides what file it is."""
    def raw(name):
        return name.encode() if isinstance(name, str) else name

    got = collections.defaultdict(set)
    for oid, path, old, added, deleted in store.db.execute(
            "SELECT lower(hex(oid)), p.name, o.name, added, deleted"
            " FROM commits c JOIN touch USING (commit_id)"
            f" JOIN path p USING (path) LEFT JOIN path o ON o.path = old_path {where}"):
        got[oid].add((raw(path), raw(old), added, deleted))
    want = {o: {t + (c.lines.get(t[0], (None, None))) for t in c.touches}
            for o, c in repo["commits"].items() if c.touches and o in read}
    report.groups.add(("touch", repo["slug"]))
    for oid in sorted(set(got) | set(want)):
        a, b = got.get(oid, set()), want.get(oid, set())
        if a != b:
            report.differ(("touch", repo["slug"]), f"{repo['slug']} {oid}", "entries",
                          sorted(a - b, key=repr)[:2], sorted(b - a, key=repr)[:2])


def compare_trailers(store, report, repo, where):
    got = collections.defaultdict(list)
    for r in store.table("SELECT lower(hex(oid)) AS oid, value FROM commits c JOIN trailer USING (commit_id)"
                         f" {where} AND key = 'Co-authored-by' AND value <> '' ORDER BY commit_id, n"):
        got[r["oid"]].append(r["value"])
    want = {o: {"values": c.values} for o, c in repo["commits"].items() if c.values}
    report.rows(("trailer", repo["slug"]), {o: {"values": v} for o, v in got.items()}, want)


def compare_same_work(store, report):
    got = {(a,): {"of": b} for a, b in store.db.execute(
        "SELECT lower(hex(a.oid)), lower(hex(b.oid)) FROM same_work JOIN commits a USING (commit_id)"
        " JOIN commits b ON b.commit_id = of_commit_id")}
    want = {(a,): {"of": b} for a, b in store.same_work.items()}
    report.rows(("same_work", ""), got, want)


def compare_scopes(f, report, quarters):
    store = f.store
    got = {(r.pop("scope"),): r for r in store.table("SELECT * FROM scope")}
    want = {(0,): {"kind": "universe", "id": "", "category": None, "repo": None}}
    for i, c in enumerate(store.categories):
        want[1 + i,] = {"kind": "category", "id": c, "category": i, "repo": None}
    for scope, r in f.repo_of_scope.items():
        want[scope,] = {"kind": "repository", "id": r["url"], "category": r["category"], "repo": r["id"]}
    report.rows(("scope", ""), got, want)

    def name(key):
        return (want.get(key[:1], {}).get("id") or "universe") + "".join(f" {k}" for k in key[1:])

    def members(key):
        return name(key[:1]) + f" under {quarter_name(key[1])}"

    tables = {
        "scope_quarter": (("scope", "members_of"), members),
        "scope_change": (("scope", "metric"), name),
        "scope_flow": (("scope",), name),
        "move": (("from_c", "to_c"), str),
        "overlap": (("a", "b"), str),
        "cohort": (("scope", "affiliation"), name),
    }
    rows = {t: by_key(store.table(f"SELECT * FROM {t}"), keys) for t, (keys, _) in tables.items()}
    lo, hi = int(store.meta["first_quarter"]), int(store.meta["last_quarter"])
    for t, by_quarter in rows.items():
        for q in by_quarter:
            if not lo <= q <= hi:
                report.differ((t, quarter_name(q)), quarter_name(q), "quarter", "one", "none")
    for q in range(lo, hi + 1):
        if q not in quarters:
            continue
        expected = expected_quarter(f, q, lo)
        for t, (_, label) in tables.items():
            report.rows((t, quarter_name(q)), rows[t].get(q, {}), expected[t], label)


def expected_quarter(f, q, lo):
    own, base = f.world(q), f.world(q + 1)
    flow, moves = own.flows(q)
    out = {"scope_quarter": {}, "scope_change": {}}
    for scope in range(f.base):
        out["scope_quarter"][scope, q] = own.measures(scope, q)
        out["scope_quarter"][scope, q + 1] = base.measures(scope, q)
        if q > lo:
            for metric, parts in own.changes(scope, q).items():
                out["scope_change"][scope, metric] = parts
    for scope, repo in f.repo_of_scope.items():
        if (repo["id"], q) in f.quarters:
            out["scope_quarter"][scope, q] = own.measures(scope, q)
    out["scope_flow"] = {(s,): x for s, x in flow.items()}
    out["move"] = {k: {"persons": n} for k, n in moves.items()}
    out["cohort"] = f.cohorts(q)
    out["overlap"] = {k: {"persons": n} for k, n in own.overlap(q).items()}
    return out


def compare_activity(f, report, quarters):
    got = by_key(f.store.table("SELECT * FROM activity"), ("repo", "person", "email"))
    want = collections.defaultdict(dict)
    for (repo, q, person, email), a in f.activity.items():
        want[q][repo, person, email] = {
            "authored": a.authored, "co_authored": a.co_authored, "weeks": mask(a.weeks),
            "days_lo": mask(d for d in a.days if d < 46),
            "days_hi": mask(d - 46 for d in a.days if d >= 46)}
    for q in sorted(set(got) | set(want)):
        if q in quarters:
            report.rows(("activity", quarter_name(q)), got.get(q, {}), want.get(q, {}))


def compare_files(f, report, quarters):
    lo, hi = int(f.store.meta["first_quarter"]), int(f.store.meta["last_quarter"])
    got = by_key(f.store.table("SELECT * FROM repo_files"), ("repo",))
    want = collections.defaultdict(dict)
    for (repo, q), x in f.quarters.items():
        if (x.raw or x.unread) and lo <= q <= hi:
            row = want[q][repo,] = {
                "file_touches_raw": x.raw, "file_touches": x.robust,
                "distinct_files_raw": x.files.raw(), "distinct_files": x.files.robust(),
                "top5_touches": sum(sorted(x.sizes)[-5:]),
                "lines_churn_raw": x.lines_raw, "lines_churn": x.lines}
            row.update(dict.fromkeys(FILES * x.unread + LINES * x.uncounted))
    names = {(r["id"],): r["slug"] for r in f.store.members}
    for q in sorted(set(got) | set(want)):
        if q in quarters:
            report.rows(("repo_files", quarter_name(q)), got.get(q, {}), want.get(q, {}), names.get)


def read_all(store, mirror):
    mined = [r for r in store.repos.values() if r["state"] == 1]
    for r in mined:
        r["dir"] = os.path.join(os.path.abspath(mirror), r["slug"].replace("/", "+") + ".git")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(read_repository, mined))
    if not mined:
        raise SystemExit("figures.py: the store holds no history")


def main():
    parser = argparse.ArgumentParser(usage="figures.py STORE MIRROR [--quarters FIRST..LAST]")
    parser.add_argument("store")
    parser.add_argument("mirror")
    parser.add_argument("--quarters", default="0001Q1..9998Q4")
    args = parser.parse_args()
    first, _, last = args.quarters.partition("..")
    quarters = range(quarter_parse(first), quarter_parse(last or first) + 1)

    store = Store(args.store)
    read_all(store, args.mirror)
    problems, report = [], Report()
    f = Figures(store, problems)
    for table, where, _, column, got, expected in problems:
        report.differ((table, where), where, column, got, expected)
    compare_commits(store, report)
    compare_same_work(store, report)
    compare_activity(f, report, quarters)
    compare_files(f, report, quarters)
    compare_scopes(f, report, quarters)
    if report.n > DIFFERENCES_MAX:
        print(f"... and {report.n - DIFFERENCES_MAX} more differences")
    groups = report.groups | report.failed
    print(f"{len(groups - report.failed)} passed, {len(report.failed)} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
