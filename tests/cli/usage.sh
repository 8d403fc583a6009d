#!/bin/sh
# Wrong usage: exit status and message of each case.
#
#	usage.sh QUARRY
set -eu

quarry=$(realpath "$1")
LC_ALL=C
HOME=/nonexistent
export LC_ALL HOME
unset XDG_CACHE_HOME NO_COLOR || :
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
cd "$tmp"

passed=0
failed=0

fail() {
	failed=$((failed + 1))
	echo "FAILED: $1: $2"
	sed 's/^/	/' "$tmp/err"
}

# check FACT STATUS WANTED-STATUS MESSAGE: what the last command said begins with MESSAGE
check() {
	if [ "$2" -ne "$3" ]; then
		fail "$1" "exit status $2, not $3"
	elif ! head -n 1 "$tmp/err" | grep -qF -e "$4"; then
		fail "$1" "no '$4'"
	elif [ "$(wc -l <"$tmp/err")" -gt 2 ]; then
		fail "$1" 'more than a sentence and a hint'
	elif grep -qv '^quarry: ' "$tmp/err"; then
		fail "$1" 'a line without the name of the program'
	else
		passed=$((passed + 1))
	fi
}

# wrong FACT MESSAGE ARGUMENT...: status 2, one sentence, a hint, nothing on stdout
wrong() {
	fact=$1
	message=$2
	shift 2
	status=0
	"$quarry" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ -s "$tmp/out" ]; then
		fail "$fact" 'something on stdout'
	elif ! tail -n 1 "$tmp/err" | grep -q -e "^quarry: try 'quarry[ a-z]* --help'$"; then
		fail "$fact" 'no hint'
	else
		check "$fact" "$status" 2 "quarry: $message"
	fi
}

# fails FACT STATUS MESSAGE ARGUMENT...: one sentence, nothing on stdout, no hint
fails() {
	fact=$1
	want=$2
	message=$3
	shift 3
	status=0
	"$quarry" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ -s "$tmp/out" ]; then
		fail "$fact" 'something on stdout'
	elif [ "$(wc -l <"$tmp/err")" -ne 1 ]; then
		fail "$fact" 'not one line'
	else
		check "$fact" "$status" "$want" "quarry: $message"
	fi
}

# full FACT ARGUMENT...: a full disk behind stdout is noticed
full() {
	fact=$1
	shift
	status=0
	"$quarry" "$@" >/dev/full 2>"$tmp/err" </dev/null || status=$?
	check "$fact" "$status" 1 'quarry: cannot write to standard output: No space left on device'
}

# helps FACT TEXT ARGUMENT...: status 0, TEXT on stdout, nothing on stderr
helps() {
	fact=$1
	text=$2
	shift 2
	status=0
	"$quarry" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ "$status" -ne 0 ] || [ -s "$tmp/err" ] || ! grep -qF -e "$text" "$tmp/out"; then
		fail "$fact" "exit status $status, or no '$text'"
	else
		passed=$((passed + 1))
	fi
}

helps 'help lists the commands' '  overlap ' help
helps '--help is help' '  overlap ' --help
helps '-h is help' '  overlap ' -h
helps 'help on a command is its --help' 'Usage: quarry run [OPTION...] UNIVERSE' help run
helps '--help after a command' 'Usage: quarry overlap [OPTION...] A B [C...]' overlap --help
helps '-h after a command' 'Usage: quarry mine' mine -h
helps '--help wins over what follows' 'Usage: quarry run' run --help --bogus
helps '--version names the version' 'quarry 0.' --version
helps '--version names the libraries' 'libgit2 ' --version
helps '-C before a command' 'Usage: quarry run' -C / run --help

wrong 'no command' 'no command given'
wrong 'an unknown command' "unknown command 'frobnicate'" frobnicate
wrong 'an empty command' "unknown command ''" ''
wrong 'a long unknown command' "unknown command 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
wrong 'a near miss names the command' "unknown command 'reprot': is 'report' meant?" reprot
wrong 'a letter left out' "unknown command 'fech': is 'fetch' meant?" fech
# ESC, C1's CSI, a bidi override, a byte that is not UTF-8; then a letter that stays.
wrong 'what a terminal would obey is not printed' "$(printf "unknown command '?[31m?a?b?\303\251'")" \
	"$(printf '\033[31m\302\233a\342\200\256b\377\303\251')"
