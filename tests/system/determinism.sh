#!/bin/sh
# The same facts give the same bytes: whatever is mined again, by however many
# threads, in whatever order, in one go or bit by bit (metrics.md 12.6 and 12.7).
#
#	determinism.sh QUARRY [sample|corpus]...     default: both
quarry=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- sample corpus
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

# edition OUT UNIVERSE MIRROR STORE [OPTION...]: a whole run, and reports of several
# quarters, into the folder OUT
edition() {
	out=$1 universe=$2 mirror=$3 store=$4
	shift 4
	run run "$universe" --mirror "$mirror" --offline --cache cache --store "$store" \
		-o "$out" -q --quarter 2025Q2 "$@"
	ends "$wanted" && reports "$out" "$store"
}

# reports OUT STORE
reports() {
	for quarter in $quarters; do
		for format in md json csv; do
			"$quarry" report --store "$2" --quarter "$quarter" \
				-o "$1/report-$quarter.$format" || return 1
		done
	done
}

# again OUT: another edition is byte for byte the first one
again() {
	out=$1
	edition "$@" && same_files "$scene/first" "$out"
}

derived() {
	"$quarry" derive "$universe" --store "$scene/first.db" && reports "$1" "$scene/first.db" &&
	for file in "$1"/*; do
		cmp "$scene/first/${file##*/}" "$file" || return 1
	done
}

# reordered ORDER OUT: a universe whose files list their repositories otherwise
reordered() {
	rm -rf "$scene/universe"
	cp -r "$universe_dir" "$scene/universe"
	python3 "$tests/lib/reorder.py" "$scene/universe" "$1" &&
	again "$scene/$2" "$scene/universe" "$mirror_dir" "$scene/$2.db" --jobs 3
}

