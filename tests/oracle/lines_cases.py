#!/usr/bin/env python3
"""Pairs of blobs on which counts of lines may go wrong, as a `git fast-import` stream.

usage: lines_cases.py SEED >STREAM

Each file is added by the first commit and changed by the second.
"""
import random
import sys

R = random.Random()


def lines(n, alphabet, indent=False):
    """n lines, each one of `alphabet` texts."""
    return [b"\t" * (R.randrange(4) if indent else 0) + b"%d\n" % R.randrange(alphabet)
            for _ in range(n)]


def unique(n, name=b"u"):
    return [b"%s %d %s\n" % (name, i, b"x" * R.randrange(60)) for i in range(n)]


def edited(text, n_edits, new_line):
    """A copy with so many lines added, deleted, replaced, doubled or moved."""
    text = list(text)
    for _ in range(n_edits):
        at = R.randrange(len(text) + 1)
        what = R.randrange(5)
        length = R.choice((1, 1, 2, 5, 30))
        block = text[at:at + length]
        if what == 0:
            text[at:at] = [new_line() for _ in range(length)]
        elif what == 1:
            del text[at:at + length]
        elif what == 2:
            text[at:at + length] = [new_line() for _ in range(length)]
        elif what == 3:
            text[at:at] = block
        else:
            del text[at:at + length]
            to = R.randrange(len(text) + 1)
            text[to:to] = block
    return text


def fresh():
    return b"new %d\n" % R.getrandbits(60)


def small_random():
    """Anything of few kinds of lines: the smallest cost, by brute force as it were."""
    alphabet = R.choice((1, 2, 3, 5, 20))
    return lines(R.randrange(40), alphabet), lines(R.randrange(40), alphabet)


def source_like():
    """Blank lines and braces between lines that are unique."""
    common = [b"\n", b"}\n", b"\t}\n", b"\treturn 0;\n", b"{\n"]
    text = []
    for line in unique(R.choice((10, 60, 300, 1500))):
        text.append(line)
        text += R.choices(common, k=R.choice((0, 0, 1, 2)))
    return text, edited(text, R.choice((1, 3, 10, 100)),
                        lambda: R.choice(common) if R.random() < .3 else fresh())


def rewritten_block():
    """A block without partners strewn with lines that have many: git leaves those out."""
    many = [b"\n", b"}\n", b"#endif\n"]
    start = [R.choice(many + unique(3)) for _ in range(R.randrange(300))]
    end = [R.choice(many + unique(3, b"e")) for _ in range(R.randrange(300))]

    def block():
        share = R.choice((.05, .1, .2, .3))
        text = [R.choice(many) if R.random() < share else fresh()
                for _ in range(R.choice((5, 9, 30, 120, 400)))]
        if R.random() < .5:
            for _ in range(R.randrange(6)):
                text.insert(R.randrange(len(text) + 1), R.choice(start + end + many))
        return text
    return start + block() + end, start + block() + end


def moved():
    text = unique(R.choice((30, 400, 3000)))
    other = list(text)
    if R.random() < .5:
        a, b = sorted(R.choices(range(len(text)), k=2))
        other = text[b:] + text[a:b] + text[:a]
    else:
        R.shuffle(other)
    return text, other


def many_changes():
    """Enough of them for git to take shortcuts."""
    n = R.choice((800, 2500, 6000))
    alphabet = R.choice((2, 3, 10, 100, 1000))
    text = lines(n, alphabet)
    other = lines(n + R.randrange(200), alphabet)
    for _ in range(R.randrange(30)):
        # A run in common, at different places: worth following.
        length = R.choice((15, 19, 20, 21, 22, 30, 100, 600))
        at, to = R.randrange(n), R.randrange(n)
        other[to:to] = text[at:at + length]
    return text, other


def edited_much():
    text = lines(R.choice((1500, 5000)), R.choice((20, 300, 100000)))
    return text, edited(text, R.choice((200, 600, 1500)), lambda: lines(1, 400)[0])


def runs():
    """Runs in common about as long as those that git follows, between single changes."""
    longest = R.choice((21, 22, 24, 40))
    text = lines(R.choice((6000, 9000)), R.choice((40, 500, 5000)))
    other, at = [], 0
    while at < len(text):
        length = R.randrange(15 if R.random() < .7 else 3, longest)
        other += text[at:at + length]
        at += length + R.choice((0, 1, 1, 2))
        other += R.choices(text, k=R.choice((0, 1, 1, 2)))
    return text, other


