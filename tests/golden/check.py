#!/usr/bin/env python3
"""Read an edition as a stranger would, and reconcile its figures with each other.

usage: check.py EDITION.json FOLDER OF CSV [EDITION.md]

Everything is recomputed from the files alone.  A case is a fact below, once for each edition.
"""
import csv
import json
import math
import os
import re
import sys

SUMMED = ["tracked", "active", "commits", "merge_commits", "bot_commits", "agent_commits",
          "duplicate_commits", "landed", "assisted_commits", "file_touches_raw", "file_touches",
          "distinct_files_raw", "distinct_files", "files_at_tip"]
COUNTED = SUMMED + ["authors", "contributors", "contributors_lo", "contributors_hi", "retained",
                    "reactivated", "new_contributors", "new_to_universe", "weeks_sum", "one_time",
                    "casual", "regular", "deep", "full_time", "top5_touches"]
LINES = ["lines_churn_raw", "lines_churn"]  # known where they were asked for
PARTS = ["organic", "new_repos", "revived", "gone", "stale", "reclassified"]
TABLES = ["changes", "cohorts", "flow", "moves", "overlap", "quality", "repositories", "series",
          "snapshot", "weeks"]
FACTS = []


def fact(function):
    """A check: yields one line a contradiction; its docstring is the fact."""
    FACTS.append(function)
    return function


def no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key twice among {', '.join(keys)}")
    return dict(pairs)


class Edition:
    def __init__(self, json_path, csv_dir, md_path):
        with open(json_path, encoding="utf-8") as f:
            self.json = json.load(f, object_pairs_hook=no_twins,
                                  parse_constant=lambda word: sys.exit(f"{json_path}: {word}"))
        self.tables = {}
        self.ragged = []
        for name in sorted(os.listdir(csv_dir)):
            with open(os.path.join(csv_dir, name), encoding="utf-8", newline="") as f:
                rows = list(csv.reader(f, strict=True))
            self.ragged += [f"{name}: {row}" for row in rows if len(row) != len(rows[0])]
            self.tables[name[:-len(".csv")]] = [dict(zip(rows[0], row)) for row in rows[1:]]
        with open(md_path, encoding="utf-8") as f:
            self.md = f.read()
        snapshot = self.tables["snapshot"]
        self.universe = next(row for row in snapshot if row["id"] == "")
        self.categories = [row for row in snapshot if row["id"] != ""]
        self.scopes = snapshot
        self.by_id = {row["id"]: row for row in snapshot}
        self.repositories = self.tables["repositories"]


def both(figure):
    return [figure, "before_" + figure]


def differ(what, a, b):
    if a != b:
        yield f"{what}: {a} and {b}"


def close(what, a, b):
    if not math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-9):
        yield f"{what}: {a} and {b}"


@fact
def csv_is_regular(e):
    """every row of a CSV file has as many fields as its first"""
    yield from e.ragged
    yield from differ("files", sorted(e.tables), TABLES)


@fact
def json_is_csv(e):
    """JSON and CSV hold the same figures"""
    pairs = [(s["id"], s, e.by_id[s["id"]]) for s in e.json["scopes"]]
    yield from differ("scopes", [s["id"] for s in e.json["scopes"]], list(e.by_id))
    yield from differ("repositories", [r["url"] for r in e.json["repos"]],
                      [r["url"] for r in e.repositories])
    pairs += [(r["url"], r, row) for r, row in zip(e.json["repos"], e.repositories)]
    for name, scope, row in pairs:
        for when, prefix in [("now", ""), ("before", "before_")]:
            for figure in [*COUNTED, "weeks_mean", "weeks_median", "weeks_weighted"]:
                yield from close(f"{name} {prefix}{figure}", scope[when][figure],
                                 float(row[prefix + figure]))
            for figure in LINES:
                n = scope[when][figure]
                yield from differ(f"{name} {prefix}{figure}", "" if n is None else str(n),
                                  row[prefix + figure])


