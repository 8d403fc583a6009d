"""The formulas of docs/metrics.md over what git says: the computing half of figures.py.

A choice that the definitions leave open is marked "Choice:" where it is made.
"""
import collections
import os
import sqlite3

from figures_git import DAY, plausible, quarter_of, quarter_start

COUNTED, MERGE, BOT, AGENT, DUPLICATE = range(5)
BULK_LINES = 50000
EARLIEST = 631152000
FILES = ("file_touches_raw", "file_touches", "distinct_files_raw", "distinct_files", "top5_touches")
LINES = ("lines_churn_raw", "lines_churn")


# --- The store's verdicts and the universe --------------------------------------------------------

class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{os.path.abspath(path)}?mode=ro", uri=True)
        rows = self.db.execute
        self.meta = dict(rows("SELECT key, value FROM meta"))
        self.categories = [r[0] for r in rows("SELECT id FROM category ORDER BY category")]
        self.repos = {}
        for r in rows("SELECT repo, url, slug, state, lower(hex(tip)), branch, mined_s, facts_s,"
                      " category, from_q, until_q, moved_from, upstream, excluded, since, lines"
                      " FROM tracked JOIN repo USING (repo) ORDER BY excluded, url"):
            self.repos[r[0]] = dict(zip(("id", "url", "slug", "state", "tip", "branch", "mined_s",
                                         "facts_s", "category", "from", "until", "moved_from", "upstream",
                                         "excluded", "since", "lines"), r), commits={}, files_at_tip=0)
        self.members = [r for r in self.repos.values() if not r["excluded"]]
        self.classes = {}
        for name, email, sclass in rows("SELECT name, email, class FROM signature_class"
                                        " JOIN signature USING (signature)"):
            self.classes[name, email] = sclass
        self.persons = collections.defaultdict(dict)
        for repo, name, email, person, lenient, number in rows(
                "SELECT repo, name, signature.email, person, lenient, identity.email"
                " FROM identity JOIN signature USING (signature) JOIN person USING (person)"):
            self.persons[repo][name, email] = (person, lenient, number)
        # Verdicts of rules about messages, which have test cases of their own.
        self.assists = set(rows("SELECT repo, lower(hex(oid)) FROM assist JOIN commits USING (commit_id)"))
        self.exports = {(repo, oid): (name, email) for repo, oid, name, email in rows(
            "SELECT repo, lower(hex(oid)), name, email FROM export JOIN commits USING (commit_id)"
            " JOIN signature USING (signature)")}
        self.opted_out = {p for p, in rows("SELECT person FROM person WHERE opted_out")}
        self.has_groups = bool(rows("SELECT count(*) FROM affiliation_group").fetchone()[0])
        self.overrides, self.spans = collections.defaultdict(list), collections.defaultdict(list)
        for person, *span in rows("SELECT person, from_s, until_s, affiliation FROM person_affiliation"):
            self.overrides[person].append(span)
        for name, email, *span in rows("SELECT name, email, from_s, until_s, affiliation"
                                       " FROM signature_affiliation JOIN signature USING (signature)"):
            self.spans[name, email].append(span)
        self.unread = set(rows("SELECT repo, lower(hex(oid)) FROM commits WHERE changes IS NULL"))
        # Which ones may be among them is checked commit by commit, see must_be_read().
        self.untouched = set(rows("SELECT repo, lower(hex(oid)) FROM commits WHERE n_touches IS NULL"))
        self.left_out = collections.defaultdict(set)
        for repo, name in rows("SELECT repo, name FROM path JOIN path_class USING (path)"
                               " WHERE class IN ('lock', 'generated', 'vendored')"):
            self.left_out[repo].add(name.encode() if isinstance(name, str) else name)

    def is_stale(self, repo, quarter):
        """metrics.md stale: was it fetched before the quarter's end, or well before the snapshot?"""
        snapshot, grace = (int(self.meta[k]) for k in ("snapshot_s", "grace_s"))
        end = quarter_start(quarter + 1)
        # Choice: of a quarter that is not over, a run that goes on past midnight is one.
        return 0 < repo["facts_s"] < (end if end <= snapshot + grace else snapshot - DAY)

    def affiliation(self, person, signature, time_s):
        """metrics.md cohort: the override, else what the e-mail tells, else ''."""
        for spans in (self.overrides[person], self.spans[signature]):
            for from_s, until_s, group in spans:
                if from_s <= time_s < until_s:
                    return group
        return ""

    def table(self, sql):
        cursor = self.db.execute(sql)
        names = [c[0] for c in cursor.description]
        return [dict(zip(names, r)) for r in cursor]


