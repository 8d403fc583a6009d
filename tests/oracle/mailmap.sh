#!/bin/sh
# Our .mailmap look-up against `git check-mailmap`.
#
#	mailmap.sh MAILMAP-TOOL [FOLDER OF REPOSITORIES]
#
# Each comparison gives git the map as a blob, which is how it reads the one of
# a bare repository.
set -eu

tool=$1
corpus=${2:-}
# The user's own settings must not add a mailmap.
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
# A partial clone must not fetch what is missing (old versions know the second only).
GIT_NO_LAZY_FETCH=1 GIT_TERMINAL_PROMPT=0
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL LC_ALL GIT_NO_LAZY_FETCH GIT_TERMINAL_PROMPT
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
git init --quiet --bare "$tmp/git"

passed=0
failed=0

# compare NAME: the map in $tmp/map, the contacts in $tmp/contacts
compare() {
	blob=$(git -C "$tmp/git" hash-object -w --stdin <"$tmp/map")
	if git -C "$tmp/git" -c mailmap.blob="$blob" check-mailmap --stdin \
			<"$tmp/contacts" >"$tmp/want" &&
	   "$tool" "$tmp/map" <"$tmp/contacts" >"$tmp/got" &&
	   cmp -s "$tmp/want" "$tmp/got"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		diff -u "$tmp/want" "$tmp/got" | head -n 20 || :
	fi
}

# tricky NAME MAP CONTACT...: map and contacts are printf formats
tricky() {
	name=$1
	# shellcheck disable=SC2059
	printf "$2" >"$tmp/map"
	shift 2
	: >"$tmp/contacts"
	for contact; do
		# shellcheck disable=SC2059
		printf "$contact\n" >>"$tmp/contacts"
	done
	compare "$name"
}

tricky 'empty map' '' 'A <a@x>' '<a@x>' '<>'
tricky 'proper name' 'P P <c@x>\n' 'c <c@x>' 'c <C@X>' '<c@x>' 'c <d@x>'
tricky 'proper e-mail' '<p@x> <c@x>\n' 'c <c@x>' 'C <c@X>' 'p <p@x>'
tricky 'both' 'P <p@x> <c@x>\n' 'c <c@x>' 'p <p@x>'
tricky 'by name' 'P <p@x> C C <c@x>\n' 'C C <c@x>' 'c c <c@x>' 'C  C <c@x>' 'D <c@x>' '<c@x>'
tricky 'by name, e-mail only' '<p@x> C <c@x>\n' 'C <c@x>' 'D <c@x>'
tricky 'by name and simple' 'A <a@x> C <c@x>\nB <b@x> <c@x>\n' 'C <c@x>' 'D <c@x>'
tricky 'simple and by name' 'B <b@x> <c@x>\nA <a@x> C <c@x>\n' 'C <c@x>' 'D <c@x>'
tricky 'simple lines add up' 'A <a@x> <c@x>\n<b@x> <C@x>\n' 'c <c@x>'
tricky 'simple lines add up, name last' 'A <a@x> <c@x>\nB <c@x>\n' 'c <c@x>'
tricky 'lines by name replace' 'A <a@x> C <c@x>\n<b@x> c <c@x>\n' 'C <c@x>'
tricky 'nothing said' '<c@x>\n' 'c <c@x>'
tricky 'no chain' '<b@x> <a@x>\n<c@x> <b@x>\n' 'a <a@x>' 'b <b@x>'
tricky 'swap' 'B <b@x> <a@x>\nA <a@x> <b@x>\n' 'a <a@x>' 'b <b@x>'
tricky 'comment' '# P <c@x>\n' 'c <c@x>'
tricky 'comment not in column 0' ' # P <c@x>\n\t#<d@x>\n' 'c <c@x>' 'd <d@x>'
tricky 'comment at the end' 'P <c@x> # why\nQ <d@x> # why <e@x>\n' 'c <c@x>' 'd <d@x>' \
	'# why <e@x>' 'e <e@x>'
