#!/usr/bin/env python3
"""Compare the universe's totals of two JSON editions.

usage: totals.py BEFORE.json AFTER.json [FIGURE...]

Without figures: every figure of the universe but those that count tracked repositories,
their files and duplicates, which a fork adds to.
"""
import json
import sys

GROWS = {"tracked", "files_at_tip", "duplicate_commits"}  # with a fork


def universe(path):
    with open(path, encoding="utf-8") as f:
        edition = json.load(f)
    return next(s for s in edition["scopes"] if s["id"] == "")


def main():
    before, after = map(universe, sys.argv[1:3])
    wrong = 0
    for when in ["now", "before"]:
        for figure in sys.argv[3:] or sorted(before[when].keys() - GROWS):
            a, b = before[when][figure], after[when][figure]
            if a != b:
                wrong += 1
                print(f"{when} {figure}: {a} before, {b} after")
    sys.exit(wrong > 0)


main()
