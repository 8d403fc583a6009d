#!/bin/sh
# What is broken is named in one clear sentence, and stops nothing else.
#
#	faults.sh QUARRY
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"
sh "$tests/lib/histories.sh" good

# --- Broken repositories beside good ones ------------------------------------

# broken NAME COMMAND...: a mirror where COMMAND, run in the folder of the repository
# larkspur+larkspur.git, has broken it; a run of it
broken() {
	mirror=$1-mirror out=$1-out store=$1.db
	shift
	rm -rf "$mirror"
	cp -r good "$mirror"
	(cd "$mirror/larkspur+larkspur.git" && "$@") >/dev/null 2>&1
	run run "$sample" --mirror "$mirror" --offline --cache cache --store "$store" -o "$out" \
		--quarter 2025Q2
}

# A pack, whether or not fast-import made one.
pack() {
	git --git-dir=. repack -q -a -d
	chmod -R u+w objects
}

truncate_pack() {
	pack
	for file in objects/pack/*.pack; do
		size=$(stat -c %s "$file")
		truncate -s $((size / 2)) "$file"
	done
}

garble_pack() {
	pack
	for file in objects/pack/*.pack; do
		python3 - "$file" <<-'END'
		import sys
		with open(sys.argv[1], "r+b") as f:
		    data = bytearray(f.read())
		    for i in range(200, len(data) - 20, 97):
		        data[i] ^= 0x5a
		    f.seek(0)
		    f.write(data)
		END
	done
}

# Loose objects, without the one named.
lose() {
	oid=$(git --git-dir=. rev-parse "$1")
	for file in objects/pack/*.pack; do
		[ -e "$file" ] || continue
		mv "$file" ../was.pack
		rm -f "${file%.pack}".*
		git --git-dir=. unpack-objects -q <../was.pack
		rm ../was.pack
	done
	rm -f "objects/$(echo "$oid" | cut -c 1-2)/$(echo "$oid" | cut -c 3-)"
}

no_repository() {
	rm -rf ./*
	echo hello >README
}

# Exit status 3; named, once, with a reason, at the end; the others as without it.
is_named() {
	ends 3 && says 'quarry: larkspur/larkspur: ' &&
	[ "$(grep -c 'larkspur/larkspur: ' err)" -eq 1 ] &&
	grep -q 'larkspur/larkspur: .\{20,\}' err &&
	[ "$(tail -n 1 err)" = 'quarry: repositories that failed: 1' ] || { cat err; return 1; }
}

# others OUT: the other repositories' rows are those of an undisturbed run
others() {
	for folder in good-out "$1"; do
		# Who is new to the universe depends on all of it.
		python3 - "$folder/sample-2025Q2-csv/repositories.csv" >"$folder.rows" <<-'END'
		import csv, sys
		for row in csv.DictReader(open(sys.argv[1], newline="")):
		    if row["slug"] != "larkspur/larkspur":
		        print(*[v for k, v in row.items() if not k.endswith("new_to_universe")])
		END
	done
	[ -s good-out.rows ] && diff good-out.rows "$1.rows"
}

row_says() {
	grep -q "^larkspur/larkspur,[^,]*,[^,]*,$2," "$1/sample-2025Q2-csv/repositories.csv" ||
		{ grep '^larkspur/larkspur,' "$1/sample-2025Q2-csv/repositories.csv"; return 1; }
}

# strict NAME: the same again, with --strict
strict() {
	run run "$sample" --mirror "$1-mirror" --offline --cache cache --store "$1-strict.db" \
		-o "$1-strict" --quarter 2025Q2 --strict
	ends 1 && says 'quarry: larkspur/larkspur: ' && [ -s "$1-strict/sample-2025Q2.md" ]
}

# bad NAME WHAT COMMAND...: all of it
bad() {
	name=$1 what=$2
	shift 2
	broken "$name" "$@"
	fact "$what is exit status 3, named at the end" is_named
	fact "$what leaves the others as they are" others "$name-out"
	fact "$what is told in the table of repositories" row_says "$name-out" never
	fact "$what is exit status 1 under --strict" strict "$name"
}

broken good true
fact 'without a fault the run ends with 0' ends 0
fact 'and says nothing of failures' sh -c '! grep -q fail err'
bad truncated 'a truncated pack' truncate_pack
bad garbled 'a garbled pack' garble_pack
bad commit 'a missing commit' lose HEAD~3
bad tip 'a tip that is missing' lose HEAD
bad nowhere 'a folder that is no repository' no_repository
bad file 'a HEAD that is no reference' sh -c 'echo garbage >HEAD'
bad unreadable 'a repository without objects' rm -rf objects

# A tree that is missing costs its touches, and is counted, but the rest is read.
broken tree lose 'HEAD~3^{tree}'
fact 'a missing tree does not stop the repository' ends 0
fact 'a missing tree is counted' sh -c \
	'[ "$(sed -n "s/^trees_unread,.*,//p" tree-out/sample-2025Q2-csv/quality.csv)" -gt 0 ]'
fact 'a missing tree leaves the others as they are' others tree-out
run doctor "$sample" --store tree.db --mirror tree-mirror --cache cache
fact 'doctor names the repository with a missing tree' grep -q 'larkspur/larkspur' out

# No commit yet is no failure.
broken empty sh -c 'rm -rf objects/* refs/heads/* packed-refs; git --git-dir=. init -q'
fact 'an empty repository is no failure' ends 0
fact 'an empty repository leaves the others as they are' others empty-out
fact 'an empty repository is told' row_says empty-out empty
broken unborn sh -c 'git --git-dir=. symbolic-ref HEAD refs/heads/none'
fact 'a HEAD that points nowhere is named as a failure' [ "$status" -eq 3 ]
fact 'a HEAD that points nowhere leaves the others as they are' others unborn-out

# What broke after it was read keeps what was read.
cp -r good later
run run "$sample" --mirror later --offline --cache cache --store later.db -o later-out -q
(cd later/larkspur+larkspur.git && sh -c 'echo garbage >HEAD')
run run "$sample" --mirror later --offline --cache cache --store later.db -o later-out -q
fact 'a repository that broke later is exit status 3' ends 3
fact 'its earlier facts are kept' row_says later-out failed
fact 'and count' sh -c "grep '^,' later-out/sample-2025Q2-csv/snapshot.csv >a;
	grep '^,' good-out/sample-2025Q2-csv/snapshot.csv | cmp a -"
cp -r good/larkspur+larkspur.git/. later/larkspur+larkspur.git
run run "$sample" --mirror later --offline --cache cache --store later.db -o later-out -q
fact 'once it is whole again the run ends with 0' ends 0
fact 'and its edition is that of an undisturbed run' same_files good-out later-out

# --- Stores -------------------------------------------------------------------

# refuse STORE WHAT [MORE]: each command that opens it fails with one sentence
refuse() {
	cp -r "$1" kept 2>/dev/null || :
	run run "$sample" --mirror good --offline --cache cache --store "$1" -o refused -q
	fact "$2 is refused by run" ends 1
	fact "$2 is refused in one sentence" one_sentence
	fact "the sentence about $2 names the store" says "$1"
	fact "$2: no edition is written" [ ! -e refused ]
	run report --store "$1"
	fact "$2 is refused by report" ends 1
	fact "$2 is refused by report in one sentence" one_sentence
	fact "$2 is left as it was" diff -r kept "$1"
	rm -rf kept
}

python3 -c "import sqlite3; sqlite3.connect('other.db').executescript('CREATE TABLE t(a)')"
refuse other.db 'a database of another program'
cp good.db newer.db
python3 -c "import sqlite3; sqlite3.connect('newer.db').execute('PRAGMA user_version = 99')"
refuse newer.db 'a store of a newer version'
fact 'a newer store is said to be newer' says 99
i=0
while [ $i -lt 200 ]; do
	echo 'not a database but a text file of many lines'
	i=$((i + 1))
done >text.db
refuse text.db 'a text file'
mkdir folder.db
refuse folder.db 'a folder'
cp good.db short.db
truncate -s 30000 short.db
run report --store short.db
fact 'a truncated store is refused' ends 1
fact 'a truncated store is refused in one sentence' one_sentence

run report --store none.db
fact 'a store that is not there is wrong usage or a failure' [ "$status" -eq 1 -o "$status" -eq 2 ]
fact 'a store that is not there is refused in one sentence' one_sentence
fact 'report makes no store' [ ! -e none.db ]
: >nothing.db
run report --store nothing.db
fact 'an empty file has nothing to report' ends 1
fact 'an empty file is refused in one sentence' one_sentence
run run "$sample" --mirror good --offline --cache cache --store no/such/folder.db -o refused -q
fact 'a store in a folder that is not there is refused' ends 1
fact 'it is refused in one sentence' one_sentence

# unprivileged COMMAND...: as somebody whom permissions bind
unprivileged() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
}

# as_nobody ARGUMENT...: quarry, run so
as_nobody() {
	status=0
	unprivileged "$tmp/quarry" "$@" >out 2>err </dev/null || status=$?
}

if unprivileged true 2>/dev/null; then
	cp "$quarry" quarry # where the build is, others may not look
	mkdir theirs
	cp good.db theirs
	cp -r "$sample" universe
	chmod 711 "$tmp"
	chmod 444 theirs/good.db
	chmod -R a+rX good universe
	chmod 555 theirs
	as_nobody run universe --mirror good --offline --cache cache --store theirs/good.db -o refused -q
	fact 'a read-only store is refused by run' ends 1
	fact 'a read-only store is refused by run in one sentence' one_sentence
	as_nobody report --store theirs/good.db
	fact 'a read-only store can be reported from, or is refused in one sentence' \
		sh -c "[ $status -eq 0 ] || [ $status -eq 1 -a \$(wc -l <err) -eq 1 ]"
	mkdir open
	chmod 777 open
	chmod 000 universe/databases.yaml
	as_nobody run universe --mirror good --offline --cache cache --store open/new.db -o refused -q
	fact 'an unreadable category is wrong usage or a failure' \
		[ "$status" -eq 1 -o "$status" -eq 2 ]
	fact 'an unreadable category is named in one sentence' one_sentence
	fact 'by its file' says databases.yaml
	chmod 000 universe
	as_nobody run universe --mirror good --offline --cache cache --store open/new.db -o refused -q
	fact 'an unreadable universe is a failure' [ "$status" -eq 1 -o "$status" -eq 2 ]
	fact 'an unreadable universe is named in one sentence' one_sentence
	mkdir closed
	chmod 555 closed
	cp good.db open/good.db
	chmod 666 open/good.db
	chmod 755 universe
	chmod 644 universe/databases.yaml
	as_nobody run universe --mirror good --offline --cache cache --store open/good.db -o closed/out -q
	fact 'a folder that cannot be written to is a failure' ends 1
	fact 'it is named in one sentence' one_sentence
	fact 'by its name' says closed/out
else
	skip 'permissions: this is root, and setpriv may not change that'
fi

# --- Outputs and universes ----------------------------------------------------

run report --store good.db -o /dev/full
fact 'a full device is a failure' ends 1
fact 'a full device is named in one sentence' one_sentence
status=0
"$quarry" report --store good.db >/dev/full 2>err || status=$?
fact 'a full standard output is a failure' ends 1
fact 'a full standard output is named in one sentence' one_sentence
status=0
"$quarry" overlap databases compilers --store good.db >/dev/full 2>err || status=$?
fact 'overlap notices it, too' ends 1
: >occupied
run run "$sample" --mirror good --offline --cache cache --store good.db -o occupied -q
fact 'a file in place of the folder of editions is a failure' ends 1
fact 'it is named in one sentence' one_sentence
mkdir -p taken/sample-2025Q2.md
run run "$sample" --mirror good --offline --cache cache --store good.db -o taken -q --quarter 2025Q2
fact 'a folder in place of an edition is a failure' ends 1
fact 'it is named in one sentence' one_sentence
fact 'and leaves no temporary file' [ -z "$(find taken -name '*.tmp-*')" ]

# universe WHAT FILE TEXT: a universe whose FILE holds TEXT is wrong usage
universe() {
	rm -rf wrong
	cp -r "$sample" wrong
	printf "$3" >"wrong/$2"
	run run wrong --mirror good --offline --cache cache --store wrong.db -o refused -q
	fact "$1 is wrong usage" ends 2
	fact "$1 is told in one sentence" one_sentence
	fact "$1 is told with its file" says "$2"
}

universe 'a file that is no YAML' databases.yaml 'id: [databases\n'
universe 'an empty file' databases.yaml ''
universe 'a key nobody knows' databases.yaml 'id: databases\ncolour: red\n'
universe 'text that is not UTF-8' databases.yaml 'id: databases\ntitle: "\377\376"\n'
universe 'a category file that holds bytes of 0' databases.yaml 'id: data\000bases\n'
rm -rf wrong
mkdir wrong
run run wrong --mirror good --offline --cache cache --store wrong.db -o refused -q
fact 'a folder without universe.yaml is refused' [ "$status" -eq 1 -o "$status" -eq 2 ]
fact 'a folder without universe.yaml is told in one sentence' one_sentence
run run nosuch --mirror good --offline --cache cache --store wrong.db -o refused -q
fact 'a universe that is not there is wrong usage or a failure' [ "$status" -eq 1 -o "$status" -eq 2 ]
fact 'a universe that is not there is told in one sentence' one_sentence
finish
