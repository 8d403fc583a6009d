#!/bin/sh
# From nothing to an edition.
#
#	quickstart.sh                          the sample universe: no network but for packages
#	quickstart.sh UNIVERSE [OPTION...]     another one, with options of `quarry run`
#
# It installs what is missing, builds into build/quickstart, and runs. The last line on
# standard output is the path of the edition in Markdown; its head is shown before. The
# exit status is that of quarry; 3 means that some repositories could not be read.
set -eu

here=$PWD
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/quickstart
quarry=$build/src/cli/quarry

sh "$root/docs/packages.sh" build

mkdir -p "$root/build"
echo "quickstart.sh: building in build/quickstart" >&2
if ! {
	{ [ -f "$build/build.ninja" ] || meson setup "$build" "$root"; } &&
	ninja -C "$build" src/cli/quarry
} >"$root/build/quickstart.log" 2>&1 </dev/null; then
	tail -n 20 "$root/build/quickstart.log" >&2
	echo "quickstart.sh: the build failed; build/quickstart.log tells all of it" >&2
	exit 1
fi

if [ $# -eq 0 ]; then
	rm -rf "$root/build/sample-mirror"
	sh "$root/tests/lib/histories.sh" "$root/build/sample-mirror"
	universe=categories/sample
	cd "$root"
	set -- --mirror build/sample-mirror --offline -o build/editions
else
	universe=$1
	shift
	# A universe is named from where one is, or from the project's folder.
	[ -d "$universe" ] || cd "$root"
fi
id=$(sed -n 's/^id:[[:space:]]*\([a-z0-9-]*\).*/\1/p' "$universe/universe.yaml" | head -n 1)
if [ "$PWD" = "$root" ]; then
	store=build/${id:-universe}.db
else
	store=$root/build/${id:-universe}.db
fi

status=0
# A --store or -o among the options holds: the last one counts.
paths=$("$quarry" run "$universe" --store "$store" "$@") || status=$?
if [ "$status" -eq 3 ]; then
	echo "quickstart.sh: some repositories could not be read (above); the edition rests on the others" >&2
elif [ "$status" -ne 0 ]; then
	echo "quickstart.sh: quarry ended with exit status $status" >&2
	exit "$status"
fi
edition=$(printf '%s\n' "$paths" | head -n 1)
sed -n '1,/^## What is moving/p' "$edition" | sed '$d'
case $edition in
/*) ;;
*) [ "$PWD" = "$here" ] || edition=$PWD/$edition ;;
esac
echo "$edition"
exit "$status"
