#!/bin/sh
# Links to git's own server: over TCP to git daemon, and by way of ssh, in whose place
# stands a script that notes what it is given and runs the command here.
#
#	links.sh LINK-TOOL
#
# What a link says is compared with what git says; then servers and children misbehave.
# The tool itself looks for descriptors and children that a link has left.

# shellcheck source=tests/lib/script.sh
. "$(dirname "$0")/../lib/script.sh"

tool=$(absolute "$1")
cd "$tmp"
pids=
unset GIT_SSH_COMMAND GIT_PROTOCOL 2>/dev/null || :
trap 'end_servers; leave' EXIT

end_servers() {
	# One that is gone already is no failure.
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
}

# --- What is checked ---------------------------------------------------------

# link ARGUMENT...: run the tool: its status in $status, what it says in out and err
link() {
	status=0
	"$tool" "$@" >out 2>err || status=$?
}

# works ARGUMENT...
works() {
	link "$@"
	[ "$status" -eq 0 ] || { echo "status $status"; cat out err; return 1; }
}

# fails TEXT ARGUMENT...: with one line that has this in it, cause first
fails() {
	text=$1
	shift
	link "$@"
	[ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -e "^$text" err ||
		{ echo "status $status, not '$text':"; cat out err; return 1; }
}

# fails_within SECONDS TEXT ARGUMENT...
fails_within() {
	limit=$1
	shift
	began=$(date +%s)
	fails "$@" || return 1
	took=$(($(date +%s) - began))
	[ "$took" -le "$limit" ] || { echo "took $took seconds"; return 1; }
}

# advertises REPOSITORY [OPTION...] URL: in version 0, what git says; in version 2,
# capabilities alone
advertises() {
	{
		echo 'version 0'
		git -C "$1" rev-parse HEAD | sed 's/$/ HEAD/'
		git -C "$1" for-each-ref --format='%(objectname) %(refname)'
	} >expected
	shift
	if [ "$1" = -p ]; then
		works -p "$2" advert 0 "$3" && diff expected out &&
		works -p "$2" advert 2 "$3" && [ "$(cat out)" = 'version 2' ]
	else
		works advert 0 "$1" && diff expected out &&
		works advert 2 "$1" && [ "$(cat out)" = 'version 2' ]
	fi
}

# brings WORD URL ID...: into a new repository "into.git"
brings() {
	word=$1
	from=$2
	shift 2
	rm -rf into.git
	git init --quiet --bare into.git
	works objects "$from" into.git "$@" && [ "$(cat out)" = "$word" ] ||
		{ cat out; return 1; }
}

# holds REPOSITORY ID...: into.git has these, and nothing else; all in one pack
holds() {
	of=$1
	shift
	for id; do
		git -C "$of" cat-file blob "$id" >a && git -C into.git cat-file blob "$id" >b &&
		cmp a b || return 1
	done
	git -C into.git cat-file --batch-all-objects --batch-check='%(objectname)' |
		LC_ALL=C sort >have
	printf '%s\n' "$@" | LC_ALL=C sort -u >want
	diff want have && [ "$(packs)" -eq 1 ] && git -C into.git fsck --strict
}

packs() {
	find into.git/objects/pack -name '*.pack' | wc -l
}

# untouched: nothing is in into.git, and nothing half
untouched() {
	[ -z "$(find into.git/objects/pack -type f)" ]
}

# --- Repositories and servers ------------------------------------------------

# made PATH: a history with a mailmap and a readme at its tip
made() {
	git init --quiet --bare --initial-branch=main "$1"
	{
		for i in 1 2 3; do
			printf 'commit refs/heads/main\n'
			printf 'committer A U Thor <a@example.org> %s +0000\n' $((1700000000 + i))
			printf 'data 2\n%s\nM 100644 inline README\ndata 9\nreadme %s\n' "$i" "$i"
			printf '\nM 100644 inline .mailmap\ndata 16\nA <a@b> <c@d> %s\n\n\n' "$i"
		done
		printf 'reset refs/tags/v1\nfrom refs/heads/main\n\n'
	} | git -C "$1" fast-import --quiet
}

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
	port=$((20000 + $$ % 20000))
	for _ in 1 2 3 4 5 6 7 8; do
		# Not by way of git, which would be another process to end.
		"$(git --exec-path)/git-daemon" --export-all --base-path="$tmp/srv" \
			--listen=127.0.0.1 --port="$port" --reuseaddr 2>daemon.log &
		daemon=$!
		# A taken port ends it at once.
		sleep 0.1
		if kill -0 "$daemon" 2>/dev/null &&
		   until_true git ls-remote --quiet "git://127.0.0.1:$port/r.git" >/dev/null; then
			pids="$pids $daemon"
			return 0
		fi
		kill "$daemon" 2>/dev/null || :
		port=$((port + 251))
	done
	echo "cannot start git daemon"
	exit 1
}

