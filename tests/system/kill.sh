#!/bin/sh
# A run that is killed at any moment leaves nothing that a second run does not put
# right: the bytes in the end are those of an undisturbed run.
#
#	kill.sh QUARRY [N [sample|corpus]...]	N moments, default 10; default both
#
# The moments are spread over the time that an undisturbed run takes, each at a random
# place in its share of it; SEED in the environment gives others.
quarry=$(realpath "$1")
n=${2:-10}
[ $# -lt 2 ] || shift
shift
[ $# -gt 0 ] || set -- sample corpus
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"
seed=${SEED:-1}
echo "seed $seed, $n moments"

# moments DURATION: one a line
moments() {
	python3 - "$1" "$seed" "$n" <<-'END'
	import random, sys
	duration, seed, n = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
	chance = random.Random(seed)
	for i in range(n):
	    print(f"{duration * (i + chance.random()) / n:.4f}")
	END
}

# The command, but for where it writes.
command_line() {
	echo run "$universe" --mirror "$mirror" --offline --cache cache -q --quarter 2025Q2
}

# undisturbed: what every other run must equal; the time it takes in $duration
undisturbed() {
	# shellcheck disable=SC2046
	run $(command_line) --store "$scene.db" -o "$scene.first"
	ends "$wanted" || return 1
	# Once more, now that the histories are in the page cache.
	# shellcheck disable=SC2046
	duration=$(python3 - "$quarry" $(command_line) --store "$scene.timed.db" -o "$scene.timed" <<-'END'
	import subprocess, sys, time
	begin = time.monotonic()
	subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
	               stderr=subprocess.DEVNULL)
	print(f"{time.monotonic() - begin:.4f}")
	END
	)
	same_files "$scene.first" "$scene.timed"
}

# disturb SIGNAL SECONDS: a new store, interrupted once; its status in $status. A run
# that is faster this time is met earlier; the moment in the end is in $moment.
disturb() {
	moment=$2
	for _ in 1 2 3 4 5 6 7 8 9; do
		rm -rf "$scene.out" "$scene.out.db" "$scene.out.db-wal" "$scene.out.db-shm"
		status=0
		# shellcheck disable=SC2046
		outcome=$(python3 "$tests/lib/interrupt.py" "$moment" "$1" "$quarry" \
			$(command_line) --store "$scene.out.db" -o "$scene.out") || status=$?
		[ "$outcome" = finished ] || break
		moment=$(python3 -c "print(f'{$moment * 0.8:.4f}')")
	done
	: >err
}

sound() {
	[ ! -e "$scene.out.db" ] || python3 - "$scene.out.db" <<-'END'
	import sqlite3, sys
	answer = sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchall()
	sys.exit(0 if answer == [("ok",)] else f"integrity_check: {answer}")
	END
}

rerun() {
	# shellcheck disable=SC2046
	run $(command_line) --store "$scene.out.db" -o "$scene.out"
	ends "$wanted"
}

# A file that a killed run was writing is nobody's any more.
leftovers() {
	find "$scene.out" -name '*.tmp-*' 2>/dev/null | wc -l
}

without_leftovers() {
	find "$scene.out" -name '*.tmp-*' -exec rm -f {} +
	same_files "$scene.first" "$scene.out"
}

kills() {
	n_left=0
	for at in $(moments "$duration"); do
		disturb KILL "$at"
		fact "$scene: kill -9 at $moment s falls into a run" ends 137
		fact "$scene: the store is sound after kill -9 at $moment s" sound
		fact "$scene: a run after kill -9 at $moment s ends as always" rerun
		n_left=$((n_left + $(leftovers)))
		fact "$scene: it gives the bytes of an undisturbed run" without_leftovers
	done
	[ "$n_left" -eq 0 ] || echo "note: $scene: $n_left temporary files of killed runs stayed" \
		"in the folder of the editions"
}

# Killed and killed again, never given the time to end, until at last it is.
relentless() {
	rm -rf "$scene.out" "$scene.out".db*
	for moment in $(moments "$duration"); do
		# shellcheck disable=SC2046
		python3 "$tests/lib/interrupt.py" "$moment" KILL "$quarry" $(command_line) \
			--store "$scene.out.db" -o "$scene.out" >/dev/null || :
	done
	rerun && without_leftovers
}

# interrupts: SIGINT at every third of the moments
interrupts() {
	i=0
	for at in $(moments "$duration"); do
		i=$((i + 1))
		[ $((i % 3)) -eq 2 ] || continue
		disturb INT "$at"
		fact "$scene: SIGINT at $moment s gives exit status 130" ends 130
		fact "$scene: nothing stays in the folder of the editions" [ "$(leftovers)" -eq 0 ]
		fact "$scene: a run after SIGINT ends as always" rerun
		fact "$scene: it gives the bytes of an undisturbed run" \
			same_files "$scene.first" "$scene.out"
	done
}

play() {
	fact "$scene: an undisturbed run ends as it should" undisturbed
	echo "$scene: an undisturbed run takes $(printf '%.2f' "$duration") s"
	kills
	if [ "$scene" = sample ]; then
		fact "$scene: killed $n times in a row, it ends with the same bytes" relentless
	fi
	interrupts
}

for scene in "$@"; do
	case $scene in
	sample)
		universe=$sample mirror=mirror wanted=0
		sh "$tests/lib/histories.sh" mirror
		play
		;;
	corpus)
		if ! has_shared corpus; then
			skip 'real histories: no ../shared/corpus'
			continue
		fi
		universe=$root/categories/ml-systems mirror=$shared/corpus
		wanted=3 # the universe has many more repositories
		SOURCE_DATE_EPOCH=1790000000 # after the newest commit
		play
		;;
	*)
		fact "'$scene' is sample or corpus" false
		;;
	esac
done
finish
