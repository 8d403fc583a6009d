#!/bin/sh
# people.yaml, from a mistake in it to the figures: joins, splits, classes, and who has
# opted out, on the sample; what is suggested, taken; and what --without leaves out.
#
#	people.sh QUARRY
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

sh "$tests/lib/histories.sh" mirror
cp -r "$sample" universe
run mine universe --mirror mirror --offline --store store.db -q --since 1970Q1
fact 'the sample is mined' ends 0

# derive [TEXT]: with this people.yaml, or without one
derive() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$1" >universe/people.yaml
		shift
	else
		rm -f universe/people.yaml
	fi
	run derive universe --store store.db -q "$@"
}

# figure COLUMN QUARTER: of the universe, from the edition's own table
figure() {
	"$quarry" report --store store.db --quarter "$2" --format json |
		python3 -c 'import json, sys
print(json.load(sys.stdin)["scopes"][0]["now"][sys.argv[1]])' "$1"
}

is() {
	[ "$(figure "$1" "$2")" = "$3" ] || {
		echo "$1 of $2 is $(figure "$1" "$2"), not $3"
		return 1
	}
}

# everything FOLDER WHO [RULES]: all that can be printed of persons, in all formats, without
# the rules
everything() {
	mkdir -p "$1"
	for format in md json csv; do
		"$quarry" report --store store.db --quarter 2025Q2 --format "$format" >"$1/report.$format"
	done
	"$quarry" run universe --mirror mirror --offline --store store.db --quarter 2025Q2 -q -o "$1/edition" \
		${3:+--without "$3"} >/dev/null
	for format in table md json csv; do
		"$quarry" overlap databases observability --store store.db --quarter 2025Q2 \
			--format "$format" >"$1/overlap.$format"
	done
	for format in table json csv; do
		"$quarry" people --suspicious --names --store store.db --format "$format" >"$1/alarms.$format"
	done
	"$quarry" people --suggest --store store.db >"$1/suggested" 2>"$1/suggested.err"
	for who in 'Ada Quill' ada.quill@example.org "$2"; do
		"$quarry" explain person "$who" --names --store store.db >>"$1/explained" 2>&1 || :
		"$quarry" explain person "$who" --names --format json --store store.db >>"$1/explained" \
			2>&1 || :
	done
	"$quarry" doctor universe --store store.db >"$1/doctor" 2>&1 || :
}

run doctor universe --store none.db --cache . --mirror mirror
fact 'the doctor looks at a universe without a store' ends 0
run doctor --store none.db --cache .
fact 'and at nothing' ends 0
: >empty.db
run doctor --store empty.db --cache .
fact 'and at an empty file' ends 0

# --- one person ------------------------------------------------------------
derive
fact 'it is derived without a people.yaml' ends 0
fact 'contributors without it' is contributors 2025Q2 23
fact 'and leniently' is contributors_lo 2025Q2 22

nadia=$("$quarry" people --suggest --store store.db 2>/dev/null)
fact 'a person of two e-mails is suggested' sh -c 'echo "$1" | grep -q merge' - "$nadia"
derive "$nadia"
fact 'what is suggested can be taken' ends 0
fact 'then strict is what lenient was' is contributors 2025Q2 22
fact 'and lenient as before' is contributors_lo 2025Q2 22
"$quarry" people --suggest --store store.db >again 2>/dev/null
fact 'and nothing is suggested any more' sh -c '! grep -q merge again'

# --- apart ----------------------------------------------------------------
ada_key=$("$quarry" explain person 'Ada Quill' --names --format json --store store.db |
	python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["persons"][0]["name"])')
fact 'Ada has a key' [ "$ada_key" ]
derive 'people:
  - merge: [nobody@example.org]
    class: robot'
fact 'an unknown class is refused' ends 2
fact 'with its line' grep -q 'people.yaml.*line 3' err
fact 'and the figures are as they were' is contributors 2025Q2 22

derive 'people:
  - merge: [jane+a@gmail.com]
  - merge: [jane@gmail.com]
    opt-out: true'
fact 'one mailbox for two persons is refused' ends 2
fact 'with both lines' says 'lines 2 and 3'
derive 'split:
  - [jane+a@gmail.com, jane@gmail.com]'
fact 'and so is one that is parted from itself' ends 2

# A locale in which I is no capital i.
derive
"$quarry" report --store store.db --quarter 2025Q2 >c.md
cp store.db tr.db
if LC_ALL=tr_TR.UTF-8 python3 -c 'import locale; locale.setlocale(locale.LC_ALL, "")' 2>/dev/null; then
	LC_ALL=tr_TR.UTF-8 "$quarry" derive universe --store tr.db -q
	"$quarry" report --store tr.db --quarter 2025Q2 >tr.md
	fact 'a Turkish locale changes nothing' cmp c.md tr.md
else
	skip 'a Turkish locale: the machine has none'
fi

# --- classes ---------------------------------------------------------------
derive "people:
  - merge: [ada.quill@example.org, ada@kestrel.example.org]
    class: bot"
fact 'a person may be told to be a bot' ends 0
fact 'and is no contributor then' is contributors 2025Q2 22
fact 'but a bot' sh -c '"$0" explain person "$1" --store store.db | grep -q bot' "$quarry" "$ada_key"

derive "people:
  - merge: ['$ada_key']
    name: Countess of Lovelace"
fact 'she may be called as she wants' sh -c '"$0" explain person "$1" --names --store store.db |
	grep -q "(Countess of Lovelace, "' "$quarry" "$ada_key"
fact 'and be asked for so' sh -c '"$0" explain person "countess of lovelace" --store store.db |
	grep -q "^p-"' "$quarry"
