#!/bin/sh
# Who is a bot, an agent, a group, nobody: the classes of the corpus' signatures against
# labels written by hand (labels.tsv, labels.py).
#
#	classes.sh QUARRY
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if has_shared corpus; then
	# The universe has many more repositories than the corpus.
	run run "$root/categories/ml-systems" --mirror "$shared/corpus" --offline --cache cache \
		--store store.db -o editions -q
	fact 'the corpus is mined and derived' ends 3
	python3 "$tests/oracle/labels.py" "$tests/oracle/labels.tsv" store.db >labelled 2>&1 || :
	add_cases labelled
else
	skip 'classes of real signatures: no ../shared/corpus'
fi
finish
