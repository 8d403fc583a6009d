#!/usr/bin/env python3
"""Whether the worked examples of the documentation still hold.

usage: examples.py STORE DOC.md...  [--lines STORE] [--mirror DIR] [--editions DIR]
                   [--complete DOC.md]

STORE is a store of the sample universe, DIR/OWNER+NAME.git its histories,
`--editions` the folder of CSV tables of an edition.  A check is a comment on a line
of its own, under the paragraph that states the number:

    <!-- check: scope_quarter.commits databases 2025Q2 = 47 -->
    <!-- check: scope_quarter.tracked universe 2025Q1 members_of=2025Q2 = 12 -->
    <!-- check: scope_change.organic databases 2025Q2 metric=commits = 14 -->
    <!-- check: scope_flow.dormant universe 2025Q2 = 2 -->
    <!-- check: raw_repo_quarter.paths kestrel/kestrel-db 2025Q2 = 25 -->
    <!-- check: repo_files.top5_touches meadow/meadow-trace 2025Q2 = 33 -->
    <!-- check: lines scope_quarter.lines_churn meadow/meadow-trace 2025Q2 = 13 -->
    <!-- check: sql SELECT count(*) FROM commits = 339 -->
    <!-- check: git kestrel/kestrel-db rev-list --count main = 89 -->
    <!-- check: csv overlap a=compilers b=databases lift = 0.92 -->

A scope is `universe`, a category's id, or owner/name.  A number is compared to as many
digits as the check gives, and has to stand in the paragraph above it; n/a is NULL.  `lines`
before a check means the store `--lines`: the same, mined with --lines.

A fenced block ```sql that is followed by a block ```text is run, and the text compared
with its rows, columns parted by ` | `.

--complete: every column of the tables of figures has to be named in DOC.md, and to
have a check there.
"""
import argparse
import csv
import os
import re
import shlex
import sqlite3
import subprocess
import sys

TABLES = ("scope_quarter", "scope_change", "scope_flow", "raw_repo_quarter", "repo_files")
KEYS = {"scope", "quarter", "members_of", "metric", "repository", "repo"}
CHECK = re.compile(r"<!-- check: (.*) = (\S+) -->$")

NAMES = """
CREATE TEMP VIEW named AS SELECT scope.scope AS scope, scope.repo AS repo,
 CASE kind WHEN 'universe' THEN 'universe' WHEN 'category' THEN scope.id ELSE r.slug END AS name
 FROM scope LEFT JOIN repo r ON r.repo = scope.repo
"""


class Wrong(Exception):
    pass


def number_of_quarter(text):
    if not re.fullmatch(r"\d{4}Q[1-4]", text):
        raise Wrong(f"'{text}' is no quarter")
    return int(text[:4]) * 4 + int(text[5]) - 1


def figure(db, words):
    """One cell of a table of figures; a row that is not there is all 0."""
    table, column = words[0].split(".")
    scope, quarter = words[1], words[2]
    more = dict(w.split("=") for w in words[3:])
    known = {r[1] for r in db.execute(f"PRAGMA table_info({table})")}
    if column not in known:
        raise Wrong(f"{table} has no column '{column}'")
    if table == "raw_repo_quarter":
        rows = db.execute(f'SELECT "{column}" FROM raw_repo_quarter WHERE repository = ?'
                          " AND quarter = ?", (scope, quarter)).fetchall()
    elif table == "repo_files":
        rows = db.execute(f'SELECT "{column}" FROM repo_files JOIN repo USING (repo)'
                          " WHERE slug = ? AND quarter = ?",
                          (scope, number_of_quarter(quarter))).fetchall()
    else:
        if not db.execute("SELECT 1 FROM named WHERE name = ?", (scope,)).fetchone():
            raise Wrong(f"no scope is called '{scope}'")
        where, values = "name = ? AND quarter = ?", [scope, number_of_quarter(quarter)]
        if table == "scope_quarter":
            where += " AND members_of = ?"
            values.append(number_of_quarter(more.get("members_of", quarter)))
        if table == "scope_change":
            where += " AND metric = ?"
            values.append(more["metric"])
        rows = db.execute(f'SELECT "{column}" FROM {table} JOIN named USING (scope)'
                          f" WHERE {where}", values).fetchall()
    if len(rows) > 1:
        raise Wrong(f"{len(rows)} rows, not one")
    if rows and rows[0][0] is None:
        return "n/a"
    return rows[0][0] if rows else 0


