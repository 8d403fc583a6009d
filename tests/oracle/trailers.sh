#!/bin/sh
# Our trailer blocks against git's: `git interpret-trailers` for messages written
# here, `git log --format=%(trailers)` for those of real repositories. And the lines of
# these that are no trailers, against those that marks.py finds.
#
#	trailers.sh TRAILER-TOOL [FOLDER OF REPOSITORIES]
set -eu

tool=$1
marks=$(dirname "$0")/marks.py
corpus=${2:-}
# The user's own settings must not add a key.
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
GIT_NO_LAZY_FETCH=1 GIT_TERMINAL_PROMPT=0
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL LC_ALL GIT_NO_LAZY_FETCH GIT_TERMINAL_PROMPT
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=0

# same NAME: $tmp/want and $tmp/got
same() {
	if cmp -s "$tmp/want" "$tmp/got"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		diff -u "$tmp/want" "$tmp/got" | head -n 20 || :
	fi
}

# The keys that both sides are asked for, in one spelling.
one_spelling() {
	sed -n -e '/^--$/p' -e 's/^co-authored-by: \?/Co-authored-by: /Ip' \
		-e 's/^reviewed-by: \?/Reviewed-by: /Ip'
}

# tricky NAME MESSAGE: the message is a printf format
tricky() {
	# shellcheck disable=SC2059
	printf "$2" >"$tmp/message"
	{
		echo --
		git interpret-trailers --parse --no-divider <"$tmp/message"
	} | one_spelling >"$tmp/want"
	{
		cat "$tmp/message"
		printf '\0'
	} | "$tool" | one_spelling >"$tmp/got"
	same "$1"
}

co='Co-authored-by: A <a@x>\n'
so='Signed-off-by: S <s@x>\n'
cut='# ------------------------ >8 ------------------------\n'

