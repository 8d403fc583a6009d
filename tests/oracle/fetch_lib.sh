# Histories, what is checked of a cached copy, and what is played over the network alone.
# Sourced by fetch.sh, which has $tool, $tmp and $options.

# --- Histories ---------------------------------------------------------------

# commits REPOSITORY BRANCH COUNT [START [LINES]]: append commits to a branch, or
# to another commit. They hold text that does not shrink much, so many lines.
commits() {
	from=${4:-refs/heads/$2^0}
	git -C "$1" rev-parse --quiet --verify "$from" >/dev/null || from=
	awk -v branch="$2" -v n="$3" -v from="$from" -v serial="$serial" -v lines="${5:-1}" '
	BEGIN {
		srand(serial)
		for (i = 1; i <= n; i++) {
			when = 1700000000 + 60 * (serial + i)
			text = ""
			for (j = 0; j < lines; j++)
				text = text sprintf("%08x%08x%08x%08x\n", rand() * 2 ^ 31,
					rand() * 2 ^ 31, rand() * 2 ^ 31, rand() * 2 ^ 31)
			subject = "commit " serial + i
			print "commit refs/heads/" branch
			print "committer A U Thor <a@example.org> " when " +0000"
			print "data " length(subject) "\n" subject
			if (i == 1 && from != "")
				print "from " from
			print "M 100644 inline file" (serial + i) % 7
			print "data " length(text) "\n" text
		}
	}' | git -C "$1" fast-import --quiet --force
	serial=$((serial + $3))
}

# new_repository PATH: five commits on main, three on another branch, two tags
new_repository() {
	git init --quiet --bare --initial-branch=main "$1"
	commits "$1" main 5
	commits "$1" other 3
	git -C "$1" tag light other
	git -C "$1" tag --annotate --message=heavy heavy main
}

# --- What is checked ---------------------------------------------------------

# fetch STATUS WORD URL [BRANCH]: run the tool; WORD begins its output, or stands
# in its error
fetch() {
	want=$1
	word=$2
	shift 2
	status=0
	"$tool" $options "$tmp/cache" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	[ "$status" -eq "$want" ] || return 1
	if [ "$want" -eq 0 ]; then
		read -r outcome bytes gitdir <"$tmp/out" && [ "$outcome" = "$word" ]
	else
		grep -q -e "$word" "$tmp/err" && [ "$(wc -l <"$tmp/err")" -eq 1 ]
	fi
}

# same REPOSITORY [BRANCH]: the cached copy has this branch alone, and all of it
same() (
	# git must not fetch what is missing here.
	GIT_ALLOW_PROTOCOL=none
	export GIT_ALLOW_PROTOCOL
	branch=${2:-$(git -C "$1" symbolic-ref --short HEAD)}
	[ "$(git -C "$gitdir" for-each-ref --format='%(refname) %(objectname)')" = \
	  "refs/heads/$branch $(git -C "$1" rev-parse "refs/heads/$branch")" ] &&
	[ "$(git -C "$gitdir" symbolic-ref HEAD)" = "refs/heads/$branch" ] &&
	[ "$(git -C "$gitdir" rev-list HEAD | sort)" = \
	  "$(git -C "$1" rev-list "refs/heads/$branch" | sort)" ] &&
	git -C "$gitdir" fsck --full --strict >"$tmp/out" 2>&1 &&
	[ ! -e "$gitdir/FETCH_HEAD" ]
)

# lacks COMMIT: the cached copy does not have it
lacks() {
	! GIT_ALLOW_PROTOCOL=none git -C "$gitdir" cat-file -e "$1" 2>/dev/null
}

n_packs() {
	find "$gitdir/objects/pack" -name '*.pack' | wc -l
}

# kept COMMIT: the cached copy is whole, and still there
kept() {
	[ "$(git -C "$gitdir" rev-parse HEAD)" = "$1" ] &&
	GIT_ALLOW_PROTOCOL=none git -C "$gitdir" fsck --full --strict >"$tmp/out" 2>&1
}

no_temporary() {
	[ -z "$(find "$tmp/cache" -name '*.tmp-*' -o -name '*.lock' -o -name '*_git2_*')" ]
}