@fact
def categories_sum(e):
    """the categories sum to the universe, and the repositories to the categories"""
    for figure in SUMMED:
        for column in both(figure):
            yield from differ(column, sum(int(c[column]) for c in e.categories),
                              int(e.universe[column]))
            # Of a repository "before" knows its own membership, of a category this quarter's.
            if column in ["before_tracked", "before_active"]:
                continue
            # As of the quarter before, who was not tracked then does not count for it.
            out = e.json["taxonomy"] == "as-of" and column.startswith("before_")
            for category in e.categories:
                total = sum(int(r[column]) for r in e.repositories
                            if r["category"] == category["id"]
                            and not (out and r["before_tracked"] == "0"))
                yield from differ(f"{category['id']} {column}", int(category[column]), total)


@fact
def lines_sum(e):
    """the lines of the categories sum to the universe's, and are known where all of theirs are"""
    for figure in LINES:
        for column in both(figure):
            known = [int(c[column]) for c in e.categories if c[column]]
            total = str(sum(known)) if len(known) == len(e.categories) else ""
            yield from differ(column, total, e.universe[column])
    for row in e.scopes + e.repositories:
        for p in ["", "before_"]:
            raw, robust = row[p + "lines_churn_raw"], row[p + "lines_churn"]
            if (raw == "") != (robust == "") or int(robust or 0) > int(raw or 0):
                yield f"{row.get('id', row.get('slug'))}: {p}lines {robust} of {raw}"


@fact
def people_divide(e):
    """contributors are the retained, the reactivated and the new"""
    for row in e.scopes + e.repositories:
        for p in ["", "before_"]:
            yield from differ(f"{row} {p}", int(row[p + "contributors"]), sum(
                int(row[p + x]) for x in ["retained", "reactivated", "new_contributors"]))
            yield from differ(f"{row} {p}depth", int(row[p + "contributors"]), sum(
                int(row[p + x]) for x in ["one_time", "casual", "regular", "deep"]))


@fact
def retained_were_there(e):
    """the retained are no more than the contributors of the quarter before"""
    for row in e.scopes + e.repositories:
        if int(row["retained"]) > int(row["before_contributors"]):
            yield f"{row}"


@fact
def ranges_hold(e):
    """lenient <= strict <= by e-mail, authors <= contributors, and robust <= raw"""
    for row in e.scopes + e.repositories:
        for p in ["", "before_"]:
            for less, more in [("contributors_lo", "contributors"),
                               ("contributors", "contributors_hi"), ("authors", "contributors"),
                               ("file_touches", "file_touches_raw"),
                               ("distinct_files", "distinct_files_raw"),
                               ("distinct_files", "file_touches"), ("assisted_commits", "commits"),
                               ("active", "tracked"), ("top5_touches", "file_touches_raw")]:
                if int(row[p + less]) > int(row[p + more]):
                    yield f"{row['category'] if 'category' in row else row['id']}: {p}{less} > {more}"


