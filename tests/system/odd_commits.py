"""Commits that are odd: persons, dates, encodings, headers, parents, sizes."""
import hashlib
import zlib

from odd_case import add, case, line
from odd_git import (AUTHOR, COMMIT, COMMITTER, Pack, id_of, long_stream, size_header)

AUTHOR_OK, COMMITTER_OK = AUTHOR % 1700000000, COMMITTER % 1700000060
NO_AUTHOR = {"BAD_AUTHOR": 1, "NO_AUTHOR_TIME": 1}
NO_COMMITTER = {"BAD_COMMITTER": 1, "NO_COMMITTER_TIME": 1}
# Its parent cannot be read, and so its touches cannot.
ORPHAN = {"NO_PARENT": 1, "PARTIAL": 1}

# name: author line, committer line (None: the usual one), bits of the second commit
PERSONS = {
    "author-email-empty": (b"author A <> 1700000000 +0000\n", None, {"NO_EMAIL": 1}),
    "committer-email-empty": (None, b"committer C <> 1700000000 +0000\n", {"NO_EMAIL": 1}),
    "email-without-brackets": (b"author A a@example.org 1700000000 +0000\n", None, NO_AUTHOR),
    "email-never-closed": (b"author A <a@example.org 1700000000 +0000\n", None, NO_AUTHOR),
    "committer-without-brackets": (None, b"committer C 1700000000 +0000\n", NO_COMMITTER),
    "two-authors": (AUTHOR_OK + AUTHOR_OK.replace(b"A U", b"B U"), None, {"TWO_AUTHORS": 1}),
    "two-committers": (None, COMMITTER_OK + COMMITTER_OK, {"TWO_AUTHORS": 1}),
    "no-author-line": (b"", None, NO_AUTHOR),
    "no-committer-line": (None, b"", NO_COMMITTER),
    "no-persons": (b"", b"", NO_AUTHOR | NO_COMMITTER),
    "committer-before-author": (COMMITTER_OK, AUTHOR_OK, {}),
    "no-date": (b"author A <a@example.org>\n", None, {"NO_AUTHOR_TIME": 1}),
    "date-of-letters": (b"author A <a@example.org> yesterday\n", None, {"NO_AUTHOR_TIME": 1}),
    "date-before-1970": (b"author A <a@example.org> -86400 +0000\n", None, {"NO_AUTHOR_TIME": 1}),
    "date-zero": (b"author A <a@example.org> 0 +0000\n", None, {}),
    "date-beyond-2-31": (b"author A <a@example.org> 2147483649 +0000\n", None, {}),
    "date-beyond-2-40": (b"author A <a@example.org> 1099511627777 +0000\n", None, {}),
    "date-beyond-2-63": (b"author A <a@example.org> 9223372036854775809 +0000\n",
                         b"committer C <c@example.org> 99999999999999999999 +0000\n", {}),
    "offset-of-days": (b"author A <a@example.org> 1700000000 +9999\n", None, {}),
    "offset-minus-0": (b"author A <a@example.org> 1700000000 -0000\n", None, {}),
    "offset-of-letters": (b"author A <a@example.org> 1700000000 UTC\n", None,
                          {"NO_AUTHOR_TIME": 1}),
    "offset-endless": (b"author A <a@example.org> 1700000000 +99999999999999999999\n", None, {}),
    "nul-in-author": (b"author A\0B <a@example.org> 1700000000 +0000\n", None,
                      NO_AUTHOR | {"NUL": 1}),
    "name-of-a-megabyte": (b"author " + b"n" * 1000000 + b" <a@example.org> 1700000000 +0000\n",
                           None, {}),
    "name-not-utf8": (b"author J\xfcrgen <a@example.org> 1700000000 +0000\n", None,
                      {"NOT_UTF8": 1}),
    "carriage-returns": (AUTHOR_OK.replace(b"\n", b"\r\n"), COMMITTER_OK.replace(b"\n", b"\r\n"),
                         {}),
}
for name, (author, committer, bits) in PERSONS.items():
    add(name, lambda r, a=author, c=committer: line(
        r, lambda tree, first: r.commit(tree, first, author=a, committer=c)),
        commits=3, touches=3, bits=bits, authors=["J\u00fcrgen"] if "utf8" in name else [],
        flags={"future_times": 1} if "beyond" in name else {})

