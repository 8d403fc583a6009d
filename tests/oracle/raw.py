#!/usr/bin/env python3
"""Compare the view raw_repo_quarter of a store with what git says.

usage: raw.py STORE EXPECTED.json [--from 2024Q4] [--to 2026Q2] [--only OWNER/NAME]...

EXPECTED.json is what gitfacts.py prints.  Every figure must be equal, in both directions: a
row that one of the two sides lacks is a difference.  A case is a repository, of the
expected ones and of those in the store.
"""
import argparse
import json
import sqlite3
import sys

FIGURES = ["commits", "merges", "emails", "new_emails", "file_touches", "bulk_touches",
           "paths", "weeks_mean", "weeks_10"]
SHOWN = 12  # differences of one repository that are printed


def within(rows, options):
    return {q: row for q, row in rows.items() if options.low <= q <= options.high}


def read_store(path):
    """{repository: {quarter: row}} of the view."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    result = {}
    for repository, quarter, *row in db.execute(
            f"SELECT repository, quarter, {', '.join(FIGURES)} FROM raw_repo_quarter"):
        rows = result.setdefault(repository, {})
        if quarter in rows:
            raise SystemExit(f"{repository} {quarter}: two rows in the view")
        rows[quarter] = dict(zip(FIGURES, row))
    columns = [c[0] for c in db.execute("SELECT * FROM raw_repo_quarter LIMIT 0").description]
    if columns != ["repository", "quarter", *FIGURES]:
        raise SystemExit(f"the view has other columns: {', '.join(columns)}")
    return result


def differences(ours, theirs):
    """One line a figure that differs."""
    for quarter in sorted(ours.keys() | theirs.keys()):
        if quarter not in ours:
            yield f"{quarter}: no row in the store"
        elif quarter not in theirs:
            yield f"{quarter}: no row from git, the store has {ours[quarter]}"
        elif set(theirs[quarter]) != set(FIGURES):
            yield f"{quarter}: expected figures are {', '.join(sorted(theirs[quarter]))}"
        else:
            for figure in FIGURES:
                if ours[quarter][figure] != theirs[quarter][figure]:
                    yield (f"{quarter} {figure}: {ours[quarter][figure]!r} in the store, "
                           f"{theirs[quarter][figure]!r} from git")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("expected")
    parser.add_argument("--from", dest="low", default="0000Q1", metavar="QUARTER")
    parser.add_argument("--to", dest="high", default="9999Q4", metavar="QUARTER")
    parser.add_argument("--only", action="append", default=[], metavar="OWNER/NAME",
                        help="leave the others out, on both sides")
    options = parser.parse_args()
    ours = read_store(options.store)
    with open(options.expected, encoding="utf-8") as f:
        theirs = json.load(f)
    names = sorted(ours.keys() | theirs.keys())
    if options.only:
        names = [name for name in names if name in options.only]
        for name in set(options.only) - set(names):
            raise SystemExit(f"{name}: neither in the store nor expected")
    failed = n_rows = 0
    for name in names:
        a, b = within(ours.get(name, {}), options), within(theirs.get(name, {}), options)
        n_rows += len(a.keys() | b.keys())
        found = list(differences(a, b))
        if found:
            failed += 1
            print(f"FAILED: {name}: the store has git's figures")
            for line in found[:SHOWN]:
                print(f"\t{line}")
            if len(found) > SHOWN:
                print(f"\tand {len(found) - SHOWN} more")
    if not n_rows:
        failed += 1
        print("FAILED: there is a row to compare")
    print(f"{len(names)} repositories, {n_rows} rows, {n_rows * len(FIGURES)} figures compared")
    print(f"{len(names) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
