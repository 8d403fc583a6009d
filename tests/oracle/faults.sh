#!/bin/sh
# Servers that fail, while something is fetched from them: no half repository, the right
# sentence, and nothing else harmed.
#
#	faults.sh FETCH-TOOL [QUARRY]
#
# The faults are those of tests/lib/gitserver.py and tcpproxy.py.  Each strikes a first
# clone and an update; when it is over, the next run ends right.  So does the program with
# several repositories, some of which fail.  Last, runs are killed at random moments; SEED
# in the environment gives others, MOMENTS another number of them.
tool=$(realpath "$1")
quarry=${2:+$(realpath "$2")}
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"
seed=${SEED:-1}
moments=${MOMENTS:-20}
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY SSH_AUTH_SOCK \
	SSH_ASKPASS GIT_ASKPASS GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN QUARRY_TOKENS || :
HOME=$tmp
GIT_TERMINAL_PROMPT=0
# git must not fetch what a copy lacks while we look whether it lacks it.
GIT_ALLOW_PROTOCOL='file'
export HOME GIT_TERMINAL_PROMPT GIT_ALLOW_PROTOCOL
. "$tests/lib/servers.sh"

# --- What is served ----------------------------------------------------------

# commits FROM TO: append commits to main of root/r.git. Their messages do not shrink
# much, so that there is something to send without blobs, too.
commits() {
	awk -v from="$1" -v to="$2" '
	BEGIN {
		srand(from)
		for (i = from; i <= to; i++) {
			text = "commit " i "\n\n"
			for (j = 0; j < 8; j++)
				text = text sprintf("%08x%08x%08x%08x\n", rand() * 2 ^ 31,
					rand() * 2 ^ 31, rand() * 2 ^ 31, rand() * 2 ^ 31)
			print "commit refs/heads/main"
			print "committer A U Thor <a@example.org> " 1700000000 + 60 * i " +0000"
			print "data " length(text) "\n" text
			if (i == from && i > 1)
				print "from refs/heads/main^0"
			print "M 100644 inline file" i % 7
			print "data " length(text) "\n" text
			printf "M 100644 inline README.md\ndata 3\n%02d\n\n", i % 100
		}
	}' | git -C root/r.git fast-import --quiet
}

# --- What is checked ---------------------------------------------------------

# fetch OPTION... URL: run the tool; its status in $status, what it says in out and err
fetch() {
	status=0
	# shellcheck disable=SC2086
	"$tool" $options cache "$@" >out 2>err </dev/null || status=$?
}

# sentence WORDS: it said one, with them in it
sentence() {
	[ "$(wc -l <err)" -eq 1 ] && grep -qi -e "^cannot fetch '$url': .*$1" err ||
		{ echo "no sentence with '$1':"; cat err; return 1; }
}

# advice WANTED: what the caller should do: "no", "retry" or "retry=3"
advice() {
	read -r word _ what <out
	[ "$word" = failed ] && [ "${what:-no}" = "$1" ] || { echo "not $1:"; cat out; return 1; }
}

# objects REPOSITORY: those that a copy without blobs has
objects() {
	git -C "$1" rev-list --objects --filter=blob:none --no-object-names HEAD | sort
}

# whole: the copy is the one that is served
whole() {
	[ "$(git -C "$copy" for-each-ref --format='%(refname) %(objectname)')" = \
	  "refs/heads/main $tip" ] &&
	[ "$(git -C "$copy" symbolic-ref HEAD)" = refs/heads/main ] &&
	objects "$copy" >has && cmp has wanted &&
	git -C "$copy" fsck --full --strict && tidy
}

# tidy: nothing temporary is left in the cache
tidy() {
	find cache -name '*.tmp-*' -o -name '*.lock' -o -name '*_git2_*' -o -name 'tmp_*' \
		-o -name '*.keep' >left
	[ ! -s left ] || { echo "left behind:"; cat left; return 1; }
}

nothing() {
	[ ! -e "$copy" ] && tidy || { echo "there is something:"; ls -R "$copy"; return 1; }
}

# old: the copy is as it was
old() {
	[ "$(git -C "$copy" rev-parse HEAD)" = "$old_tip" ] && git -C "$copy" fsck --full --strict &&
	tidy
}

