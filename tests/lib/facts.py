"""The facts of a store as lines that two stores with the same facts share, whatever order
they were written in."""
import hashlib
import sqlite3

QUERIES = (
    "SELECT 'repo', r.url, r.state, hex(r.tip), r.branch, hex(r.mailmap), r.mailmap_missing,"
    " r.shallow, r.missing_objects, r.files_at_tip, r.since, r.lines, r.complete FROM repo r",
    # future_times counts what was ever written, also of commits that went.
    "SELECT 'flag', r.url, f.flag, f.n FROM repo_flag f JOIN repo r USING (repo)"
    " WHERE f.flag <> 'future_times'",
    "SELECT 'commit', r.url, hex(c.oid), hex(a.name), hex(a.email), hex(a.raw_name),"
    " hex(a.raw_email), hex(m.name), hex(m.email), c.author_s, c.author_offset_min,"
    " c.committer_s, c.committer_offset_min, c.author_quarter, c.author_bin, hex(c.parents),"
    " hex(c.subject), c.flags, c.n_touches, c.changes"
    " FROM commits c JOIN repo r USING (repo) JOIN signature a ON a.signature = c.author"
    " JOIN signature m ON m.signature = c.committer",
    "SELECT 'touch', hex(c.oid), r.url, t.status, hex(p.name), hex(o.name), t.added, t.deleted"
    " FROM touch t JOIN commits c USING (commit_id) JOIN repo r ON r.repo = c.repo"
    " JOIN path p ON p.path = t.path LEFT JOIN path o ON o.path = t.old_path",
    "SELECT 'trailer', hex(c.oid), r.url, t.n, t.key, t.value, s.name, s.email FROM trailer t"
    " JOIN commits c USING (commit_id) JOIN repo r ON r.repo = c.repo"
    " LEFT JOIN signature s ON s.signature = t.signature",
    "SELECT 'tip', r.url, hex(p.name) FROM tip_path t JOIN repo r ON r.repo = t.repo"
    " JOIN path p ON p.path = t.path",
    "SELECT 'text', r.url, hex(t.path), hex(t.text) FROM tip_text t JOIN repo r USING (repo)",
    "SELECT 'release', r.url, t.name, hex(t.oid), t.tagged_s FROM release t"
    " JOIN repo r USING (repo)",
)


def lines(path):
    """All facts of a store, sorted; when something was first seen is not among them."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        tables = {name for name, in db.execute("SELECT name FROM sqlite_schema")}
        if "touch_row" in tables:  # each of its rows belongs to one commit
            (of_commits, stored), = db.execute(
                "SELECT (SELECT count(*) FROM touch), (SELECT count(*) FROM touch_row)")
            (overlaps,), = db.execute(
                "SELECT coalesce(sum(first_touch < behind), 0) FROM (SELECT first_touch,"
                " lag(first_touch + n_touches) OVER (ORDER BY first_touch) AS behind FROM commits"
                " WHERE n_touches > 0)")
            if of_commits != stored or overlaps:
                raise ValueError(f"{path}: {stored} touches, {of_commits} of commits, {overlaps}"
                                 " of which have some of others")
        found = ["\t".join(map(str, row)) for query in QUERIES for row in db.execute(query)]
    return sorted(found)


def digest(path):
    h = hashlib.sha256()
    for line in lines(path):
        h.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return h.hexdigest()