# peer MODE: a server that misbehaves; its URL in $peer
peer() {
	rm -f peer.port
	python3 peer.py "$1" peer.port &
	pids="$pids $!"
	until_true [ -e peer.port ] || { echo "cannot start a server"; exit 1; }
	peer=git://127.0.0.1:$(cat peer.port)/r.git
}

write_peer() {
	cat >peer.py <<-'END'
	import os, socket, struct, sys, time

	mode, port_file = sys.argv[1:]
	server = socket.socket()
	server.bind(("127.0.0.1", 0))
	server.listen(0 if mode == "full" else 16)
	held = []
	if mode == "full":  # who comes now gets no answer
	    for _ in range(4):
	        s = socket.socket()
	        s.setblocking(False)
	        s.connect_ex(server.getsockname())
	        held.append(s)
	with open(port_file + ".new", "w") as f:
	    f.write(str(server.getsockname()[1]))
	os.rename(port_file + ".new", port_file)
	if mode == "full":
	    time.sleep(600)

	def line(data):
	    return b"%04x" % (len(data) + 4) + data

	CAPS = (line(b"version 2\n") + line(b"agent=x\n") + line(b"fetch=filter\n") + b"0000")
	ANSWERS = {
	    "no-pack": b"0000",
	    "garbage": b"garbage that is no packet",
	    "gives-up": line(b"packfile\n") + line(b"\3" + b"disk \33[31mon fire\n"),
	    "no-band": line(b"packfile\n") + line(b"\7PACK"),
	    "empty-band": line(b"packfile\n") + line(b""),
	    "not-ours": line(b"ERR upload-pack: not our ref 123"),
	    "refuses": line(b"ERR go away"),
	    "cut": line(b"packfile\n") + line(b"\1PACK\0\0\0\2\0\0\0\1"),
	    "wrong-pack": line(b"packfile\n") + line(b"\1PACK\0\0\0\2\0\0\0\1\x3f\xff\xff")
	                  + line(b"\1" + b"x" * 60) + b"0000",
	    # No object, and the right checksum of that.
	    "other-objects": line(b"packfile\n") + line(b"\1PACK\0\0\0\2\0\0\0\0" + bytes.fromhex(
	                     "029d08823bd8a8eab510ad6ac75c823cfd3ed31e")) + b"0000",
	}
	while True:
	    c, _ = server.accept()
	    held.append(c)
	    c.recv(4096)
	    if mode == "hang-up":
	        c.close()
	    elif mode == "reset":
	        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	        c.close()
	    elif mode == "half":
	        c.sendall(b"00aa1234567890123456789012345678901234567890 HEAD")
	        c.close()
	    elif mode == "drip":
	        try:
	            while True:
	                c.sendall(b"0005x")
	                time.sleep(0.3)
	        except OSError:
	            pass
	    elif mode == "flood":
	        try:
	            while True:
	                c.sendall(line(b"1" * 40 + b" refs/heads/x") * 1000)
	        except OSError:
	            pass
	    elif mode in ANSWERS:
	        c.sendall(CAPS)
	        c.recv(4096)
	        c.sendall(ANSWERS[mode])
	        c.close()
	END
}