# unharmed: so is the other repository, to the byte
unharmed() {
	listing >others.now
	cmp others others.now
}

listing() {
	find "$other" -type f -exec cksum {} + | sort
}

# place_copy URL: what it is called in the cache
place_copy() {
	# Owner and name are the last parts.
	copy=cache/$(echo "${1#*://}" | sed 's/:/+/').git
}

# failed STATUS ADVICE WORDS KEPT
failed() {
	[ "$status" -eq "$1" ] || { echo "exit status $status"; cat out err; return 1; }
	sentence "$3" && advice "$2" && "$4" && unharmed
}

went_well() {
	[ "$status" -eq 0 ] && [ ! -s err ] && grep -q "^$1 " out ||
		{ echo "exit status $status, not $1"; cat out err; return 1; }
	whole && unharmed
}

# --- Faults ------------------------------------------------------------------

# strike FAULT STATUS ADVICE WORDS [OPTION...]: at a clone and at an update, which both
# go well when it is over
strike() {
	fault=$1 want=$2 then=$3 words=$4
	shift 4
	options=$*
	rm -rf "$copy"
	in_bytes "$clone_bytes" >"$switch"
	fetch "$url"
	fact "$scene: $fault: clone" failed "$want" "$then" "$words" nothing
	restore
	in_bytes "$update_bytes" >"$switch"
	fetch "$url"
	fact "$scene: $fault: update" failed "$want" "$then" "$words" old
	echo ok >"$switch"
	options=
	fetch "$url"
	fact "$scene: $fault: update when it is over" went_well updated
}

# in_bytes BYTES: the fault; the proxy knows no percents, so those of BYTES
in_bytes() {
	case $scene,$fault in
	git,*-*) echo "${fault%-*}-$(($1 * ${fault#*-} / 100))" ;;
	*) echo "$fault" ;;
	esac
}

# restore: the copy as it was before the last commits
restore() {
	rm -rf "$copy"
	cp -a "$before" "$copy"
}

# pass FAULT NOTE: no failure at all; the tool prints NOTE
pass() {
	rm -rf "$copy"
	echo "$1" >"$switch"
	fetch "$url"
	fact "$scene: $1: clone" went_well cloned
	fact "$scene: $1: clone is noted" [ "$(tail -n +2 out)" = "$2" ]
	restore
	fetch "$url"
	fact "$scene: $1: update" went_well updated
	echo ok >"$switch"
}

# once FAULT STATUS ADVICE WORDS: it strikes one request, and the same command goes well
# after that
once() {
	rm -rf "$copy"
	echo "$1" >"$switch"
	fetch "$url"
	fact "$scene: $1" failed "$2" "$3" "$4" nothing
	fetch "$url"
	fact "$scene: $1: the second time" went_well cloned
	echo ok >"$switch"
}

# prepare URL SWITCH: what is at URL, fetched before the last commits, is in $before
prepare() {
	url=$1 switch=$2 before=before.$scene
	place_copy "$url"
	options=
	echo ok >"$switch"
	git -C root/r.git update-ref refs/heads/main "$old_tip"
	rm -rf "$copy"
	fetch "$url"
	fact "$scene: what is updated" [ "$status" -eq 0 ]
	mv "$copy" "$before"
	git -C root/r.git update-ref refs/heads/main "$tip"
	fetch "$url"
	read -r _ clone_bytes _ <out
	restore
	fetch "$url"
	read -r _ update_bytes _ <out
}

answers() {
	strike 404 1 no '404'
	strike 410 1 no '410'
	strike 401 4 no 'not found or private'
	strike 403 4 no 'not found or private'
	strike 418 1 no '418'
	strike 429-3 1 retry=3 '429 (too many requests)'
	strike 429 1 retry=10 '429 (too many requests)'
	strike 500 1 retry '500 (internal server error)'
	strike 503-7 1 retry=7 '503 (service unavailable)'
	strike 500-pack 1 retry '500 (internal server error)'
	strike redirect-loop 1 no 'redirects more than'
	strike redirect-file 1 no 'redirects to something that is no repository'
	strike hangup 1 retry 'Empty reply from server'
	strike login 1 no "does not speak git's smart HTTP"
	strike dumb 1 no "does not speak git's smart HTTP"
	once 429-1x1 1 retry=1 '429 (too many requests)'
	once 500x1 1 retry '500 (internal server error)'
}

