#!/usr/bin/env python3
"""Make a corpus of hostile and odd repositories, and a universe of each of its groups.

usage: odd_repos.py FOLDER [NAME...]

FOLDER/GROUP/mirror has the repositories, FOLDER/GROUP/universe names them, and
FOLDER/expected.json tells what must come of each (odd_case.py). With names, these alone.
"""
import json
import pathlib
import sys

import odd_commits
import odd_packs
import odd_places
import odd_trees
from odd_case import CASES
from odd_git import Repo

MODULES = odd_commits, odd_packs, odd_places, odd_trees
UNIVERSE = """id: odd
title: Odd
layers:
  - id: all
    title: All
quarters:
  from: 2023Q1
  to: 2025Q2
"""
PART = "id: part\ntitle: Part\nlayer: all\nrepositories:\n"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root, wanted = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
    groups, expected = {}, {}
    for name, make, facts in CASES:
        if wanted and name not in wanted:
            continue
        assert name not in expected, name
        group = facts["group"] = facts["group"] or "all"
        make(Repo(str(root / group / "mirror" / f"odd+{name}.git")))
        groups.setdefault(group, []).append(name)
        facts["paths"] = facts["paths"] and sorted(p.hex() for p in facts["paths"])
        expected[name] = facts
    for group, names in groups.items():
        universe = root / group / "universe"
        universe.mkdir()
        (universe / "universe.yaml").write_text(UNIVERSE)
        (universe / "part.yaml").write_text(PART + "".join(
            f"  - url: https://git.example.org/odd/{n}\n" for n in sorted(names)))
    (root / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
