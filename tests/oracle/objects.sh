#!/bin/sh
# Our own reading of packs against libgit2's: every commit, tree and tag of real
# repositories, in the order of the pack and against it, byte for byte.
#
#	objects.sh OBJECTS-TOOL                       the real histories, where there are some
#	objects.sh OBJECTS-TOOL REPOSITORY.git...     any repositories
#
# A case is a repository.
tool=$(realpath "$1")
shift
n=$#
while [ "$n" -gt 0 ]; do
	set -- "$@" "$(realpath "$1")"
	shift
	n=$((n - 1))
done
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

is_equal() {
	"$tool" "$1" >out 2>err && grep -q ' [1-9][0-9]* objects, 0 differ$' out
}

# Here, where there is nothing else: packs of both kinds of delta.
made() {
	git init --quiet --bare made.git
	git --git-dir="$root/.git" rev-parse --quiet --verify HEAD >/dev/null 2>&1 || return 0
	git -C made.git fetch --quiet "$root" HEAD:refs/heads/main
	git -C made.git repack -adfq --depth=250
	fact 'own history, deltas by offset' is_equal made.git
	git -C made.git -c repack.useDeltaBaseOffset=false repack -adfq
	fact 'own history, deltas by id' is_equal made.git
}

if [ $# -eq 0 ]; then
	made
	[ -d "$shared/corpus" ] || skip 'no folder of repositories'
	set -- "$shared"/corpus/*.git
fi
for repository; do
	[ ! -d "$repository" ] || fact "${repository##*/}" is_equal "$repository"
done
finish