# --- What is seen on the way, over the network --------------------------------

# noted NOTE...: the last fetch has these notes, and no others
noted() {
	tail -n +2 "$tmp/out" | sort >"$tmp/notes"
	printf '%s\n' "$@" | sed '/^$/d' | sort | cmp - "$tmp/notes"
}

# play_noted REPOSITORY URL
play_noted() {
	repo=$1 url=$2
	new_repository "$repo"
	check 'notes: clone' fetch 0 cloned "$url"
	check 'notes: none' noted ''
	commits "$repo" main 2 main~2
	check 'notes: forced' fetch 0 updated "$url"
	check 'notes: forced, told' noted forced
	rename_default main trunk
	check 'notes: renamed' fetch 0 unchanged "$url"
	check 'notes: renamed, told' noted renamed=main
	check 'notes: another branch asked for' fetch 0 updated "$url" other
	check 'notes: that is nothing of the remote' noted ''
	check 'notes: back again' fetch 0 updated "$url"
	check 'notes: neither is that' noted ''
	git -C "$repo" update-ref --no-deref HEAD trunk
	check 'detached HEAD at a branch' fetch 0 unchanged "$url"
	check 'detached HEAD at a branch, the same' same "$repo" trunk
}

play_shallow() {
	full=${1%.git}-full.git shallow=${1%.git}-shallow.git url=$2-shallow
	new_repository "$full"
	commits "$full" main 20
	git clone --quiet --bare --depth 5 --branch main "file://$full" "$shallow"
	check 'a server whose history is cut off' fetch 0 cloned "$url"
	check 'the end of its history is known' cmp "$shallow/shallow" "$gitdir/shallow"
	check 'as much as the server has' [ "$(git -C "$gitdir" rev-list --count HEAD)" -eq 5 ]
	check 'once more' fetch 0 unchanged "$url"
	check 'git can read it' git -C "$gitdir" rev-list --quiet HEAD
	git -C "$shallow" fetch --quiet --unshallow
	check 'when it is whole at the server' fetch 0 unchanged "$url"
	check 'it is whole here' same "$full" main
	check 'and not cut off' [ ! -e "$gitdir/shallow" ]
	commits "$full" main 3
	rm -rf "$shallow"
	git clone --quiet --bare --depth 5 --branch main "file://$full" "$shallow"
	check 'cut off at the server later' fetch 0 updated "$url"
	check 'whole here all the same' same "$full" main
	check 'and not said to be cut off' [ ! -e "$gitdir/shallow" ]
}

# tags REPOSITORY: those of the cached copy are those
same_tags() {
	[ "$(git -C "$1" for-each-ref --format='%(refname) %(objectname)' refs/tags)" = \
	  "$(git -C "$gitdir" for-each-ref --format='%(refname) %(objectname)' refs/tags)" ] &&
	git -C "$gitdir" fsck --connectivity-only >"$tmp/out" 2>&1
}

play_tags() {
	repo=$1 url=$2 options=--releases
	new_repository "$repo"
	git -C "$repo" tag blob "$(git -C "$repo" ls-tree main | awk '{ print $3; exit }')"
	git -C "$repo" tag tree "main^{tree}"
	check 'tags: clone' fetch 0 cloned "$url"
	check 'tags: the same' same_tags "$repo"
	check 'tags: nothing new' fetch 0 unchanged "$url"
	git -C "$repo" update-ref refs/tags/light main~1
	git -C "$repo" tag --delete heavy >/dev/null
	git -C "$repo" tag deep/er main~2
	check 'tags: one moved, one gone, one new' fetch 0 unchanged "$url"
	check 'tags: the same again' same_tags "$repo"
	git -C "$repo" tag --delete deep/er >/dev/null
	git -C "$repo" tag deep main~2
	commits "$repo" main 3
	check 'tags: a folder becomes a tag' fetch 0 updated "$url"
	check 'tags: the same then' same_tags "$repo"
	git -C "$gitdir" gc --quiet
	commits "$repo" main 1
	git -C "$repo" tag v2 main
	check 'tags: after git gc' fetch 0 updated "$url"
	check 'tags: the same after git gc' same_tags "$repo"
	options=
}
