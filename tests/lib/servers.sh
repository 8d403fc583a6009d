# shellcheck shell=sh
# Servers for test scripts. Sourced after script.sh, in the script's folder; what it
# starts ends with the script:
#
#	start NAME PROGRAM ARGUMENT...   gitserver.py or tcpproxy.py; its port is in $port,
#	                                 its log in NAME.log, what it complains of in NAME.err
#	start_daemon ROOT                git daemon; its port is in $daemon_port

pids=

end_servers() {
	# One that is gone already is no failure.
	# shellcheck disable=SC2086
	kill $pids 2>/dev/null || :
	leave
}
trap end_servers EXIT

# start NAME PROGRAM ARGUMENT...: a server, whose port is in $port then
start() {
	server=$1 program=$2
	shift 2
	python3 "$tests/lib/$program" --port-file "$server.port" --log "$server.log" "$@" \
		2>"$server.err" &
	pids="$pids $!"
	wait_for "$server.port" || { cat "$server.err"; exit 1; }
	port=$(cat "$server.port")
}

# wait_for FILE: for ten seconds at most
wait_for() {
	for _ in $(seq 200); do
		[ ! -e "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

# start_daemon ROOT
start_daemon() {
	daemon_port=$((20000 + $$ % 20000))
	for _ in 1 2 3 4 5 6 7 8; do
		# Not by way of git, which would be another process to end.
		GIT_CONFIG_COUNT=3 GIT_CONFIG_KEY_0=uploadpack.allowFilter GIT_CONFIG_VALUE_0=true \
		GIT_CONFIG_KEY_1=safe.directory GIT_CONFIG_VALUE_1='*' \
		GIT_CONFIG_KEY_2=pack.threads GIT_CONFIG_VALUE_2=1 \
			"$(git --exec-path)/git-daemon" --export-all --base-path="$1" \
			--listen=127.0.0.1 --port="$daemon_port" --reuseaddr 2>daemon.err &
		pids="$pids $!"
		daemon=$!
		sleep 0.3
		# A taken port ends it at once.
		! kill -0 "$daemon" 2>/dev/null || return 0
		daemon_port=$((daemon_port + 251))
	done
	echo "cannot start git daemon"
	exit 1
}
