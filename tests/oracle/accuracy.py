#!/usr/bin/env python3
"""How well identity finds the people that a .mailmap knows, without looking at it.

usage: accuracy.py TOOL REPOSITORY.git... [--floor PRECISION] [--show WHAT [--level LEVEL]]

The signatures of HEAD's authors are resolved by TOOL (identity_tool.c), which is not given the
.mailmap at HEAD, and pairs of signatures are compared with what it says:

  spoken of  a signature that a line of the .mailmap matches, or whose e-mail is the proper one
             of a line.  Only a pair of two such signatures can be judged.
  same       two signatures that git maps to the same e-mail, folded.  The proper e-mail stands
             for the person: two people may share a name, and lines that give two e-mails one
             name, without a proper e-mail, do not say that they are one person's.
  joined     two signatures that TOOL gives one person.

precision = pairs joined and same / pairs joined; recall = the same / pairs same.  A pair with one
e-mail is found by anybody, so pairs of different e-mails ("apart") have their own lines.  Pairs
joined of which the .mailmap does not know both are counted as `open` and judged nowhere.

Of the signatures that are spoken of, the people are counted as well: of the whole history, and of
each quarter in which they wrote, summed, as counts of people are reported by quarter.

Signatures of no human class are left out.  Nothing but counts is printed, unless --show asks for
the pairs themselves.  What is checked of the sums: strict precision, and that a level only joins more.
"""
import argparse
import collections
import os
import re
import subprocess
import sys
import time

LAST_TIME = 253402300799  # of year 9999, the last one that gmtime must know
LEVELS = [  # title, options of the tool, column of its answer
    ("L1", ["--without=L3"], 1),
    ("L1+L3", [], 1),
    ("L1+L3+L4", [], 2),
]
N_STRICT = 2  # so many of them are held to the precision that is asked
Signature = collections.namedtuple("Signature", "name email mapped_name mapped_email times")


def fold(email):
    return email.strip().lower()  # of bytes: ASCII alone


def git(repository, *arguments):
    """Output of git; no lazy fetch, and no .mailmap but the one at HEAD."""
    environment = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
                       GIT_NO_LAZY_FETCH="1", GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    answer = subprocess.run(
        ["git", f"--git-dir={repository}", "-c", "mailmap.blob=HEAD:.mailmap",
         "-c", "i18n.logOutputEncoding=UTF-8", "-c", "log.showSignature=false", *arguments],
        stdout=subprocess.PIPE, env=environment)
    if answer.returncode:
        raise SystemExit(f"{repository}: git {arguments[0]} leaves with {answer.returncode}")
    return answer.stdout


def read_signatures(repository):
    """The authors of all commits of HEAD, with their times in seconds."""
    seen = collections.defaultdict(list)
    log = git(repository, "log", "--format=%an%x00%ae%x00%aN%x00%aE%x00%at", "HEAD")
    for line in log.split(b"\n")[:-1]:
        *key, seconds = line.split(b"\0")
        seen[tuple(key)].append(int(seconds or b"0"))
    return [Signature(*key, times) for key, times in sorted(seen.items())]