def giant():
    """Beyond 65,536 diagonals the limit of steps rises."""
    n = R.choice((20000, 40000, 70000))
    kinds = R.randrange(3)
    if kinds == 0:
        text = lines(n, 30)
        return text, edited(text, 4000, lambda: lines(1, 30)[0])
    if kinds == 1:
        return lines(n, 3), lines(n - R.randrange(9000), 3)
    text = unique(n)
    other = edited(text, 3000, fresh)
    return text, other[n // 2:] + other[:n // 3]


def many_partners():
    """In a file of more than a million lines 1,024 partners are many, and no more is asked."""
    start = [b"x\n"] * (1 << 20)
    start += [b"%d\n" % i for i in range(1000, 1030) for _ in range(i)]

    def block():
        return [b"%d\n" % R.randrange(1000, 1030) if R.random() < .05 else fresh()
                for _ in range(3000)]
    return start + block(), start + block()


def odd_ends():
    text, other = R.choice((small_random, source_like))()
    return tuple(b"".join(t).rstrip(b"\n") if R.random() < .6 else b"".join(t)
                 for t in (text, other))


def carriage_returns():
    text, other = source_like()
    return (text, [line.replace(b"\n", b"\r\n") for line in other] if R.random() < .3 else
            [line.replace(b"\n", b"\r\n") if R.random() < .2 else line for line in other])


def with_nul():
    text, other = source_like()
    return tuple(insert_nul(b"".join(t), R.choice((None, 0, 7998, 7999, 8000, 8001, 9000)))
                 for t in (text, other))


def insert_nul(text, at):
    if at is None or at > len(text):
        return text
    return text[:at] + b"\0" + text[at:]


def words():
    """Lines of all lengths around those of a machine's word, that differ in one byte."""
    text = [bytes(R.choice(b"ab\0\x80\xff") for _ in range(R.randrange(20))) + b"\n"
            for _ in range(R.randrange(1, 60))]
    return b"x" * 8000 + b"\n" + b"".join(text), b"x" * 8000 + b"\n" + b"".join(
        edited(text, R.randrange(1, 8), lambda: R.choice(text)[1:] or b"\n"))


KINDS = ((small_random, 1500), (source_like, 300), (rewritten_block, 400), (moved, 60),
         (many_changes, 120), (edited_much, 30), (runs, 60), (giant, 6), (many_partners, 1), (odd_ends, 400),
         (carriage_returns, 60), (with_nul, 60), (words, 300))

FIXED = ((b"", b"a\n"), (b"a\n", b""), (b"", b"a"), (b"\n", b""), (b"a", b"a\n"),
         (b"a\n", b"a\n\n"), (b"\n\n\n", b"\n"), (b"a\nb", b"a\nb\nc"), (b"a\nb\n", b"b\n"),
         (b"b\n", b"a\nb\n"), (b"a\nb", b"b"), (b"ab\n", b"b\n"), (b"b", b"a\nb"),
         (b"a\nc\n", b"a\nb\nc\n"), (b"a\na\n", b"a\n"), (b"a\na", b"a\n"), (b"\0", b""),
         (b"", b"\0"), (b"a\r\n", b"a\n"), (b"\xff\xfe", b"\xff\xfe\n"), (b"\n", b"\n\n"))

LINK, FILE, PROGRAM, GITLINK = b"120000", b"100644", b"100755", b"160000"
ID = [b"%040x" % i for i in (0xdeadbeef, 0x1234567)]
TEXT = b"one\ntwo\nSubproject commit " + ID[0] + b"\n"
# Where an entry is not a plain file on both sides, or is moved.
ENTRIES = (
    ((LINK, b"to"), (LINK, b"from")), ((LINK, b"to"), (FILE, b"to\n")),
    ((FILE, b"to"), (LINK, b"to")), ((FILE, TEXT), (LINK, b"two")),
    ((FILE, b"a\nb\n"), (PROGRAM, b"a\nb\n")), ((FILE, b"a\nb\n"), (PROGRAM, b"b\n")),
    ((FILE, b"\0"), (PROGRAM, b"\0")), ((GITLINK, ID[0]), (GITLINK, ID[1])),
    ((GITLINK, ID[0]), (FILE, TEXT)), ((FILE, TEXT), (GITLINK, ID[0])),
    ((FILE, b"\0"), (GITLINK, ID[1])), ((GITLINK, ID[0]), (LINK, b"to")),
    (None, (GITLINK, ID[1])), ((GITLINK, ID[0]), None), (None, (LINK, b"to")),
    (None, (FILE, b"")), ((FILE, b""), None))
MOVED = (b"moved\ntext\n", b"moved\0binary\n")


def entry(out, name, what):
    if what is None:
        return
    mode, text = what
    if mode == GITLINK:
        out.write(b"M 160000 %s %s\n" % (text, name))
    else:
        out.write(b"M %s inline %s\ndata %d\n%s\n" % (mode, name, len(text), text))


def commit(out, files):
    out.write(b"commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\n"
              b"data 0\ndeleteall\n")
    for name, what in files:
        entry(out, name, what)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    R.seed(int(sys.argv[1]))
    pairs = [(b"fixed/%d" % i, (FILE, a), (FILE, b)) for i, (a, b) in enumerate(FIXED)]
    pairs += [(b"entry/%d" % i, a, b) for i, (a, b) in enumerate(ENTRIES)]
    for kind, n in KINDS:
        for i in range(n):
            a, b = (t if isinstance(t, bytes) else b"".join(t) for t in kind())
            pairs.append((b"%s/%d" % (kind.__name__.encode(), i), (FILE, a), (FILE, b)))
    out = sys.stdout.buffer
    moved_to = [(b"moved/%d", b"moved/to/%d")[side] for side in (0, 1)]
    for side in (0, 1):
        commit(out, [(name, both[side]) for name, *both in pairs] +
               [(moved_to[side] % i, (FILE, text)) for i, text in enumerate(MOVED)])
    out.write(b"done\n")


if __name__ == "__main__":
    main()
