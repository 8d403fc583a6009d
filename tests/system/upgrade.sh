#!/bin/sh
# A store that version 3 filled is derived as it is, and holds after the next mining what one
# of this version does: version 3 did not keep lines that are no trailers.
#
#	upgrade.sh QUARRY
#
# tests/unit/store_3.sql is such a store of the repository below, mined on 2025-07-01.
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

old_s=1751328000
if ! python3 -c 'import sqlite3' 2>/dev/null; then
	skip 'there is no python3 for a store'
	finish
fi

# commit SECOND MESSAGE: for git fast-import
commit() {
	message=$(printf '%b.' "$2")
	message=${message%.}
	printf 'commit refs/heads/main\nauthor A <a@x.org> %s +0000\ncommitter B <b@x.org> %s +0000\n' \
		"$1" "$1"
	printf 'data %s\n%s\nM 100644 inline f\ndata %s\n%s\n' "$(printf %s "$message" | wc -c)" \
		"$message" "${#1}" "$1"
}

mkdir u mirror
git init --quiet --bare --initial-branch=main mirror/o+r.git
{
	commit 1743500000 'Begin\n\nCo-authored-by: C <c@x.org>\n'
	commit 1743600000 'Go on\n\nGenerated with [Claude Code](https://claude.com/claude-code)\n\nReviewed-by: D <d@x.org>\n'
	commit 1743700000 'Export\n--\n0123456789abcdef0123456789abcdef01234567 by E <e@x.org>:\n\nx\n\n--\n1123456789abcdef0123456789abcdef01234567 by D <d@x.org>:\n\ny\n'
	commit 1743800000 'End\n\nMade-with: Cursor\n'
} | git --git-dir=mirror/o+r.git fast-import --quiet
printf 'id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
printf 'id: one\ntitle: One\nlayer: base\nrepositories:\n  - url: https://example.org/o/r\n' >u/one.yaml

# sql STORE STATEMENT
sql() {
	python3 - "$1" "$2" <<-'END'
	import sqlite3, sys
	for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
	    print(*row, sep="|")
	END
}

# holds STATEMENT ROWS: the store does
holds() {
	found=$(sql store.db "$1")
	[ "$found" = "$2" ] || { echo "it is '$found'"; return 1; }
}

# same_facts: as a store that was filled at once
same_facts() {
	for store in store new; do
		python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import facts
print(*facts.lines(sys.argv[2]), sep="\n")' "$tests/lib" $store.db >$store.txt
	done
	same_files store.txt new.txt && [ -s new.txt ]
}

python3 - "$tests/unit/store_3.sql" <<'END'
import sqlite3, sys
with sqlite3.connect("store.db") as db:
    db.executescript(open(sys.argv[1], encoding="utf-8").read())
END
sql store.db 'SELECT key, value FROM trailer ORDER BY commit_id, n' >trailers
fact 'it is of version 3' holds 'PRAGMA user_version' 3

run derive u --store store.db
fact 'it is derived without mining' ends 0
fact 'it is brought up to date' holds 'PRAGMA user_version' 6
fact 'its facts are what they were' holds \
	'SELECT key, value FROM trailer ORDER BY commit_id, n' "$(cat trailers)"
fact 'all of its commits count' holds 'SELECT count(*) FROM commit_kind WHERE kind = 0' 4
run report --store store.db
fact 'it can be reported on' ends 0

run mine u --mirror mirror --store store.db
fact 'it is mined' ends 0
run mine u --mirror mirror --store new.db
fact 'a new one is, too' ends 0
fact 'they hold the same' same_facts
fact 'the lines among it' holds "SELECT c.subject, t.n, t.key, t.value, s.name FROM commits c
	JOIN trailer t USING (commit_id) LEFT JOIN signature s USING (signature)
	ORDER BY author_s, n" 'Begin|0|Co-authored-by|C <c@x.org>|C
Go on|0|Reviewed-by|D <d@x.org>|D
Go on|1|line|Generated with [Claude Code](https://claude.com/claude-code)|None
Export|0|by|E <e@x.org>|E
Export|1|by|D <d@x.org>|D
End|0|Made-with|Cursor|None'
fact 'no commit is seen anew' holds 'SELECT DISTINCT first_seen_s FROM commits' $old_s
fact 'none is gone' holds 'SELECT count(*) FROM gone_commit' 0
fact 'no tip is, either' holds 'SELECT n, mined_s, commits_new FROM tip_ledger' "1|$old_s|4"
sql store.db "SELECT value FROM meta WHERE key = 'facts'" >facts
run mine u --mirror mirror --store store.db
fact 'it is mined again' ends 0
fact 'but that once alone' holds "SELECT value FROM meta WHERE key = 'facts'" "$(cat facts)"
finish