contents() {
	strike garbage 1 no 'is no git protocol'
	strike empty 1 retry 'cut off'
	strike err 1 no 'the server says: the disk is full'
	strike endless 1 no 'it is larger than the limit of 1000000 bytes' --bytes 1000000
	strike garbage-pack 1 no 'is no git protocol'
	strike empty-pack 1 retry 'cut off'
	strike err-pack 1 no 'the server says: the disk is full'
	strike endless-pack 1 no 'it is larger than the limit of 1000000 bytes' --bytes 1000000
	strike band3 1 retry 'the disk is full'
	strike truncated-50 1 retry 'cut off'
	strike truncated-99 1 retry 'cut off'
	strike checksum 1 retry 'damaged'
	strike bitflip 1 retry 'damaged'
	once drop-50x1 1 retry 'transfer closed'
	once checksumx1 1 retry 'damaged'
}

silences() {
	strike silent 1 retry 'the server sent nothing for 1 s' --stall 1
	strike stall-refs-50 1 retry 'the server sent nothing for 1 s' --stall 1
	strike stall-60 1 retry 'the server sent nothing for 1 s' --stall 1
	strike slow-20000 1 retry 'it took longer than 1 s' --total 1
}

# What the server tells of itself is taken as it is.
servers_of_all_kinds() {
	pass redirect "moved=$base/ok/r"
	pass v0 ''
	pass gzip ''
	pass noid ''
	pass 'v0+nofilter' full
	pass nofilter full
	pass rejectfilter full
}

drops() {
	for percent in 0 10 20 30 40 50 60 70 80 90 99; do
		strike "drop-$percent" 1 retry "$1"
	done
}

play_http() {
	scene=http
	prepare "$base/x/r" faults/x
	answers
	contents
	silences
	drops 'transfer closed'
	strike reset-50 1 retry 'reset by peer'
	strike drop-refs-50 1 retry 'transfer closed'
	servers_of_all_kinds
}

play_old_http() {
	scene='http, version 0'
	prepare "$base/y/r" faults/y
	for fault in v0+drop-refs-50 v0+drop-50; do
		strike "$fault" 1 retry 'transfer closed'
	done
	strike v0+bitflip 1 retry 'damaged'
	strike v0+endless-pack 1 no 'larger than the limit' --bytes 1000000
}

play_git() {
	scene=git
	prepare "git://127.0.0.1:$proxy_port/r" fault
	drops 'cut off\|hung up'
	strike hangup 1 retry 'cut off\|hung up\|reset'
	strike silent 1 retry 'the server sent nothing for 1 s' --stall 1
	strike stall-50 1 retry 'the server sent nothing for 1 s' --stall 1
	strike flip-60 1 retry 'damaged\|cut off\|not'
}

# --- Files of the tip --------------------------------------------------------

# holds PATH: of the tip, the copy has this file
holds() {
	git -C "$copy" cat-file -e "HEAD:$1"
}

# without_readme: whole, and the absence is noted
without_readme() {
	went_well "$1" && grep -qx no-tip-files out && ! holds README.md
}

play_tip_files() {
	scene='files of the tip'
	prepare "$base/f/r" faults/f
	options=--tip-files
	rm -rf "$copy"
	fetch "$url"
	fact "$scene: clone" went_well cloned
	fact "$scene: one that is wanted" holds README.md
	fact "$scene: none that is not" eval '! holds file1'
	echo noid >faults/f
	rm -rf "$copy"
	fetch "$url"
	fact "$scene: clone without" without_readme cloned
	restore
	fetch "$url"
	fact "$scene: update without" without_readme updated
	# The second pack is theirs; what came before stays.
	for fault in drop-50@2 checksum@2; do
		rm -rf "$copy"
		echo "$fault" >faults/f
		fetch "$url"
		fact "$scene: $fault: asked for twice" went_well cloned
		fact "$scene: $fault: they come" holds README.md
	done
	options=
}