# In the place of ssh: $FAKE says how it behaves, "asked" gets what it was given.
write_ssh() {
	cat >ssh <<-'END'
	#!/bin/sh
	here=$(dirname "$0")
	printf '%s\n' "$@" >"$here/asked"
	echo "GIT_PROTOCOL=${GIT_PROTOCOL-unset} LC_ALL=$LC_ALL" >>"$here/asked"
	# Without a child, for which some shells block signals for a moment.
	[ ! -r "/proc/$$/status" ] || while read -r key mask; do
		case $key in Sig[BI][lg][kn]:) echo "$mask" ;; esac
	done <"/proc/$$/status" >"$here/signals"
	for command; do :; done
	case ${FAKE:-} in
	'') exec sh -c "$command" ;;
	old) unset GIT_PROTOCOL; exec sh -c "$command" ;;
	say:*) printf '%s\n' "${FAKE#say:}" >&2; exit 255 ;;
	end:*) exit "${FAKE#end:}" ;;
	die) kill -9 $$ ;;
	noisy) head -c 3000000 /dev/zero | tr '\0' 'x' >&2; exec sh -c "$command" ;;
	babble) exec yes 'some words' >&2 ;;
	silent) exec sleep 300 ;;
	half) printf '00aa1234567890'; exit 0 ;;
	deaf) exec <&-; printf '%s\n' 'git@host: Permission denied (publickey).' >&2
		sleep 0.2; exit 255 ;;
	stubborn) trap '' TERM HUP INT; sh -c "$command" </dev/null; sleep 300; sleep 300 ;;
	late) exec >&-; sleep 0.3; echo 'fatal: late words' >&2; exit 3 ;;
	esac
	END
	chmod +x ssh
	GIT_SSH=$tmp/ssh
	export GIT_SSH
}

# --- git:// ------------------------------------------------------------------

play_git() {
	url=git://127.0.0.1:$port
	fact 'git: what is advertised' advertises srv/r.git "$url/r.git"
	fact 'git: blobs by their ids' brings brought "$url/r.git" "$readme" "$mailmap"
	fact 'git: those blobs, and no other object' holds srv/r.git "$readme" "$mailmap"
	fact 'git: one blob twice' brings brought "$url/r.git" "$readme" "$readme"
	fact 'git: one blob' holds srv/r.git "$readme"
	fact 'git: an id that the server has not' brings none "$url/r.git" "$nowhere"
	fact 'git: nothing came' untouched
	fact 'git: an odd path' advertises "srv/$odd.git" -p "/$odd.git" "$url/x"
	fact 'git: a repository that is not there' fails 'gone: ' advert 0 "$url/none.git"
	fact 'git: nobody listens' fails 'later: cannot connect.*refused' advert 0 \
		git://127.0.0.1:1/r.git
	fact 'git: no such host' fails 'later: cannot find' advert 0 git://host.invalid/r.git
	fact 'git: a limit of bytes' fails 'final: it is larger' -b 20 advert 0 "$url/r.git"
	http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1
	export http_proxy all_proxy
	fact 'git: no proxy' works advert 0 "$url/r.git"
	unset http_proxy all_proxy
}

# stops SECONDS URL: SIGTERM ends it within that time
stops() {
	"$tool" advert 0 "$2" >out 2>err &
	run=$!
	sleep 0.5
	kill -TERM "$run"
	began=$(date +%s)
	status=0
	wait "$run" || status=$?
	[ "$status" -eq 1 ] && [ "$(cat err)" = 'stopped: stopped' ] &&
	[ $(($(date +%s) - began)) -le "$1" ] || { echo "status $status"; cat err; return 1; }
}

