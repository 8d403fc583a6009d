#!/bin/sh
# A repository that cannot be brought any more is not up to date, and not silent: no edition
# says otherwise (metrics.md stale).
#
#	stale.sh QUARRY
#
# Three repositories with 8, 13 and 21 commits in 2025Q2 are fetched on 2025-07-01. Then the
# first two get 5 commits each in August, and the server begins to fail for the second one,
# while the third one has fallen silent.
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import http.server' 2>/dev/null; then
	skip 'there is no python3 for a server'
	finish
fi
unset http_proxy https_proxy all_proxy no_proxy || :
. "$tests/lib/servers.sh"

# stream FROM N SECOND PERSON: N commits, a day apart, on top of FROM commits, for git fast-import
stream() {
	for i in $(seq "$2"); do
		when=$(($3 + (i - 1) * 86400))
		printf 'commit refs/heads/main\ncommitter %s <%s@x.org> %s +0000\ndata 1\nx\n' \
			"$4" "$4" "$when"
		[ "$1" -eq 0 ] || [ "$i" -gt 1 ] || echo 'from refs/heads/main^0'
		printf 'M 100644 inline f\ndata %s\n%s\n\n' "${#when}" "$when"
	done
}

# commits NAME N SECOND: put them on top of srv/NAME.git
commits() {
	[ -d "srv/$1.git" ] || git init --quiet --bare --initial-branch=main "srv/$1.git"
	stream "$(git --git-dir="srv/$1.git" rev-list --count --all)" "$2" "$3" "$1" |
		git --git-dir="srv/$1.git" fast-import --quiet
}

february=1739000000
april=1743500000   # 2025-04-01
august=1754000000  # 2025-07-31
july_1=1751371200  # noon
october_2=1759406400

mkdir srv faults
commits one 2 $february
commits one 8 $april
commits two 13 $april
commits three 21 $april
start server gitserver.py --root srv --faults faults
base=http://127.0.0.1:$port
for name in one two three; do
	echo ok >"faults/$name"
done
mkdir u
printf 'id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
for name in one two; do
	printf 'id: %s\ntitle: %s\nlayer: base\nrepositories:\n  - url: %s\n' $name $name \
		"$base/$name/$name" >u/$name.yaml
done
echo "  - url: $base/three/three" >>u/one.yaml

# edition NAME SECOND QUARTER: of that time of fetching, into the folder NAME; its status
# in $status
edition() {
	SOURCE_DATE_EPOCH=$2 run run u --allow-local --cache cache --store store.db --retries 0 \
		-o "$1" --quarter "$3"
	md=$1/u-$3.md
	tables=$1/u-$3-csv
}

# tells LINE: the Markdown has it
tells() {
	grep -qF -e "$1" "$md" || { echo "not there: $1"; cat "$md"; return 1; }
}

tells_not() {
	[ -s "$md" ] && ! grep -nF -e "$1" "$md"
}

# cell TABLE ROW COLUMN: of the first row that has ROW as a cell; the universe comes first
cell() {
	python3 - "$tables/$1.csv" "$2" "$3" <<-'END'
	import csv, sys
	path, row, column = sys.argv[1:]
	print(next(r for r in csv.DictReader(open(path, newline="")) if row in r.values())[column])
	END
}

# holds TABLE ROW COLUMN VALUE
holds() {
	found=$(cell "$1" "$2" "$3") || return 1
	[ "$found" = "$4" ] || { echo "it is '$found'"; return 1; }
}

# json PYTHON: true of the edition's JSON, j, and its repositories by slug, r
json() {
	python3 - "${md%.md}.json" "$1" <<-'END'
	import json, sys
	j = json.load(open(sys.argv[1]))
	r = {x["slug"]: x for x in j["repos"]}
	sys.exit(0 if eval(f"({sys.argv[2]})") else f"{[(s, x['facts_until'], x['stale']) for s, x in r.items()]}")
	END
}

