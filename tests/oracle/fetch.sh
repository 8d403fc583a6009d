#!/bin/sh
# Fetching, against git's own servers on the loopback interface.
#
#	fetch.sh FETCH-TOOL
#
# One list of changes to a repository is played over git://, file://, a plain
# path and, where there is a python3, smart HTTP; after each, the cached copy is
# compared with what git says of the served one.  Then runs are killed, stopped
# and set upon each other.
set -eu

tool=$1
lib=$(dirname "$0")/../lib
tmp=$(mktemp -d)
srv=$tmp/srv
# Nothing of this machine's own: no identity, no proxy, no agent, no askpass.
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$tmp/gitconfig GIT_TERMINAL_PROMPT=0 LC_ALL=C
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_TERMINAL_PROMPT LC_ALL
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY SSH_AUTH_SOCK SSH_ASKPASS GIT_ASKPASS \
	GIT_DIR 2>/dev/null || :
pids=
passed=0
failed=0
serial=0
scene=
gitdir=
options=
finished=

finish() {
	# A server that is gone already is no failure.
	# shellcheck disable=SC2086
	kill $pids 2>/dev/null || :
	rm -rf "$tmp"
	[ "$finished" ] || echo "ended early: $passed passed, $((failed + 1)) failed"
}
trap finish EXIT
trap 'exit 130' INT TERM

# check NAME COMMAND...: the command succeeds
check() {
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $scene: $name"
		for file in out err a.out a.err b.out b.err; do
			[ ! -s "$tmp/$file" ] || sed "s/^/    $file: /" "$tmp/$file" | head -n 20
		done
	fi
}

. "$(dirname "$0")/fetch_lib.sh"

# --- The changes, over each transport ----------------------------------------