play_peers() {
	peer hang-up
	fact 'hangs up' fails 'later: ' -s 5 advert 0 "$peer"
	peer reset
	fact 'resets the connection' fails 'later: ' -s 5 advert 0 "$peer"
	peer half
	fact 'hangs up in a packet' fails 'later: .*cut off' -s 5 advert 0 "$peer"
	peer silent
	fact 'is silent' fails_within 3 'later: the server sent nothing' -s 1 advert 0 "$peer"
	fact 'all takes too long' fails_within 3 'later: it took longer' -t 1 advert 0 "$peer"
	peer full
	fact 'does not accept' fails_within 3 'later: its host did not answer' -c 1 advert 0 "$peer"
	fact 'does not accept, total time' fails_within 3 'later: it took longer' -t 1 advert 0 \
		"$peer"
	peer flood
	fact 'has no end' fails 'final: ' -b 9999999 advert 0 "$peer"
	peer full
	fact 'stopped while connecting' stops 1 "$peer"
	peer silent
	fact 'stopped while it is silent' stops 1 "$peer"

	for case in 'no-pack final' 'garbage final' 'gives-up later' 'no-band final' \
		    'empty-band final' 'refuses final' 'cut later' 'wrong-pack later' \
		    'other-objects final'; do
		peer "${case% *}"
		rm -rf into.git
		git init --quiet --bare into.git
		fact "objects: ${case% *}" fails "${case#* }: " -s 5 objects "$peer" into.git "$readme"
		[ "${case% *}" = other-objects ] ||
			fact "objects: ${case% *}: nothing is left" untouched
	done
	peer gives-up
	fact 'objects: its last words are shown' fails 'later: .*disk ?\[31mon fire$' \
		objects "$peer" into.git "$readme"
	peer not-ours
	fact 'objects: not ours' brings none "$peer" "$readme"
}

# --- ssh:// ------------------------------------------------------------------

# given EXPECTED...: what the last ssh got, a line an argument
given() {
	printf '%s\n' "$@" | diff - asked
}

# A child of a thread that blocks signals. glibc keeps two for itself, 32 and 33.
clean_signals() {
	[ ! -s signals ] || ! grep -v '0000000$' signals
}

# known CAUSE WORDS: ssh says this, and ends
known() {
	FAKE="say:$2" fails "$1: $3" advert 0 "$url"
}

play_ssh() {
	url=ssh://me@host.example:2222$tmp/srv/r.git
	fact 'ssh: what is advertised' advertises srv/r.git "$url"
	fact 'ssh: arguments, version 2' given -o BatchMode=yes -o SendEnv=GIT_PROTOCOL -p 2222 -- \
		me@host.example "git-upload-pack '$tmp/srv/r.git'" 'GIT_PROTOCOL=version=2 LC_ALL=C'
	GIT_PROTOCOL=version=2
	export GIT_PROTOCOL
	fact 'ssh: version 0' works -c 7 advert 0 "ssh://h$tmp/srv/r.git"
	unset GIT_PROTOCOL
	fact 'ssh: arguments, version 0' given -o BatchMode=yes -o ConnectTimeout=7 -- git@h \
		"git-upload-pack '$tmp/srv/r.git'" 'GIT_PROTOCOL=unset LC_ALL=C'
	fact 'ssh: no signal is blocked or ignored' clean_signals
	fact 'ssh: blobs by their ids' brings brought "$url" "$readme" "$mailmap"
	fact 'ssh: those blobs, and no other object' holds srv/r.git "$readme" "$mailmap"
	fact 'ssh: an id that the server has not' brings none "$url" "$nowhere"
	FAKE=old fact 'ssh: a host that knows no version 2' brings none "$url" "$readme"
	fact 'ssh: an odd path' advertises "srv/$odd.git" -p "$tmp/srv/$odd.git" ssh://h/x
	quoted=$(printf %s "$odd" | sed "s/['!]/'\\\\&'/g")
	fact 'ssh: an odd path, quoted' given -o BatchMode=yes -o SendEnv=GIT_PROTOCOL -- git@h \
		"git-upload-pack '$tmp/srv/$quoted.git'" 'GIT_PROTOCOL=version=2 LC_ALL=C'
	fact 'ssh: a home folder' works_not_there
	fact 'ssh: a repository that is not there' fails 'gone: .*not appear' advert 0 \
		"ssh://h$tmp/srv/none.git"
}

