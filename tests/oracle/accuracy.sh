#!/bin/sh
# Identity without .mailmap files against what they say (accuracy.py): a made history whose
# figures are worked out by hand, and the real histories that have a .mailmap.
#
#	accuracy.sh IDENTITY-TOOL [REPOSITORY.git...]
set -eu

tool=$(realpath "$1")
shift
for repository; do
	shift
	set -- "$@" "$(realpath "$repository")"
done
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

# commit TIME NAME E-MAIL: one more commit on main
commit() {
	printf 'commit refs/heads/main\nauthor %s <%s> %s +0000\n' "$2" "$3" "$1"
	printf 'committer C <c@m.example> 1700000000 +0000\ndata 0\n\n'
}

# Mira has four e-mails, one in two spellings and two of one account; Jo is two people of one
# name; Pat and Kim share an e-mail; Ola comes back after five years.  The .mailmap is silent
# on Lee.
made_history() {
	cat <<-'MAP' >mailmap
		Mira Olsen <mira@north.example> <mira@work.example>
		Mira Olsen <mira@north.example> <1234+mira@users.noreply.github.com>
		Mira Olsen <mira@north.example> <1234+mira-o@users.noreply.github.com>
		Jo Tan <jo@a.example>
		Jo Tan <jo@b.example>
		Pat <pat@c.example> Pat <shared@c.example>
		Kim <kim@c.example> Kim <shared@c.example>
		Ola Berg <ola@f.example> <ola@g.example>
	MAP
	{
		commit 1700000000 'Mira Olsen' mira@north.example
		commit 1700000001 mira MIRA@north.example
		commit 1700000002 'Mira Olsen' mira@work.example
		commit 1700000003 'Mira Olsen' 1234+mira@users.noreply.github.com
		commit 1700000004 mira-o 1234+mira-o@users.noreply.github.com
		commit 1700000005 'Jo Tan' jo@a.example
		commit 1700000006 'Jo Tan' jo@b.example
		commit 1700000007 Pat shared@c.example
		commit 1700000008 Kim shared@c.example
		commit 1700000009 'Lee Roe' lee@d.example
		commit 1700000010 'Lee Roe' lee@e.example
		commit 1540000000 'Ola Berg' ola@f.example
		commit 1700000011 'Ola Berg' ola@g.example
		commit 1700000012 'dependabot[bot]' 49699333+dependabot[bot]@users.noreply.github.com
		printf 'M 100644 inline .mailmap\ndata %s\n' "$(wc -c <mailmap)"
		cat mailmap
	} | git --git-dir=made.git fast-import --quiet
}

says_of_the_made_history() {
	python3 "$tests/oracle/accuracy.py" "$tool" made.git --floor 0.5 >got || return 1
	diff - got <<-'TABLE'

		made.git: 14 signatures, 13 of humans, 11 spoken of
		  people spoken of            .mailmap       e-mails            L1         L1+L3      L1+L3+L4
		  in all                             6      9 +50.0%      9 +50.0%      8 +33.3%      5 -16.7%
		  summed over quarters               7      9 +28.6%      9 +28.6%      8 +14.3%      5 -28.6%
		  pairs              joined    right  false     same precision  recall    open
		  L1         all          2        1      1       11    0.5000  0.0909       0
		  L1         apart        0        0      0       10         -  0.0000       0
		  L1+L3      all          3        2      1       11    0.6667  0.1818       0
		  L1+L3      apart        1        1      0       10    1.0000  0.1000       0
		  L1+L3+L4   all         12       10      2       11    0.8333  0.9091       1
		  L1+L3+L4   apart       10        9      1       10    0.9000  0.9000       1
		3 passed, 0 failed
	TABLE
}

fails_below_the_floor() {
	! python3 "$tests/oracle/accuracy.py" "$tool" made.git
}

has_mailmap() {
	GIT_NO_LAZY_FETCH=1 git --git-dir="$1" cat-file -e HEAD:.mailmap 2>/dev/null
}

# of_real_histories: those of the arguments, or all in ../shared that have a .mailmap
of_real_histories() {
	if [ $# -eq 0 ]; then
		for repository in "$shared"/corpus/*.git; do
			if has_mailmap "$repository"; then
				set -- "$@" "$repository"
			fi
		done
	fi
	if [ $# -eq 0 ]; then
		skip "no repository with a .mailmap in ../shared"
		return
	fi
	python3 "$tests/oracle/accuracy.py" "$tool" "$@" >table || :
	add_cases table
}

git init --quiet --bare -b main made.git
made_history
fact 'a made history has the figures that were worked out by hand' says_of_the_made_history
fact 'precision below what is asked fails' fails_below_the_floor
of_real_histories "$@"
finish
