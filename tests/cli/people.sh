#!/bin/sh
# Who is who, as a user asks: explain person, people --suspicious, people --suggest.
#
#	people.sh QUARRY FOLDER OF THE SAMPLE UNIVERSE
#
# Alarms, hostile names and who has opted out are written into the store by hand.
quarry=$(realpath "$1")
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import sqlite3' 2>/dev/null; then
	skip 'there is no python3 to write into the store'
	finish
fi
sh "$tests/lib/histories.sh" mirror
run run "$sample" --mirror mirror --offline --store s.db -q -o editions
fact 'the sample has figures' ends 0

# change SQL... | ask SQL [STORE]: in s.db, or another one
change() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect("s.db")
for sql in sys.argv[1:]: db.execute(sql)
db.commit()' "$@"
}

ask() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[2]).execute(sys.argv[1]): print(*row)' "$1" "${2:-s.db}"
}

# prints TEXT | prints_no TEXT: the last run did, on stdout
prints() {
	grep -qF -e "$1" out.txt || { echo "no '$1':"; cat out.txt; return 1; }
}

prints_no() {
	! grep -aqiF -e "$1" out.txt || { echo "there is '$1':"; cat out.txt; return 1; }
}

# asked ARGUMENT...: run, and keep what it prints
asked() {
	run "$@" --store s.db
	cp -f out out.txt 2>/dev/null || :
}

is_json() {
	python3 -c 'import json, sys; json.load(open("out.txt", encoding="ascii"))'
}

# same_as FILE: what the last run printed
same_as() {
	cmp out.txt "$1"
}

key=$(ask "SELECT key FROM person WHERE lenient IN (SELECT lenient FROM person GROUP BY lenient
	HAVING count(*) > 1) ORDER BY key LIMIT 1")
person=$(ask "SELECT person FROM person WHERE key = '$key'")
name=$(ask "SELECT name FROM signature JOIN identity USING (signature) WHERE person = $person LIMIT 1")

asked explain person "$key"
fact 'an e-mail is found' ends 0
fact 'a key is made, for its owner alone' [ "$(stat -c '%a %s' s.db.key)" = '600 32' ]
fact 'no name is printed' prints_no "$name"
fact 'and no e-mail' prints_no @
cp out.txt first.txt
wanted=$(grep -o '^p-[0-9a-f]\{12\}' out.txt | head -n 1)
fact 'it is called by a pseudonym' [ "$wanted" ]
asked explain person "$wanted"
fact 'a pseudonym is found, too' same_as first.txt
mv s.db t.db
mv s.db.key t.db.key
ln -s t.db s.db
asked explain person "$key"
fact 'through a link it is the same' same_as first.txt
rm s.db
mv t.db s.db
mv t.db.key other.key
asked explain person "$key"
fact 'with another key it is found, too' prints ', human: '
fact 'and called otherwise' prints_no "$wanted"
mv other.key s.db.key
asked explain person "$key"
fact 'with the old key it is the old one' same_as first.txt
fact 'the table tells why' prints 'the same full name within a year'
asked explain person "$key" --names
fact '--names names e-mails' prints "$key"
fact 'and names' prints "$name"
asked explain person "$name" --format json
fact 'JSON is JSON' is_json
fact 'and holds pseudonyms' prints "\"$wanted\""
run explain person "$key" --store s.db -o x.json
fact 'the extension tells the format' grep -q '"persons"' x.json
fact 'and the text goes into the file' [ ! -s out ]

asked explain person nobody@nowhere.example
fact 'nobody is an error' ends 1
fact 'of one sentence' one_sentence
fact 'with a remedy' says "nobody is known as 'nobody@nowhere.example': give an e-mail"
for extension in csv md txt; do
	run explain person "$key" --store s.db -o "x.$extension"
	fact "there is no $extension of a person" ends 2
done

change 'DELETE FROM alarm'
asked people --suspicious
fact 'without an alarm nothing looks wrong' prints 'nothing looks wrong'
change "INSERT INTO alarm VALUES('many_emails', $person, NULL, 13, '')" \
	"INSERT INTO alarm VALUES('near_bot', $person, (SELECT signature FROM identity WHERE person =
		$person LIMIT 1), 7, 'bot-name')" \
	"INSERT INTO alarm VALUES('mailmaps', NULL, NULL, 2, '=cmd|''x''!A1@x.example')" \
	"INSERT INTO alarm VALUES('regular', NULL, NULL, 1, 'a' || char(27) || '[31m' || char(8238) || 'b')"
for format in table json csv; do
	asked people --suspicious --format $format
	fact "$format: the alarms are listed" prints 'a person with many e-mails'
	fact "$format: by pseudonyms" prints "$wanted"
	fact "$format: the rule is named" prints bot-name
	fact "$format: nobody is" prints_no "$key"
	fact "$format: no formula is printed" prints_no '=cmd'
	asked people --suspicious --format $format --names
	fact "$format: --names names" prints "$key"
	fact "$format: nothing reaches the terminal that it obeys" [ "$(tr -d '\33' <out.txt | cmp - out.txt &&
		! grep -q "$(printf '\342\200\256')" out.txt && echo clean)" = clean ]
