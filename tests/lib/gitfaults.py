"""What goes wrong with a server of tests: see gitserver.py.

The first part of a URL's path is a name, the rest a repository: /NAME/some/repo.  The
file NAME in the folder of faults tells what goes wrong there; without one, the name
itself does.  So a cached copy made from /x/repo can be updated while its server is
broken in another way.  Several faults are joined with '+'.  A fault may end with xK (the
first K requests it is about, then no more) or @K (only the Kth).

  ok           nothing
  404 (any number from 300)   this status, with an empty body
  429-S, 503-S                with "Retry-After: S"
  401          "WWW-Authenticate: Basic"
  401-ok       the same, unless the password, or bearer token, is "right"
  redirect, redirect-NAME     301 to the same repository below /ok, or below /NAME
  redirect-host, away-NAME    301 to /ok, or /NAME, of --other
  redirect-loop               301 to itself
  redirect-file               301 to a file URL
  hangup       no answer at all
  silent       no answer either, but the connection stays open
  login        200 with a page of HTML
  dumb         references as a plain web server gives them
  empty        200 and the right type, and nothing
  garbage      200 and the right type, and random bytes
  err          an error of git's in place of references
  endless      references without end

These are about the first and the second request; the following about an answer that
holds a pack, which is first put in a file, so that its length is known:

  drop-P       the connection is closed after P % of the answer
  reset-P      the same, by a reset
  stall-P      silence from there, until the client goes
  slow-MS      in 100 pieces, over MS milliseconds
  truncated-P  the answer ends there, as if it were whole
  checksum     a wrong byte in the checksum at the end of the pack
  bitflip      a wrong byte in the middle of the pack
  garbage-pack, empty-pack, err-pack, endless-pack, 500-pack (any number)
  band3        half of the pack, then an error of git's

  drop-refs-P, stall-refs-P   about the answer that lists references

And these about what git is told:

  nofilter     it allows no filter
  rejectfilter it tells of filters and then takes none
  v0           no version 2
  noid         no version 2, and no object by its id
  gzip         answers are compressed, for clients that accept it
"""
import os
import re
import threading

FAULT = re.compile(r"^(?P<what>[a-z0-9]+?(?:-[a-z][a-z0-9]*?)*)(?:-(?P<number>\d+))?"
                   r"(?:(?P<when>[x@])(?P<count>\d+))?$")
LOOSE = {"uploadpack.allowAnySHA1InWant": "false"}
GIT_FAULTS = {"nofilter": {"uploadpack.allowFilter": "false"},
              "rejectfilter": {"uploadpackfilter.allow": "false"}, "noid": LOOSE}


def band1(stream):
    """(offset, length) of each piece of the pack in an answer: side-band 1 of its
    pkt-lines, in either version of the protocol."""
    offset = 0
    while len(head := stream.read(4)) == 4:
        size = max(int(head, 16), 4)
        first = stream.read(1) if size > 4 else b""
        if first == b"\1":
            yield offset + 5, size - 5
        offset += size
        stream.seek(offset)


class Fault:
    """One of those above: what, with number 30 for drop-30."""

    def __init__(self, text):
        match = FAULT.match(text)
        if not match:
            raise ValueError(f"no fault: {text}")
        self.text = text
        self.what = match["what"]
        self.number = int(match["number"]) if match["number"] else None
        self.when = match["when"]
        self.count = int(match["count"] or 0)
        self.seen = 0

    def strikes(self):
        """Whether it is in force for one more request that it is about."""
        self.seen += 1
        if self.when == "x":
            return self.seen <= self.count
        return self.when is None or self.seen == self.count


class Faults:
    """What holds below each name."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}  # name: (text, faults)
        self.lock = threading.Lock()

    def text(self, name):
        try:
            with open(os.path.join(self.folder or os.devnull, name), encoding="ascii") as f:
                return f.read().strip() or "ok"  # one that is being written
        except OSError:
            return name

    def find(self, name, *wanted):
        """The fault below `name` that is one of `wanted` and in force, or None."""
        text = self.text(name)
        with self.lock:
            # Counting starts again when the file is changed.
            if self.known.get(name, ("",))[0] != text:
                self.known[name] = text, [Fault(t) for t in text.split("+")]
            for fault in self.known[name][1]:
                if fault.what in wanted and fault.strikes():
                    return fault
        return None