# reconciles: its figures agree with each other, and with git's of the copies
reconciles() {
	python3 "$tests/golden/check.py" "${md%.md}.json" "$tables" &&
	python3 "$tests/oracle/figures.py" store.db copies
}

# copies: what the store can know, for git
copies() {
	rm -rf copies
	mkdir copies
	for name in one two three; do
		cp -r "srv/$name.git" "copies/$name+$name.git"
	done
}

copies
edition first $july_1 2025Q2
fact 'all are fetched' ends 0
fact 'in time, none is stale' holds quality repositories_stale count 0
fact 'nor named so' tells_not 'Not up to date'
fact 'the day of a copy is told' holds repositories two/two facts_until 2025-07-01
fact 'in the text, too' tells '| 2025-04-13 | 2025-07-01 | 13 | new |'

commits one 5 $august
commits two 5 $august
echo 500 >faults/two
copies
git --git-dir=copies/two+two.git update-ref refs/heads/main refs/heads/main~5
edition second $october_2 2025Q3
fact 'one cannot be brought' ends 3
fact 'it is counted as stale' holds quality repositories_stale count 1
fact 'it is not gone' holds changes commits gone -21
fact 'its part of the change is told apart' holds changes commits stale -13
fact 'the parts still sum' holds changes commits change -37
fact 'and are named' tells 'fell by 37 commits, from 42 to 5 (-88%): -3 organic, -21 from those gone silent, -13 from those not up to date.'
fact 'of the silent it is none' tells 'Silent repositories: 1 of 2 that are up to date have no counted commit in the quarter; of 1 more it cannot be told'
fact 'the oldest copy is told on top' tells 'The copies of 1 of the tracked repositories were fetched before the end of the quarter, the oldest on 2025-07-01'
fact 'below the one that failed' tells '**Not up to date.** 1 of the tracked repositories could not be brought'
fact 'a category says so' tells '0 of 1 repositories active, 1 not up to date.'
fact 'it is listed, without growth' tells '| 2025-04-13 | 2025-07-01, not up to date | 0 | n/a |'
fact 'the day of its copy is told' holds repositories two/two facts_until 2025-07-01
fact 'its growth is not' holds repositories two/two commits_qoq ''
fact 'that of others is' holds repositories three/three commits_qoq -100
fact 'the day of theirs is, too' holds repositories one/one facts_until 2025-10-02
fact 'JSON says the same' json 'r["two/two"]["stale"] and not r["one/one"]["stale"]
	and r["two/two"]["facts_until"] == "2025-07-01" and r["two/two"]["qoq"] is None
	and j["scopes"][0]["commits"]["stale"] == -13'
fact 'who worked there may look dormant' tells 'in a repository that is not up to date'
fact 'the figures reconcile' reconciles
SOURCE_DATE_EPOCH=$october_2 run report --store store.db --quarter 2025Q2 -o before.md
md=before.md
fact 'for a quarter that was over when it was fetched it is up to date' tells_not 'The copies of'
run report --store store.db --quarter 2025Q4 -o running.md
md=running.md
fact 'for one that runs it is not' tells 'fetched before the snapshot, the oldest on 2025-07-01'

# All are brought, then the second one fails again.
echo ok >faults/two
edition third $october_2 2025Q3
fact 'brought again it is up to date' holds quality repositories_stale count 0
fact 'and has its commits' holds repositories two/two commits 5
fact 'nothing is told of it' tells_not 'Not up to date'
echo 500 >faults/two
edition fourth $((october_2 + 86400)) 2025Q4
fact 'a run may go on past midnight' holds quality repositories_stale count 0
edition fifth $((october_2 + 2 * 86400)) 2025Q4
fact 'but not for two days' holds quality repositories_stale count 1
fact 'the day of the copy is told' tells 'fetched before the snapshot, the oldest on 2025-10-02'
edition sixth $((october_2 + 2 * 86400)) 2025Q3
fact 'the quarter before is whole' holds quality repositories_stale count 0
fact 'and it is said that it failed' tells '**Not up to date.** 1 of the tracked repositories could not be brought'
finish
