#!/usr/bin/env python3
"""Each rule of sources.py can fail: a planted breach is found, by that rule alone."""
import pathlib
import sys
import tempfile

import sources

C = '/* A planted file. */\n#include "util/banned.h"\n\n'
H = "/* A planted header. */\n#ifndef PLANTED_H\n#define PLANTED_H\n%s\n#endif\n"
LONG_BODY = "\tx++;\n" * (sources.FUNCTION_LINES - 1)

# The rule, the file to write, and what is in it.
BREACHES = [
    ("private_headers", "src/mine/planted.c", C + '#include "store/store.h"\n'),
    ("private_headers", "src/util/planted.c", C + '# include "mine/tree.h"\n'),
    ("private_headers", "src/report/md/planted.h", H % '#include "cli/cli.h"'),
    ("public_headers", "src/mine/planted.c", C + '#include "quarry/store.h"\n'),
    ("public_headers", "src/util/planted.c", C + '#include "quarry/history.h"\n'),
    ("public_headers", "src/cli/planted.c", C + '#include "quarry/aggregate.h"\n'),
    ("public_headers", "src/report/md/planted.c", C + "#include <quarry/mine.h>\n"),
    ("interface_headers", "include/quarry/planted.h", H % "#include <git2.h>"),
    ("interface_headers", "include/quarry/planted.h", H % '#include "util/str.h"'),
    ("libraries", "src/store/planted.c", C + "#include <git2.h>\n"),
    ("libraries", "src/engine/planted.c", C + "#include <curl/curl.h>\n"),
    ("libraries", "src/engine/planted.c", C + "#include <git2/sys/odb_backend.h>\n"),
    ("libraries", "src/mine/planted.c", C + "#include <git2.h>\n"),
    ("libraries", "src/mine/planted.c", C + "#include <libdeflate.h>\n"),
    ("libraries", "src/fetch/planted.c", C + "#include <zlib.h>\n"),
    ("libraries", "src/store/planted.c", C + "#include <sqlite3.h>\n"),
    ("libraries", "src/util/planted.c", C + "#include <pcre2.h>\n"),
    ("libraries", "src/engine/planted.c", C + "#include <yaml.h>\n"),
    ("libraries", "src/cli/planted.c", C + "#include <jansson.h>\n"),
    ("libraries", "src/report/planted.c", C + "#include <libsmartcols.h>\n"),
    ("libraries", "src/identity/planted.c", C + "#include <utf8proc.h>\n"),
    ("sql_words", "src/engine/planted.c", C + 'const char *s = "SELECT 1";\n'),
    ("sql_words", "src/engine/planted.c", C + 'const char *s = "x"\n\t" DELETE FROM y";\n'),
    ("sql_words", "src/store/planted.c", C + 'const char *s = "COMMIT";\n'),
    ("sql_words", "src/report/planted.sql", "SELECT 1;\n"),
    ("file_sizes", "src/mine/planted.c", C + "\n" * sources.FILE_LINES),
    ("file_sizes", "tests/planted.sh", "#!/bin/sh\n" + "\n" * sources.FILE_LINES),
    ("function_sizes", "src/mine/planted.c", C + f"int f(int x)\n{{\n{LONG_BODY}\n\treturn x;\n}}\n"),
    ("function_sizes", "tests/unit/planted.c", C + f"int f(int x,\n      int y)\n{{\n{LONG_BODY}\n}}\n"),
    ("banned_words", "src/mine/planted.c", C + "/* TO" "DO: more */\n"),
    ("banned_words", "tests/planted.sh", "# FIX" "ME\n"),
    ("machine_paths", "src/mine/planted.c", C + 'const char *p = "/ho' 'me/me/x";\n'),
    ("machine_paths", "tests/planted.py", "open('/tm" "p/x')\n"),
    ("line_comments", "src/mine/planted.c", C + "int x; // why\n"),
    ("banned_calls", "src/mine/planted.c", "/* A planted file. */\n#include <string.h>\n"),
    ("banned_calls", "src/mine/planted.c", '/* #include "util/banned.h" */\n'),
    ("header_form", "src/mine/planted.h", "#ifndef A_H\n#define A_H\n\n#endif\n"),
    ("header_form", "include/quarry/planted.h", "/* A planted header. */\nint x;\n"),
    ("header_form", "src/mine/planted.h", "/* A. */\n#ifndef A_H\n#define B_H\n\n#endif\n"),
    ("forward_declarations", "src/mine/planted.c",
     C + "static int f(int x);\n\nint g(int x)\n{\n\treturn f(x);\n}\n\n"
         "static int f(int x)\n{\n\treturn x;\n}\n"),
]

# What looks like a breach and is none.
FINE = [
    ("src/mine/planted.c", C + '#include "mine/tree.h"\n#include "util/str.h"\n'
                               '#include "quarry/history.h"\n/* #include <sqlite3.h> */\n'),
    ("src/mine/planted.c", C + '/* SELECT, see "UPDATE x" and // there */\n'
                               'const char *s = "https://x // no comment", *t = "SELECTED";\n'),
    ("src/mine/planted.c", C + f"int f(int x)\n{{\n{LONG_BODY[12:]}\treturn x;\n}}\n"),
    ("src/mine/planted.c", C + "\n" * (sources.FILE_LINES - C.count("\n"))),
    ("src/mine/planted.c", C + 'const char *p = "/dev/null", *q = "a/tmp/b-%s";\n' % ("X" * 6)),
    ("src/mine/planted.c",
     C + "static int f(int x);\n\nstatic int g(int x)\n{\n\treturn f(x);\n}\n\n"
         "static int f(int x)\n{\n\treturn x ? g(x - 1) : 0;\n}\n"),
    ("src/mine/planted.c",
     C + "static int f(const char *s, ...)\n\t__attribute__((format(printf, 1, 2)));\n\n"
         "static int f(const char *s, ...)\n{\n\treturn 0;\n}\n"),
]


def broken_by(name, text):
    """The rules that a tree with this file alone breaks."""
    with tempfile.TemporaryDirectory() as root:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        tree = sources.Tree(root)
        return {rule.__name__ for rule, _ in sources.RULES if list(rule(tree))}


def main():
    passed = failed = 0
    cases = [(name, text, {rule}) for rule, name, text in BREACHES]
    cases += [(name, text, set()) for name, text in FINE]
    for name, text, want in cases:
        got = broken_by(name, text)
        if got == want:
            passed += 1
        else:
            failed += 1
            print(f"FAILED: {name} breaks {sorted(got)}, not {sorted(want)}:\n{text[:300]}")
    untested = {rule.__name__ for rule, _ in sources.RULES} - {rule for rule, _, _ in BREACHES}
    if untested:
        failed += 1
        print(f"FAILED: no breach is planted of {sorted(untested)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