fact 'but not named unasked' sh -c '! "$0" explain person "$1" --store store.db | grep -i countess' \
	"$quarry" "$ada_key"

# --- what is named, and no more -------------------------------------------
derive "people:
  - merge: ['$ada_key']
    class: bot"
fact 'the class is of the e-mail that is named, not of all that are hers' is contributors 2025Q2 23
derive 'people:
  - merge: [typo@example.org]
    opt-out: true'
fact 'an entry that is nobody is told' says 'people.yaml: 1 of its signatures and e-mails are nobody'
fact 'by its line' says 'line 2'

# --- opted out -------------------------------------------------------------
derive
everything before "$ada_key"
pseudonym=$("$quarry" explain person "$ada_key" --store store.db | grep -o 'p-[0-9a-f]\{12\}' | head -n 1)
fact 'Ada is found while she has not opted out' grep -q 'Ada Quill' before/explained
derive "people:
  - merge: ['$ada_key']
    opt-out: true"
fact 'she opts out' ends 0
everything after "$ada_key"
# What was asked for is repeated in the sentence that says that nobody is there.
sed -i '/nobody/d' after/explained
fact 'nothing names her any more' sh -c '! grep -r -i -l -e "ada quill" -e "$1" -e "$2" after' - \
	"$ada_key" "$pseudonym"
fact 'she is credited with nothing' is contributors 2025Q2 22
fact 'her commits count' is commits 2025Q2 111
fact 'and it is said how many have' grep -q 'opted_out | 1 ' after/report.md
fact 'who asks finds nobody' sh -c '! "$0" explain person "$1" --store store.db 2>/dev/null' \
	"$quarry" "$ada_key"

# --- where who has opted out works -----------------------------------------
derive "people:
  - merge: ['$ada_key']
    opt-out: true
    affiliation: [{ group: acme-of-ada }]"
fact 'who has opted out may have an affiliation' ends 0
everything secret nobody
fact 'nothing names her group' sh -c '! grep -r -i -l acme-of-ada secret'
fact 'nor tells that there is one' sh -c '! grep -q "## Affiliations" secret/report.md'
derive "people:
  - merge: ['$ada_key']
    affiliation: [{ group: acme-of-ada }]"
"$quarry" report --store store.db --quarter 2025Q2 --table cohorts >cohorts.csv
fact 'of others it is told' grep -q acme-of-ada cohorts.csv

# --- another people.yaml ---------------------------------------------------
# stale WORD: does the doctor find what WORD, a grep, is to find?
stale() {
	"$quarry" doctor universe --store store.db --cache . >doctor 2>&1 || :
	"$@" "people: people.yaml is not the one that the figures were derived with: run 'quarry derive" doctor
}
grep_no() {
	! grep "$@"
}
fact 'the doctor knows its people.yaml' stale grep_no
printf '\n' >>universe/people.yaml
fact 'and another one' stale grep
rm universe/people.yaml
fact 'and that there was one' stale grep
derive
fact 'and that there is none' stale grep_no
printf 'people: []\n' >universe/people.yaml
fact 'and that there is one now' stale grep
rm universe/people.yaml
mkfifo universe/people.yaml
status=0
timeout 60 "$quarry" doctor universe --store store.db --cache . 2>err >out || status=$?
fact 'a pipe is not waited for' ends 1
fact 'but refused' says "people.yaml': it is no regular file"
rm universe/people.yaml

# --- left out --------------------------------------------------------------
derive
for rule in L1 L2 L3 L4 noreply-id same-email full-name bot agent placeholder assists; do
	run derive universe --store store.db -q --without "$rule"
	fact "without $rule it is derived" ends 0
	"$quarry" report --store store.db --quarter 2025Q2 >without.md
	fact "and $rule is said to be left out" grep -q "Not to be published.*$rule" without.md
done
run derive universe --store store.db -q --without L4
fact 'without L4 lenient is strict' is contributors_lo 2025Q2 23
run derive universe --store store.db -q --without L3 --without L2
fact 'several add up' sh -c '"$0" report --store store.db --quarter 2025Q2 | grep -q "L3,L2"' "$quarry"
everything left_out nobody L3,L2
for file in report.md overlap.md edition/sample-2025Q2.md; do
	fact "$file says that it is not to be published" grep -q 'Not to be published.*L3,L2' "left_out/$file"
done
for file in overlap.table alarms.table explained; do
	fact "$file says so, too" grep -q '^not to be published.*L3,L2' "left_out/$file"
done
for file in report.json overlap.json alarms.json explained edition/sample-2025Q2.json; do
	fact "$file has it as a field" grep -q '"without": "L3,L2"' "left_out/$file"
done
for file in left_out/*.csv left_out/edition/*-csv/*.csv; do
	fact "${file#left_out/} has it as a column" python3 -c 'import csv, sys
head, *rows = csv.reader(open(sys.argv[1], newline="", encoding="utf-8"))
assert head[-1] == "without", head
assert all(len(row) == len(head) and row[-1] == "L3,L2" for row in rows), rows' "$file"
done
run derive universe --store store.db -q --without no-such-rule
fact 'a rule that is none is refused' ends 2
fact 'by its name' grep -q no-such-rule err
derive
fact 'and all is as before' is contributors 2025Q2 23
"$quarry" report --store store.db --quarter 2025Q2 >whole.md
fact 'nothing is said to be left out' sh -c '! grep -q "Not to be published" whole.md'
everything whole nobody
fact 'nor anywhere else' sh -c '! grep -r -i -e "not to be published" -e "without\": \"[^\"]" -e ",without$" whole'
finish
