#!/bin/sh
# What the documentation says: worked examples, queries, and the commands of README.
#
#	examples.sh QUARRY
#
# A fenced block ```sh under the line <!-- runs --> is run, in order, with quarry on
# the path, in a folder that has categories/, tests/ and build/sample-mirror/ as docs/quickstart.sh
# leaves them; where a block ```text follows, that is what it prints.
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

sh "$tests/lib/histories.sh" mirror
ln -s "$root/categories" categories
mkdir bin
ln -s "$quarry" bin/quarry
PATH=$tmp/bin:$PATH

# sample_run STORE FOLDER [OPTION...]
sample_run() {
	store=$1 folder=$2
	shift 2
	run run categories/sample --mirror mirror --offline --cache cache --store "$tmp/$store" \
		-o "$folder" --quarter 2025Q2 "$@"
	ends 0
}

# blocks FILE: write each marked block to N.sh and, where it has one, N.want
blocks() {
	awk '
		/^<!-- runs -->$/ { marked = 1; next }
		/^```sh$/ && marked { out = sprintf("%02d.sh", ++n); marked = 0; next }
		/^```text$/ && after { out = sprintf("%02d.want", n); after = 0; next }
		/^```$/ { after = out ~ /\.sh$/; out = ""; next }
		out { print >out; next }
		/[^ ]/ { after = 0 }
	' "$1"
}

block() {
	sh -eu "$1.sh" >"$1.got" 2>"$1.err" </dev/null || { cat "$1.sh" "$1.err"; return 1; }
	[ ! -f "$1.want" ] || diff -u "$1.want" "$1.got"
}

fact 'the sample is run' sample_run sample.db editions
fact 'the sample is run with lines' sample_run lines.db editions-with-lines --lines
python3 "$tests/docs/examples.py" "$tmp/sample.db" "$root/docs/metrics.md" "$root/docs/store.md" \
	"$root/docs/identity.md" "$sample/README.md" --mirror mirror --editions editions/sample-2025Q2-csv --lines lines.db \
	--complete "$root/docs/metrics.md" >"$tmp/examples" 2>&1 || :
add_cases "$tmp/examples"

mkdir readme
ln -s "$root/categories" "$tests" readme
sh "$tests/lib/histories.sh" readme/build/sample-mirror
cd readme
blocks "$root/README.md"
fact 'README has commands to run' [ -f 01.sh ]
for file in [0-9][0-9].sh; do
	fact "README: $(head -n 1 "$file")" block "${file%.sh}"
done

# A page that is linked from another one is there.
linked() {
	for target in $(grep -o '](\([^)#:]*\)[)#]' "$1" | sed 's/^](//; s/[)#]$//'); do
		[ -e "$(dirname "$1")/$target" ] || { echo "$target is not there"; return 1; }
	done
}

for page in "$root"/README.md "$root"/docs/*.md "$root"/categories/*.md "$sample"/README.md; do
	fact "the links of ${page#"$root"/} lead somewhere" linked "$page"
done

finish
