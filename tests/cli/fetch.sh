#!/bin/sh
# Fetching from a server that behaves, and one that does not: what is said, kept and
# reported, and how it ends.
#
#	fetch.sh QUARRY
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

server=
trap '[ ! "$server" ] || kill "$server" 2>/dev/null || :; leave' EXIT
unset http_proxy https_proxy all_proxy no_proxy QUARRY_TOKENS GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN || :
GIT_TERMINAL_PROMPT=0 HOME=$tmp
export GIT_TERMINAL_PROMPT HOME

"$tests/lib/histories.sh" repos
mkdir faults
python3 "$tests/lib/gitserver.py" --root repos --port-file port --log requests --faults faults \
	--config uploadpack.allowFilter=true --config uploadpack.allowAnySHA1InWant=true &
server=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s port ] || sleep 0.2
done
base=http://127.0.0.1:$(cat port)

# Each repository under a name of its own, by which the server is told what to do.
mkdir u
printf 'id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
printf 'id: tools\ntitle: Tools\nlayer: base\nrepositories:\n' >u/tools.yaml
n=0
for repo in kestrel+kestrel-db otter+otter-kv larkspur+larkspur lantern+lantern \
	meadow+meadow-trace juniper+juniper-http; do
	echo "  - url: $base/n$n/$repo" >>u/tools.yaml
	n=$((n + 1))
done

# fetch ARGUMENT...: the universe into the cache c
fetch() {
	run fetch u --allow-local --cache c "$@"
}

# silent_on TEXT: the last run did not say it
silent_on() {
	! grep -F -e "$1" err
}

# doctor_says TEXT
doctor_says() {
	"$quarry" doctor --cache c >doctor || :
	grep -F -e "$1" doctor || { cat doctor; return 1; }
}

n_requests() {
	wc -l <requests
}

# tips CACHE: the branch and commit of each repository in it
tips() {
	find "$1" -name '*.git' | sort | while read -r repo; do
		echo "${repo##*/} $(git --git-dir="$repo" symbolic-ref HEAD) \
$(git --git-dir="$repo" rev-parse HEAD)"
	done
}

# --- The course of things -----------------------------------------------------

fetch
fact 'a first fetch ends with 0' ends 0
fact 'it is summed up' says 'quarry: fetched 6 of 6 repositories, '
fact 'nothing more is said' one_sentence
tips c >first
fact 'all of them are there' [ "$(wc -l <first)" -eq 6 ]
fetch
fact 'a second one has nothing to do' says 'fetched 0 of 6 repositories, 6 unchanged'
fact 'and still nothing more is said' one_sentence

before=$(n_requests)
fetch --offline
fact '--offline with a cache ends with 0' ends 0
fact '--offline makes no request' [ "$(n_requests)" -eq "$before" ]
run fetch u --allow-local --cache none --offline
fact '--offline without a cache fails' ends 1
fact '--offline without a cache makes none' [ ! -e none ]

run run u --allow-local --cache c --offline --store old.db -o here -q
fact 'a run on it ends with 0' ends 0
mkdir elsewhere
cp -R c elsewhere/d
mv c kept
run run u --allow-local --cache elsewhere/d --offline --store new.db -o there -q
fact 'a cache that was moved is read' ends 0
fact 'and gives the same edition' same_files here there
run fetch u --allow-local --cache elsewhere/d
fact 'and is brought up to date' says '6 unchanged'
mv kept c

"$quarry" fetch u --allow-local --cache both --store one.db >/dev/null 2>err1 &
one=$!
run fetch u --allow-local --cache both --store two.db
status1=0
wait $one || status1=$?
fact 'of two runs in one cache the one ends with 0' ends 0
fact 'of two runs in one cache the other ends with 0' [ "$status1" -eq 0 ]
tips both >got
fact 'and the cache is what one makes of it' cmp first got
fact 'and no temporary name stays' [ -z "$(find both -name '*tmp*')" ]

# --- What may happen to a repository ------------------------------------------