done
fact 'csv: a formula is defused' grep -q "'=cmd" out.txt
asked people --suspicious --format json
fact 'JSON is JSON' is_json

asked doctor
fact 'the doctor counts' prints "people: 1 person has many e-mails: 'quarry people --suspicious' lists it"
fact 'and names nobody' prints_no "$key"

run people --suggest --store s.db -o people.yaml
fact 'a suggestion is written' ends 0
fact 'and tells how many' says 'suggested persons: '
fact 'it holds the e-mail' grep -qF -e "$key" people.yaml
cp -r "$sample" universe
cp people.yaml universe
cp s.db u.db
run derive universe --store u.db -q
fact 'a universe takes it' ends 0
apart='SELECT count(*) - count(DISTINCT lenient) FROM person'
fact 'strict identity was not lenient before' [ "$(ask "$apart")" -gt 0 ]
fact 'and is, once it is derived again' [ "$(ask "$apart" u.db)" = 0 ]
run people --suggest --store u.db
fact 'then nobody is left to suggest' [ "$(cat out)" = 'people: []' ]

for what in '' '--suspicious --suggest' '--suggest --format json' '--suspicious --format md' \
	'--suspicious --format yaml' 'x --suspicious'; do
	# Words of one argument each.
	# shellcheck disable=SC2086
	run people $what --store s.db
	fact "people $what is wrong usage" ends 2
done
for what in person 'thing x' 'person a b' 'person x --format csv'; do
	# shellcheck disable=SC2086
	run explain $what --store s.db
	fact "explain $what is wrong usage" ends 2
done

# Each of these would spoil the file for all others.
cp s.db h.db
change "UPDATE person SET key = 'a' || char(9) || '@x.example' WHERE person = $person"
run people --suggest --store s.db
grep -c merge <people.yaml >before.txt
grep -c merge <out >after.txt || :
fact 'what people.yaml cannot hold is no suggestion' [ "$(cat after.txt)" = "$(($(cat before.txt) - 1))" ]
fact 'and is counted' says '1 suggestion is left out, because their names cannot be written in people.yaml'
for bad in "char(9) || '@x.example'" "char(1) || '@x.example'" "char(133) || '@x.example'" \
	"char(8238) || '@x.example'" "char(8297) || '@x.example'" "printf('%.*c', 1100, 'x') || '@x.example'" \
	"'a@x.example '" "'a>b@x.example'"; do
	change "UPDATE person SET key = $bad WHERE person = $person"
	run people --suggest --store s.db
	fact "$bad: it is left out" says 'suggestion is left out'
	fact "$bad: and not printed" [ "$(tr -d '\12\40-\176' <out | wc -c)" = 0 ]
	cp out universe/people.yaml
	cp h.db u.db
	run derive universe --store u.db -q
	fact "$bad: a universe takes the others" ends 0
done
cp people.yaml universe
mv h.db s.db

# Whoever has opted out is in no output.
change "UPDATE person SET opted_out = 1 WHERE person = $person"
asked explain person nobody
cp err nobody.txt
for form in "$key" "$name <$key>" "$wanted"; do
	asked explain person "$form" --names
	fact "who has opted out is not found by '$form'" ends 1
	sed "s/'$form'/'nobody'/" err >like.txt
	fact 'and not told from nobody' cmp like.txt nobody.txt
done
others=$(ask 'SELECT key FROM person WHERE NOT opted_out')
for other in $others; do
	run explain person "$other" --names --store s.db
	cat out
	run explain person "$other" --names --store s.db --format json
	cat out
done >all.txt
for format in table json csv; do
	run people --suspicious --names --store s.db --format $format
	cat out
done >>all.txt
run people --suggest --store s.db
cat out >>all.txt
run doctor --store s.db
cat out >>all.txt
cp all.txt out.txt
fact 'who has opted out is in no output, by e-mail' prints_no "$key"
fact 'nor by pseudonym' prints_no "$wanted"
fact 'the others still are' prints '"persons"'

chmod 644 s.db.key
asked people --suspicious
fact 'a key that others may read is refused' ends 1
fact 'with a remedy' says 'make its mode 0600'
rm s.db.key
printf short >s.db.key
chmod 600 s.db.key
asked people --suspicious
fact 'a key that is too short is refused' says 'it has 5 bytes, not 32'
rm s.db.key
change "UPDATE meta SET value = '1' WHERE key = 'derived_shape'"
for command in 'explain person x' 'people --suspicious' 'people --suggest' report; do
	# shellcheck disable=SC2086
	run $command --store s.db
	fact "$command: figures of another version are refused" ends 1
	fact "$command: with the remedy" says "run 'quarry derive UNIVERSE' once"
done
finish