def category_of(repo, quarter):
    if repo["from"] is not None and quarter < repo["from"]:
        return repo["moved_from"]
    if repo["until"] is not None and quarter > repo["until"]:
        return None
    return repo["category"]


# --- Commits --------------------------------------------------------------------------------------

def settle_times(repo, earliest, by_committer):
    """metrics.md activity_time and time_fixed, on both bases."""
    # Choice: "mined at" is the day, so that two runs on one day agree.
    mined = repo["mined_s"] // DAY * DAY
    commits = repo["commits"]
    times, fixed = {}, {}
    for c in commits.values():
        committer_ok = plausible(c.committer_s, c.committer_offset, mined, earliest)
        author_ok = (plausible(c.author_s, c.author_offset, mined, earliest)
                     and c.author_s <= (c.committer_s or 0) + 24 * 3600)
        by_c = c.committer_s if committer_ok else None
        times[c.oid] = [c.author_s if author_ok else by_c, by_c]
        fixed[c.oid] = (not author_ok, not committer_ok)
    # Parents first: a repaired parent counts with its repaired time.
    for basis in (0, 1):
        stack = [o for o, t in times.items() if t[basis] is None]
        while stack:
            c = commits[stack[-1]]
            waiting = [p for p in c.parents if p in times and times[p][basis] is None]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if times[c.oid][basis] is None:
                # Choice: without a parent, the earliest time that is plausible at all.
                times[c.oid][basis] = max((times[p][basis] for p in c.parents if p in times),
                                          default=earliest)
    for c in commits.values():
        a, b = times[c.oid]
        c.activity_s, c.other_s = (b, a) if by_committer else (a, b)
        c.fixed = int(fixed[c.oid][by_committer])
        c.quarter, c.other_quarter = quarter_of(c.activity_s), quarter_of(c.other_s)


def must_be_read(repo, c):
    """metrics.md unread: may the commit count in repo.since or later?"""
    times = ((c.author_s, c.author_offset), (c.committer_s, c.committer_offset))
    # Choice: beyond belief is what no universe believes: no time, one before 1990, an odd offset.
    return (any(quarter_of(s or 0) >= repo["since"] for s, _ in times)
            or not any(s and s >= EARLIEST and abs(offset) <= 14 * 60 for s, offset in times))


def is_below(store, repo, candidates):
    """Is an upstream of repo, at any distance, among the candidates?"""
    seen = {repo["id"]}
    while repo["upstream"] is not None and repo["upstream"] in store.repos:
        if repo["upstream"] in seen:
            return False
        repo = store.repos[repo["upstream"]]
        seen.add(repo["id"])
        if repo in candidates:
            return True
    return False


def choose_home(store, copies, not_shared):
    """metrics.md 4: where a commit that these (repository, commit) share counts."""
    for repo, _ in copies:
        if repo["excluded"]:
            return repo
    # Choice: members in the commit's own quarter; all of them where none is.
    members = [r for r, c in copies if category_of(r, c.quarter) is not None]
    members = members or [r for r, _ in copies]
    # Choice: upstreams in a circle rule each other out, and the first by URL is home.
    rest = [r for r in members if not is_below(store, r, members)]
    if not rest:
        return min(members, key=lambda r: r["url"])
    return min(rest, key=lambda r: (not_shared[r["id"]], -1 if r["from"] is None else r["from"],
                                    r["url"]))