# --- Tokens and hosts --------------------------------------------------------

# auth LOG: what came in it
auth() {
	python3 -c 'import json, sys; print(*sorted({json.loads(l)["auth"] for l in sys.stdin}))' \
		<"$1"
}

play_tokens() {
	scene=tokens
	echo '401-ok' >faults/t
	echo 'away-ok' >faults/away
	url=$base/t/r
	place_copy "$url"
	options=
	rm -rf "$copy"
	fetch "$url"
	fact 'no token' failed 4 no 'not found or private' nothing
	QUARRY_TOKENS=127.0.0.1:$http_port=wrong fetch "$url"
	fact 'a wrong token' failed 4 no 'refuses the credentials' nothing
	fact 'a wrong token is not shown' [ "$(grep -c wrong out err | grep -vc ':0')" -eq 0 ]
	QUARRY_TOKENS=127.0.0.1:$http_port=right fetch "$url"
	fact 'the right token' went_well cloned
	fact 'the right token is not on the disk' [ -z "$(grep -rlw right "$copy")" ]
	# To another host, though with the same name: its port differs.
	echo '401-ok+away-ok' >faults/t
	rm -rf "$copy"
	: >other.log
	QUARRY_TOKENS=127.0.0.1:$http_port=right fetch "$url"
	fact 'redirected to another host' went_well cloned
	fact 'which was given no token' [ "$(auth other.log)" = none ]
	fact 'and is noted' grep -qx "moved=http://127.0.0.1:$other_port/ok/r" out
}

play_tls() {
	scene=https
	if ! openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
		-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>openssl.err; then
		skip 'https: no openssl here'
		return
	fi
	start tls gitserver.py --root root --faults faults --tls cert.pem key.pem --other "$base"
	GIT_SSL_CAINFO=$tmp/cert.pem
	export GIT_SSL_CAINFO
	prepare "https://127.0.0.1:$port/s/r" faults/s
	strike drop-50 1 retry 'transfer closed\|unexpected eof\|SSL'
	strike stall-50 1 retry 'the server sent nothing for 1 s' --stall 1
	strike redirect-host 1 no 'redirects from https to http'
	unset GIT_SSL_CAINFO
	rm -rf "$copy"
	fetch "$url"
	fact 'a certificate that nobody knows' failed 1 no 'certificate of its host is not valid' nothing
}

# --- The program -------------------------------------------------------------

# arrange FAULT...: what goes wrong below each name of $names, in their order
arrange() {
	for name in $names; do
		echo "$1" >"faults/$name"
		shift
	done
}

# is_at TIP NAME...: the copies from there are whole, and at TIP
is_at() {
	wanted_tip=$1
	shift
	for name; do
		at=cache/127.0.0.1+$http_port/$name/r.git
		[ "$(git -C "$at" rev-parse HEAD)" = "$wanted_tip" ] &&
		git -C "$at" fsck --full --strict || { echo "$name is not at it"; return 1; }
	done
}

# names_failures: the three that fail are named, each in a sentence, and none else
names_failures() {
	[ "$(grep -c '^quarry: ' err)" -eq 4 ] && [ "$(wc -l <err)" -eq 4 ] &&
	grep -q "^quarry: gone/r: cannot fetch '$base/gone/r': not found" err &&
	grep -q "^quarry: shut/r: cannot fetch '$base/shut/r': not found or private" err &&
	grep -q "^quarry: mute/r: .*the server sent nothing for 1 s (tried 2 times)" err &&
	grep -qx 'quarry: repositories that failed: 3' err || { cat err; return 1; }
}

fetch_all() {
	run fetch universe --cache cache --store faults.db --allow-local --quiet --retries 1 \
		--stall-timeout 1
}