wrong 'help on an unknown command' "unknown command 'frobnicate'" help frobnicate
wrong 'help on two commands' "unexpected argument 'mine'" help run mine
wrong 'an unknown option before the command' "unrecognized option '--bogus'" --bogus run
wrong 'an unknown long option' "unrecognized option '--bogus'" run --bogus u
wrong 'an unknown short option' "invalid option -- 'x'" run -x u
wrong 'an option of another command' "unrecognized option '--mirror'" report --mirror m
wrong 'an option without its argument' "option '--store' requires an argument" run u --store
wrong 'an option that takes no argument' "option '--offline' doesn't allow an argument" \
	run --offline=no u
wrong 'an ambiguous abbreviation' "option '--s' is ambiguous" run --s x
wrong 'an empty name' '--store: the name is empty' report --store ''

for command in run fetch mine derive; do
	wrong "$command without a universe" "missing argument: quarry $command UNIVERSE" $command \
		--store s.db
	wrong "$command with two universes" "unexpected argument 'b'" $command a b
	wrong "$command with an empty universe" 'argument 1 is empty' $command ''
done
wrong 'overlap of one category' 'missing argument: quarry overlap A B [C...]' overlap a
wrong 'report takes no argument' "unexpected argument 'u'" report u

for quarter in 2025Q5 2025Q0 2025 Q2 25Q2 2025-Q2 ' 2025Q2' ''; do
	wrong "quarter '$quarter'" "--quarter: '$quarter' is not a quarter like 2025Q2" \
		report --quarter "$quarter"
done
for quarter in 2025Q5 2025 '' -1 all 1970Q0; do
	wrong "since '$quarter'" "--since: '$quarter' is not a quarter like 2025Q2" \
		mine --since="$quarter" u
done
for jobs in 0 257 -1 +1 1.5 2x ' 2' '' 99999999999999999999; do
	wrong "jobs '$jobs'" "--jobs: '$jobs' is not a number from 1 to 256" mine --jobs="$jobs" u
done
for n in 0 65 -1 +1 '' 4x; do
	wrong "per-host '$n'" "--per-host: '$n' is not a number from 1 to 64" fetch --per-host="$n" u
done
for n in 11 -1 '' 3.0 4294967296; do
	wrong "retries '$n'" "--retries: '$n' is not a number from 0 to 10" run --retries="$n" u
done
for option in connect-timeout stall-timeout fetch-timeout; do
	for s in -1 '' 1m ' 1' 604801; do
		wrong "$option '$s'" "--$option: '$s' is not a number of seconds from 0 to 604800" \
			fetch --$option="$s" u
	done
done
for size in '' K -1 1.5G '1 G' 1GB 1Ki 1X 16777216T 18446744073709551616 20000000000G; do
	wrong "size '$size'" "--max-bytes: '$size' is not a size like 500M or 4GiB" \
		fetch --max-bytes="$size" u
done
wrong 'an option of fetching where nothing is fetched' "unrecognized option '--retries'" \
	mine --retries 1 u
wrong 'an option of mining where nothing is read' "unrecognized option '--lines'" fetch --lines u
wrong 'an unknown basis' "--date-basis: 'today' is neither author nor committer" \
	run --date-basis today u
wrong 'an unknown taxonomy' "--taxonomy: 'author' is neither today nor as-of" \
	run --taxonomy author u
wrong 'an unknown format' "--format: 'yaml' is none of md, json, csv" report --format yaml
wrong 'report draws no table' "--format: 'table' is none of md, json, csv" report --format table
wrong 'an unknown format of overlap' "--format: 'yaml' is none of table, md, json, csv" \
	overlap a b --format yaml
wrong 'an extension that is no format' "--output: the extension of 'x.txt' tells no format" \
	report -o x.txt
wrong 'an unknown table lists the known ones' "--table: 'nosuch' is none of snapshot, " \
	report --table nosuch
wrong 'an import of nothing' 'missing argument: quarry import FILE' import --people mailmap
wrong 'an import of no format' '--people: not given' import f
wrong 'an import of an unknown format' "--people: 'vcard' is none of mailmap, gitdm, sortinghat" \
	import f --people=vcard
wrong 'a table of another format' "--table: the format 'json' has no tables" \
	report --table snapshot --format json