# name: headers behind the persons, message, bits, a name that the author must get
MESSAGES = {
    "no-message": (b"", b"", {}),
    "message-empty": (b"", b"\n", {}),
    "message-blank": (b"", b"\n \n\t\n\n", {}),
    "message-without-blank-line": (b"", b"subject\n", {}),
    "nul-in-header": (b"note a\0b\n", b"\nchange\n", {"NUL": 1}),
    "nul-in-message": (b"", b"\nchan\0ge\n\nCo-authored-by: X <x@example.org>\n", {"NUL": 1}),
    "message-not-utf8": (b"", b"\n\xff\xfe\xc3(\n", {"NOT_UTF8": 1}),
    "subject-of-a-megabyte": (b"", b"\n" + b"long " * 200000 + b"\n", {}),
    "signed": (b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n author X <x@example.org> 1 +0000\n"
               b" -----END PGP SIGNATURE-----\n", b"\nsigned\n", {}),
    "merged-tag": (b"mergetag object " + b"1" * 40 + b"\n type commit\n tag v1\n"
                   b" tagger T <t@example.org> 1 +0000\n \n author X <x@example.org>\n",
                   b"\nmerge\n", {}),
    "header-of-a-megabyte": (b"note " + b"x" * 1000000 + b"\n", b"\nchange\n", {}),
    "headers-in-thousands": (b"note x\n" * 50000, b"\nchange\n", {}),
}
for name, (more, message, bits) in MESSAGES.items():
    add(name, lambda r, h=more, m=message: line(
        r, lambda tree, first: r.commit(tree, first, more=h, message=m)),
        commits=3, touches=3, bits=bits)

# name: the encoding declared, author's name, message, bits, how the name must read
ENCODINGS = {
    "encoding-latin1": (b"ISO-8859-1", b"J\xfcrgen", {"NOT_UTF8": 1}, "J\u00fcrgen"),
    "encoding-shift-jis": (b"Shift_JIS", b"\x93\xfa\x96{", {"NOT_UTF8": 1}, "\u65e5\u672c"),
    "encoding-unknown": (b"x-nobody-knows", b"J\xfcrgen", {"NOT_UTF8": 1, "ENCODING": 1},
                         "J\u00fcrgen"),
    "encoding-empty": (b"", b"J\xfcrgen", {"NOT_UTF8": 1, "ENCODING": 1}, "J\u00fcrgen"),
    "encoding-with-options": (b"ISO-8859-1//TRANSLIT//IGNORE", b"J\xfcrgen",
                              {"NOT_UTF8": 1, "ENCODING": 1}, "J\u00fcrgen"),
    "encoding-of-a-kilobyte": (b"x" * 1024, b"J\xfcrgen", {"NOT_UTF8": 1, "ENCODING": 1},
                               "J\u00fcrgen"),
    "encoding-untrue": (b"UTF-8", b"J\xfcrgen", {"NOT_UTF8": 1}, "J\u00fcrgen"),
}
for name, (encoding, who, bits, reads) in ENCODINGS.items():
    add(name, lambda r, e=encoding, w=who: line(r, lambda tree, first: r.commit(
        tree, first, author=b"author " + w + b" <a@example.org> 1700000000 +0000\n",
        more=b"encoding " + e + b"\n", message=b"\n" + w + b"\n")),
        commits=3, touches=3, bits=bits, authors=[reads])


# --- Headers that git itself cannot read: what lies behind is lost, the rest is not -----

def broken_middle(name, change, commits=1, bits=None, git=None, flags=None, touches=0):
    """The second commit's bytes are change(r, bytes)."""
    def make(r):
        def odd(tree, first):
            good = r.header(tree, [first]) + AUTHOR_OK + COMMITTER_OK + b"\nodd\n"
            return r.add(b"commit", change(r, good))
        line(r, odd)
    add(name, make, commits=commits, touches=touches, git=git, same=False,
        bits={"NO_PARENT": 1, "PARTIAL": 1} if bits is None else bits,
        flags={"damaged_commits": 1} if flags is None else flags)


broken_middle("commit-without-tree", lambda r, c: c[46:])
broken_middle("commit-of-nothing", lambda r, c: b"")
broken_middle("carriage-returns-everywhere", lambda r, c: c.replace(b"\n", b"\r\n"))
broken_middle("tree-line-short", lambda r, c: c[:30] + b"\n" + c[46:])
broken_middle("parent-line-short", lambda r, c: c[:46] + b"parent 1234\n" + c[46:])
broken_middle("parent-line-of-letters", lambda r, c: c[:46] + b"parent " + b"z" * 40 + c[93:])
# git reads ids in capitals, too, though it never writes them.
broken_middle("ids-in-capitals", lambda r, c: c[:5] + c[5:45].upper() + b"\nparent " +
              c[53:93].upper() + c[93:], commits=3, touches=3, bits={}, git=3, flags={})


@case(commits=2, touches=2, bits=ORPHAN, flags={"missing_commits": 1}, git=None)
def parent_missing(r):
    """A missing parent, in the middle of history; its child has nothing to compare with."""
    first, second, third = line(r)
    r.tip(r.commit(r.files(a=b"4\n"), third))
    r.lose(second)


@case(commits=1, touches=0, bits=ORPHAN, flags={"damaged_commits": 1}, git=None)
def parent_is_a_tree(r):
    r.tip(r.commit(r.files(a=b"1\n"), r.files(b=b"2\n")))


@case(commits=1, touches=0, bits=ORPHAN, flags={"damaged_commits": 1}, git=None)
def parent_is_a_blob(r):
    r.tip(r.commit(r.files(a=b"1\n"), r.blob(b"2\n")))


