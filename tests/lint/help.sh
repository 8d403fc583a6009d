#!/bin/sh
# The manual and --help tell of the same commands and options.
#
#	help.sh QUARRY QUARRY.1.SCD
set -eu

quarry=$1
manual=$2
LC_ALL=C
export LC_ALL
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=0

# same NAME: the sorted lists $tmp/help and $tmp/man, not empty
same() {
	if [ -s "$tmp/help" ] && cmp -s "$tmp/help" "$tmp/man"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1 (- help, + manual)"
		diff -u "$tmp/help" "$tmp/man" | tail -n +3 || :
	fi
}

# Of a --help on stdin, the options it lists: -o and --output, one a line.
options_of_help() {
	sed -n 's/^ \{2,6\}\(-.*\)/\1/p' | sed 's/  .*//' | grep -oE -e '--?[A-Za-z][a-z-]*' | sort -u
}

# The part of the manual under the heading $1, up to the next one of its level or above.
section() {
	awk -v heading="$1" '
		/^#/ { inside = index($0 " ", heading " ") == 1; next }
		inside { print }' "$manual"
}

commands=$("$quarry" help | awk '/^ Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')

echo "$commands" | sort >"$tmp/help"
sed -n 's/^## quarry \([a-z]*\).*/\1/p' "$manual" | sort >"$tmp/man"
same 'the commands are the same'

"$quarry" --help | options_of_help >"$tmp/all"
for command in $commands; do
	[ "$command" != help ] || continue
	"$quarry" "$command" --help | options_of_help >"$tmp/options"
	cat "$tmp/options" >>"$tmp/all"
	# The manual names those that every command takes once, for all.
	grep -e '^--' "$tmp/options" | grep -vxe '--help' -e '--quiet' -e '--verbose' >"$tmp/help"
	section "## quarry $command" | sed -n '/^Options:/,/^$/p' |
		grep -oE -e '--[a-z-]+' | sort >"$tmp/man"
	same "quarry $command: the options are the same"

	"$quarry" "$command" --help | sed -n 's/^Usage: \(.*\)/\1/p' |
		sed 's/ \[OPTION\.\.\.\]//; s/ *$//' >"$tmp/help"
	sed -n "s/^## \(quarry $command\)/\1/p" "$manual" >"$tmp/man"
	same "quarry $command: the arguments are the same"
done

sort -u "$tmp/all" >"$tmp/help"
section '# OPTIONS' | grep -e '^\*-' | sed 's/\*=.*//' |
	grep -oE -e '\*--?[A-Za-z][a-z-]*\*' | tr -d '*' | sort -u >"$tmp/man"
same 'each option of any help is explained, and no other'

if command -v scdoc >/dev/null && command -v mandoc >/dev/null; then
	scdoc <"$manual" >"$tmp/quarry.1"
	: >"$tmp/man"
	mandoc -Tlint -W error "$tmp/quarry.1" >"$tmp/man" || :
	if [ -s "$tmp/quarry.1" ] && [ ! -s "$tmp/man" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo 'FAILED: mandoc finds no error in the manual'
		cat "$tmp/man"
	fi
else
	echo 'skipped: scdoc or mandoc is missing'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
