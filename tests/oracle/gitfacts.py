#!/usr/bin/env python3
"""What git says of repositories, quarter by quarter, before any rule of ours.

usage: gitfacts.py [--from 2025Q1] [--to 2025Q2] REPOSITORY.git ...

Prints JSON: {"owner/name": {"2025Q2": {figure: number, ...}, ...}, ...}, the name being
that of the folder OWNER+NAME.git.  A commit belongs to the UTC quarter of its author time
as recorded, and is one of those that HEAD reaches.

  commits       with at most one parent
  merges        with two parents or more
  emails        different e-mails of authors of `commits`, after HEAD's .mailmap, trimmed
                and in lower case
  new_emails    of these, the ones whose first commit in the repository is in this quarter
  file_touches  entries that differ between one of `commits` and its parent, or the empty
                tree; an exact rename is one entry
  bulk_touches  of these, the ones of roots and of commits with more than 1,000 entries
  paths         different paths among them, an exact rename giving its new one alone
  weeks_mean    for each of `emails` the seven-day bins of the quarter with a commit, the
                last bin of 13 taking the rest; their mean, to four digits
  weeks_10      of `emails`, those with 10 bins or more

Commits come from one git command (log, without differences), entries from another
(diff-tree, fed with ids), so that neither depends on how git joins the two.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import threading

DAY = 86400
ENVIRONMENT = {
    **os.environ, "LC_ALL": "C", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0",
}
FIGURES = ["commits", "merges", "emails", "new_emails", "file_touches", "bulk_touches",
           "paths", "weeks_mean", "weeks_10"]


def command(repository, *arguments):
    return ["git", "-c", "core.bare=true", "-c", "mailmap.file=", "-c", "safe.directory=*",
            "--git-dir=" + repository, *arguments]


def ask(repository, *arguments, text=None):
    """What git prints; text goes to it at the same time."""
    child = subprocess.Popen(command(repository, *arguments), env=ENVIRONMENT, cwd="/",
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed():
        try:
            child.stdin.write(text or b"")
            child.stdin.close()
        except BrokenPipeError:
            pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    answer = child.stdout.read()
    feeder.join()
    if child.wait():
        raise SystemExit(f"{repository}: git {arguments[0]} failed")
    return answer


def month_of(seconds):
    """Year and month (0..11) of a time, for any year: days since 0000-03-01 in eras of 400 years."""
    era, day = divmod(seconds // DAY + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    return era * 400 + year + (month >= 10), (month + 2) % 12


def start_of(year, month):
    """The inverse: seconds of the first of a month."""
    year -= month < 2
    day = (153 * ((month + 10) % 12) + 2) // 5
    era, year = divmod(year, 400)
    return (era * 146097 + year * 365 + year // 4 - year // 100 + day - 719468) * DAY


def quarter_of(seconds):
    year, month = month_of(seconds)
    return year * 4 + month // 3


def parse_quarter(text):
    if not re.fullmatch(r"\d{4}Q[1-4]", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no quarter")
    return int(text[:4]) * 4 + int(text[5]) - 1


def read_commits(repository):
    """(id, number of parents, author time, e-mail) of each commit."""
    tree = ask(repository, "ls-tree", "HEAD", "--", ".mailmap")
    mailmap = tree.split()[2].decode() if tree.split()[1:2] == [b"blob"] else ""
    lines = ask(repository, "-c", "mailmap.blob=" + mailmap, "log", "-z", "--no-show-signature",
                "--format=%H%x09%P%x09%at%x09%aE", "HEAD", "--")
    for line in lines.split(b"\0"):
        if line:
            oid, parents, time, email = line.split(b"\t", 3)
            yield oid, len(parents.split()), int(time or 0), email.strip().lower()


def read_entries(repository, oids):
    """{id: paths of its entries}, the new path of an exact rename."""
    found = {}
    answer = ask(repository, "diff-tree", "--stdin", "--root", "-r", "-z", "-M100%", "--no-abbrev",
                 text=b"".join(oid + b"\n" for oid in oids))
    fields = iter(answer.split(b"\0"))
    for field in fields:
        if field.startswith(b":"):
            path = next(fields)
            if field.rsplit(b" ", 1)[1].startswith(b"R"):
                path = next(fields)
            found[oid].append(path)
        elif field:
            oid = field
            found[oid] = []
    return found


def figures(commits, entries, quarter, first):
    """The row of one quarter from its commits."""
    year, rest = divmod(quarter, 4)
    begin = start_of(year, rest * 3)
    plain = [c for c in commits if c[1] < 2]
    weeks = {}
    for _, _, time, email in plain:
        weeks.setdefault(email, set()).add(min((time - begin) // (7 * DAY), 12))
    touched = [(n_parents, entries.get(oid, [])) for oid, n_parents, _, _ in plain]
    return {
        "commits": len(plain),
        "merges": len(commits) - len(plain),
        "emails": len(weeks),
        "new_emails": sum(quarter_of(first[email]) == quarter for email in weeks),
        "file_touches": sum(len(paths) for _, paths in touched),
        "bulk_touches": sum(len(paths) for n, paths in touched if n == 0 or len(paths) > 1000),
        "paths": len({path for _, paths in touched for path in paths}),
        "weeks_mean": round(sum(map(len, weeks.values())) / len(weeks), 4) if weeks else 0,
        "weeks_10": sum(len(bins) >= 10 for bins in weeks.values()),
    }


def measure(repository, low, high):
    """{quarter: row} of one repository."""
    quarters, first = {}, {}
    for commit in read_commits(repository):
        _, n_parents, time, email = commit
        quarters.setdefault(quarter_of(time), []).append(commit)
        if n_parents < 2:
            first[email] = min(time, first.get(email, time))
    wanted = sorted(q for q in quarters if low <= q <= high)
    entries = read_entries(repository, [c[0] for q in wanted for c in quarters[q] if c[1] < 2])
    return {f"{q // 4:04}Q{q % 4 + 1}": figures(quarters[q], entries, q, first) for q in wanted}


def name_of(repository):
    name = os.path.basename(os.path.normpath(repository))
    return name[:-len(".git")].replace("+", "/") if name.endswith(".git") else name


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="low", type=parse_quarter, default=0, metavar="QUARTER")
    parser.add_argument("--to", dest="high", type=parse_quarter, default=1 << 60, metavar="QUARTER")
    parser.add_argument("repository", nargs="+")
    options = parser.parse_args()
    result = {}
    for repository in options.repository:
        repository = os.path.abspath(repository)
        result[name_of(repository)] = measure(repository, options.low, options.high)
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
