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
	fact "$what is told in the table of repositories" row_says "$name-out" "${row:-never}"
	fact "$what is exit status 1 under --strict" strict "$name"
}

broken good true
fact 'without a fault the run ends with 0' ends 0
fact 'and says nothing of failures' sh -c '! grep -q fail err'
# What can be read of a history with holes is.
row=failed
bad truncated 'a truncated pack' truncate_pack
bad garbled 'a garbled pack' garble_pack
bad commit 'a missing commit' lose HEAD~3
row=
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

# reads STORE WHAT SAME: nobody reads it as the store SAME is read, and changes nothing
reads() {
	before=$(ls -l "$(dirname "$1")"; cksum <"$1")
	as_nobody report --store "$1" --quarter 2025Q2
	fact "$2 can be reported from" ends 0
	"$quarry" report --store "$3" --quarter 2025Q2 >same
	fact "$2 gives the same report" cmp same out
	as_nobody overlap databases compilers --store "$1"
	fact "$2 can be asked for overlap" ends 0
	as_nobody doctor universe --mirror good --cache nowhere --store "$1"
	fact "$2 can be looked over" ends 0
	fact "$2 is found sound" grep -qF "'$1' is sound" out
	fact "$2 is left as it was" [ "$before" = "$(ls -l "$(dirname "$1")"; cksum <"$1")" ]
}

# older_store STORE: that of good.db, as version 1 was, but with the figures of this version
older_store() {
	python3 - "$1" "$tests/unit/store_2.sql" <<-'END'
	import sqlite3, sys
	store, schema = sys.argv[1:]
	db = sqlite3.connect(store)
	db.executescript(open(schema).read())
	db.execute("ATTACH 'good.db' AS good")
	columns = lambda where, table: [r[1] for r in db.execute(f"PRAGMA {where}.table_info({table})")]
	for kind, name, sql in db.execute("SELECT type, name, sql FROM good.sqlite_schema"
	                                  " WHERE type <> 'index' ORDER BY type").fetchall():
	    if kind == "view" and name != "touch": # which was a table
	        if name != "tip_path":
	            db.execute(sql)
	        continue
	    derived = not columns("main", name)
	    if derived and name in ("repo_flag", "tip_ledger", "gone_commit", "path_range", "tip_run",
	                            "tip_text", "release", "touch_row"):
	        continue
	    if derived:
	        db.execute(sql)
	    both = [c for c in columns("main", name) if c in columns("good", name)]
	    quoted = ", ".join(f'"{c}"' for c in both)
	    db.execute(f"INSERT INTO main.{name}({quoted}) SELECT {quoted} FROM good.{name}")
	db.commit()
	db.executescript("DROP TABLE repo_event; PRAGMA user_version = 1;"
	                 "PRAGMA application_id = 1903325817")
	END
}

