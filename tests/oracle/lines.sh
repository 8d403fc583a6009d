#!/bin/sh
# Added and deleted lines against `git log --numstat -M100%`: every pair equal.
#
#	lines.sh LINES-TOOL                       cases made here; small real histories where there are some
#	lines.sh LINES-TOOL REPOSITORY.git...     any repositories whose blobs are there
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
oracle=$tests/oracle
cd "$tmp"

# The repository may be another user's.
git() {
	command git -c safe.directory='*' "$@"
}

# compare REPOSITORY: fails where a pair differs, or there is none
compare() {
	git --git-dir="$1" log -z --raw --numstat --no-abbrev -M100% --format= --no-merges \
		--root HEAD >changes
	"$tool" blobs <changes >ids
	git --git-dir="$1" cat-file --batch <ids | "$tool" compare changes | tee said
}

compare_all() {
	for repository in "$@"; do
		name=$(basename "$repository")
		fact "$name" compare "$repository"
		echo "$name: $(tail -n 1 said)"
	done
}

made() {
	git init -q --bare -b main "made-$1.git"
	python3 "$oracle/lines_cases.py" "$1" | git --git-dir="made-$1.git" fast-import --quiet --done
}

if [ $# -gt 0 ]; then
	compare_all "$@"
else
	made 1
	made 2
	compare_all made-*.git
	sh "$tests/lib/histories.sh" mirror
	for repository in mirror/*.git; do
		if git --git-dir="$repository" rev-parse --quiet --verify HEAD >/dev/null &&
			[ "$(git --git-dir="$repository" rev-list --count --no-merges HEAD)" -gt 0 ]; then
			compare_all "$repository"
		fi
	done
fi
finish
