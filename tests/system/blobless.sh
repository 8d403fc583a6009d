#!/bin/sh
# What is fetched without blobs gives the same edition, byte for byte, as what is
# fetched whole.
#
#	blobless.sh QUARRY [FOLDER]
#
# The same repositories are served under the same addresses by a server that takes a
# filter, by one that takes none, and by one of version 0 of the protocol. FOLDER holds
# whole histories to do that with, as OWNER+NAME.git or OWNER+NAME/repo; without it, it
# is done with the sample.
quarry=$(realpath "$1")
folder=${2:+$(realpath "$2")}
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import http.server' 2>/dev/null; then
	skip 'there is no python3 for a server'
	finish
fi

# the repositories as the server names them: srv/OWNER/NAME.git
if [ "$folder" ]; then
	for path in "$folder"/*+*; do
		name=${path##*/}
		name=${name%.git}
		mkdir -p "srv/${name%%+*}"
		[ ! -d "$path/repo" ] || path=$path/repo
		ln -s "$path" "srv/${name%%+*}/${name#*+}.git"
	done
else
	sh "$tests/lib/histories.sh" made
	for path in made/*.git; do
		name=${path##*/}
		mkdir -p "srv/${name%%+*}"
		mv "$path" "srv/${name%%+*}/${name#*+}"
	done
fi
mkdir faults
python3 "$tests/lib/gitserver.py" --root srv --port-file port --faults faults --log requests \
	--config uploadpack.allowAnySHA1InWant=false 2>server.err &
server=$!
trap 'kill $server 2>/dev/null || :; leave' EXIT
for _ in $(seq 100); do
	[ ! -e port ] || break
	sleep 0.1
done
base=http://127.0.0.1:$(cat port)/x

if [ "$folder" ]; then
	mkdir universe
	python3 - "$base" srv universe <<-'END'
	import pathlib, sys
	base, srv, out = sys.argv[1:]
	out = pathlib.Path(out)
	names = sorted(f"{p.parent.name}/{p.stem}" for p in pathlib.Path(srv).glob("*/*.git"))
	(out / "universe.yaml").write_text(
	    "id: served\ntitle: Served\nlayers:\n  - id: all\n    title: All\n"
	    "quarters:\n  from: 2023Q1\n  to: 2025Q2\n")
	for i in range(3):
	    (out / f"part-{i}.yaml").write_text(
	        f"id: part-{i}\ntitle: Part {i}\nlayer: all\nrepositories:\n" +
	        "".join(f"  - url: {base}/{n}\n" for n in names[i::3]))
	END
else
	cp -r "$sample" universe
	rm -r universe/histories
	sed -i "s,https://git.example.org,$base," universe/*.yaml
fi
# edition WAY FAULTS: fetch all anew from a server with such faults, and report
edition() {
	mkdir -p "$1"
	echo "$2" >faults/x
	: >requests
	run run universe --allow-local --cache "$1/cache" --store "$1/store.db" -o "$1/edition" \
		--quarter 2025Q2
	ends 0 && [ -s "$1/edition/$(ls "$1/edition" | grep '\.md$')" ]
}

# blobs WAY: how many of them the cache holds
blobs() {
	for gitdir in "$1"/cache/*/x/*/*.git; do
		git -C "$gitdir" cat-file --batch-all-objects --batch-check='%(objecttype)'
	done | grep -c '^blob$' || :
}

asked_without_blobs() {
	grep -q '"command": "fetch"' requests
}

few_blobs() {
	[ "$(blobs "$1")" -lt "$(blobs whole)" ]
}

fact 'with a filter' edition blobless ok
fact 'files of the tip came by their ids' asked_without_blobs
fact 'without a filter' edition whole nofilter
fact 'of version 0' edition version-0 v0
fact 'fewer blobs came with a filter' few_blobs blobless
fact 'fewer blobs came with version 0' few_blobs version-0
fact 'the same edition with and without blobs' same_files blobless/edition whole/edition
fact 'the same again, when nothing is new' edition blobless ok
fact 'the same edition then' same_files blobless/edition whole/edition
finish
