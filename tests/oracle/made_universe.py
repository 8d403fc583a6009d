#!/usr/bin/env python3
"""A made universe for figures.sh: histories, memberships and forks that a seed decides.

usage: made_universe.py SEED FOLDER

Writes FOLDER/universe and FOLDER/mirror.  The histories are full of what a real one holds now and
then: times on the edges of quarters and bins, before 1990 and beyond today, odd offsets, names of
two encodings, renames in chains and circles, bulk commits by paths and by lines, several roots,
co-authors written in many ways, commits that several repositories share, and picks of commits.
"""
import calendar
import os
import random
import subprocess
import sys

ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)
DAY = 86400
STARTS = [calendar.timegm((y, m, 1, 0, 0, 0)) for y in (2023, 2024, 2025) for m in (1, 4, 7, 10)]
END = calendar.timegm((2026, 1, 1, 0, 0, 0))
PEOPLE = [(f"Person {chr(65 + i)} Made{i}", f"p{i}@ex{i % 3}.example.org") for i in range(12)] + [
    ("Person A Made0", "a.other@elsewhere.example.com"), ("Person B Made1", "P1@EX1.example.org"),
    ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
    ("Claude", "noreply@anthropic.com"), ("root", "root@localhost"), ("", ""), ("J\xfcrgen", "j@x.org")]
PATHS = ["a.c", "src/b.c", "src/c.c", "vendor/x.c", "go.sum", "README.md", "test/t.c", "api/z.pb.go",
         "package-lock.json", 'd "q".c', "\xe9.c"]
CATEGORIES = ["one", "three", "two"]


