#!/bin/sh
# What mining reads: the window, lines, tags, borrowed objects, and what is kept.
#
#	window.sh QUARRY FOLDER OF THE SAMPLE UNIVERSE
#
# The day of mining is in 2025Q3 (tests/lib/script.sh).
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import sqlite3' 2>/dev/null; then
	skip 'there is no python3 to look into the store'
	finish
fi
sh "$tests/lib/histories.sh" mirror
cp -r "$sample" ended
cp -r "$sample" open
sed -i '/^  to:/d' open/universe.yaml

# ask STORE SQL: rows, their columns side by side
ask() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)' "$1" "$2"
}

# since STORE QUARTER: all that is mined is so from there on
since() {
	found=$(ask "$1" "SELECT DISTINCT format('%04dQ%d', since / 4, since % 4 + 1) FROM repo
	                  WHERE state = 1")
	[ "$found" = "$2" ] || { echo "since $found, not $2"; return 1; }
}

all_read() {
	found=$(ask "$1" "SELECT DISTINCT since FROM repo WHERE state = 1")
	[ "$found" = -2147483648 ] || { echo "since $found"; return 1; }
	found=$(ask "$1" "SELECT count(*) FROM commits WHERE n_touches IS NULL")
	[ "$found" = 0 ] || { echo "$found commits are unread"; return 1; }
}

# mine UNIVERSE STORE [OPTION...]
mine() {
	universe=$1 store=$2
	shift 2
	run mine "$universe" --mirror mirror --offline --store "$store" -q "$@"
}

mine open open.db
fact 'the window begins four quarters before the current one' since open.db 2024Q3
fact 'before it nothing is read' [ "$(ask open.db 'SELECT count(*) > 0 FROM commits
	WHERE n_touches IS NULL AND author_quarter < 8098')" = 1 ]
fact 'in it everything is' [ "$(ask open.db 'SELECT count(*) FROM commits
	WHERE n_touches IS NULL AND author_quarter >= 8098')" = 0 ]
run run open --mirror mirror --offline --store open.db -o out -q --quarter 2024Q2
fact 'a report of an older quarter has it read, and its base' since open.db 2023Q4
mine open open.db --since 2025Q1
fact 'a later quarter takes nothing away' since open.db 2023Q4
mine open open.db --since 1970Q1
fact '1970Q1 is everything' all_read open.db
mine ended ended.db
fact 'of a universe that ends all of its quarters are read' since ended.db 2023Q3
mine open once.db --since 1970Q1
fact 'step by step or at once is the same' [ "$(python3 -c 'import sys
sys.path.insert(0, sys.argv[1])
import facts
print(facts.digest("open.db") == facts.digest("once.db"))' "$tests/lib")" = True ]

for quarter in '' 2024 2024Q5 Q1 99999999999Q1; do
	run mine open --mirror mirror --offline --store none.db --since "$quarter"
	fact "--since '$quarter' is wrong usage" ends 2
	fact "--since '$quarter' makes no store" [ ! -e none.db ]
done

mine open once.db --lines
fact '--lines counts what is there' [ "$(ask once.db 'SELECT sum(added > 0) > 100 FROM touch')" = 1 ]
mine open once.db
fact 'and goes on doing so' [ "$(ask once.db 'SELECT min(lines) FROM repo WHERE state = 1')" = 1 ]

# One line of 65 MiB, and two million short ones.
python3 - >large.fi <<-'END'
import sys
who = "A <a@example.org> 1750000000 +0000"
texts = {"long": "x" * (65 << 20), "many": "x\n" * 2000000, "few": "x\n"}
print(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 1\nm")
for name, text in texts.items():
    sys.stdout.write(f"M 644 inline {name}\ndata {len(text)}\n{text}\n")
END
git init -q --bare -b main mirror/large+large.git
git --git-dir=mirror/large+large.git fast-import --quiet <large.fi
cp -r open large
rm large/[!u]*.yaml
printf 'id: large\ntitle: Large\nlayer: services\nrepositories:\n  - url: https://git.example.org/large/large\n' \
	>large/large.yaml
mine large large.db --lines
fact 'what is too large to compare is said' [ "$(ask large.db 'SELECT name, added FROM touch
	JOIN path USING (path) ORDER BY name' | tr '\n' ' ')" = 'few 1 long -3 many -3 ' ]

git --git-dir=mirror/otter+otter-kv.git tag v1 HEAD~3
mine open once.db --releases
fact '--releases reads tags' [ "$(ask once.db 'SELECT name FROM release')" = v1 ]
git --git-dir=mirror/otter+otter-kv.git tag v2 HEAD
mine open once.db
fact 'and sees new ones, though nothing else is' [ "$(ask once.db 'SELECT count(*) FROM release')" = 2 ]

before=$(ask once.db "SELECT count(*) FROM commits c JOIN repo USING (repo) WHERE slug = 'otter/otter-kv'")
mv mirror/otter+otter-kv.git whole
git clone -q --bare --shared whole mirror/otter+otter-kv.git
run mine open --mirror mirror --offline --store borrowed.db -q
fact 'who borrows objects is refused' ends 3
fact 'and told the remedy' says 'pass --alternates to read them'
run mine open --mirror mirror --offline --store borrowed.db -q --alternates
fact 'and read with --alternates' [ "$(ask borrowed.db "SELECT count(*) FROM commits JOIN repo
	USING (repo) WHERE slug = 'otter/otter-kv'")" = "$before" ]

rm -rf mirror/otter+otter-kv.git
git init -q --bare -b main mirror/otter+otter-kv.git
run mine open --mirror mirror --offline --store once.db -q
fact 'a history that lost its branch is no empty one' ends 3
fact 'which is said' says 'what was read before is kept'
fact 'and kept' [ "$(ask once.db "SELECT count(*) FROM commits JOIN repo
	USING (repo) WHERE slug = 'otter/otter-kv'")" = "$before" ]
finish
