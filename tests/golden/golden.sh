#!/bin/sh
# What the program writes, byte for byte.
#
#	golden.sh QUARRY [CASE...]
#
# A case is a folder with a file `cmd`: shell commands that write into the folder $out,
# with quarry on the path, and categories/sample, mirror/ (its histories) and sample.db
# (a store of them, mined and derived) in the folder they start in.  All else in the
# case's folder is what they must write.  UPDATE=1 rewrites it.
#
# Beside that, editions are read and reconciled by check.py.
quarry=$(realpath "$1")
shift
. "$(dirname "$0")/../lib/script.sh"
golden=$tests/golden
cd "$tmp"
mkdir bin categories
ln -s "$quarry" bin/quarry
cp -r "$sample" categories/sample
PATH=$tmp/bin:$PATH
sh "$tests/lib/histories.sh" mirror

setting() {
	rm -rf "case-$1"
	mkdir -p "case-$1/out"
	cp -r categories mirror "case-$1"
	cp sample.db "case-$1"
}

# commands CASE: run its cmd in a setting of its own
commands() {
	setting "$1"
	(
		cd "case-$1"
		out=$PWD/out
		export out
		exec sh -eu "$golden/$1/cmd"
	)
}

expected() {
	if [ "${UPDATE:-}" ]; then
		find "$golden/$1" -mindepth 1 -maxdepth 1 ! -name cmd -exec rm -r {} +
		cp -r "case-$1/out/." "$golden/$1"
		return
	fi
	diff -r -u --exclude=cmd "$golden/$1" "case-$1/out"
}

# check EDITION.json: a case a fact
check() {
	python3 "$golden/check.py" "$1" "${1%.json}-csv" >checked 2>&1 || :
	add_cases checked
}

# reconcile QUARTER [OPTION...]: an edition of it, all files, checked
reconcile() {
	quarter=$1
	shift
	run run categories/sample --mirror mirror --offline --store sample.db -q -o "all$*" \
		--quarter "$quarter" "$@"
	fact "an edition of $quarter $* is written" ends 0
	check "all$*/sample-$quarter.json"
}

run run categories/sample --mirror mirror --offline --store sample.db -q -o first
fact 'the sample is run' ends 0
if [ $# -eq 0 ]; then
	for file in "$golden"/*/cmd; do
		file=${file%/cmd}
		set -- "$@" "${file##*/}"
	done
	for quarter in 2024Q1 2024Q2 2024Q3 2024Q4 2025Q1 2025Q2; do
		cp sample.db kept.db
		reconcile "$quarter"
		reconcile "$quarter" --taxonomy=as-of
		reconcile "$quarter" --date-basis=committer
		mv kept.db sample.db
		rm -f sample.db-wal sample.db-shm
	done
	# An edition without affiliations has no cohort to reconcile.
	sed -n '/^affiliations/,/^END/p' "$golden/cohorts/cmd" | sed '$d' >categories/sample/people.yaml
	for quarter in 2024Q4 2025Q2; do
		run run categories/sample --mirror mirror --offline --store cohorts.db -q -o cohorts \
			--quarter "$quarter"
		fact "an edition of $quarter with cohorts is written" ends 0
		check "cohorts/sample-$quarter.json"
	done
	rm categories/sample/people.yaml
fi
for case in "$@"; do
	fact "$case: its commands end with 0" commands "$case"
	fact "$case: they write what is expected" expected "$case"
done
finish