def find_copies(store, homes, not_shared):
    """metrics.md 4: of the commits that count by their id, {id: that of which it is the work}."""
    by_committer = store.meta["date_basis"] == "committer"
    works, copies = collections.defaultdict(list), {}
    for oid, (repo, c) in homes.items():
        if len(c.parents) < 2 and c.author_s is not None and (repo["id"], oid) not in store.unread:
            works[c.author, c.author_s, c.subject, frozenset(c.changes)].append((repo, c))
    for same in works.values():
        if len(same) == 1:
            continue
        excluded = [x for x in same if x[0]["excluded"]]
        # Choice: members in the commit's own quarter; all of them where none is.
        members = [x for x in same if category_of(x[0], x[1].quarter) is not None]
        left = excluded or members or same
        # Choice: the committer time as repaired.
        committed = [c.activity_s if by_committer else c.other_s for _, c in left]
        left = [x for x, s in zip(left, committed) if s == min(committed)]
        home = choose_home(store, left, not_shared)
        original = min(c.oid for r, c in left if r is home)
        copies.update((c.oid, original) for r, c in same if c.oid != original and not r["excluded"])
    return copies


def set_kinds(store):
    where = collections.defaultdict(list)
    for repo in store.repos.values():
        for c in repo["commits"].values():
            where[c.oid].append((repo, c))
    not_shared = {r["id"]: sum(len(where[o]) == 1 for o in r["commits"]) for r in store.repos.values()}
    homes = {}
    for oid, copies in where.items():
        home = choose_home(store, copies, not_shared) if len(copies) > 1 else copies[0][0]
        homes[oid] = next((r, c) for r, c in copies if r is home)
    store.same_work = find_copies(store, homes, not_shared)
    for copies in where.values():
        for repo, c in copies:
            key = repo["id"], c.oid
            author = "human" if key in store.exports else store.classes.get(c.author)
            if repo is not homes[c.oid][0] or c.oid in store.same_work:
                c.kind = DUPLICATE
            elif len(c.parents) > 1:
                c.kind = MERGE
            else:
                # Choice: a placeholder's commit is counted, and credited to nobody.
                c.kind = {"bot": BOT, "agent": AGENT}.get(author, COUNTED)
            # A trailer that names an agent as helper makes it assisted, whatever else may.
            named = any(store.classes.get(x) == "agent" for x in c.named)
            c.assisted = int(c.kind == COUNTED and (named or key in store.assists))


class Credit:
    """What a person did in a scope and quarter, or under one e-mail of it."""
    __slots__ = ("authored", "co_authored", "weeks", "days", "emails")

    def __init__(self):
        self.authored = self.co_authored = 0
        self.weeks, self.days, self.emails = set(), set(), set()

    def add(self, other):
        self.authored += other.authored
        self.co_authored += other.co_authored
        self.weeks |= other.weeks
        self.days |= other.days
        self.emails |= other.emails

    def commits(self):
        return self.authored + self.co_authored