# The '/' before it is git's separator, no part of the path.
works_not_there() {
	FAKE=end:1 link advert 0 'ssh://h/~me/r.git'
	grep -qx "git-upload-pack '~me/r.git'" asked
}

play_ssh_words() {
	fact 'ssh: no key' known auth 'git@host: Permission denied (publickey).' '.*ssh-add'
	fact 'ssh: unknown host' known final 'Host key verification failed.' '.*connect once with ssh'
	fact 'ssh: changed host' known final '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @
	Host key verification failed.' '.*another'
	fact 'ssh: no address' known later 'ssh: Could not resolve hostname h: Name or service' \
		'ssh: Could'
	fact 'ssh: nobody listens' known later 'ssh: connect to host h port 22: Connection refused' ''
	fact 'ssh: gone' known gone 'ERROR: Repository not found.
	fatal: Could not read from remote repository.' 'ERROR: Repo'
	fact 'ssh: words nobody knows' known later 'Bad \1/33[31m configuration option' \
		'ssh ended with status 255: Bad'
	FAKE=end:3 fact 'ssh: no words' fails 'later: ssh ended with status 3$' advert 0 "$url"
	FAKE=die fact 'ssh: killed' fails 'later: ssh was ended by signal 9' advert 0 "$url"
	FAKE=late fact 'ssh: late words' fails 'later: ssh ended with status 3: fatal: late words$' \
		advert 0 "$url"
	FAKE=half fact 'ssh: hangs up in a packet' fails 'later: .*cut off' advert 0 "$url"
	FAKE=end:0 fact 'ssh: hangs up' fails 'later: ' advert 0 "$url"
	GIT_SSH=$tmp/no-such-program fact 'ssh: no program' fails 'final: cannot start' advert 0 "$url"
}

play_ssh_children() {
	FAKE=noisy fact 'ssh: many words do not block it' works -s 5 advert 0 "$url"
	FAKE=babble fact 'ssh: words without end' fails_within 3 'later: the server sent nothing' \
		-s 1 advert 0 "$url"
	FAKE=silent fact 'ssh: silent' fails_within 4 'later: the server sent nothing' -s 1 \
		advert 0 "$url"
	FAKE=silent fact 'ssh: stopped' stops 3 "$url"
	FAKE=stubborn fact 'ssh: ignores that it is told to end' works_within 4 advert 0 "$url"
	fact 'ssh: nothing of it is left' gone_for_good
	FAKE=deaf fact 'ssh: a cause, though it does not listen' fails 'auth: ' advert 0 "$url"
}

works_within() {
	limit=$1
	shift
	began=$(date +%s)
	works "$@" && [ $(($(date +%s) - began)) -le "$limit" ]
}

gone_for_good() {
	! grep -qsF "$tmp/ssh" /proc/[0-9]*/cmdline
}

# --- All of it ---------------------------------------------------------------

odd="a 'b' c!d"
mkdir srv
made srv/r.git
made "srv/$odd.git"
readme=$(git -C srv/r.git rev-parse main:README)
mailmap=$(git -C srv/r.git rev-parse main:.mailmap)
nowhere=1234567890123456789012345678901234567890
start_daemon
play_git
if python3 -c 'import socket' 2>/dev/null; then
	write_peer
	play_peers
else
	skip "servers that misbehave: no python3"
fi
write_ssh
play_ssh
play_ssh_words
play_ssh_children
finish
