# What the test scripts share.  Sourced by them:
#
#	. "$(dirname "$0")/../lib/script.sh"
#
# It leaves the script in an empty folder of its own, which goes when the script
# ends, with these:
#
#	$root     the project
#	$tests    its tests
#	$tmp      the folder
#	$shared   where real histories and their figures may be; see has_shared
#
#	fact NAME COMMAND...    a case: it passes when COMMAND succeeds
#	skip WHY                say what is not tested here, and why
#	run ARGUMENT...         run $quarry: the status in $status, what it says in out, err
#	finish                  print the closing line, and end
#
# What tests set here holds for git and quarry: no configuration of the machine's
# own, UTC, and a fixed day of mining.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
root=$(dirname "$tests")
shared=${SHARED:-$root/../shared}
sample=$root/categories/sample
LC_ALL=C.UTF-8
TZ=UTC
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=/dev/null
SOURCE_DATE_EPOCH=1753000000
PYTHONDONTWRITEBYTECODE=1
export LC_ALL TZ GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY NO_COLOR XDG_CACHE_HOME || :

passed=0
failed=0
finished=
tmp=$(mktemp -d)
: >"$tmp/log"

leave() {
	# A test may have taken the right to write from itself.
	chmod -R u+rwX "$tmp" 2>/dev/null || :
	rm -rf "$tmp"
	if [ ! "$finished" ]; then
		echo "FAILED: the script itself: it ended early"
		echo "$passed passed, $((failed + 1)) failed"
	fi
}
trap leave EXIT
trap 'exit 130' INT TERM

# absolute FILE: for arguments, before the script leaves the folder it was called in
absolute() {
	realpath "$1"
}

fact() {
	title=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $title"
		head -n 25 "$tmp/log" | cut -c 1-300 | sed 's/^/	/'
	fi
}

skip() {
	echo "skipped: $1"
}

has_shared() {
	[ -d "$shared/$1" ] || [ -f "$shared/$1" ]
}

run() {
	status=0
	"$quarry" "$@" >out 2>err </dev/null || status=$?
}

# ends STATUS: the last run did
ends() {
	[ "$status" -eq "$1" ] || { echo "exit status $status, not $1"; cat err; return 1; }
}

# says TEXT: the last run did, on stderr
says() {
	grep -qF -e "$1" err || { echo "no '$1' on stderr:"; cat err; return 1; }
}

# one_sentence: what the last run said is one line, and readable
one_sentence() {
	[ "$(wc -l <err)" -eq 1 ] && grep -q '^quarry: .\{20,\}' err ||
		{ echo "not one sentence:"; cat err; return 1; }
}

# same_files A B: two folders, or two files, hold the same bytes under the same names
same_files() {
	diff -r "$1" "$2" >"$tmp/difference" 2>&1 || { head -n 20 "$tmp/difference"; return 1; }
}

# add_cases FILE: add the figures of the closing line of another script's output
add_cases() {
	closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
	if [ ! "$closing" ]; then
		failed=$((failed + 1))
		echo "FAILED: no closing line"
		tail -n 5 "$1" | sed 's/^/	/'
		return
	fi
	more=${closing#* passed, }
	passed=$((passed + ${closing%% *}))
	failed=$((failed + ${more% failed}))
	grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$1" || :
}

finish() {
	finished=1
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}