# killed_writer STORE FOLDER: a copy in FOLDER, with what a killed run had not yet put into
# the store itself
killed_writer() {
	python3 - "$1" "$2" <<-'END'
	import shutil, sqlite3, sys
	store, folder = sys.argv[1:]
	shutil.copy(store, "killed.db")
	db = sqlite3.connect("killed.db")
	db.execute("UPDATE meta SET value = 'later' WHERE key = 'title'")
	db.commit()
	for end in "", "-wal":
	    shutil.copy("killed.db" + end, f"{folder}/{store}{end}")
	END
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
	for command in run fetch mine derive; do
		set -- --store theirs/good.db -q
		[ $command = derive ] || set -- "$@" --mirror good --cache cache
		[ $command != run ] || set -- "$@" -o refused
		as_nobody $command universe "$@"
		fact "a read-only store is refused by $command" ends 1
		fact "a read-only store is refused by $command in one sentence" one_sentence
		fact "$command names the remedy" says 'change its mode, or name another one with --store'
	done
	reads theirs/good.db 'a read-only store' good.db
	chmod 644 theirs/good.db
	reads theirs/good.db 'a store in a read-only folder' good.db
	chown 65534 theirs/good.db 2>/dev/null || :
	as_nobody derive universe --store theirs/good.db
	fact 'a read-only folder is refused by derive in one sentence' one_sentence
	fact 'the folder is named' says "cannot write the folder of the store 'theirs/good.db'"

	# Nothing in a name may be taken for a part of a URI.
	mkdir 'od%64 ?x#y'
	older_store 'od%64 ?x#y/o%6fd?mode=rw#.db'
	chmod 555 'od%64 ?x#y'
	reads 'od%64 ?x#y/o%6fd?mode=rw#.db' 'a read-only store of version 1' good.db
	mkdir killed
	killed_writer good.db killed
	chmod 555 killed
	as_nobody report --store killed/good.db
	fact 'a read-only store with changes beside it is refused' ends 1
	fact 'that is told in one sentence' one_sentence
	fact 'which names the file beside it' says good.db-wal
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

# --- Two at once, and a run that is stopped --------------------------------------

# hold STORE SECONDS: another program writes to it meanwhile
hold() {
	rm -f held
	python3 - "$1" "$2" <<-'END' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	open("held", "w").close()
	time.sleep(float(sys.argv[2]))
	db.execute("COMMIT")
	END
	holder=$!
	while [ ! -e held ]; do
		sleep 0.1
	done
}

# stop_after SECONDS ARGUMENT...: SIGINT; the status, and how long it took in $took_ms
stop_after() {
	status=0
	python3 - "$quarry" "$@" <<-'END' >out 2>err || status=$?
	import signal, subprocess, sys, time
	quarry, seconds, *arguments = sys.argv[1:]
	child = subprocess.Popen([quarry, *arguments], stdin=subprocess.DEVNULL)
	time.sleep(float(seconds))
	child.send_signal(signal.SIGINT)
	sent = time.monotonic()
	status = child.wait()
	print(int((time.monotonic() - sent) * 1000))
	sys.exit(status)
	END
	took_ms=$(cat out)
}

# A test machine may be busy with others; what is not seen takes far longer.
soon() {
	[ "$took_ms" -le 1000 ] || { echo "$took_ms ms"; return 1; }
}

cp good.db busy.db
hold busy.db 11.5
run derive "$sample" --store busy.db
wait "$holder"
fact 'a run waits for another one that writes to its store' ends 0
fact 'and says so once' [ "$(grep -c 'waiting for another run that is writing to the store' err)" -eq 1 ]
hold busy.db 3
stop_after 1 derive "$sample" --store busy.db
wait "$holder"
fact 'a run that waits can be interrupted' ends 130
fact 'at once' soon
fact 'in one sentence' one_sentence

"$quarry" run "$sample" --mirror good --offline --cache cache --store both.db -o both-a -q \
	--quarter 2025Q2 >/dev/null 2>both.err &
other=$!
run run "$sample" --mirror good --offline --cache cache --store both.db -o both-b -q --quarter 2025Q2
fact 'of two runs that make one store the second one ends well' ends 0
fact 'and the first one' wait "$other"
fact 'both give the bytes of one alone' same_files good-out both-a
fact 'and the other one, too' same_files good-out both-b

# A store that takes seconds to derive.
cp good.db large.db
python3 - large.db <<-'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
columns = """repo, author, committer, author_s, author_offset_min, committer_s, committer_offset_min,
             author_quarter, author_bin, n_parents, parents, subject, flags"""
db.execute(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
               INSERT INTO commits(oid, n_touches, first_seen_s, {columns})
               SELECT randomblob(20), 0, 0, {columns} FROM commits, n""")
db.commit()
END
figures() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute("PRAGMA integrity_check").fetchall(), db.execute("SELECT * FROM scope_quarter").fetchall())' "$1"
}
figures large.db >before
for seconds in 0.5 1 1.5; do
	stop_after "$seconds" derive "$sample" --store large.db
	fact "derive is interrupted after $seconds s" ends 130
	fact "derive ends at once after $seconds s" soon
	fact "it says how to go on after $seconds s" says 'run the same command to go on'
	figures large.db >after
	fact "the figures are as they were after $seconds s" cmp before after
done
run derive "$sample" --store large.db
fact 'derive goes on after interrupts' ends 0
figures large.db >after
fact 'and makes new figures' sh -c '! cmp -s before after'

# --- The day, from outside ------------------------------------------------------

for day in 99999999999999999999 253402300800 0 -1 1753000000x ' 1753000000' 0x10 today; do
	SOURCE_DATE_EPOCH=$day run run "$sample" --mirror good --offline --cache cache --store day.db \
		-o refused -q
	fact "SOURCE_DATE_EPOCH='$day' is wrong usage" ends 2
	fact "SOURCE_DATE_EPOCH='$day' is told in one sentence" one_sentence
	fact "SOURCE_DATE_EPOCH='$day' is named" says "SOURCE_DATE_EPOCH in the environment is '$day'"
	fact "SOURCE_DATE_EPOCH='$day' leaves no store" [ ! -e day.db ]
done
SOURCE_DATE_EPOCH=today run report --store good.db
fact 'report needs no day' ends 0
SOURCE_DATE_EPOCH='' run run "$sample" --mirror good --offline --cache cache --store day.db -o day -q
fact 'an empty SOURCE_DATE_EPOCH is none' ends 0

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