# in_parts OUT: the last repositories of each file at first, the others later
in_parts() {
	rm -rf "$scene/part"
	cp -r "$universe_dir" "$scene/part"
	python3 - "$scene/part" <<-'END'
	import glob, re, sys
	for path in glob.glob(sys.argv[1] + "/*.yaml"):
	    head, found, items = open(path).read().partition("\nrepositories:\n")
	    if found:
	        items = re.split(r"(?m)^(?=  - )", items)
	        kept = items[len(items) // 2:] if len(items) > 2 else items
	        kept = [i for i in kept if i.startswith("  - ")]
	        open(path, "w").write(head + found + "".join(kept))
	END
	run mine "$scene/part" --mirror "$mirror_dir" --offline --cache cache \
		--store "$scene/$1.db" -q
	ends "$wanted" && again "$scene/$1" "$universe_dir" "$mirror_dir" "$scene/$1.db"
}

# play NAME UNIVERSE MIRROR: what holds for all universes
play() {
	scene=$1 universe_dir=$2 mirror_dir=$3
	mkdir -p "$scene"
	fact "$scene: an edition is written" \
		edition "$scene/first" "$universe_dir" "$mirror_dir" "$scene/first.db" --jobs 1
	cp -r "$scene/first" "$scene/second"
	fact "$scene: a second run changes no byte" \
		again "$scene/second" "$universe_dir" "$mirror_dir" "$scene/first.db"
	universe=$universe_dir
	mkdir "$scene/derived"
	fact "$scene: deriving again changes no byte" derived "$scene/derived"
	fact "$scene: deriving a third time changes no byte" derived "$scene/derived"
	for jobs in 1 2 4 8; do
		fact "$scene: a new store made by $jobs threads gives the same bytes" \
			again "$scene/jobs$jobs" "$universe_dir" "$mirror_dir" "$scene/jobs$jobs.db" \
			--jobs "$jobs"
	done
	fact "$scene: repositories in reverse order give the same bytes" reordered reverse reverse
	fact "$scene: repositories shuffled give the same bytes" reordered 7 shuffled
	fact "$scene: a store filled in two parts gives the same bytes" in_parts parts
}

# --- The sample alone ---------------------------------------------------------

# younger MIRROR: the last third of each branch is not there yet
younger() {
	for repository in "$1"/*.git; do
		branch=$(git --git-dir="$repository" for-each-ref --format='%(refname)' refs/heads)
		n=$(git --git-dir="$repository" rev-list --first-parent --count "$branch")
		git --git-dir="$repository" update-ref "$branch" "$branch~$((n / 3))"
	done
}

grown() {
	cp -r mirror younger
	younger younger || return 1
	run mine "$sample" --mirror younger --offline --cache cache --store sample/grown.db -q --since 1970Q1
	ends 0 && again sample/grown "$sample" mirror sample/grown.db
}

# A branch that was something else first: all its old commits go.
rewritten() {
	cp -r mirror other
	for repository in other/*.git; do
		branch=$(git --git-dir="$repository" for-each-ref --format='%(refname)' refs/heads)
		tree=$(git --git-dir="$repository" rev-parse "$branch^{tree}")
		tip=$(echo 'Elsewhere' | GIT_AUTHOR_NAME=X GIT_AUTHOR_EMAIL=x@example.org \
			GIT_COMMITTER_NAME=X GIT_COMMITTER_EMAIL=x@example.org \
			GIT_AUTHOR_DATE='1745000000 +0000' GIT_COMMITTER_DATE='1745000000 +0000' \
			git --git-dir="$repository" commit-tree "$tree" -p "$branch")
		git --git-dir="$repository" update-ref "$branch" "$tip"
	done
	run mine "$sample" --mirror other --offline --cache cache --store sample/rewritten.db -q --since 1970Q1
	ends 0 && again sample/rewritten "$sample" mirror sample/rewritten.db
}

# plus NAME FILE REPOSITORY OF LINE...: the sample with one more repository, in the
# category FILE, under the URL made of NAME; the lines follow the URL
plus() {
	name=$1 file=$2 from=$3
	shift 3
	rm -rf plus plus-mirror plus.db plus-out
	cp -r "$sample" plus
	cp -r mirror plus-mirror
	cp -r "mirror/$from.git" "plus-mirror/$name.git"
	{
		echo "  - url: https://git.example.org/$(echo "$name" | sed 's,+,/,')"
		for line in "$@"; do
			echo "    $line"
		done
	} >>"plus/$file.yaml"
	edition plus-out plus plus-mirror plus.db
}

same_totals() {
	for quarter in $quarters; do
		python3 "$tests/lib/totals.py" "sample/first/report-$quarter.json" \
			"plus-out/report-$quarter.json" "$@" || { echo "in $quarter"; return 1; }
	done
}

forks() {
	fact 'a fork can be added' plus fork+kestrel-db databases kestrel+kestrel-db \
		'upstream: https://git.example.org/kestrel/kestrel-db'
	fact 'a fork changes no total of the universe' same_totals
	fact 'a fork in another category can be added' plus fork+larkspur observability \
		larkspur+larkspur 'upstream: https://git.example.org/larkspur/larkspur'
	fact 'a fork in another category changes no total of the universe' same_totals
	fact 'a copy can be added under a second URL' plus copy+lantern observability lantern+lantern
	fact 'a second URL changes no total of the universe' same_totals
	fact 'a copy under a name that sorts first can be added' \
		plus aardvark+otter-kv databases otter+otter-kv
	fact 'nor does one that sorts first' same_totals
	fact 'an old name can be given' plus kestrel+old-db web-frameworks kestrel+kestrel-db \
		'upstream: https://git.example.org/kestrel/kestrel-db' 'until: 2024Q4'
	fact 'nor does an old name that ended' same_totals
}

for which in "$@"; do
	case $which in
	sample)
		wanted=0
		quarters='2024Q1 2024Q2 2024Q3 2024Q4 2025Q1 2025Q2'
		sh "$tests/lib/histories.sh" mirror
		play sample "$sample" mirror
		fact 'sample: histories that grew give the bytes of a new store' grown
		fact 'sample: histories that were rewritten give the bytes of a new store' rewritten
		forks
		;;
	corpus)
		if ! has_shared corpus; then
			skip 'real histories: no ../shared/corpus'
			continue
		fi
		wanted=3 # the universe has many more repositories
		quarters='2024Q4 2026Q2'
		SOURCE_DATE_EPOCH=1790000000 # after the newest commit
		play corpus "$root/categories/ml-systems" "$shared/corpus"
		;;
	*)
		fact "'$which' is sample or corpus" false
		;;
	esac
done
finish