@fact
def weeks_agree(e):
    """the spread of active weeks gives its sum, mean and median, and the depth classes"""
    for row in e.scopes:
        spread = [r for r in e.tables["weeks"] if r["id"] == row["id"]]
        yield from differ(f"{row['id']} bins", [int(r["weeks"]) for r in spread],
                          list(range(1, 14)))
        for p, column in [("", "persons"), ("before_", "before_persons")]:
            bins = [int(r[column]) for r in spread]
            each = [k + 1 for k, n in enumerate(bins) for _ in range(n)]
            half = (each[(len(each) - 1) // 2] + each[len(each) // 2]) / 2 if each else 0
            classes = [sum(bins[a:b]) for a, b in [(0, 1), (1, 3), (3, 9), (9, 13)]]
            yield from differ(f"{row['id']} {p}persons", len(each), int(row[p + "contributors"]))
            yield from differ(f"{row['id']} {p}sum", sum(each), int(row[p + "weeks_sum"]))
            yield from close(f"{row['id']} {p}mean", sum(each) / len(each) if each else 0,
                             float(row[p + "weeks_mean"]))
            yield from close(f"{row['id']} {p}median", half, float(row[p + "weeks_median"]))
            yield from differ(f"{row['id']} {p}depth", classes, [
                int(row[p + c]) for c in ["one_time", "casual", "regular", "deep"]])


@fact
def overlap_is_sound(e):
    """intersection <= the smaller, union = A + B - I, and the measures follow"""
    everyone = int(e.universe["contributors"])
    pairs = 0
    for row in e.tables["overlap"]:
        a, b = int(row["a_contributors"]), int(row["b_contributors"])
        shared, union = int(row["both"]), int(row["any"])
        name = f"{row['a']} and {row['b']}"
        pairs += shared
        yield from differ(name, [a, b], [int(e.by_id[row[x]]["contributors"]) for x in "ab"])
        yield from differ(f"{name}: union", union, a + b - shared)
        if shared > min(a, b) or union > everyone:
            yield f"{name}: {shared} in both, {union} in any"
        expected = a * b / everyone if everyone else 0
        yield from close(f"{name}: jaccard", float(row["jaccard"] or 0), shared / union if union else 0)
        yield from close(f"{name}: coefficient", float(row["coefficient"] or 0),
                         shared / min(a, b) if min(a, b) else 0)
        yield from close(f"{name}: expected", float(row["expected"] or 0), expected)
        yield from close(f"{name}: lift", float(row["lift"]) if row["lift"] else 0,
                         shared / expected if expected else 0)
    n = len(e.categories)
    yield from differ("pairs", len(e.tables["overlap"]), n * (n - 1) // 2)
    total = sum(int(c["contributors"]) for c in e.categories)
    if not total - pairs <= everyone <= total:
        yield f"{everyone} in the universe, {total} in categories, {pairs} in pairs"


@fact
def matrix_is_symmetric(e):
    """the overlap matrix is symmetric, its diagonal the contributors, and is the CSV's"""
    m = e.json["overlap"]
    ids = [s["id"] for s in e.json["scopes"] if s["id"]]
    yield from differ("transposed", m, [list(column) for column in zip(*m)])
    yield from differ("diagonal", [m[i][i] for i in range(len(m))],
                      [int(e.by_id[i]["contributors"]) for i in ids])
    for row in e.tables["overlap"]:
        yield from differ(f"{row['a']} and {row['b']}", int(row["both"]),
                          m[ids.index(row["a"])][ids.index(row["b"])])


@fact
def series_partition(e):
    """the categories' series sum to the universe's; those of the quarter are the snapshot's commits"""
    rows = e.tables["series"]
    names = ["human", "assisted", "agent", "automation"]
    yield from differ("series", [[s["scope"], s["quarter"], *(s[n] for n in names)] for s in e.json["series"]],
                      [[r["id"], r["quarter"], *(int(r[n]) for n in names)] for r in rows])
    for quarter in sorted({r["quarter"] for r in rows}):
        for n in names:
            yield from differ(f"{quarter} {n}", sum(int(r[n]) for r in rows if r["quarter"] == quarter and r["id"]),
                              sum(int(r[n]) for r in rows if r["quarter"] == quarter and not r["id"]))
    for r in rows:
        s = e.by_id[r["id"]]
        if r["quarter"] == e.json["quarter"]:
            yield from differ(f"{r['id']} now", [int(r["human"]) + int(r["assisted"]), int(r["assisted"]),
                                                 int(r["agent"]), int(r["automation"])],
                              [int(s[k]) for k in ["commits", "assisted_commits", "agent_commits", "bot_commits"]])


@fact
def cohorts_tell_of_nobody(e):
    """a cohort is of five persons or more, or withheld; the told ones fit their scope, and the universe"""
    rows, shown = e.tables["cohorts"], {}
    yield from differ("cohorts", [[c["scope"], c["affiliation"], c["contributors"], c["commits"],
                                   c["withheld"]] for c in e.json["cohorts"]],
                      [[r["id"], r["affiliation"], int(r["contributors"]) if r["contributors"] else None,
                        int(r["commits"]) if r["commits"] else None, r["withheld"] == "1"] for r in rows])
    for r in rows:
        name = f"{r['id']} {r['affiliation']}"
        if r["withheld"] == "1":
            yield from differ(name, [r["contributors"], r["share"], r["commits"]], ["", "", ""])
            continue
        n = shown[r["id"], r["affiliation"]] = int(r["contributors"]), int(r["commits"])
        if n[0] < e.json["min_cell"] and n != (0, 0):
            yield f"{name}: {n} is told"
        yield from close(f"{name}: share", float(r["share"] or 0),
                         n[0] / max(1, int(e.by_id[r["id"]]["contributors"])))
    groups = sorted({r["affiliation"] for r in rows})
    for scope in e.by_id if rows else []:
        told = [shown[scope, g] for g in groups if (scope, g) in shown]
        if sum(n for _, n in told) > int(e.by_id[scope]["commits"]):
            yield f"{scope}: more commits than it has"
        if max([n for n, _ in told], default=0) > int(e.by_id[scope]["contributors"]):
            yield f"{scope}: more contributors than it has"
        if len(groups) - len(told) == 1:
            yield f"{scope}: one cohort alone is withheld"
    for g in groups:
        told = [shown[s, g] for s in e.by_id if (s, g) in shown]
        if len(told) == len(e.by_id):
            yield from differ(f"{g}: commits", sum(n for _, n in told), 2 * shown["", g][1])
        elif len(told) == len(e.by_id) - 1:
            yield f"{g}: one cohort alone is withheld"


@fact
def flows_close(e):
    """stock and flow close, and what goes out of categories comes into others"""
    rows = e.tables["flow"]
    yield from differ("out and in", *[sum(int(r[way]) for r in rows if r["id"])
                                      for way in ["out", "in"]])
    for row in rows:
        n = {k: int(v) for k, v in row.items() if k != "id"}
        yield from differ(row["id"], n["end"], n["start"] + n["entered"] + n["in"]
                          + n["reactivated"] - n["out"] - n["dormant"])
        if row["id"]:
            # Moves over silent quarters are moves, too, but leave no stock and enter none.
            moved = sum(int(m["persons"]) for m in e.tables["moves"] if m["to"] == row["id"])
            if n["in"] > moved:
                yield f"{row['id']}: {n['in']} in, {moved} moved there"
        else:
            yield from differ("end of the universe", n["end"], int(e.universe["contributors"]))
            yield from differ("start of the universe", n["start"],
                              int(e.universe["before_contributors"]))
            for part in ["start", "entered", "reactivated", "dormant", "end"]:
                yield from differ(f"categories' {part}", n[part],
                                  sum(int(r[part]) for r in rows if r["id"]))


@fact
def changes_sum(e):
    """a change is the sum of its parts, and the categories' changes are the universe's"""
    rows = e.tables["changes"]
    for row in rows:
        scope, measure = e.by_id[row["id"]], row["measure"]
        name = f"{row['id']} {measure}"
        yield from differ(name, [row["before"], row["now"]],
                          [scope["before_" + measure], scope[measure]])
        yield from differ(f"{name}: change", int(row["change"]),
                          int(row["now"]) - int(row["before"]))
        yield from differ(f"{name}: parts", int(row["change"]), sum(int(row[p]) for p in PARTS))
    for measure in ["commits", "file_touches"]:
        for part in ["change", *PARTS]:
            of = [r for r in rows if r["measure"] == measure]
            yield from differ(f"{measure} {part}",
                              sum(int(r[part]) for r in of if r["id"]),
                              sum(int(r[part]) for r in of if not r["id"]))


def percent(now, before):
    """100 x (now - before) / before, half away from zero, without a float."""
    if before == 0:
        return ""
    size = (200 * abs(now - before) + before) // (2 * before)
    return str(size if now >= before else -size)


@fact
def percentages_follow(e):
    """every percentage is the one of its two figures, and empty on a base of 0 or of a stale copy"""
    for row in e.scopes + e.repositories:
        for column in row:
            if column.endswith("_qoq"):
                figure = column[:-len("_qoq")]
                told = row.get("stale") != "1" and not e.json["to_date"]
                told = told and row[figure] and row["before_" + figure]
                yield from differ(f"{row.get('id', row.get('slug'))} {column}", row[column],
                                  percent(int(row[figure]), int(row["before_" + figure]))
                                  if told else "")


@fact
def stale_is_stale(e):
    """a stale copy is older than the quarter's end, counted, and a part of its own"""
    stale = [r for r in e.repositories if r["stale"] == "1"]
    counts = {r["id"]: int(r["count"]) for r in e.tables["quality"]}
    yield from differ("repositories_stale", counts["repositories_stale"], len(stale))
    year, q = e.json["quarter"].split("Q")
    end = f"{int(year) + int(q) // 4}-{int(q) % 4 * 3 + 1:02d}-01"
    for r, j in zip(e.repositories, e.json["repos"]):
        yield from differ(f"{r['slug']} in JSON", [r["facts_until"] or None, r["stale"] == "1"],
                          [j["facts_until"], j["stale"]])
        if (r["stale"] == "1" and not "" < r["facts_until"] < end) or \
           (r["stale"] == "0" and not e.json["to_date"] and "" < r["facts_until"] < end):
            yield f"{r['slug']}: stale {r['stale']}, fetched on {r['facts_until']}"
    for row in e.tables["changes"]:
        if row["measure"] != "contributors":
            of = [r for r in stale if row["id"] in ["", r["category"]]]
            yield from differ(f"{row['id']} {row['measure']} of stale ones", int(row["stale"]), sum(
                int(r[row["measure"]]) - int(r["before_" + row["measure"]]) for r in of))


def tables_under(text, title):
    """Rows of the first Markdown table under a heading."""
    part = re.split(r"(?m)^## ", text)
    body = next((p for p in part if p.startswith(title + "\n")), "")
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("*") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in lines if not re.match(r"\| :?-", line)]


@fact
def markdown_is_csv(e):
    """the Markdown snapshot has the CSV's figures"""
    rows = tables_under(e.md, "Snapshot")
    if not rows:
        yield "there is no snapshot table"
        return
    head, rows = rows[0], rows[1:]
    yield from differ("rows", len(rows), len(e.scopes))
    plain = [re.sub(r"[,†\s]|\(.*\)", "", cell) for cell in sum(rows, [])]
    plain = [plain[i:i + len(head)] for i in range(0, len(plain), len(head))]
    for row, cells in zip(e.categories + [e.universe], plain):
        found = dict(zip(head, cells))
        yield from differ(f"{row['title']} commits", found["Commits"], row["commits"])
        yield from differ(f"{row['title']} contributors", found["Contributors"],
                          row["contributors"])
        yield from differ(f"{row['title']} new", found["New"], row["new_contributors"])
        yield from differ(f"{row['title']} active", found["Active/tracked"]
                          if "Active/tracked" in found else found["Active / tracked"],
                          f"{row['active']}/{row['tracked']}")
        yield from differ(f"{row['title']} touches", found["File touches"], row["file_touches"])


@fact
def text_is_clean(e):
    """no figure in the text is no number, and no path of a machine is in it"""
    for word in re.findall(r"(?i)\b(?:-?nan|-?inf|null|none)\b(?! of)", e.md):
        yield f"'{word}' in the text"
    for path in re.findall(r"(?<![\w./:-])/(?:home|root|tmp|work|usr|var)/\S*", e.md):
        yield f"the path {path}"


def main():
    json_path, csv_dir = sys.argv[1:3]
    md_path = sys.argv[3] if len(sys.argv) > 3 else re.sub(r"json$", "md", json_path)
    edition = Edition(json_path, csv_dir, md_path)
    failed = 0
    for function in FACTS:
        found = list(function(edition))
        if found:
            failed += 1
            print(f"FAILED: {os.path.basename(json_path)}: {function.__doc__}")
            for line in found[:8]:
                print(f"\t{line[:200]}")
    print(f"{len(FACTS) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
