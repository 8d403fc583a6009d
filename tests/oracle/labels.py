#!/usr/bin/env python3
"""The classes of a derived store's signatures against labels written by hand.

usage: labels.py LABELS STORE [--half rules|held|all] [--show]

LABELS is labels.tsv: hash of a signature, class, half, and in clear what is no person.
Questions: of the chosen half (held), is it automated, that is a bot or an agent?  Of all
halves, is every signature with more than 50 commits as author in its class?  Each one in
another class is printed, of the chosen half alone, with the id of the rule; a human's name
and e-mail only with --show.
"""
import argparse
import collections
import contextlib
import hashlib
import pathlib
import re
import sqlite3
import sys

CLASSES = ["human", "bot", "agent", "group", "placeholder"]
AUTOMATED = {"bot", "agent"}
MANY = 50
LEAST_FOUND = 300
LEAST_PRECISION = 0.99
LEAST_RECALL = 0.97

LINE = re.compile(r"([0-9a-f]{16})\t(\w+)\t(\w+)(?:\t(.+))?")

Label = collections.namedtuple("Label", "name class_ half clear")
# One signature of the store that has a label.
Case = collections.namedtuple("Case", "label got rule commits text")


def read_labels(path):
    """By hash; the half must be what the hash says, so that nobody can move one."""
    labels = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            fields = LINE.fullmatch(line.rstrip("\n"))
            label = Label(*fields.groups("")) if fields else None
            if not label or label.class_ not in CLASSES or label.name in labels:
                sys.exit(f"{path}:{number}: no label, or a second one")
            if label.half != ("held" if int(label.name, 16) % 2 else "rules"):
                sys.exit(f"{path}:{number}: not the half that the hash says")
            labels[label.name] = label
    return labels


def name_of(name, email):
    return hashlib.sha256(name + b"\0" + email).hexdigest()[:16]


def printable(text):
    """A name may hold what steers a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text.decode(errors="replace"))


def read_store(path, labels):
    """Its cases, how many authors with many commits have no label, and whether it is old."""
    url = pathlib.Path(path).absolute().as_uri() + "?mode=ro"
    with contextlib.closing(sqlite3.connect(url, uri=True)) as store:
        # Names are whatever a history holds; the hash is of bytes.
        store.text_factory = bytes
        rows = store.execute("""
            SELECT s.name, s.email, k.class, k.rule, coalesce(n.commits, 0)
            FROM signature s LEFT JOIN signature_class k USING (signature)
            LEFT JOIN (SELECT author, count(*) AS commits FROM commits GROUP BY author) n
              ON n.author = s.signature
            -- A store need not give a class to who only committed: nobody counts them.
            WHERE k.class IS NOT NULL OR n.commits IS NOT NULL
              OR s.signature IN (SELECT signature FROM trailer)
            ORDER BY s.signature""").fetchall()
    cases = []
    strangers = 0
    for name, email, class_, rule, commits in rows:
        label = labels.get(name_of(name, email))
        if label:
            cases.append(Case(label, (class_ or b"none").decode(), (rule or b"").decode(),
                              commits, printable(b"%s <%s>" % (name, email))))
        else:
            strangers += commits > MANY
    # A store of before the class `group` calls groups placeholders.
    old = all(row[2] != b"group" for row in rows)
    return cases, strangers, old


def same_class(case, old):
    merged = {"group": "placeholder"} if old else {}
    return merged.get(case.label.class_, case.label.class_) == merged.get(case.got, case.got)


def share(part, whole):
    return part / whole if whole else 0.0


def automated(cases):
    """Precision and recall of "bot or agent", printed with their counts."""
    said = [case for case in cases if case.got in AUTOMATED]
    true = [case for case in cases if case.label.class_ in AUTOMATED]
    hits = sum(case.label.class_ in AUTOMATED for case in said)
    precision = share(hits, len(said))
    recall = share(hits, len(true))
    print(f"automated: precision {precision:.4f} ({hits} of {len(said)}), "
          f"recall {recall:.4f} ({hits} of {len(true)})")
    return precision, recall


def print_matrix(cases):
    count = collections.Counter((case.label.class_, case.got) for case in cases)
    others = sorted({case.got for case in cases} - set(CLASSES))
    print(f"{'label / store':<14}" + "".join(f"{got:>12}" for got in CLASSES + others))
    for class_ in CLASSES:
        print(f"{class_:<14}" + "".join(f"{count[class_, got]:>12}" for got in CLASSES + others))


def print_wrong(cases, old, show):
    for case in cases:
        if same_class(case, old):
            continue
        text = case.text if show else case.label.clear
        print("wrong:", case.label.name, case.label.class_, "in the store:", case.got,
              "rule:", case.rule or "none", "commits:", case.commits, text)


def check(what, good):
    if not good:
        print("FAILED:", what)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels")
    parser.add_argument("store")
    parser.add_argument("--half", choices=["rules", "held", "all"], default="held")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    labels = read_labels(options.labels)
    cases, strangers, old = read_store(options.store, labels)
    chosen = [case for case in cases if options.half in ("all", case.label.half)]
    found = len({case.label.name for case in cases})

    print(f"{found} of {len(labels)} labels found, half {options.half}: {len(chosen)}")
    if old:
        print("note: no signature is a group in this store, so group and placeholder are the same")
    precision, recall = automated(chosen)
    print_matrix(chosen)
    print_wrong(chosen, old, options.show)
    many = [case for case in cases if case.commits > MANY]
    wrong = sum(not same_class(case, old) for case in many)
    print(f"more than {MANY} commits, all halves: {len(many)} labelled, {wrong} wrong, "
          f"{strangers} without a label")

    results = [
        check(f"at least {LEAST_FOUND} labels found", found >= LEAST_FOUND),
        check(f"precision of half {options.half} at least {LEAST_PRECISION}",
              precision >= LEAST_PRECISION),
        check(f"recall of half {options.half} at least {LEAST_RECALL}", recall >= LEAST_RECALL),
        check(f"no wrong one above {MANY} commits", wrong == 0),
    ]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