def quarters(s):
    """Those in which a signature was active."""
    days = (time.gmtime(min(t, LAST_TIME)) for t in s.times)
    return {(day.tm_year, (day.tm_mon - 1) // 3) for day in days}


class Mailmap:
    """Which signatures a .mailmap speaks of; what it says of them is git's to tell."""

    def __init__(self, text):
        self.emails = set()  # whatever name stands beside them
        self.named = set()   # (name, e-mail)
        for line in text.splitlines():
            found = re.findall(rb"([^<]*)<([^<>]*)>", line)
            if line.startswith(b"#") or not found:
                continue
            self.emails.add(fold(found[0][1]))
            if len(found) > 1 and found[1][0].strip():
                self.named.add((fold(found[1][0]), fold(found[1][1])))
            elif len(found) > 1:
                self.emails.add(fold(found[1][1]))

    def knows(self, s):
        return (fold(s.email) in self.emails or (fold(s.name), fold(s.email)) in self.named or
                (s.name, s.email) != (s.mapped_name, s.mapped_email))


def person(s):
    """Whom the .mailmap sees behind a signature; an e-mail that is none needs its name."""
    email = fold(s.mapped_email)
    return email if b"@" in email else (fold(s.mapped_name), email)


def as_utf8(text):
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text


def resolve(tool, options, signatures):
    """[(class, strict person, lenient person)], in the order of the signatures."""
    fields = (field for s in signatures for field in (
        b"1", as_utf8(s.name), as_utf8(s.email), b"%d" % min(s.times), b"%d" % max(s.times)))
    answer = subprocess.run([tool, *options], input=b"".join(f + b"\0" for f in fields),
                            stdout=subprocess.PIPE, check=True).stdout
    rows = [tuple(line.decode().split("\t")) for line in answer.splitlines()]
    if len(rows) != len(signatures):
        raise SystemExit(f"{len(rows)} answers to {len(signatures)} signatures")
    return rows


def n_pairs(keys):
    """How many pairs have equal keys."""
    return sum(n * (n - 1) // 2 for n in collections.Counter(keys).values())


class Counts(collections.Counter):
    def ratio(self, part, whole):
        return f"{self[part] / self[whole]:.4f}" if self[whole] else "-"

    def line(self):
        return (f"{self['joined']:8} {self['right']:8} {self['joined'] - self['right']:6} "
                f"{self['same']:8} {self.ratio('right', 'joined'):>9} "
                f"{self.ratio('right', 'same'):>7} {self['open']:7}")


def count_pairs(rows):
    """Counts of pairs; a row: (ours, theirs or None where the .mailmap is silent, ...)."""
    known = [r for r in rows if r[1] is not None]
    joined = n_pairs((ours, *rest) for ours, _, *rest in known)
    return Counts(joined=joined, right=n_pairs(known),
                  same=n_pairs((theirs, *rest) for _, theirs, *rest in known),
                  open=n_pairs((ours, *rest) for ours, _, *rest in rows) - joined)


def compare(rows):
    """Counts of all pairs, and of those of different e-mails; a row: (ours, theirs, e-mail)."""
    every, one_email = count_pairs([r[:2] for r in rows]), count_pairs(rows)
    return every, Counts({k: every[k] - one_email[k] for k in every})


def n_torn(finer, coarser):
    """How many people of one level the next one does not keep whole."""
    pairs = {(f[0], c[0]) for f, c in zip(finer, coarser)}
    return len(pairs) - len({f for f, _ in pairs})


def judge(tool, repository):
    """(Counts of the repository, [(Counts of all pairs, of pairs apart)] a level, signatures, rows
    a level)."""
    signatures = read_signatures(repository)
    mailmap = Mailmap(git(repository, "cat-file", "blob", "HEAD:.mailmap"))
    levels, rows = [], []
    for _, options, column in LEVELS:
        answers = resolve(tool, options, signatures)
        humans = [(a, s) for a, s in zip(answers, signatures) if a[0] == "human"]
        rows.append([(a[column], person(s) if mailmap.knows(s) else None, fold(s.email))
                     for a, s in humans])
        levels.append(compare(rows[-1]))
    humans = [s for _, s in humans]
    figures = Counts(signatures=len(signatures), humans=len(humans),
                     known=sum(theirs is not None for _, theirs, _ in rows[0]))
    for title, people in people_by_method(rows).items():
        known = [(p, s) for p, s, r in zip(people, humans, rows[0]) if r[1] is not None]
        figures[title] = len({p for p, _ in known})
        figures[title, "quarters"] = len({(p, q) for p, s in known for q in quarters(s)})
    figures["torn"] = sum(n_torn(rows[i], rows[i + 1]) for i in range(len(rows) - 1))
    return figures, levels, humans, rows


def people_by_method(rows):
    """{method: the person of each signature}."""
    methods = {".mailmap": [r[1] for r in rows[0]], "e-mails": [r[2] for r in rows[0]]}
    methods.update((title, [r[0] for r in of]) for (title, _, _), of in zip(LEVELS, rows))
    return methods


def print_figures(name, figures, levels):
    print(f"\n{name}: {figures['signatures']} signatures, {figures['humans']} of humans, "
          f"{figures['known']} spoken of")
    methods = [".mailmap", "e-mails"] + [title for title, _, _ in LEVELS]
    print(f"  {'people spoken of':22}", *(f"{m:>13}" for m in methods))
    for what, key in (("in all", lambda m: m), ("summed over quarters", lambda m: (m, "quarters"))):
        truth = figures[key(".mailmap")]
        over = (f"{figures[key(m)]:6}{100 * (figures[key(m)] / truth - 1):+6.1f}%" if truth else
                f"{0:13}" for m in methods[1:])
        print(f"  {what:22} {truth:13}", *over)
    print(f"  {'pairs':16} {'joined':>8} {'right':>8} {'false':>6} {'same':>8} {'precision':>9} "
          f"{'recall':>7} {'open':>7}")
    for (title, _, _), (every, apart) in zip(LEVELS, levels):
        print(f"  {title:10} all   {every.line()}")
        print(f"  {title:10} apart {apart.line()}")


def show(what, signatures, rows):
    """Print the pairs that are `false`, or those of different e-mails `missed` or `open`."""
    for i, (a, s) in enumerate(zip(rows, signatures)):
        for b, t in zip(rows[i + 1:], signatures[i + 1:]):
            judged = a[1] is not None and b[1] is not None
            kind = {(True, False): "false", (False, True): "missed"}.get(
                (a[0] == b[0], a[1] == b[1])) if judged else "open" if a[0] == b[0] else None
            if kind == what and (kind == "false" or a[2] != b[2]):
                print(f"    {kind}:", *((x.name, x.email, x.mapped_email) for x in (s, t)))


def checks(figures, levels, floor):
    """(sentence, whether it holds) of each check."""
    for (title, _, _), (every, _) in zip(LEVELS[:N_STRICT], levels):
        yield f"precision of {title} is at least {floor}", every["right"] >= floor * every["joined"]
    yield "a level keeps whole whom the one before it joined", figures["torn"] == 0


def title_of(repository):
    """The last folder of its path that says something."""
    folders = os.path.normpath(repository).split(os.sep)
    return ([f for f in folders if f not in (".git", "repo", "")] or [repository])[-1]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("repository", nargs="+")
    parser.add_argument("--floor", type=float, default=0.995,
                        help="the least precision of strict identity")
    parser.add_argument("--show", choices=["false", "missed", "open"], help="print such pairs")
    parser.add_argument("--level", choices=[title for title, _, _ in LEVELS], default="L1+L3",
                        help="the level whose pairs --show prints")
    return parser.parse_args()


def main():
    args = parse_arguments()
    total, sums = Counts(), [(Counts(), Counts()) for _ in LEVELS]
    for repository in args.repository:
        figures, levels, signatures, rows = judge(args.tool, repository)
        print_figures(title_of(repository), figures, levels)
        if args.show:
            level = [title for title, _, _ in LEVELS].index(args.level)
            show(args.show, signatures, rows[level])
        total.update(figures)
        for (every, apart), level in zip(sums, levels):
            every.update(level[0])
            apart.update(level[1])
    if len(args.repository) > 1:
        print_figures(f"{len(args.repository)} repositories", total, sums)
    verdicts = list(checks(total, sums, args.floor))
    failures = [sentence for sentence, holds in verdicts if not holds]
    for sentence in failures:
        print(f"FAILED: {sentence}")
    print(f"{len(verdicts) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
