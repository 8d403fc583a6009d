#!/bin/sh
# The commands on the sample universe: what they write, where, and how they end.
#
#	edition.sh QUARRY FOLDER OF THE SAMPLE UNIVERSE
set -eu

quarry=$(realpath "$1")
sample=$(realpath "$2")
LC_ALL=C
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export LC_ALL GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
cd "$tmp"

passed=0
failed=0

# fact NAME COMMAND...: it is one when COMMAND succeeds
fact() {
	name=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		sed 's/^/	/' "$tmp/log" "$tmp/err" | head -n 20
	fi
}

# run ARGUMENT...: the status in $status, what is said in out and err
run() {
	status=0
	"$quarry" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

ends() {
	[ "$status" -eq "$1" ] || { echo "exit status $status, not $1"; return 1; }
}

says() {
	grep -qF -e "$1" "$tmp/err" || { echo "no '$1' on stderr"; return 1; }
}

for stream in "$sample"/histories/*.fi; do
	name=${stream##*/}
	git init -q --bare -b main "mirror/${name%.fi}.git"
	git --git-dir="mirror/${name%.fi}.git" fast-import --quiet <"$stream"
done
cp -r "$sample" u

run run u --mirror mirror --offline --cache cache -o editions/
fact 'a run ends with 0' ends 0
printf 'editions/sample-2025Q2.md\neditions/sample-2025Q2.json\neditions/sample-2025Q2-csv\n' >want
fact 'a run prints the paths, the Markdown first' cmp want out
fact 'the files are there, and nothing else' \
	[ "$(find editions -maxdepth 1 -type f | wc -l)" -eq 2 ]
fact 'no temporary file stays' [ -z "$(find . -name '*.tmp-*')" ]

run report
fact 'report writes the same Markdown' cmp editions/sample-2025Q2.md out
run report --format json
fact 'report writes the same JSON' cmp editions/sample-2025Q2.json out
run report -o r.json
fact 'the extension names the format' cmp editions/sample-2025Q2.json r.json
run report --format csv
fact 'csv is the snapshot' cmp editions/sample-2025Q2-csv/snapshot.csv out
for csv in editions/sample-2025Q2-csv/*.csv; do
	table=${csv##*/}
	run report --table "${table%.csv}"
	fact "report writes the same table $table" cmp "$csv" out
done
run report --quarter 2025q2 -o -
fact 'a quarter may be named' cmp editions/sample-2025Q2.md out
: >target.md
ln -s target.md link.md
run report -o link.md
fact 'a symbolic link is followed' cmp editions/sample-2025Q2.md target.md
fact 'and stays one' [ -L link.md ]
run report -o /dev/full
fact 'a full disk behind a file is noticed' ends 1
fact 'a device is not replaced' [ -c /dev/full ]
status=0
"$quarry" report >/dev/full 2>"$tmp/err" || status=$?
fact 'a full disk behind stdout is noticed' ends 1
{ status=0; "$quarry" report 2>"$tmp/err" || status=$?; echo "$status" >"$tmp/status"; } | :
status=$(cat "$tmp/status")
fact 'a reader that goes away is no message' [ ! -s "$tmp/err" ]

run overlap databases observability
fact 'overlap ends with 0' ends 0
fact 'overlap names the categories' grep -q '^Databases ' out
run overlap databases observability -o o.json
fact 'overlap writes JSON' grep -q '^{' o.json
run overlap databases nosuch
fact 'an unknown category is wrong usage' ends 2
fact 'and is named' says nosuch

run mine u --mirror mirror --offline --cache cache
fact 'mining again finds nothing new' says ' 12 unchanged'
run derive u
fact 'derive ends with 0' ends 0
run report
fact 'deriving again changes nothing' cmp editions/sample-2025Q2.md out
run doctor u --mirror mirror --cache cache
fact 'doctor finds no problem' ends 0
run doctor --store none.db --cache cache
fact 'doctor makes no store' [ ! -e none.db ]

# A tip that moves back is a tip that moved.
cp -R mirror moved
git --git-dir=moved/otter+otter-kv.git update-ref refs/heads/main refs/heads/main~1
run mine u --mirror moved --offline --cache cache
run report
fact 'figures of other facts are not reported' ends 1
fact 'and the remedy is said' says "run 'quarry derive UNIVERSE' first"
run overlap databases observability
fact 'nor is an overlap' ends 1
run mine u --mirror mirror --offline --cache cache
run derive u
run report
fact 'derived again they are' cmp editions/sample-2025Q2.md out

rm -r mirror/tamarind+tamarind.git
run run u --mirror mirror --offline --cache cache --store new.db -o editions2 -q
fact 'a repository that is missing is exit status 3' ends 3
fact 'it is named' says 'quarry: tamarind/tamarind: '
fact 'the edition is written' [ -s editions2/sample-2025Q2.md ]
run run u --mirror mirror --offline --cache cache --store new.db -o editions2 --strict
fact '--strict makes it 1' ends 1
mkdir -p none
run run u --mirror none --offline --cache cache --store none.db -o editions3
fact 'when all are missing it is 1' ends 1
fact 'and no edition is written' [ ! -e editions3 ]
run report --store new.db --quarter 1901Q1
fact 'a quarter without data is no crash' [ "$status" -le 2 ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