def from_git(mirror, words):
    path = os.path.join(mirror, words[0].replace("/", "+") + ".git")
    env = dict(os.environ, LC_ALL="C", TZ="UTC", GIT_CONFIG_NOSYSTEM="1",
               GIT_CONFIG_GLOBAL=os.devnull)
    done = subprocess.run(["git", "--git-dir=" + path, *words[1:]], env=env, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Wrong("git: " + done.stderr.strip())
    lines = done.stdout.splitlines()
    return lines[0] if len(lines) == 1 and re.fullmatch(r"-?\d+", lines[0]) else len(lines)


def from_csv(editions, words):
    wanted = dict(w.split("=") for w in words[1:-1])
    with open(os.path.join(editions, words[0] + ".csv"), newline="", encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if all(r[k] == v for k, v in wanted.items())]
    if len(rows) != 1:
        raise Wrong(f"{len(rows)} rows, not one")
    return rows[0][words[-1]]


def evaluate(db, options, query):
    kind, _, rest = query.partition(" ")
    if kind == "lines":
        return evaluate(options.lines, options, rest) if options.lines else None
    if kind == "sql":
        rows = db.execute(rest).fetchall()
        if len(rows) != 1 or len(rows[0]) != 1:
            raise Wrong("the query does not give one value")
        return rows[0][0]
    if kind == "git":
        return from_git(options.mirror, shlex.split(rest)) if options.mirror else None
    if kind == "csv":
        return from_csv(options.editions, shlex.split(rest)) if options.editions else None
    return figure(db, shlex.split(query))


def agrees(value, expected):
    if str(value) == expected:
        return True
    if not re.fullmatch(r"-?\d+(\.\d+)?", expected):
        return False
    digits = len(expected.partition(".")[2])
    try:
        return abs(float(value) - float(expected)) <= 0.5 * 10 ** -digits * (digits > 0) + 1e-9
    except (TypeError, ValueError):
        return False


def states(paragraph, expected):
    """Does the paragraph hold the value as a word of its own?"""
    return re.search(r"(?<![\w.-])[+]?" + re.escape(expected) + r"(?![\w]|\.\d)", paragraph)


def paragraph_above(lines, at):
    kept = []
    while at > 0 and lines[at - 1].strip():
        at -= 1
        if not lines[at].startswith("<!--"):
            kept.insert(0, lines[at])
    return " ".join(kept)


class Examples:
    def __init__(self, db, options):
        self.db, self.options = db, options
        self.passed, self.failed = 0, 0
        self.checked = {}  # file: set of table.column

    def tell(self, where, wrong):
        if wrong:
            self.failed += 1
            print(f"FAILED: {where}: {wrong}")
        else:
            self.passed += 1

    def check(self, path, lines, at):
        where = f"{os.path.basename(path)}:{at + 1}"
        match = CHECK.match(lines[at])
        if not match:
            self.tell(where, "this comment is no check that can be read")
            return
        query, expected = match.groups()
        word = query.removeprefix("lines ").split(" ")[0]
        if "." in word:
            self.checked.setdefault(path, set()).add(word)
        try:
            value = evaluate(self.db, self.options, query)
        except (Wrong, sqlite3.Error, OSError, KeyError, ValueError) as e:
            self.tell(where, f"{query}: {e}")
            return
        wrong = ""
        if value is not None and not agrees(value, expected):
            wrong = f"{query} is {value}, not {expected}"
        elif not states(paragraph_above(lines, at), expected):
            wrong = f"the paragraph above does not say {expected}"
        self.tell(where, wrong)

    def block(self, path, at, sql, text):
        try:
            got = [" | ".join("" if v is None else str(v) for v in row)
                   for row in self.db.execute(sql)]
        except sqlite3.Error as e:
            got = [str(e)]
        wrong = "" if got == text else "the query gives\n\t" + "\n\t".join(got)
        self.tell(f"{os.path.basename(path)}:{at + 1}", wrong)

    def read(self, path):
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        fence, start, sql, sql_at = None, 0, None, 0
        for i, line in enumerate(lines):
            if fence is None and line.startswith("```"):
                fence, start = line[3:], i + 1
            elif fence is not None and line == "```":
                if fence == "sql":
                    sql, sql_at = "\n".join(lines[start:i]), start
                elif fence == "text" and sql is not None:
                    self.block(path, sql_at, sql, lines[start:i])
                    sql = None
                fence = None
            elif fence is None and line.startswith("<!-- check"):
                self.check(path, lines, i)

    def complete(self, path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for table in TABLES:
            for row in self.db.execute(f"PRAGMA table_info({table})"):
                name = row[1]
                if f"`{name}`" not in text:
                    self.tell(f"{table}.{name}", f"it is not named in {os.path.basename(path)}")
                elif name not in KEYS and f"{table}.{name}" not in self.checked.get(path, ()):
                    self.tell(f"{table}.{name}", f"it has no check in {os.path.basename(path)}")
                else:
                    self.tell("", "")


def open_store(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.execute(NAMES)
    return db


def main():
    a = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--lines", type=open_store)
    a.add_argument("--mirror")
    a.add_argument("--editions")
    a.add_argument("--complete", action="append", default=[])
    a.add_argument("store", type=open_store)
    a.add_argument("doc", nargs="+")
    options = a.parse_args()
    examples = Examples(options.store, options)
    for path in options.doc:
        examples.read(path)
    for path in options.complete:
        examples.complete(path)
    print(f"{examples.passed} passed, {examples.failed} failed")
    return 1 if examples.failed else 0


sys.exit(main())