# play SCENE REPOSITORY URL
play() {
	scene=$1
	repo=$2
	url=$3
	new_repository "$repo"
	check 'clone' fetch 0 cloned "$url"
	check 'clone is the same' same "$repo"
	check 'clone received bytes' [ "$bytes" -gt 0 ]
	check 'clone has a default folder mode' [ "$(stat -c %a "$gitdir")" = 755 ]
	# libgit2 packs all references of a repository on a disk, wanted or not.
	case $url in
	/* | file:*) ;;
	*) check 'clone lacks other branches' lacks "$(git -C "$repo" rev-parse other)" ;;
	esac
	check 'git can fetch into it' git -C "$gitdir" fetch --quiet --dry-run

	packs=$(n_packs)
	check 'nothing new' fetch 0 unchanged "$url"
	check 'nothing new, few bytes' [ "$bytes" -lt 1000 ]
	check 'nothing new, no pack' [ "$(n_packs)" -eq "$packs" ]
	commits "$repo" other 2
	check 'news on another branch' fetch 0 unchanged "$url"

	commits "$repo" main 1
	check 'one commit' fetch 0 updated "$url"
	check 'one commit, the same' same "$repo"
	commits "$repo" main 40
	check 'forty commits' fetch 0 updated "$url"
	check 'forty commits, the same' same "$repo"
	check 'forty commits, received bytes' [ "$bytes" -gt 0 ]

	play_rewritten
	play_renamed
	play_odd
	play_gone
}

play_rewritten() {
	commits "$repo" main 3 main~20
	check 'force push' fetch 0 updated "$url"
	check 'force push, the same' same "$repo"
	git -C "$repo" update-ref refs/heads/main main~5
	check 'force push to an older commit' fetch 0 updated "$url"
	check 'force push to an older commit, the same' same "$repo"
	check 'force push to an older commit, few bytes' [ "$bytes" -lt 1000 ]
	git -C "$repo" update-ref -d refs/heads/main
	commits "$repo" main 30
	check 'force push of an unrelated history' fetch 0 updated "$url"
	check 'force push of an unrelated history, the same' same "$repo"
}

# rename_default FROM TO
rename_default() {
	git -C "$repo" branch --move "$1" "$2"
	git -C "$repo" symbolic-ref HEAD "refs/heads/$2"
}

play_renamed() {
	rename_default main trunk
	check 'renamed branch' fetch 0 unchanged "$url"
	check 'renamed branch, the same' same "$repo"
	rename_default trunk trunk/next
	commits "$repo" trunk/next 1
	check 'branch becomes a folder' fetch 0 updated "$url"
	check 'branch becomes a folder, the same' same "$repo"
	rename_default trunk/next trunk
	commits "$repo" trunk 1
	check 'folder becomes a branch' fetch 0 updated "$url"
	check 'folder becomes a branch, the same' same "$repo"
	git -C "$repo" symbolic-ref HEAD refs/heads/other
	check 'another default branch' fetch 0 updated "$url"
	check 'another default branch, the same' same "$repo"
	git -C "$repo" symbolic-ref HEAD refs/heads/trunk
	check 'a branch by name' fetch 0 unchanged "$url" other
	check 'a branch by name, the same' same "$repo" other
	check 'back to the default branch' fetch 0 updated "$url"
	check 'back to the default branch, the same' same "$repo"
	tip=$(git -C "$repo" rev-parse HEAD)
	check 'no such branch' fetch 1 "not found: it has no branch 'none'" "$url" none
	check 'no such branch, copy kept' kept "$tip"
}

play_odd() {
	git -C "$repo" update-ref refs/heads/HEAD trunk
	git -C "$repo" symbolic-ref HEAD refs/heads/HEAD
	check 'a branch called HEAD' fetch 0 unchanged "$url"
	check 'a branch called HEAD, the same' same "$repo" HEAD
	git -C "$repo" symbolic-ref HEAD refs/heads/unborn
	check 'unborn branch' fetch 0 empty "$url"
	check 'unborn branch, copy kept' kept "$tip"
	git -C "$repo" update-ref --no-deref HEAD trunk~3
	check 'detached HEAD' fetch 0 empty "$url"
	check 'detached HEAD, copy kept' kept "$tip"
	git -C "$repo" symbolic-ref HEAD refs/heads/trunk
	git -C "$repo" update-ref -d refs/heads/HEAD
	check 'all in order again' fetch 0 unchanged "$url"
	check 'all in order again, the same' same "$repo"

	git init --quiet --bare --initial-branch=main "${repo%.git}-empty.git"
	check 'empty' fetch 0 empty "$url-empty"
	check 'empty, and a repository' git -C "$gitdir" rev-parse --is-bare-repository \
		>"$tmp/out"
	check 'empty, without a reference' [ -z "$(git -C "$gitdir" for-each-ref)" ]
	check 'empty again' fetch 0 empty "$url-empty"
	check 'empty, a branch by name' fetch 0 empty "$url-empty" main
	commits "${repo%.git}-empty.git" main 1
	check 'no longer empty' fetch 0 updated "$url-empty"
	check 'no longer empty, the same' same "${repo%.git}-empty.git"
}

play_gone() {
	tip=$(git -C "$repo" rev-parse HEAD)
	check 'before it goes' fetch 0 unchanged "$url"
	mv "$repo" "$repo.gone"
	check 'gone' fetch 1 "^cannot fetch '$url': not found: " "$url"
	check 'gone, copy kept' kept "$tip"
	mv "$repo.gone" "$repo"
	check 'there again' fetch 0 unchanged "$url"
	check 'never there' fetch 1 "^cannot fetch '$url-never': not found: " "$url-never"
	check 'never there, nothing left' [ -z "$(find "$tmp/cache" -name '*-never*')" ]
	check 'no temporary files' no_temporary
}

# --- Servers -----------------------------------------------------------------

# While $tmp/hold is there, a server falls silent in the middle of a pack; while
# $tmp/trickle is there, it goes on very slowly.
write_hook() {
	cat >"$tmp/hook" <<-'EOF'
	#!/bin/sh
	here=$(dirname "$0")
	[ -e "$here/hold" ] || [ -e "$here/trickle" ] || exec "$@"
	"$@" >"$here/pack.$$"
	head -c 30000 "$here/pack.$$"
	: >"$here/reached.$$"
	while [ -e "$here/hold" ]; do sleep 0.05; done
	at=30001
	while [ -e "$here/trickle" ]; do
		tail -c "+$at" "$here/pack.$$" | head -c 500
		at=$((at + 500))
		sleep 0.05
	done
	tail -c "+$at" "$here/pack.$$"
	EOF
	chmod +x "$tmp/hook"
}

# until_true COMMAND...: within ten seconds
until_true() {
	for _ in $(seq 200); do
		if "$@" 2>/dev/null; then
			return 0
		fi
		sleep 0.05
	done
	return 1
}

start_daemon() {
	git init --quiet --bare "$srv/probe.git"
	port=$((20000 + $$ % 20000))
	for _ in 1 2 3 4 5 6 7 8; do
		# Not by way of git, which would be another process to end.
		"$(git --exec-path)/git-daemon" --export-all --base-path="$srv" \
			--listen=127.0.0.1 --port="$port" --reuseaddr 2>"$tmp/daemon.log" &
		daemon=$!
		daemon_url=git://127.0.0.1:$port
		sleep 0.1
		# A taken port ends it at once.
		if kill -0 "$daemon" 2>/dev/null &&
		   until_true git ls-remote --quiet "$daemon_url/probe" >/dev/null; then
			pids="$pids $daemon"
			return 0
		fi
		kill "$daemon" 2>/dev/null || :
		port=$((port + 251))
	done
	echo "cannot start git daemon"
	exit 1
}

# Smart HTTP; the first part of a path says what goes wrong there.
start_http() {
	python3 "$lib/gitserver.py" --root "$srv" --port-file "$tmp/http.port" \
		--log "$tmp/http.log" 2>"$tmp/http.err" &
	pids="$pids $!"
	until_true [ -e "$tmp/http.port" ] || {
		echo "cannot start the HTTP server"
		cat "$tmp/http.err"
		exit 1
	}
	http_url=http://127.0.0.1:$(cat "$tmp/http.port")
}

# --- Answers of HTTP ---------------------------------------------------------

# asked PATH: how many requests began so
asked() {
	grep -c "\"path\": \"$1" "$tmp/http.log" || :
}

play_answers() {
	scene='answers of HTTP'
	check '401' fetch 4 "^cannot fetch '$http_url/401/a': not found or private: " \
		"$http_url/401/a"
	check '401 names a remedy' grep -q 'token' "$tmp/err"
	check '401 is asked once' [ "$(asked /401/)" -eq 1 ]
	check '403' fetch 4 'not found or private' "$http_url/403/a"
	check '500' fetch 1 "^cannot fetch '$http_url/500/a': .*500" "$http_url/500/a"
	check 'hangs up' fetch 1 "^cannot fetch '$http_url/hangup/a': " "$http_url/hangup/a"
	check 'redirect' fetch 0 cloned "$http_url/redirect/http/r"
	check 'redirect, the same' same "$srv/http/r.git"
	check 'user agent' grep -q '(quarry/[0-9.]*)' "$tmp/http.log"
	check 'nobody listens' fetch 1 "^cannot fetch 'http://127.0.0.1:1/a': " \
		http://127.0.0.1:1/a
	check 'a secret is refused' fetch 2 'user name or password' \
		"$(echo "$http_url" | sed 's,//,//me:secret@,')/a"
	check 'a secret is not shown' [ -z "$(grep secret "$tmp/err" || :)" ]
}

play_refused() {
	scene='without allow_local'
	for url in "$daemon_url/git/r" http://127.0.0.1:1/a "file://$srv/git/r" "$srv/git/r"; do
		status=0
		"$tool" --public "$tmp/public" "$url" >"$tmp/out" 2>"$tmp/err" || status=$?
		check "$url" [ "$status" -eq 2 ]
	done
	check 'nothing was made' [ ! -e "$tmp/public" ]
}

# --- Runs that end early, and runs side by side ------------------------------

# begin NAME URL: start a run, and wait until it hangs in the middle of a pack
begin() {
	rm -f "$tmp"/reached.*
	"$tool" "$tmp/cache" "$2" >"$tmp/$1.out" 2>"$tmp/$1.err" &
	run=$!
	until_true reached
}

reached() {
	set -- "$tmp"/reached.*
	[ -e "$1" ]
}

# ends PID STATUS
ends() {
	status=0
	wait "$1" 2>/dev/null || status=$?
	[ "$status" -eq "$2" ]
}

one_temporary() {
	[ "$(find "$tmp/cache" -name 'big.git.tmp-*' | wc -l)" -eq 1 ]
}

play_killed_clone() {
	scene='killed clone'
	new_repository "$srv/git/big.git"
	commits "$srv/git/big.git" main 5 '' 2000
	url=$daemon_url/git/big
	final=$tmp/cache/127.0.0.1+$port/git/big.git
	: >"$tmp/hold"
	check 'begins' begin a "$url"
	kill -9 "$run"
	check 'is killed' ends "$run" 137
	check 'nothing under the final name' [ ! -e "$final" ]
	check 'a temporary folder' one_temporary
	rm "$tmp/hold"
	check 'next run' fetch 0 cloned "$url"
	check 'next run, the same' same "$srv/git/big.git"
	check 'next run tidies' no_temporary
}

play_killed_update() {
	scene='killed update'
	tip=$(git -C "$gitdir" rev-parse HEAD)
	commits "$srv/git/big.git" main 5 '' 2000
	: >"$tmp/hold"
	check 'begins' begin a "$url"
	kill -9 "$run"
	check 'is killed' ends "$run" 137
	check 'copy kept' kept "$tip"
	# What a run leaves that is killed while it writes a reference.
	: >"$gitdir/refs/heads/main.lock"
	: >"$gitdir/HEAD.lock"
	rm "$tmp/hold"
	check 'next run' fetch 0 updated "$url"
	check 'next run, the same' same "$srv/git/big.git"
	check 'next run tidies' no_temporary
}

play_stopped() {
	scene='stopped'
	tip=$(git -C "$gitdir" rev-parse HEAD)
	commits "$srv/git/big.git" main 5 '' 2000
	: >"$tmp/trickle"
	check 'update begins' begin a "$url"
	kill -TERM "$run"
	check 'update is stopped' ends "$run" 130
	check 'update says so' grep -q "^stopped while fetching '$url'" "$tmp/a.err"
	check 'copy kept' kept "$tip"
	check 'update leaves nothing' no_temporary
	mv "$final" "$tmp/aside"
	check 'clone begins' begin a "$url"
	kill -TERM "$run"
	check 'clone is stopped' ends "$run" 130
	check 'clone leaves nothing' no_temporary
	check 'clone has no final name' [ ! -e "$final" ]
	rm -rf "$tmp/trickle" "$tmp/aside"
}

play_together() {
	scene='two runs, one cache'
	: >"$tmp/hold"
	check 'a clone begins' begin a "$url"
	first=$run
	commits "$srv/file/r.git" trunk 1
	check 'another repository' fetch 0 updated "file://$srv/file/r"
	check 'the temporary folder in use is left alone' one_temporary
	check 'the same clone begins' begin b "$url"
	rm "$tmp/hold"
	check 'first ends' ends "$first" 0
	check 'second ends' ends "$run" 0
	gitdir=$final
	check 'the same' same "$srv/git/big.git"
	check 'nothing left' no_temporary

	commits "$srv/git/big.git" main 5 '' 2000
	: >"$tmp/hold"
	check 'an update begins' begin a "$url"
	first=$run
	"$tool" "$tmp/cache" "$url" >"$tmp/b.out" 2>"$tmp/b.err" &
	run=$!
	sleep 0.3
	rm "$tmp/hold"
	check 'first update ends' ends "$first" 0
	check 'second update ends' ends "$run" 0
	check 'one brought it' grep -q '^updated' "$tmp/a.out"
	check 'the other had waited' grep -q '^unchanged' "$tmp/b.out"
	check 'updated, the same' same "$srv/git/big.git"
}

# --- All of it ---------------------------------------------------------------

mkdir -p "$srv/git" "$srv/http" "$srv/file" "$srv/pa th:100%/x"
: >"$tmp/out"
: >"$tmp/err"
git config --global user.name 'A U Thor'
git config --global user.email a@example.org
git config --global safe.directory '*'
git config --global gc.auto 0
git config --global uploadpack.allowFilter true
git config --global uploadpack.allowAnySHA1InWant true
# There is a branch called HEAD.
git config --global core.warnAmbiguousRefs false
git config --global uploadpack.packObjectsHook "$tmp/hook"
write_hook
start_daemon
play git "$srv/git/r.git" "$daemon_url/git/r"
play_noted "$srv/git/n.git" "$daemon_url/git/n"
play_shallow "$srv/git/s.git" "$daemon_url/git/s"
play_tags "$srv/git/t.git" "$daemon_url/git/t"
play file "$srv/file/r.git" "file://$srv/file/r"
play path "$srv/pa th:100%/x/r.git" "$srv/pa th:100%/x/r"
check 'with its .git' fetch 0 cloned "$srv/pa th:100%/x/r.git"
check 'with its .git, the same' same "$srv/pa th:100%/x/r.git"
if python3 -c 'import http.server' 2>/dev/null; then
	start_http
	play http "$srv/http/r.git" "$http_url/ok/http/r"
	play_noted "$srv/http/n.git" "$http_url/ok/http/n"
	play_shallow "$srv/http/s.git" "$http_url/ok/http/s"
	play_tags "$srv/http/t.git" "$http_url/ok/http/t"
	play_answers
else
	echo "skipped: no python3 for smart HTTP"
fi
play_refused
play_killed_clone
play_killed_update
play_stopped
play_together

finished=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