class Made:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.picks = []  # [(author, committer, encoding, message, {path: entry or None})]

    def time(self, q):
        r = self.r
        what = r.random()
        if what < .08:
            return STARTS[q] + r.choice((-1, 0, 1))
        if what < .14:
            return STARTS[q] + 7 * DAY * r.randint(0, 13) + r.choice((-1, 0))
        if what < .16:
            return r.choice((0, 1, 631151999, 631152000, 4000000000, 2**33))
        return r.randrange(STARTS[q], (STARTS + [END])[q + 1])

    def encode(self, text):
        return text.encode("latin-1" if self.r.random() < .2 else "utf-8")

    def change(self, tree):
        r = self.r
        for _ in range(r.choice((0, 1, 1, 2, 3, 6))):
            what = r.random()
            if what < .25 and tree:
                old, new = r.choice(sorted(tree)), r.choice(PATHS + [f"n/{r.randint(0, 9)}.c"])
                tree[new] = tree.pop(old)
            elif what < .35 and tree:
                tree.pop(r.choice(sorted(tree)))
            elif what < .42 and tree:
                path = r.choice(sorted(tree))
                tree[path] = (r.choice((100644, 100755, 120000)), tree[path][1])
            else:
                tree[r.choice(PATHS)] = (100644, r.choice(("", "1", "2", "1\n2\n", "2\n3\n4", "\0", str(r.random()))))
        if r.random() < .03:
            for i in range(r.choice((999, 1000, 1001))):
                tree[f"bulk/{i}"] = (100644, str(r.random()))
        if r.random() < .02:
            tree["long.c"] = (100644, f"{r.randint(0, 9)}\n" * r.choice((25000, 49999, 50000, 50001)))

    def message(self, n):
        r = self.r
        lines = []
        for _ in range(r.randint(1, 3) if r.random() < .4 else 0):
            name, email = r.choice(PEOPLE)
            key = r.choice(("Co-authored-by", "co-authored-by", "Reviewed-by", "Assisted-by",
                            "CO-AUTHORED-BY "))
            lines.append(r.choice((
                f"{key}: {name} <{email}>", f"{key}: {name} <{email}>",
                f"Co-authored-by: {name}\n  < {email} >", f"Co-authored-by:{name}<{email}> x",
                "Co-authored-by:", "Co-authored-by: nobody", "Signed-off-by: x <y>", "prose")))
        body = r.choice(("", "\n\nbody text\nmore"))
        return r.choice(("", "\n\n")) + f"subject {n}{body}\n\n" + "\n".join(lines) + r.choice(("", "\n"))

    def commit(self, n, parents, before, tree, q):
        r = self.r
        pick = r.choice(self.picks) if len(parents) < 2 and self.picks and r.random() < .15 else None
        committed = self.time(q)
        written = self.time(q) if r.random() < .05 else committed - r.choice(
            (0, 0, 0, 5, 3 * DAY, 40 * DAY, -DAY, -DAY - 1, -3600))
        message = self.encode(self.message(n))
        out = [b"reset refs/heads/main\n"] if not parents else []
        out += [b"commit refs/heads/main", b"mark :%d" % n]
        who = []
        for role, people, seconds in ((b"author", PEOPLE, max(written, 0)),
                                      (b"committer", PEOPLE[:12], committed)):
            name, email = map(self.encode, r.choice(people))
            zone = r.choice((b"+0000", b"+0000", b"+0530", b"-0800", b"+1400", b"-1400", b"+1401"))
            who.append(role + b" " + (name + b" <" + email + b"> %d " % seconds).lstrip() + zone)
        encoding = [b"encoding ISO-8859-1"] if r.random() < .1 else []
        if pick:
            # At times it does not change all that the original did, and so is other work.
            author, committer, encoding, message, changes = pick
            who = [author, committer if r.random() < .3 else who[1]]
            tree.clear()
            tree.update((p, e) for p, e in {**before, **changes}.items() if e)
        elif len(parents) < 2:
            self.picks.append((*who, encoding, message, {
                p: tree.get(p) for p in {**before, **tree} if before.get(p) != tree.get(p)}))
        out += who + encoding
        out += [b"data %d" % len(message), message]
        out += [(b"merge" if i else b"from") + b" :%d" % p for i, p in enumerate(parents)]
        out.append(b"deleteall")
        for path, (mode, text) in sorted(tree.items()):
            quoted = path.encode("latin-1").replace(b'"', b'\\"')
            out += [b'M %d inline "%s"' % (mode, quoted), b"data %d" % len(text), text.encode()]
        return b"\n".join(out) + b"\n"

    def history(self, fork):
        """[(stream, tree)] of commits 1, 2, ...; a fork begins with another's."""
        r = self.r
        commits = list(fork)
        n = r.randint(15, 60)
        for i in range(n):
            q = min(len(STARTS) - 1, int((i + 3 * r.random()) * len(STARTS) / n) + (4 if fork else 0))
            last = len(commits)
            parents = [last] if last and r.random() > .04 else []
            if parents and last > 4 and r.random() < .08:
                parents = [last - 2]
            if parents and last > 4 and r.random() < .12:
                parents.append(r.choice([p for p in range(last - 3, last + 1) if p not in parents]))
            before = commits[parents[0] - 1][1] if parents else {}
            tree = dict(before)
            self.change(tree)
            commits.append((self.commit(last + 1, parents, before, tree, q), tree))
        return commits

    def quarter(self):
        return f"{self.r.choice((2023, 2024, 2025))}Q{self.r.randint(1, 4)}"

    def entry(self, url, category, upstream):
        r = self.r
        lines = [f"  - url: {url}"]
        what = r.random()
        if what < .2:
            lines.append(f"    until: {self.quarter()}")
        elif what < .4:
            lines.append(f"    from: {self.quarter()}")
        elif what < .6:
            other = r.choice([c for c in CATEGORIES if c != category])
            lines += [f"    from: {self.quarter()}", f"    moved_from: {other}"]
        elif what < .7:
            lines += ["    from: 2024Q1", "    until: 2025Q1"]
        if upstream and r.random() < .5:
            lines.append(f"    upstream: {upstream}")
        return lines


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    made, folder = Made(int(sys.argv[1])), sys.argv[2]
    os.makedirs(folder + "/universe")
    os.makedirs(folder + "/mirror")
    entries = {c: [] for c in CATEGORIES}
    histories = []
    for i in range(10):
        fork = made.r.choice(histories) if i >= 2 and made.r.random() < .5 else None
        shared = fork[1][:made.r.randint(len(fork[1]) // 2, len(fork[1]))] if fork else []
        commits = made.history(shared)
        gitdir = f"{folder}/mirror/o{i % 4}+r{i}.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", gitdir], check=True, env=ENV)
        subprocess.run(["git", "--git-dir=" + gitdir, "fast-import", "--quiet", "--force",
                        "--date-format=raw-permissive"], input=b"".join(c[0] for c in commits),
                       check=True, env=ENV)
        url = f"https://git.example.org/o{i % 4}/r{i}"
        histories.append((url, commits))
        category = CATEGORIES[i % 3]
        if i < 9:
            entries[category].append(made.entry(url, category, fork and fork[0]))
        else:
            # The last one is there only to be excluded.
            entries[CATEGORIES[0]][0].append(f"    exclude-history: {url}")
    for c, repos in entries.items():
        with open(f"{folder}/universe/{c}.yaml", "w", encoding="utf-8") as f:
            f.write(f"id: {c}\ntitle: {c}\nlayer: l\nrepositories:\n")
            f.writelines(line + "\n" for lines in repos for line in lines)
    with open(f"{folder}/universe/universe.yaml", "w", encoding="utf-8") as f:
        f.write("id: made\ntitle: Made\nlayers:\n  - id: l\n    title: L\nquarters:\n  from: 2023Q2\n"
                + made.r.choice(("", "  to: 2025Q3\n")))


if __name__ == "__main__":
    main()