tricky 'title alone' 'title\n'
tricky 'trailer as title' "$co"
tricky 'trailer in the title paragraph' "title\n$co"
tricky 'plain' "title\n\nbody\n\n$co$co"
tricky 'no end of line' 'title\n\nCo-authored-by: A <a@x>'
tricky 'text behind' "title\n\n$co\nmore\n"
tricky 'blank lines behind' "title\n\n$co\n\n  \n\t\n"
tricky 'only blank' '\n\n \n'
tricky 'two blocks' "title\n\n$co\nReviewed-by: B\n"
tricky 'other line first' "title\n\nother\n$co"
tricky 'other line last' "title\n\n${co}other\n"
tricky 'other lines, signed off' "title\n\n1\n2\n3\n$co$so"
tricky 'a quarter' "title\n\n1\n2\n3\n4\n5\n6\n$co$so"
tricky 'less than a quarter' "title\n\n1\n2\n3\n4\n5\n6\n7\n$co$so"
tricky 'cherry-picked' "title\n\nother\n${co}(cherry picked from commit 0123)\n"
tricky 'signed off, another case' "title\n\nother\n${co}signed-off-by: S\n"
tricky 'signed off, no space' "title\n\nother\n${co}Signed-off-by:S\n"
tricky 'key in another case' 'title\n\nCO-AUTHORED-BY: A\nco-authored-by: B\n'
tricky 'space before the colon' 'title\n\nCo-authored-by : A\nReviewed-by\t: B\n'
tricky 'no space behind the colon' 'title\n\nCo-authored-by:A\n'
tricky 'empty value' 'title\n\nCo-authored-by:\nReviewed-by: \n'
tricky 'colon in the value' 'title\n\nCo-authored-by: a: b\n'
tricky 'key of two words' "title\n\nDifferential Revision: D1\n$co"
tricky 'key with an underscore' "title\n\nCo_authored_by: A\n$co"
tricky 'no key' "title\n\n: A\n$co"
tricky 'equals sign' "title\n\nCo-authored-by= A\n$co"
tricky 'URL' "title\n\nhttps://x/y\n$co"
tricky 'indented trailer' "title\n\n Co-authored-by: A\n"
tricky 'continued' 'title\n\nCo-authored-by: A\n <a@x>\n'
tricky 'continued twice' 'title\n\nCo-authored-by: A\n\t  B\n    C\nReviewed-by: D\n E\n'
tricky 'continued from nothing' 'title\n\nCo-authored-by:\n A\n'
tricky 'continuation that looks like a trailer' "title\n\nAcked-by: A\n Co-authored-by: B\n"
tricky 'continuation of an other line' "title\n\nother\n more\n$co$so"
tricky 'continuation at the start' "title\n\n more\n$co"
tricky 'continuation behind cherry-picked' "title\n\n(cherry picked from commit 1)\n more\n$co"
tricky 'continuation behind a comment' "title\n\nCo-authored-by: A\n# no\n B\n"
tricky 'blank continuation' 'title\n\nCo-authored-by: A\n \n'
tricky 'CRLF' 'title\r\n\r\nCo-authored-by: A <a@x>\r\nReviewed-by: B\r\n'
tricky 'CRLF, continued' 'title\r\n\r\nCo-authored-by: A\r\n B\r\n'
tricky 'CR alone' 'title\r\rCo-authored-by: A\r'
tricky 'vertical tab and form feed' 'title\n\nCo-authored-by: \vA\f\nReviewed-by:\fB\n'
tricky 'form feed as a blank line' "title\n\f\n$co"
tricky 'vertical tab as a continuation' 'title\n\nCo-authored-by: A\n\vB\n'
tricky 'form feed before the colon' 'title\n\nCo-authored-by\f: A\n'
tricky 'comment inside' "title\n\n$co# comment\nReviewed-by: B\n"
tricky 'comment behind' "title\n\n$co# comment\n"
tricky 'comments and blank lines behind' "title\n\n$co\n# comment\n\n#\n"
tricky 'comment as title' "# comment\n\n$co"
tricky 'comment and title' "# comment\ntitle\n\n$co"
tricky 'comments alone' '# a\n# b\n'
tricky 'conflicts' "title\n\n$co\nConflicts:\n\ta\n\tb\n"
tricky 'conflicts and text' "title\n\n$co\nConflicts:\n\ta\nmore\n"
tricky 'conflicts, indented by spaces' "title\n\n$co\nConflicts:\n  a\n"
tricky 'conflicts as a comment' "title\n\n$co\n# Conflicts:\n#\ta\n"
tricky 'conflicts twice' "title\n\nConflicts:\n\ta\n\n${co}Conflicts:\n\tb\n"
tricky 'scissors' "title\n\n$co${cut}diff\n"
tricky 'scissors and trailers' "title\n\n$co\n$cut\nReviewed-by: B\n"
tricky 'scissors first' "$cut\n$co"
tricky 'scissors indented' "title\n\n$co $cut"
tricky 'scissors twice' "title\n\n$co${cut}a\n$cut"
tricky 'divider' "title\n\n$co---\nfile | 1 +\n"
tricky 'divider before' "title\n\n---\n\n$co"
tricky 'not UTF-8' 'title\n\nCo-authored-by: J\366rg <j@x>\n'
tricky 'key not ASCII' "title\n\nCo-\303\244uthored-by: A\n$co"
tricky 'angle brackets' 'title\n\nCo-authored-by: <a@x>\nCo-authored-by: A <a@x> (why)\n'

# Every message of a repository; both sides read the same walk.
compare_repository() {
	git --git-dir="$1" log --format='--%n%(trailers:key=Co-authored-by,key=Reviewed-by,unfold)' \
		HEAD | one_spelling >"$tmp/want"
	git --git-dir="$1" log -z --format=%B HEAD | "$tool" | one_spelling >"$tmp/got"
	n_messages=$((n_messages + $(grep -c '^--$' "$tmp/got")))
	n_trailers=$((n_trailers + $(grep -vc '^--$' "$tmp/got" || :)))
	same "${1##*/}"
}

compare_marks() {
	git --git-dir="$1" log -z --format=%B HEAD >"$tmp/messages"
	"$marks" "$1" <"$tmp/messages" >"$tmp/want"
	"$tool" <"$tmp/messages" | grep -a -e '^--$' -e '^line: ' -e '^by: ' >"$tmp/got"
	n_marks=$((n_marks + $(grep -a -vc '^--$' "$tmp/got" || :)))
	same "${1##*/}, lines that are no trailers"
}

if [ -d "$corpus" ]; then
	n_repos=0
	n_messages=0
	n_trailers=0
	n_marks=0
	python=$(command -v python3) || echo 'skipped: there is no python3 to find other lines'
	for repo in "$corpus"/*; do
		# --git-dir, because git distrusts a folder of another owner that it finds itself.
		git --git-dir="$repo" rev-parse --quiet --verify HEAD >/dev/null 2>&1 || continue
		n_repos=$((n_repos + 1))
		compare_repository "$repo"
		[ ! "$python" ] || compare_marks "$repo"
	done
	echo "$n_repos repositories, $n_messages messages, $n_trailers trailers, $n_marks other lines"
else
	echo "skipped: no folder of repositories"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