@case(commits=1, touches=0, bits=ORPHAN, flags={"missing_commits": 1}, git=None)
def parent_of_zeros(r):
    r.tip(r.commit(r.files(a=b"1\n"), "0" * 40))


@case(commits=2, touches=1)
def parent_twice(r):
    """git drops the second one; a merge by its header all the same."""
    first = r.commit(r.files(a=b"1\n"))
    r.tip(r.commit(r.files(a=b"2\n"), first, first))


@case(commits=100001, touches=100000, same=False)
def octopus(r):
    """One commit with 100,000 parents."""
    tree, pack = r.files(a=b"1\n"), Pack()
    head = b"tree " + tree.encode() + b"\n" + AUTHOR_OK + COMMITTER_OK + b"\n"
    parents = [pack.add(b"commit", head + b"%d\n" % i) for i in range(100000)]
    r.tip(pack.add(b"commit", r.header(tree, parents) + AUTHOR_OK + COMMITTER_OK + b"\nall\n"))
    pack.write(r)


@case(refuse="it is damaged", git=2)
def octopus_beyond_8_mib(r):
    """Its parents do not end in what is read of a commit."""
    first = r.commit(r.files(a=b"1\n"))
    r.tip(r.commit(r.files(a=b"2\n"), *[first] * 200000))


# --- A message of 300 MB: mined within 128 MiB of memory -------------------------------

def long_message(r, packed):
    first = r.commit(r.files(a=b"1\n"))
    tree, block, n = r.files(a=b"2\n"), b"words and more words\n" * 49932, 300
    head = r.header(tree, [first]) + AUTHOR_OK + COMMITTER_OK + b"\nlong\n\n"
    size = len(head) + n * len(block)
    start = b"commit %d\0" % size
    digest = hashlib.sha1(start + head)
    for _ in range(n):
        digest.update(block)
    second = digest.hexdigest()
    if packed:
        pack = Pack()
        pack.raw(second, size_header(COMMIT, size), long_stream(head, block, n))
        pack.write(r)
    else:
        r.write(r.loose_name(second), long_stream(start + head, block, n))
    r.tip(r.commit(r.files(a=b"3\n"), second))


add("message-of-300-mb-loose", lambda r: long_message(r, False), commits=3, touches=3,
    bits={"CUT": 1}, group="loose-message", seconds=60, mib=128)
add("message-of-300-mb-packed", lambda r: long_message(r, True), commits=3, touches=3,
    bits={"CUT": 1}, group="packed-message", seconds=60, mib=128)


# --- Loose objects that lie about themselves -------------------------------------------

def lying(name, kind, header, stream, flags, **facts):
    """The second commit, or its tree, is a loose file of these bytes."""
    def make(r):
        first, second, third = line(r)
        tree = r.data[second][1][5:45].decode()
        target = second if kind == "commit" else tree
        good = r.data[target][1]
        r.write(r.loose_name(target), stream(header, good))
    add(name, make, **({"git": None, "same": False, "flags": flags} | facts))


LOST = {"commits": 1, "touches": 0, "bits": ORPHAN}
NO_TREE = {"commits": 3, "touches": 1, "bits": {"PARTIAL": 2}, "git": 3}
ZEROS = b"\0" * (1 << 20)
lying("loose-commit-of-zero-bytes", "commit", b"", lambda h, c: b"",
      {"damaged_commits": 1}, **LOST)
lying("loose-commit-of-garbage", "commit", b"", lambda h, c: b"garbage" * 10,
      {"damaged_commits": 1}, **LOST)
lying("loose-commit-half", "commit", b"", lambda h, c: zlib.compress(
    b"commit %d\0" % len(c) + c)[:60], {"damaged_commits": 1}, **LOST, group="loose-half",
    seconds=5, mib=256)
lying("loose-commit-of-another-id", "commit", b"", lambda h, c: zlib.compress(
    b"commit %d\0" % len(c) + c.replace(b"change", b"CHANGE")), {"damaged_commits": 1}, **LOST | {"git": 3})
lying("loose-tree-of-zero-bytes", "tree", b"", lambda h, c: b"", {"damaged_trees": 2}, **NO_TREE)
lying("loose-tree-bomb", "tree", b"tree 33\0", lambda h, c: long_stream(h, ZEROS, 4096, False),
      {"damaged_trees": 2}, **NO_TREE, group="loose-tree-bomb", seconds=5, mib=256)
lying("loose-commit-bomb", "commit", b"commit 200\0", lambda h, c: long_stream(
    h, ZEROS, 4096, False), {"damaged_commits": 1}, **LOST, group="loose-commit-bomb",
    seconds=5, mib=256)
lying("loose-tree-says-it-is-huge", "tree", b"tree 99999999999999\0",
      lambda h, c: zlib.compress(h + c), {"damaged_trees": 2}, **NO_TREE)
lying("loose-commit-says-it-is-a-blob", "commit", b"", lambda h, c: zlib.compress(
    b"blob %d\0" % len(c) + c), {"damaged_commits": 1}, **LOST)
assert id_of(b"blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
