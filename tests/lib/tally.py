#!/usr/bin/env python3
"""Sum up what meson and others found.

usage: tally.py FILE...

A file is a log of meson's tests (NAME.json, one test a line), or the word "passed" or "failed"
and what it is about.  A test that ends with a line `N passed, N failed` counts as so many; any
other one, a program of unit tests say, counts as one.  One that failed without saying so counts
as one failure more.  Prints a line for each suite, what failed, and the total.
"""
import json
import re
import sys

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def read(path):
    """(suite, name, passed, failed, output) of each test in a file."""
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    if not path.endswith(".json"):
        word, _, about = text.partition("\n")[0].partition(" ")
        yield about, about, word == "passed", word != "passed", text.partition("\n")[2]
        return
    build = path.rpartition("/")[2][:-len(".json")].partition(".")[0]
    for line in text.splitlines():
        test = json.loads(line)
        output = test.get("stdout", "") + test.get("stderr", "")
        suite, _, name = test["name"].rpartition(" / ")
        suite = suite.rpartition(":")[2] or "no suite"
        closing = CLOSING.findall(test.get("stdout", ""))
        if closing:
            passed, failed = map(int, closing[-1])
        else:
            passed, failed = int(test["result"] == "OK"), 0
        if test["result"] not in ["OK", "SKIP"] and not failed:
            failed = 1
        yield f"{build}: {suite}", f"{name} ({test['result']})", passed, failed, output


def main():
    suites, total, silent = {}, [0, 0], []
    for path in sys.argv[1:]:
        try:
            tests = list(read(path))
        except OSError:
            continue
        if not tests:
            silent.append(path)
        for suite, name, passed, failed, output in tests:
            counts = suites.setdefault(suite, [0, 0])
            for sums in [counts, total]:
                sums[0] += passed
                sums[1] += failed
            for line in output.splitlines():
                if line.startswith("skipped: "):
                    print(f"{suite}: {line}")
            if failed:
                print(f"{suite}: {name}")
                for line in output.splitlines()[-60:]:
                    print(f"\t{line}")
    for path in silent:
        print(f"{path}: no test was run")
        total[1] += 1
    for suite, (passed, failed) in suites.items():
        print(f"{suite}: {passed} passed, {failed} failed")
    print(f"{total[0]} passed, {total[1]} failed")
    sys.exit(total[1] > 0 or total[0] == 0)


main()