tricky 'white space around' ' \t P  Q \t<p@x>\t<c@x>\t\n' 'c <c@x>'
tricky 'white space in names' 'P <p@x>  C\tC  <c@x>\n' 'C\tC <c@x>' 'C C <c@x>' ' C\tC <c@x>'
tricky 'white space in e-mails' 'P < c@x >\n' 'c <c@x>' 'c < c@x >' 'c < c@x>'
tricky 'vertical tab' '\vP <c@x>\n\fQ\f <d@x>\n' 'c <c@x>' 'd <d@x>'
tricky 'no space' 'P<p@x>C<c@x>\n' 'C <c@x>' 'C<c@x>'
tricky 'CRLF' 'P <c@x>\r\nQ <q@x> <d@x>\r\n\r\n' 'c <c@x>' 'd <d@x>'
tricky 'CR alone' 'P <c@x>\rQ <d@x>\r' 'c <c@x>' 'd <d@x>' 'Q <d@x>'
tricky 'no end of line' 'P <c@x>' 'c <c@x>'
tricky 'empty lines' '\n\n\nP <c@x>\n\n \n' 'c <c@x>'
tricky 'empty commit e-mail' 'P <p@x> <>\n' '<>' 'c <>'
tricky 'empty commit e-mail by name' 'P <p@x> C <>\n' 'C <>' 'D <>'
tricky 'empty proper e-mail' 'P <> <c@x>\nQ <>\n' 'c <c@x>' 'Q <>' '<>'
tricky 'no brackets' 'P c@x\n' 'c <c@x>'
tricky 'bracket not closed' 'P <c@x\nQ <q@x> <d@x\n' 'c <c@x>' 'q <q@x>' 'd <d@x>'
tricky 'brackets the other way' 'P >a< <c@x>\nQ >c@x<\n' 'c <c@x>' 'c < <c@x>'
tricky 'brackets twice' 'P <<c@x>>\nQ <<q@x>> <<d@x>>\n' 'c <c@x>' 'c <<c@x>' 'd <d@x>' \
	'> <<d@x>' 'd <<d@x>'
tricky 'three contacts' 'P <p@x> C <c@x> D <d@x>\n' 'C <c@x>' 'D <d@x>'
tricky 'upper case' 'P <P@X> Jane DOE <C@x>\n' 'jANE doe <c@X>' 'JANE DOE <C@X>'
tricky 'letters beyond ASCII' 'P <p@x> J\303\226 <\303\226@x>\n' 'j\303\226 <\303\226@x>' \
	'j\303\266 <\303\226@x>' 'J\303\226 <\303\266@x>'
tricky 'Latin-1' 'P\366 <p@x> J\326 <c@x>\n' 'J\326 <c@x>' 'J\366 <c@x>'
tricky 'NUL' 'P <c@x>\nQ\0 <d@x>\nR <e@x>\n' 'c <c@x>' 'd <d@x>' 'e <e@x>'
tricky 'prefixes' 'P <a@x>\nQ <a@xy>\nR <a@x> A <a@xyz>\n' 'a <a@x>' 'a <a@xy>' 'a <a@xyz>' \
	'A <a@xyz>' 'AB <a@xyz>' 'a <a@>'
tricky 'percent and backslash' 'P%%d \\\\n <c@x>\n' 'c <c@x>'
long=$(printf '%03000d' 0)
tricky 'line longer than any buffer' "P $long <c@x>\n<p@x> $long <d@x>\n" 'c <c@x>' "$long <d@x>"

# Maps made of a repository's own signatures, every form in turn.
write_made_map() {
	awk '{
		at = index($0, " <"); name = substr($0, 1, at - 1); mail = substr($0, at + 1)
		if (NR % 7 == 1) print "Proper " NR " " mail
		if (NR % 7 == 2) print "<p" NR "@proper> " toupper(mail)
		if (NR % 7 == 3) print "Proper " NR " <p" NR "@proper> " mail "\r"
		if (NR % 7 == 4) print "Proper " NR " <p" NR "@proper>  " tolower(name) "\t" mail
		if (NR % 7 == 5) print "#" $0
		if (NR % 7 == 6) print last " " mail
		last = $0
	}' "$1"
}

if [ -d "$corpus" ]; then
	n_repos=0
	for repo in "$corpus"/*; do
		# --git-dir, because git distrusts a folder of another owner that it finds itself.
		git --git-dir="$repo" rev-parse --quiet --verify HEAD >/dev/null 2>&1 || continue
		n_repos=$((n_repos + 1))
		git --git-dir="$repo" log --no-mailmap --format='%an <%ae>%n%cn <%ce>' HEAD |
			sort -u >"$tmp/contacts"
		git --git-dir="$repo" cat-file blob HEAD:.mailmap >"$tmp/map" 2>/dev/null || : >"$tmp/map"
		compare "${repo##*/}, its own .mailmap"
		write_made_map "$tmp/contacts" >"$tmp/map"
		compare "${repo##*/}, a made one"
	done
	echo "$n_repos repositories"
else
	echo "skipped: no folder of repositories"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
