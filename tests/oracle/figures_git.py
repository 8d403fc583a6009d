"""What git says of a repository: the reading half of figures.py."""
import bisect
import calendar
import os
import re
import subprocess

ENV = dict(os.environ, LC_ALL="C", TZ="UTC", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull,
           GIT_NO_REPLACE_OBJECTS="1", GIT_ATTR_NOSYSTEM="1", GIT_NO_LAZY_FETCH="1",
           GIT_TERMINAL_PROMPT="0")
DAY = 86400
TEXT_MAX = 1024
# Choice: a trailer that names an agent under one of these keys makes a commit agent-assisted.
AGENT_KEYS = ("Co-authored-by", "Co-developed-by", "Assisted-by", "Generated-by")


# --- Time -----------------------------------------------------------------------------------------

QUARTER_STARTS = [calendar.timegm((y, m, 1, 0, 0, 0)) for y in range(1, 9999) for m in (1, 4, 7, 10)]


def quarter_of(seconds):
    return bisect.bisect_right(QUARTER_STARTS, seconds) - 1 + 4


def quarter_start(quarter):
    return QUARTER_STARTS[quarter - 4]


def quarter_name(quarter):
    return f"{quarter // 4:04d}Q{quarter % 4 + 1}"


def quarter_parse(text):
    if not re.fullmatch(r"[0-9]{4}Q[1-4]", text):
        raise SystemExit(f"figures.py: '{text}' is no quarter, such as 2025Q2")
    return int(text[:4]) * 4 + int(text[5]) - 1


def plausible(seconds, offset, mined_day, earliest):
    return (seconds is not None and seconds > 0 and seconds >= earliest
            and seconds <= mined_day + 48 * 3600 and abs(offset) <= 14 * 60)


# --- What git says --------------------------------------------------------------------------------

class Commit:
    __slots__ = ("oid", "parents", "author_s", "author_offset", "committer_s", "committer_offset",
                 "author", "subject", "changes", "coauthors", "values", "named", "touches", "lines", "same", "landed",
                 "activity_s", "other_s", "fixed", "quarter", "other_quarter", "kind", "assisted")


def git(gitdir, *args):
    p = subprocess.run(["git", "-c", "core.quotePath=false", "-c", "log.showSignature=false",
                        "--git-dir=" + gitdir, *args],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, cwd="/", check=False)
    if p.returncode:
        raise SystemExit(f"figures.py: git {args[0]} fails in {gitdir}: "
                         + p.stderr.decode("utf-8", "replace").strip())
    return p.stdout


def decode(raw, encoding):
    """The text of what git printed.

    Choice: UTF-8 where the commit's bytes are that, else its encoding, else ISO-8859-1.  Git
    believes the encoding even where the bytes are UTF-8; then its conversion is undone first.
    """
    try:
        raw = raw.decode("utf-8").encode(encoding) if encoding else raw
    except (UnicodeError, LookupError):
        pass
    for codec in ("utf-8", encoding):
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, LookupError, TypeError):
            pass
    return raw.decode("latin-1")


def cut(text):
    return text.encode()[:TEXT_MAX].decode("utf-8", "ignore")


def read_time(stamp, dated):
    """Seconds and minutes east of UTC from %at and %ad; None where there is no time."""
    if not stamp:
        return None, 0
    zone = int(dated.split()[-1])
    minutes = abs(zone) // 100 * 60 + abs(zone) % 100
    return min(int(stamp), 2**63 - 1), -minutes if zone < 0 else minutes


def contact(value, encoding):
    """(name, e-mail) of a trailer's value "Name <e-mail>", else None."""
    m = re.match(rb"([^<]*)<([^>]*)>", value)
    if not m:
        return None
    return cut(decode(m[1].rstrip(), encoding)), cut(decode(m[2].strip(b" "), encoding))