wrong 'an edition on stdout' '--output: an edition is several files' run u -o -
(
	unset HOME
	wrong 'no place for a cache' '--cache: not given, and HOME is not set' fetch u
	echo "$passed $failed" >"$tmp/counts"
)
read -r passed failed <"$tmp/counts"

fails 'a folder that is not there' 1 "cannot change to the folder 'nosuch'" -C nosuch report
fails 'the same after the command' 1 "cannot change to the folder 'nosuch'" report -C nosuch
fails 'a store that is not there' 1 "cannot open the store 'nosuch.db'" report --store nosuch.db
fails 'overlap needs a store' 1 "cannot open the store 'quarry.db'" overlap a b
fails 'derive needs a store' 1 "cannot open the store 'quarry.db'" derive u
if [ -e quarry.db ] || [ -e nosuch.db ]; then
	fail 'a command that reads makes no store' 'it did'
else
	passed=$((passed + 1))
fi

fails 'an import of a file that is not there' 1 "cannot open 'nosuch'" import nosuch --people gitdm
printf 'one\n' >people
fails 'an import of another format' 2 "cannot read 'people': line 1: there is one word alone" \
	import people --people gitdm
printf 'Ada <a@b.c> <d@e.f>\none\n' >people
fails 'an import tells what it leaves out' 0 \
	"'people': left out lines that git passes over, too: 1 (line 2)" \
	import people --people=mailmap -o people.yaml
if printf 'people:\n  - merge:\n      - a@b.c\n      - d@e.f\n    name: Ada\n' | cmp -s - people.yaml; then
	passed=$((passed + 1))
else
	fail 'an import writes a people.yaml' 'it did not'
fi

full 'help on a full disk' help
full '--version on a full disk' --version
full '--help of a command on a full disk' run --help

for size in 0 1 500K 500k 64KiB 64kib 10M 3MiB 4G 4GiB 1T; do
	fails "the size $size is one" 2 "cannot open 'nosuch/universe.yaml'" fetch nosuch \
		--max-bytes $size
done
fails 'the options of fetching' 2 "cannot open 'nosuch/universe.yaml'" run nosuch --per-host 64 \
	--retries 0 --connect-timeout 0 --stall-timeout 604800 --fetch-timeout 1 --releases \
	--tip-files
for since in 1970Q1 1969q4 2025Q2 9999Q4; do
	fails "since $since" 2 "cannot open 'nosuch/universe.yaml'" mine nosuch --since $since
done
fails 'the options of mining' 2 "cannot open 'nosuch/universe.yaml'" mine nosuch --since 2020Q1 \
	--lines --alternates --releases

# What is wrong with a universe.  None of it makes a store.
fails 'a universe that is not there' 2 \
	"cannot open 'nosuch/universe.yaml': No such file or directory" run nosuch --offline
fails 'a universe that is a file' 1 "cannot open 'err/universe.yaml': Not a directory" \
	run err --offline
mkdir locked
chmod 000 locked
if [ ! -r locked ]; then
	fails 'a universe without permission' 1 \
		"cannot open 'locked/universe.yaml': Permission denied" run locked --offline
fi
if [ -e quarry.db ]; then
	fail 'a wrong folder makes no store' 'it did'
else
	passed=$((passed + 1))
fi

# universe FACT STATUS MESSAGE: the folder u as it is now
universe() {
	fails "$1" "$2" "$3" run u --offline --store s.db --cache c
}

mkdir u
universe 'no universe.yaml' 2 "cannot open 'u/universe.yaml': No such file or directory"
printf 'id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
universe 'no category' 2 "cannot read the universe 'u': it has no category file"
printf 'id: tools\ntitle: Tools\nlayer: base\nrepositories:\n  - url: https://h.test/a/b\n' \
	>u/tools.yaml
printf 'id: u\ntitle: "U\n' >u/universe.yaml
universe 'YAML that does not end' 2 "cannot read 'u/universe.yaml': line "
printf 'id: u\ntitle: U\ncolour: red\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
universe 'an unknown key' 2 "cannot read 'u/universe.yaml': line 3: "
printf 'id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n' >u/universe.yaml
printf '  - url: file:///a/b\n' >>u/tools.yaml
universe 'a local repository without --allow-local' 2 "cannot read 'u/tools.yaml': line 6: "

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
