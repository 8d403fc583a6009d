#!/usr/bin/env python3
"""The lines of messages that say whose work it is and are no trailers, as src/mine/marks.h
defines them, by regular expressions and git's own trailer blocks.

usage: marks.py GIT-FOLDER <MESSAGES

For each message, which ends in NUL, goes out a line "--", then its lines. The trailer block of
each is git's, of the same walk.
"""
import re
import subprocess
import sys

LINE = re.compile(rb"[^0-9A-Za-z]{0,32}(?:(?:co-?)?authored|assisted|co-developed|created|developed"
                  rb"|drafted|generated|made|written)[ -](?:by|using|with)(?![0-9A-Za-z])", re.I)
BY = re.compile(rb"[0-9a-f]{7,40} by (.*<.*>):[ \t\r]*")
# Of the trailers that are kept, those that begin like such a line.
KEPT = re.compile(rb"(?:Co-authored-by|Co-developed-by|Authored-by|Assisted-by|Generated-by|Made-with"
                  rb"|Authored-with)[ \t]*:", re.I)
BLANK = b" \t\r\n"
MAX = {b"line": 8, b"by": 64}


def marks(message, block):
    """Its (key, value) in their order. The block is the last such part of the message."""
    begin = message.rfind(block) if block else len(message)
    end, at, found = begin + len(block), 0, []
    for line in message.split(b"\n"):
        by, kept = BY.fullmatch(line), begin <= at < end and KEPT.match(line)
        if at and by:
            found.append((b"by", by[1].strip(BLANK)))
        elif at and LINE.match(line) and not kept:
            found.append((b"line", line.strip(BLANK)))
        at += len(line) + 1
    found = list(dict.fromkeys(found))
    few = {key: [m for m in found if m[0] == key][:n] for key, n in MAX.items()}
    return [m for m in found if m in few[m[0]]]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    log = subprocess.run(["git", f"--git-dir={sys.argv[1]}", "log", "-z", "--format=%(trailers)", "HEAD"],
                         stdout=subprocess.PIPE, check=True).stdout
    messages = sys.stdin.buffer.read()
    for message, block in zip(messages.split(b"\0")[:-1], log.split(b"\0")[:-1], strict=True):
        lines = [key + b": " + value for key, value in marks(message.lstrip(BLANK), block)]
        sys.stdout.buffer.write(b"\n".join([b"--", *lines, b""]))


if __name__ == "__main__":
    main()
