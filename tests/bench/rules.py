#!/usr/bin/env python3
"""What each rule about people does to the headline figures of a mined store.

usage: rules.py QUARRY UNIVERSE STORE [--quarters 2025Q2,2026Q2] [--each]

The store is copied, and derived once with all rules and once without each: the levels of
evidence, the rules of identity.yaml, the classes.  --each: every rule of signatures.yaml
that decided something, too.  Figures are those of the universe.
"""
import argparse
import contextlib
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

FIGURES = ["commits", "authors", "contributors", "contributors_lo", "contributors_hi", "assisted_commits",
           "agent_commits", "bot_commits"]
LEVELS = ["L0", "L1", "L2", "L3", "L4"]
JOINS = ["same-email", "mailmap", "mailmap-promoted", "noreply-id", "noreply-login", "full-name"]
CLASSES = ["human", "agent", "bot", "group", "placeholder", "assists", "exports"]


def ask(store, sql):
    with contextlib.closing(sqlite3.connect(store)) as db:
        return [row[0] for row in db.execute(sql)]


class Bench:
    def __init__(self, quarry, universe, store, quarters):
        self.quarry, self.universe, self.store, self.quarters = quarry, universe, store, quarters

    def run(self, *arguments):
        done = subprocess.run([self.quarry, *arguments, "--store", self.store], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"rules.py: quarry {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def derive(self, rule=None):
        self.run("derive", self.universe, "-q", *(["--without", rule] if rule else []))
        figures = []
        for quarter in self.quarters:
            edition = json.loads(self.run("report", "--quarter", quarter, "--format", "json"))
            figures += [edition["scopes"][0]["now"][name] for name in FIGURES]
        return figures

    def rules(self, each):
        text = (pathlib.Path(__file__).parents[2] / "categories/rules/identity.yaml").read_text()
        found = re.findall(r"^  - id: ([a-z0-9-]+)$", text, re.M)
        if each:
            for table in ["signature_class", "assist", "export"]:
                found += [r for r in ask(self.store, f"SELECT DISTINCT rule FROM {table} ORDER BY rule")
                          if r not in ("", "people.yaml")]
        return LEVELS + JOINS + found + CLASSES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quarry")
    parser.add_argument("universe")
    parser.add_argument("store")
    parser.add_argument("--quarters", default="2025Q2,2026Q2")
    parser.add_argument("--each", action="store_true")
    o = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as folder:
        store = pathlib.Path(folder) / "store.db"
        shutil.copy(o.store, store)
        bench = Bench(o.quarry, o.universe, str(store), o.quarters.split(","))
        print("| Rules |" + "".join(f" {q} {name} |" for q in bench.quarters for name in FIGURES))
        print("| :--- |" + " ---: |" * len(bench.quarters) * len(FIGURES))
        base = bench.derive()
        print("| all |" + "".join(f" {n:,} |" for n in base), flush=True)
        for rule in bench.rules(o.each):
            changed = [n - m for n, m in zip(bench.derive(rule), base)]
            if any(changed):
                print(f"| without `{rule}` |" + "".join(f" {n:+,} |" if n else " |" for n in changed), flush=True)
            else:
                print(f"rules.py: without {rule}: nothing changes", file=sys.stderr)


if __name__ == "__main__":
    main()