def read_headers(out):
    trailers = ("%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x00)%x00%x01%x00%(trailers:"
                + ",".join("key=" + k for k in AGENT_KEYS) + ",valueonly,unfold,separator=%x00)%x00%x02%x00")
    text = git(out["dir"], "log", "--encoding=UTF-8", "--date=raw",
               "--format=%H%x00%P%x00%at%x00%ad%x00%ct%x00%cd%x00%an%x00%ae%x00%e%x00%B%x00" + trailers,
               out["tip"])
    commits = {}
    for record in text.split(b"\0\x02\0\n"):
        if not record:
            continue
        head, _, every = record.partition(b"\0\x01\0")
        f = head.split(b"\0")
        c = Commit()
        c.oid = f[0].decode()
        c.parents = f[1].decode().split()
        c.author_s, c.author_offset = read_time(f[2], f[3])
        c.committer_s, c.committer_offset = read_time(f[4], f[5])
        encoding = f[8].decode("latin-1") or None
        c.author = cut(decode(f[6], encoding)), cut(decode(f[7], encoding))
        # Choice: the first line that is not empty; git's own subject is the first paragraph.
        c.subject = cut(decode(f[9], encoding).lstrip("\n").partition("\n")[0])
        # No trailer and one empty trailer look the same; neither names anybody.
        c.values = [v for v in f[10:] if v]
        c.coauthors = [x for x in (contact(v, encoding) for v in c.values) if x]
        c.named = [x for x in (contact(v, encoding) for v in every.split(b"\0")) if x]
        c.values = [cut(decode(v, encoding)) for v in c.values]
        c.touches, c.lines, c.changes, c.landed = [], {}, set(), False
        c.same = set()
        commits[c.oid] = c
    return commits


def read_touches(out, commits):
    text = git(out["dir"], "log", "-z", "--root", "--raw", "-M100%", "--no-abbrev",
               "--no-ext-diff", "--format=%x01%H", out["tip"])
    tokens = iter(text.split(b"\0"))
    known = {}
    commit = touches = None
    for token in tokens:
        token = token.lstrip(b"\n")
        if token.startswith(b"\x01"):
            commit = commits[token[1:].decode()]
            touches = commit.touches
        elif token.startswith(b":"):
            before, blob, status = token.split(b" ")[2:5]
            old = next(tokens) if status[:1] == b"R" else None
            path = next(tokens)
            if blob == before:
                commit.same.add(path)
            commit.changes.add((path, blob))
            if old is not None:
                commit.changes.add((old, b"0" * len(blob)))
            touches.append((known.setdefault(path, path), known.setdefault(old, old)))
        elif token:
            raise SystemExit(f"figures.py: cannot read git's diff: {token!r}")


def read_lines(out, commits):
    """{path: (added, deleted)} of each commit; -2, 0 for what git calls binary."""
    text = git(out["dir"], "log", "-z", "--root", "--numstat", "-M100%", "--no-ext-diff",
               "--no-textconv", "--format=%x01%H", out["tip"])
    tokens = iter(text.split(b"\0"))
    commit = None
    for token in tokens:
        token = token.lstrip(b"\n")
        if token.startswith(b"\x01"):
            commit = commits[token[1:].decode()]
        elif token:
            added, deleted, path = token.split(b"\t", 2)
            if not path:
                next(tokens)
                path = next(tokens)
            # Choice: what keeps its content has 0 lines; git says so, unless it is binary.
            if path in commit.same:
                commit.lines[path] = (0, 0)
            else:
                commit.lines[path] = (-2, 0) if added == b"-" else (int(added), int(deleted))


def read_repository(out):
    """All that git says of one repository, into out."""
    out["head"] = git(out["dir"], "rev-parse", "--verify", out["branch"] + "^{commit}").decode().strip()
    out["commits"] = read_headers(out)
    read_touches(out, out["commits"])
    if out["lines"]:
        read_lines(out, out["commits"])
    for oid in git(out["dir"], "rev-list", "--first-parent", out["tip"]).decode().split():
        out["commits"][oid].landed = True
    tree = git(out["dir"], "ls-tree", "-r", "-z", "--name-only", out["tip"])
    out["files_at_tip"] = tree.count(b"\0")
    return out