play_program() {
	scene=program
	names='fine gone shut mute cut busy'
	mkdir universe
	printf '%s\n' 'id: faults' 'title: Faults' 'layers:' '  - id: all' '    title: All' \
		'quarters:' '  from: 2023Q1' '  to: 2023Q4' >universe/universe.yaml
	printf '%s\n' 'id: all' 'title: All' 'layer: all' 'repositories:' >universe/all.yaml
	for name in $names; do
		echo "  - url: $base/$name/r" >>universe/all.yaml
	done
	git -C root/r.git update-ref refs/heads/main "$old_tip"
	arrange ok 404 401 stall-50 drop-50x1 429-1x1
	fetch_all
	fact 'several clones, of which three fail' ends 3
	fact 'several clones: the sentences' names_failures
	fact 'several clones: the others are whole' is_at "$old_tip" fine cut busy
	fact 'several clones: nothing else is left' tidy
	arrange ok ok ok ok ok ok
	fetch_all
	fact 'several clones, when it is over' ends 0
	# shellcheck disable=SC2086
	fact 'several clones, when it is over: all are whole' is_at "$old_tip" $names
	git -C root/r.git update-ref refs/heads/main "$tip"
	arrange ok 404 401 stall-50 drop-50x1 429-1x1
	fetch_all
	fact 'several updates, of which three fail' ends 3
	fact 'several updates: the sentences' names_failures
	fact 'several updates: the others are whole' is_at "$tip" fine cut busy
	fact 'several updates: what failed is as it was' is_at "$old_tip" gone shut mute
	fact 'several updates: nothing else is left' tidy
	arrange ok ok ok ok ok ok
	fetch_all
	# shellcheck disable=SC2086
	fact 'several updates, when it is over' is_at "$tip" $names
	fact 'the other repository is unharmed' unharmed
}

# --- Kills -------------------------------------------------------------------

# spread DURATION: moments, one a line
spread() {
	python3 - "$1" "$seed" "$moments" <<-'END'
	import random, sys
	duration, seed, n = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
	chance = random.Random(seed)
	for i in range(n):
	    print(f"{duration * (i + chance.random()) / n:.4f}")
	END
}

# seconds: what the command takes undisturbed
seconds() {
	python3 - "$tool" cache "$url" <<-'END'
	import subprocess, sys, time
	begin = time.monotonic()
	subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
	print(f"{time.monotonic() - begin:.4f}")
	END
}

# rerun WORD: whatever a kill left, the next run ends right; only one that had ended
# leaves nothing to do
rerun() {
	went_well "$1" || { [ "$outcome" = finished ] && went_well unchanged; } ||
		went_well unchanged
}

# kills WORD COMMAND: COMMAND sets the stage
kills() {
	# So that moments fall into the transfer, too.
	echo slow-100 >faults/k
	"$2"
	took=$(seconds)
	for moment in $(spread "$took"); do
		"$2"
		echo slow-100 >faults/k
		outcome=$(python3 "$tests/lib/interrupt.py" "$moment" KILL "$tool" cache "$url" || :)
		echo ok >faults/k
		fetch "$url"
		fact "$scene: $1: killed after $moment s of $took s ($outcome)" rerun "$1"
	done
}

absent() {
	rm -rf "$copy"
}

play_kills() {
	prepare "$base/k/r" faults/k
	kills cloned absent
	kills updated restore
}

# --- All of it ---------------------------------------------------------------

mkdir root faults
git init --quiet --bare --initial-branch=main root/r.git
commits 1 300
old_tip=$(git -C root/r.git rev-parse main)
commits 301 500
tip=$(git -C root/r.git rev-parse main)
objects root/r.git >wanted
git clone --quiet --bare root/r.git root/other.git

start other gitserver.py --root root
other_port=$port
start http gitserver.py --root root --faults faults --other "http://127.0.0.1:$other_port"
http_port=$port
base=http://127.0.0.1:$port
start_daemon root
start git tcpproxy.py --to "$daemon_port" --fault fault
proxy_port=$port

options=
other=cache/127.0.0.1+$http_port/ok/other.git
fetch "$base/ok/other"
fact 'another repository' [ "$status" -eq 0 ]
listing >others
play_http
play_old_http
play_git
play_tip_files
play_tokens
play_tls
if [ "$quarry" ]; then
	play_program
else
	skip 'the program: it is not given'
fi
scene='kill'
play_kills
[ ! -s http.err ] || { echo "FAILED: the server itself:"; cat http.err; failed=$((failed + 1)); }
finish
