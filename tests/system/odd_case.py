"""A case of the corpus of odd repositories, and what is expected of it.

    @case(commits=3, touches=2, bits={"NO_EMAIL": 1}, flags={"missing_trees": 1})
    def name(r): ...                  r: an odd_git.Repo, empty

commits, touches   mined
bits               how many commits have a flag of enum quarry_commit_flags; ROOT and
                   LANDED are not compared
flags              rows of the table repo_flag; SOME: any number. Trees that cannot be read are
                   counted each time that a comparison needs one: mostly twice, for the
                   commit that has it and for the next one
refuse             a piece of the sentence that says why it is not mined
empty              True: reachable and without a commit
authors            names that must be among the signatures
paths              the names that must be, and no others, among the paths
git                what `git rev-list --count` says; None: git refuses. Without it: `commits`
same               False: the touches are not those of `git log --raw -M100%`, or git cannot tell
group              '': in the run of all; 'alternates': in one where these are allowed; other
                   names: in a run of their own, with `seconds` and `mib` as its limits
"""
CASES = []
SOME = -1
DEFAULTS = {"commits": 0, "touches": 0, "bits": {}, "flags": {}, "refuse": "", "empty": False,
            "authors": [], "paths": None, "same": True, "group": "", "seconds": 0, "mib": 0}


def add(name, make, **expected):
    unknown = expected.keys() - DEFAULTS.keys() - {"git"}
    assert not unknown, unknown
    facts = DEFAULTS | expected
    facts.setdefault("git", facts["commits"] or None)
    if facts["git"] is None:
        facts["same"] = False
    CASES.append((name, make, facts))


def case(**expected):
    def keep(make):
        add(make.__name__.replace("_", "-"), make, **expected)
        return make
    return keep


def line(r, odd=None):
    """Three commits in a row; odd(tree, parent) makes the second. The ids."""
    first = r.commit(r.files(a=b"1\n"))
    tree = r.files(a=b"2\n")
    second = odd(tree, first) if odd else r.commit(tree, first)
    return first, second, r.tip(r.commit(r.files(a=b"2\n", b=b"3\n"), second))
