#!/usr/bin/env python3
"""Change the order of the repositories in a universe's files, in place.

usage: reorder.py FOLDER reverse|SEED

A repository is the lines from its "  - " on, with the comments above it.  A number shuffles.
"""
import glob
import random
import re
import sys


def reorder(text, order):
    head, found, list_of = text.partition("\nrepositories:\n")
    if not found:
        return text
    items = []
    for line in list_of.splitlines(keepends=True):
        begins = re.match(r"  (- |#)", line) is not None
        if begins and not (items and all(x.startswith("  #") for x in items[-1])):
            items.append([])
        items[-1].append(line)
    if order == "reverse":
        items.reverse()
    else:
        random.Random(int(order)).shuffle(items)
    return head + found + "".join(line for item in items for line in item)


def main():
    folder, order = sys.argv[1:]
    changed = 0
    for path in sorted(glob.glob(folder + "/*.yaml")):
        with open(path, encoding="utf-8") as f:
            old = f.read()
        new = reorder(old, order)
        changed += new != old
        if sorted(new.splitlines()) != sorted(old.splitlines()):
            raise SystemExit(f"{path}: lines were lost")
        with open(path, "w", encoding="utf-8") as f:
            f.write(new)
    if not changed:
        raise SystemExit(f"{folder}: no file was changed")


main()