def credit_all(store, problems):
    """{(repo, quarter, person, e-mail number): Credit}, {person: lenient person}, and
    {(repo, quarter, person, affiliation): commits as author}."""
    activity = collections.defaultdict(Credit)
    lenient, affiliated = {}, collections.Counter()

    def who(repo, signature):
        found = store.persons[repo["id"]].get(signature)
        if not found:
            problems.append(("identity", repo["slug"], "", "signature", "none", repr(signature)))
        return found

    for repo in store.members:
        for c in repo["commits"].values():
            if c.kind != COUNTED:
                continue
            credits = {}
            author = store.exports.get((repo["id"], c.oid), c.author)
            if store.classes.get(author, "human") == "human":
                found = who(repo, author)
                if found:
                    credits[found[0]] = (found, True, author)
            for x in c.coauthors:
                if store.classes.get(x, "human") == "human":
                    found = who(repo, x)
                    if found:
                        credits.setdefault(found[0], (found, False, x))
            day = (c.activity_s - quarter_start(c.quarter)) // DAY
            for (person, loose, email), is_author, signature in credits.values():
                if person in store.opted_out:
                    continue
                lenient[person] = loose
                group = store.affiliation(person, signature, c.activity_s)
                affiliated[repo["id"], c.quarter, person, group] += is_author
                a = activity[repo["id"], c.quarter, person, email]
                if is_author:
                    a.authored += 1
                else:
                    a.co_authored += 1
                a.days.add(day)
                a.weeks.add(min(day // 7, 12))
                a.emails.add(email)
    return activity, lenient, affiliated


# --- Files ----------------------------------------------------------------------------------------

class Files:
    """Distinct files: an exact rename keeps identity within the quarter.

    Choice: paths that renames join are one file, whatever their order; it is a robust one where
    one of its touches is.
    """

    def __init__(self):
        self.next = {}
        self.touched = set()  # paths with a robust touch

    def root(self, path):
        self.next.setdefault(path, path)
        while self.next[path] != path:
            path = self.next[path]
        return path

    def add(self, path, old, robust):
        a = self.root(path)
        if old is not None:
            self.next[a] = self.root(old)
        if robust:
            self.touched.add(path)

    def raw(self):
        return sum(p == q for p, q in self.next.items())

    def robust(self):
        return len({self.root(p) for p in self.touched})


class RepoQuarter:
    def __init__(self):
        self.kinds = [0] * 5
        self.landed = self.assisted = self.raw = self.robust = self.lines_raw = self.lines = 0
        self.unread = self.uncounted = False
        self.sizes = []
        self.files = Files()


def count_repositories(store):
    quarters = collections.defaultdict(RepoQuarter)
    for repo in store.members:
        out = store.left_out[repo["id"]]
        for c in repo["commits"].values():
            q = quarters[repo["id"], c.quarter]
            q.kinds[c.kind] += 1
            # Choice: copies are no more landed than they are commits.
            q.landed += c.landed and c.kind != DUPLICATE
            if c.kind != COUNTED:
                continue
            q.assisted += c.assisted
            q.sizes.append(len(c.touches))
            # Before the window a part of the touches may be there: that is no figure.
            q.unread = q.unread or c.quarter < repo["since"] or (repo["id"], c.oid) in store.untouched
            q.uncounted = q.uncounted or q.unread or bool(c.touches) and not repo["lines"]
            bulk = not c.parents or len(c.touches) > int(store.meta["bulk_paths"])
            for path, old in c.touches:
                robust = not bulk and path not in out
                q.raw += 1
                q.robust += robust
                q.files.add(path, old, robust)
            counts = {p: max(0, a) + d for p, (a, d) in c.lines.items()}
            q.lines_raw += sum(counts.values())
            if not bulk and sum(counts.values()) <= BULK_LINES:
                q.lines += sum(n for p, n in counts.items() if p not in out)
    return quarters


# --- Scopes ---------------------------------------------------------------------------------------

class World:
    """Everything under the membership of one quarter."""

    def __init__(self, figures, members_of):
        self.f = figures
        self.category = {r["id"]: category_of(r, members_of) for r in figures.store.members}
        # {scope: {person: {quarter: Credit}}}
        self.people = collections.defaultdict(lambda: collections.defaultdict(dict))
        for (repo, quarter, person, _), credit in figures.activity.items():
            scopes = [figures.scope_of_repo[repo]]
            if self.category[repo] is not None:
                scopes += [0, 1 + self.category[repo]]
            for scope in scopes:
                at = self.people[scope][person]
                if quarter not in at:
                    at[quarter] = Credit()
                at[quarter].add(credit)
        self.first = {p: min(qs) for p, qs in self.people[0].items()}
        self.active = collections.defaultdict(set)  # (scope, quarter) to persons
        for scope, persons in self.people.items():
            for person, quarters in persons.items():
                for quarter in quarters:
                    self.active[scope, quarter].add(person)
        self.homes = self.find_homes()

    def find_homes(self):
        """{person: [(quarter, category), ...] in order}."""
        by_person = collections.defaultdict(lambda: collections.defaultdict(list))
        for c in range(len(self.f.store.categories)):
            for person, quarters in self.people[1 + c].items():
                for quarter, credit in quarters.items():
                    by_person[person][quarter].append((c, credit))
        homes = {}
        for person, quarters in by_person.items():
            line, before = [], None
            for quarter in sorted(quarters):
                # Choice: where the previous home decides nothing, the first category in order.
                before = min(quarters[quarter],
                             key=lambda x: (-len(x[1].weeks), -x[1].commits(), x[0] != before, x[0]))[0]
                line.append((quarter, before))
            homes[person] = line
        return homes

    def repos_of(self, scope):
        if scope >= self.f.base:
            return [self.f.repo_of_scope[scope]]
        return [r for r in self.f.store.members if self.category[r["id"]] is not None
                and scope in (0, 1 + self.category[r["id"]])]

    def measures(self, scope, quarter):
        m = collections.Counter()
        sizes, unread, uncounted = [], False, False
        for repo in self.repos_of(scope):
            q = self.f.quarters.get((repo["id"], quarter))
            member = self.category[repo["id"]] is not None
            m["tracked"] += member
            m["files_at_tip"] += repo["files_at_tip"]
            if not q:
                continue
            m["active"] += member and q.kinds[COUNTED] > 0
            for name, kind in (("commits", COUNTED), ("merge_commits", MERGE), ("bot_commits", BOT),
                               ("agent_commits", AGENT), ("duplicate_commits", DUPLICATE)):
                m[name] += q.kinds[kind]
            m["landed"] += q.landed
            m["assisted_commits"] += q.assisted
            m["file_touches_raw"] += q.raw
            m["file_touches"] += q.robust
            m["distinct_files_raw"] += q.files.raw()
            m["distinct_files"] += q.files.robust()
            m["lines_churn_raw"] += q.lines_raw
            m["lines_churn"] += q.lines
            unread = unread or q.unread
            uncounted = uncounted or q.uncounted
            sizes += q.sizes
        m["top5_touches"] = sum(sorted(sizes)[-5:])
        for name in FILES * unread + LINES * uncounted:
            m[name] = None
        self.measure_people(m, scope, quarter)
        return m

    def measure_people(self, m, scope, quarter):
        persons = self.active[scope, quarter]
        weeks, weighted, credits = [], 0, 0
        for p in persons:
            quarters = self.people[scope][p]
            credit = quarters[quarter]
            n = len(credit.weeks)
            weeks.append(n)
            weighted += n * credit.commits()
            credits += credit.commits()
            m[f"bins_{n}"] += 1
            m["authors"] += credit.authored > 0
            m["contributors_hi"] += len(credit.emails)
            days = sorted(credit.days)
            m["full_time"] += any(days[i + 9] - days[i] < 28 for i in range(len(days) - 9))
            if quarter - 1 in quarters:
                m["retained"] += 1
            elif min(quarters) < quarter:
                m["reactivated"] += 1
            else:
                m["new_contributors"] += 1
            m["new_to_universe"] += self.first.get(p) == quarter
        weeks.sort()
        m["contributors"] = len(persons)
        m["contributors_lo"] = len({self.f.lenient[p] for p in persons})
        m["weeks_sum"] = sum(weeks)
        n = len(weeks)
        m["weeks_mean"] = sum(weeks) / n if n else 0.0
        m["weeks_median"] = (weeks[(n - 1) // 2] + weeks[n // 2]) / 2 if n else 0.0
        m["weeks_weighted"] = weighted / credits if credits else 0.0

    def part(self, repo, quarter):
        now, then = (self.f.counted(repo, q) for q in (quarter, quarter - 1))
        if not now and not then:
            return None
        if self.f.store.is_stale(repo, quarter):
            return "stale"
        if not now:
            return "gone"
        if self.f.first_commit[repo["id"]] >= quarter - 1:
            return "new_repos"
        return "organic" if then else "revived"

    def changes(self, scope, quarter):
        parts = ("organic", "new_repos", "revived", "gone", "stale")
        out = {m: dict.fromkeys(parts, 0) for m in ("commits", "file_touches", "contributors")}
        # Choice: a person counts in the first part, in the order above, that has them.
        present, unread = ({}, {}), False
        for repo in self.repos_of(scope):
            part = self.part(repo, quarter)
            if not part:
                continue
            for i, (q, sign) in enumerate(((quarter, 1), (quarter - 1, -1))):
                rq = self.f.quarters.get((repo["id"], q))
                if rq:
                    out["commits"][part] += sign * rq.kinds[COUNTED]
                    out["file_touches"][part] += sign * rq.robust
                    unread = unread or rq.unread
                for p in self.active[self.f.scope_of_repo[repo["id"]], q]:
                    present[i][p] = min(present[i].get(p, 9), parts.index(part))
        for who, sign in zip(present, (1, -1)):
            for i in who.values():
                out["contributors"][parts[i]] += sign
        if unread:
            out["file_touches"] = dict.fromkeys(parts)
        return out

    def flows(self, quarter):
        """{scope: flow} and {(from, to): persons} of one quarter."""
        n = 1 + len(self.f.store.categories)
        flow = {s: collections.Counter() for s in range(n)}
        moves = collections.Counter()
        for line in self.homes.values():
            at = dict(line)
            now, last = at.get(quarter), at.get(quarter - 1)
            before = [x for x in line if x[0] < quarter]
            if last is not None:
                for s in (0, 1 + last):
                    flow[s]["start"] += 1
                    flow[s]["dormant"] += now is None
                flow[1 + last]["out"] += now is not None and now != last
            if now is None:
                continue
            for s in (0, 1 + now):
                flow[s]["end"] += 1
                flow[s]["entered"] += not before
                flow[s]["reactivated"] += bool(before) and last is None
            flow[1 + now]["in"] += last is not None and last != now
            if before and quarter - before[-1][0] <= 4 and before[-1][1] != now:
                moves[before[-1][1], now] += 1
        return flow, moves

    def overlap(self, quarter):
        n = len(self.f.store.categories)
        sets = [self.active[1 + c, quarter] for c in range(n)]
        return {(a, b): len(sets[a] & sets[b]) for a in range(n) for b in range(n) if sets[a] & sets[b]}


class Figures:
    def __init__(self, store, problems):
        self.store = store
        self.base = 1 + len(store.categories)
        self.scope_of_repo = {r["id"]: self.base + i for i, r in enumerate(store.members)}
        self.repo_of_scope = {self.base + i: r for i, r in enumerate(store.members)}
        for repo in store.repos.values():
            settle_times(repo, int(store.meta["earliest_s"]), store.meta["date_basis"] == "committer")
        set_kinds(store)
        self.activity, self.lenient, self.affiliated = credit_all(store, problems)
        self.quarters = count_repositories(store)
        self.first_commit = {}
        for (repo, quarter), q in self.quarters.items():
            if q.kinds[COUNTED]:
                self.first_commit[repo] = min(quarter, self.first_commit.get(repo, quarter))
        self.worlds = {}

    def cohorts(self, quarter):
        """{(scope, affiliation): figures}, under the quarter's own membership."""
        if not self.store.has_groups:
            return {}
        category = {r["id"]: category_of(r, quarter) for r in self.store.members}
        commits, groups = collections.Counter(), collections.defaultdict(set)
        for (repo, q, person, group), n in self.affiliated.items():
            if q == quarter and category[repo] is not None:
                for scope in (0, 1 + category[repo]):
                    commits[scope, group] += n
                    groups[scope, person].add(group)
        persons = collections.Counter()
        for (scope, _), of in groups.items():
            # Choice: not known are those of whom nothing is.
            persons.update((scope, group) for group in of if group or of == {""})
        return {k: {"contributors": persons[k], "commits": n} for k, n in commits.items()}

    def counted(self, repo, quarter):
        q = self.quarters.get((repo["id"], quarter))
        return q.kinds[COUNTED] if q else 0

    def world(self, members_of):
        key = tuple(category_of(r, members_of) for r in self.store.members)
        if key not in self.worlds:
            self.worlds[key] = World(self, members_of)
        return self.worlds[key]
