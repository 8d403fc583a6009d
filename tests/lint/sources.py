#!/usr/bin/env python3
"""What the sources promise about themselves: layers, SQL, sizes, words, headers.

usage: sources.py ROOT

A rule is a function that yields its breaches; each prints one line, and its breaches below.
sources_selftest.py plants a breach of every rule and looks for it.
"""
import pathlib
import re
import statistics
import sys

FILE_LINES = 600
FUNCTION_LINES = 60
CODE = {".c", ".h"}
SCRIPTS = {".sh", ".py", ".sql"}

# Public headers that name the nouns every layer speaks in.
NOUNS = {"dossier", "edition", "error", "history", "identity_rules", "log", "people", "quarter",
         "rules", "universe"}
# What each layer may include besides its own private headers and util/.
PUBLIC = {
    "util": {"edition", "error", "log", "quarter"},
    "config": NOUNS,
    "fetch": NOUNS | {"fetch"},
    "odb": NOUNS,
    "mine": NOUNS | {"mine"},
    "store": NOUNS | {"store"},
    "identity": NOUNS | {"identity"},
    "classify": NOUNS | {"affiliation", "classify"},
    # It works on the connection that the store owns.
    "aggregate": NOUNS | {"aggregate"},
    "report": NOUNS | {"report"},
    # The only one that joins the others.
    "engine": NOUNS | {"affiliation", "aggregate", "classify", "engine", "fetch", "identity", "mine",
                       "report", "store"},
    "cli": NOUNS | {"engine", "quarry", "report"},
}
# A layer without a public header, which one other layer alone stands on.
BELOW = {"mine": {"odb"}}
# Library headers and where alone they may stand: a layer or a file.
LIBRARIES = {
    r"git2(\.h|/)": {"fetch", "odb/libgit2.c", "mine/refs.c"},
    r"libdeflate\.h": {"odb/inflate.c"},
    r"zlib\.h": {"odb/inflate.c"},
    r"curl/": {"fetch"},
    r"sqlite3\.h": {"util/db.c"},
    r"pcre2\.h": {"util/regex.c"},
    r"c?yaml\b": {"config"},
    r"jansson\.h": {"report", "config/import_sortinghat.c"},
    r"libsmartcols(\.h|/)": {"cli"},
    r"utf8proc\.h": {"util", "report"},
}
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE\s+(TEMP\s+)?(TABLE|INDEX|VIEW|TRIGGER))\b")
TRANSACTION = re.compile(r'^"(BEGIN|COMMIT|ROLLBACK)\b')
# Spelt so that this file does not break its own rules.
WORDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/*)}])/(home|root|work|tmp|Users|mnt|media)/\w")
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.M)


class Tree:
    """The files of the project, each read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.texts = {}
        for top in ("include", "src", "tests"):
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in CODE | SCRIPTS and path.is_file():
                    name = path.relative_to(self.root).as_posix()
                    self.texts[name] = path.read_text(encoding="utf-8", errors="replace")

    def files(self, under, suffixes=frozenset(CODE)):
        for name, text in self.texts.items():
            if name.startswith(under) and pathlib.PurePath(name).suffix in suffixes:
                yield name, text


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blank(text, keep=""):
    """Comments and literals made spaces, so that offsets and lines stay."""
    def spaces(match):
        token = match.group()
        return token if token[0] in keep else re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(spaces, text)


def literals(text):
    for match in TOKEN.finditer(text):
        if match.group()[0] == '"':
            yield line_of(text, match.start()), match.group()


def includes(text):
    """(line, header) of every #include that is no comment."""
    for match in INCLUDE.finditer(blank(text, keep='"')):
        yield line_of(text, match.start()), match.group(1)


def layer_of(name):
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def private_headers(tree):
    for name, text in tree.files("src/"):
        for line, header in includes(text):
            folder = header.split("/")[0]
            layer = layer_of(name)
            if folder in PUBLIC and folder not in {layer, "util"} | BELOW.get(layer, set()):
                yield f"{name}:{line}: includes {header} of another layer"


def public_headers(tree):
    for name, text in tree.files("src/"):
        allowed = PUBLIC.get(layer_of(name), set())
        for line, header in includes(text):
            parts = header.split("/")
            if parts[0] == "quarry" and parts[-1].removesuffix(".h") not in allowed:
                yield f"{name}:{line}: {layer_of(name) or 'src'} may not include {header}"


def interface_headers(tree):
    for name, text in tree.files("include/"):
        for line, header in includes(text):
            if "/" in header and not header.startswith("quarry/"):
                yield f"{name}:{line}: a public header includes {header}"
            if any(re.match(library, header) for library in LIBRARIES):
                yield f"{name}:{line}: a public header includes {header}"


def libraries(tree):
    for name, text in tree.files("src/"):
        for line, header in includes(text):
            for library, places in LIBRARIES.items():
                at_home = layer_of(name) in places or name.removeprefix("src/") in places
                if re.match(library, header) and not at_home:
                    yield f"{name}:{line}: includes {header}, which is for {', '.join(sorted(places))}"


def sql_words(tree):
    for name, text in tree.files("src/"):
        for line, literal in literals(text):
            if SQL.search(literal) and layer_of(name) not in ("store", "aggregate"):
                yield f"{name}:{line}: SQL outside store and aggregate: {literal[:50]}"
            if TRANSACTION.search(literal) and name != "src/util/db.c":
                yield f"{name}:{line}: a transaction outside util/db.c: {literal[:50]}"
    for name, _ in tree.files("src/", {".sql"}):
        if layer_of(name) not in ("store", "aggregate"):
            yield f"{name}: SQL outside store and aggregate"


def functions(text):
    """(name, first line, length, body) of every function: its braces stand in column 0."""
    code = blank(text)
    for match in re.finditer(r"^(?:[^\s#{}][^;{}]*\))\s*\n\{\n(.*?)^\}", code, re.M | re.S):
        head = match.group().split("\n{", 1)[0]
        named = re.search(r"(\w+)\s*\(", head)
        body = match.group(1)
        yield (named.group(1) if named else "?", line_of(code, match.start()),
               body.count("\n") + 2, body)


def file_sizes(tree):
    for name, text in tree.files("", CODE | SCRIPTS):
        if text.count("\n") > FILE_LINES:
            yield f"{name}: {text.count(chr(10))} lines, more than {FILE_LINES}"


def function_sizes(tree):
    for name, text in tree.files(""):
        for function, line, length, _ in functions(text):
            if length > FUNCTION_LINES:
                yield f"{name}:{line}: {function} has {length} lines, more than {FUNCTION_LINES}"


def banned_words(tree):
    for name, text in tree.files("", CODE | SCRIPTS):
        for match in WORDS.finditer(text):
            yield f"{name}:{line_of(text, match.start())}: {match.group()}"


def machine_paths(tree):
    for name, text in tree.files("", CODE | SCRIPTS):
        for match in MACHINE_PATH.finditer(text):
            yield f"{name}:{line_of(text, match.start())}: the path of one machine: {match.group()}"


def line_comments(tree):
    for name, text in tree.files(""):
        for match in TOKEN.finditer(text):
            if match.group().startswith("//"):
                yield f"{name}:{line_of(text, match.start())}: a comment with //"


def banned_calls(tree):
    for name, text in tree.files("src/", {".c"}):
        # The build-time tool is compiled alone, without our headers.
        if name == "src/util/embed.c":
            continue
        if "util/banned.h" not in [header for _, header in includes(text)]:
            yield f"{name}: does not include util/banned.h"


def header_form(tree):
    for name, text in tree.files("", {".h"}):
        if not text.startswith("/*"):
            yield f"{name}: does not begin with a comment"
        guard = re.search(r"^#ifndef (\w+)\n#define (\w+)\n", text, re.M)
        if not guard or guard.group(1) != guard.group(2) or not text.endswith("\n#endif\n"):
            yield f"{name}: has no include guard"


def reaches_itself(name, calls):
    seen, queue = set(), list(calls.get(name, ()))
    while queue:
        other = queue.pop()
        if other not in seen:
            seen.add(other)
            queue.extend(calls.get(other, ()))
    return name in seen


def forward_declarations(tree):
    """A static function is declared ahead where it recurs, or to carry an attribute."""
    for name, text in tree.files("src/", {".c"}):
        bodies = {function: body for function, _, _, body in functions(text)}
        calls = {function: set(re.findall(r"\w+", body)) & bodies.keys()
                 for function, body in bodies.items()}
        for match in re.finditer(r"^static\b[^;{}=]*?(\w+)\([^;{}=]*\);", blank(text), re.M):
            if "__attribute__" in match.group():
                continue
            if match.group(1) in bodies and not reaches_itself(match.group(1), calls):
                yield f"{name}:{line_of(text, match.start())}: {match.group(1)} is declared ahead"


RULES = [
    (private_headers, "a layer includes its own private headers and util's"),
    (public_headers, "a layer includes the public headers that are meant for it"),
    (interface_headers, "public headers name no library and nothing private"),
    (libraries, "each library has its place"),
    (sql_words, "SQL is in store and aggregate"),
    (file_sizes, f"no file has more than {FILE_LINES} lines"),
    (function_sizes, f"no function has more than {FUNCTION_LINES} lines"),
    (banned_words, "no word says that work is left"),
    (machine_paths, "no path of one machine"),
    (line_comments, "comments are /* */"),
    (banned_calls, "every source bans the banned calls"),
    (header_form, "a header has an opening comment and a guard"),
    (forward_declarations, "statics are declared ahead for recursion or an attribute only"),
]


def tell_sizes(tree):
    for what, sizes in (
            ("files", [text.count("\n") for _, text in tree.files("src/")]),
            ("functions", [f[2] for _, text in tree.files("src/") for f in functions(text)])):
        sizes.sort()
        print(f"{len(sizes)} {what} in src: median {statistics.median(sizes):g} lines, "
              f"90th percentile {sizes[len(sizes) * 9 // 10]}, longest {sizes[-1]}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tree = Tree(sys.argv[1])
    failed = 0
    for rule, fact in RULES:
        breaches = list(rule(tree))
        print(f"{'FAILED' if breaches else 'ok'}: {fact}")
        for breach in breaches:
            print(f"    {breach}")
        failed += bool(breaches)
    tell_sizes(tree)
    print(f"{len(RULES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