echo 404 >faults/n1
fetch
fact 'a repository that is gone is exit status 3' ends 3
fact 'it is named' says 'quarry: n1/otter+otter-kv: '
fact 'it is said that it is gone' says 'n1/otter+otter-kv: it is gone; what was brought of it is kept'
fact 'the others go on' says '5 unchanged, 1 failed'
tips c >got
fact 'what was brought is kept' cmp first got
fact 'doctor says since when' doctor_says 'n1/otter+otter-kv: since 2025-07-20, last seen on 2025-07-20: it is gone'
SOURCE_DATE_EPOCH=1753100000 fetch
fact 'the second time it is no news' silent_on 'it is gone'
SOURCE_DATE_EPOCH=1753100000 fetch -v
fact 'but told with -v' says 'it is gone'
fact 'doctor knows both days' doctor_says 'since 2025-07-20, last seen on 2025-07-21: it is gone'
echo ok >faults/n1
fetch
fact 'it is there again' says 'n1/otter+otter-kv: it was gone, and is there again'
echo 401 >faults/n1
fetch
fact 'a repository that turned private' says 'n1/otter+otter-kv: it is gone or turned private'
rm faults/n1
fetch -q
fact '-q says nothing of what is no failure' [ ! -s err ]

echo redirect >faults/n2
fetch
fact 'a repository that has moved ends with 0' ends 0
fact 'where to is said' says "n2/larkspur+larkspur: moved to '$base/ok/larkspur+larkspur"
fact 'doctor says it, too' doctor_says 'write that into the universe'
rm faults/n2

git --git-dir=repos/lantern+lantern.git branch -m main trunk
fetch
fact 'a branch with another name' says "n3/lantern+lantern: its branch 'main' is now 'trunk'"
git --git-dir=repos/meadow+meadow-trace.git update-ref refs/heads/main refs/heads/main~3
fetch
fact 'a force push' says 'n4/meadow+meadow-trace: its history was rewritten (force push)'
fact 'doctor says that, too' doctor_says 'on 2025-07-20: its history was rewritten (force push)'

rm -rf c
echo nofilter >faults/n0
fetch
fact 'a server without a filter ends with 0' ends 0
fact 'it is said' says 'takes no filter, so all file contents were fetched, too'
fact 'doctor names the server' doctor_says ': this server takes no filter: all file contents of 1 repository'
rm faults/n0

# --- Failures that pass, and others --------------------------------------------

rm -rf c
echo 503-1x1 >faults/n0
fetch --retries 1
fact 'a server that is busy is asked again' ends 0
fact 'which is told' says ', 1 retry'
rm -rf c
echo 500 >faults/n0
fetch --retries 1
fact 'a server that stays broken is a failure' ends 3
fact 'with the number of tries' says '(tried 2 times)'
fact 'the others are brought' says 'fetched 5 of 6 repositories, 1 failed'
fetch --retries 0
fact 'without retries there is one' silent_on '(tried'
echo 429-3600 >faults/n0
fetch
fact 'a server that wants an hour is not waited for' ends 3
fact 'nor asked again' silent_on ' retr'
rm faults/n0
fetch --max-bytes 2K
fact 'a repository beyond --max-bytes fails' ends 3
rm -rf c
echo stall-50 >faults/n0
fetch --stall-timeout 1 --retries 0
fact 'a server that falls silent is given up' ends 3
fact 'the others are brought' says 'fetched 5 of 6 repositories, 1 failed'
fact 'nothing half stays' [ -z "$(find c -name '*kestrel*')" ]

# --- Interrupted ---------------------------------------------------------------

rm -rf c
for n in 2 3 4 5; do
	echo stall-50 >faults/n$n
done
rm faults/n0
"$quarry" fetch u --allow-local --cache c --store stopped.db --per-host 8 >out 2>err &
pid=$!
sleep 3
from=$(date +%s%N)
kill -INT $pid
status=0
wait $pid || status=$?
ms=$((($(date +%s%N) - from) / 1000000))
# A shell starts background work with SIGINT ignored; quarry takes it all the same.
fact 'an interrupted fetch ends with 130' ends 130
fact "it ends within a second ($ms ms)" [ "$ms" -lt 1000 ]
fact 'what to do is said' says 'run the same command to go on'
run doctor --store stopped.db --cache c
fact 'the store is sound' grep -q "'stopped.db' is sound" out
rm -f faults/*
: >requests
run fetch u --allow-local --cache c --store stopped.db
fact 'the next run goes on' ends 0
fact 'and brings what is missing alone' says 'fetched 4 of 6 repositories, 2 unchanged'
fact 'in four packs' [ "$(grep POST requests | grep -vc ls-refs)" -eq 4 ]
tips c >got
fact 'all of them are there again' [ "$(wc -l <got)" -eq 6 ]
finish
