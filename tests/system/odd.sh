#!/bin/sh
# Hostile and odd repositories: each is mined, or refused in a sentence, with the facts
# and the flags that are expected of it, as git reads it where git can.
#
#	odd.sh QUARRY [NAME...]
quarry=$(realpath "$1")
shift
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import sqlite3, zlib' 2>/dev/null; then
	skip 'there is no python3 to make them with'
	finish
fi
# libgit2 1.5 loses a pattern of PCRE2 for each extension that a configuration names.
printf 'leak:libpcre2-8\n' >lsan.supp
LSAN_OPTIONS=suppressions=$tmp/lsan.supp:print_suppressions=0
export LSAN_OPTIONS
python3 "$tests/system/odd_repos.py" made "$@"
python3 "$tests/system/odd_check.py" "$quarry" made >checked
add_cases checked
finish
