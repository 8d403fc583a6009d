#!/bin/sh
# Everything: installs what is missing, builds four times, runs the tests.
#
#	run.sh
#
#	gcc      warnings are errors; every suite; real histories, where ../shared/corpus is
#	asan     gcc with the address and undefined behaviour sanitizers; sample histories
#	tsan     gcc with the thread sanitizer; unit tests, and runs with 1 to 8 workers
#	clang    warnings are errors; unit tests; fuzz targets as libFuzzer builds them
#
# The last line is the total. A script's cases count as it tells them; a program of unit
# tests, a header and a build count as one each (tests/lib/tally.py).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
builds=$root/build/tests
sh "$root/docs/packages.sh" build test
rm -rf "$builds/results"
mkdir -p "$builds/results"
results=

export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# Accesses by libraries that were not built with it are none of ours, and mislead: memory
# that libgit2 maps and leaves may be where the linker puts a module of iconv next.
export TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1
export PYTHONDONTWRITEBYTECODE=1
unset DESTDIR UPDATE || :

# say TEXT: to whoever waits
say() {
	printf '== %s\n' "$1"
}

# build NAME COMPILER OPTION...: it is a case that it succeeds
build() {
	name=$1 compiler=$2
	shift 2
	log=$builds/results/$name.build
	results="$results $log"
	say "$name: building"
	if { [ -f "$builds/$name/build.ninja" ] ||
		CC=$compiler meson setup "$builds/$name" "$root" "$@"; } >"$log.log" 2>&1 </dev/null &&
		ninja -C "$builds/$name" >>"$log.log" 2>&1 </dev/null; then
		echo "passed $name: build" >"$log"
	else
		{ echo "failed $name: build"; tail -n 60 "$log.log"; } >"$log"
		return 1
	fi
}

# run NAME PART OPTION...: tests of a build
run() {
	name=$1 part=$2
	shift 2
	say "$name: testing $part"
	# Its exit status tells no more than its log.
	meson test -C "$builds/$name" --no-rebuild --logbase "$name.$part" "$@" </dev/null || :
	log=$builds/$name/meson-logs/$name.$part.json
	[ -f "$log" ] || echo "failed $name: no log of $part" >"$builds/results/$name.$part"
	cp "$log" "$builds/results" 2>/dev/null || :
	results="$results $builds/results/$name.$part.json $builds/results/$name.$part"
}

# Without the real histories: where they would take too long.
sample_only() {
	SHARED=$builds/nothing
	export SHARED
}

if build gcc gcc -Dwerror=true; then
	run gcc all
fi
if build asan gcc -Db_sanitize=address,undefined; then
	(sample_only; run asan sample --timeout-multiplier 3 --suite unit --suite fault --suite cli \
		--suite golden --suite oracle --suite system --suite fuzz)
	results="$results $builds/results/asan.sample.json $builds/results/asan.sample"
fi
if build tsan gcc -Db_sanitize=thread; then
	run tsan unit --timeout-multiplier 3 --suite unit
	(sample_only; run tsan workers --timeout-multiplier 3 'system determinism' 'system steps')
	results="$results $builds/results/tsan.workers.json $builds/results/tsan.workers"
fi
if build clang clang -Dwerror=true; then
	run clang unit --suite unit --suite fuzz
fi

say results
# shellcheck disable=SC2086
exec python3 "$root/tests/lib/tally.py" $results
