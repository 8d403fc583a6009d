#!/bin/sh
# Every derived figure against git and the definitions (figures.py), on the sample universe, on
# the sample with other memberships, and on a folder of real histories where there is one.
#
#	figures.sh QUARRY
set -eu

quarry=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
corpus=$root/../shared/corpus
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C PYTHONDONTWRITEBYTECODE=1
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL LC_ALL PYTHONDONTWRITEBYTECODE
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=0

# check NAME UNIVERSE MIRROR [OPTION...]: build a store, of all quarters unless an option says
# from which one on, then compare all of it
check() {
	name=$1 universe=$2 mirror=$3
	shift 3
	status=0
	(cd "$tmp" && "$quarry" run "$universe" --mirror "$mirror" --offline --quiet \
		--store "$name.db" --output "$name" --since 1970Q1 "$@") >"$tmp/log" 2>&1 || status=$?
	# 3: some repositories are not in the mirror.
	if [ $status -ne 0 ] && [ $status -ne 3 ]; then
		cat "$tmp/log"
		echo "FAILED: $name: quarry leaves with $status"
		failed=$((failed + 1))
		return
	fi
	python3 "$here/figures.py" "$tmp/$name.db" "$mirror" >"$tmp/out" 2>&1 || :
	sed "s/^/$name: /" "$tmp/out"
	last=$(tail -n 1 "$tmp/out")
	case $last in
	*' passed, '*' failed')
		passed=$((passed + ${last%% passed*}))
		last=${last##*, }
		failed=$((failed + ${last%% failed})) ;;
	*)
		failed=$((failed + 1)) ;;
	esac
	rm -rf "${tmp:?}/$name.db" "${tmp:?}/$name"
}

mkdir "$tmp/mirror"
for stream in "$root"/categories/sample/histories/*.fi; do
	name=${stream##*/}
	git init --quiet --bare -b main "$tmp/mirror/${name%.fi}.git"
	git --git-dir="$tmp/mirror/${name%.fi}.git" fast-import --quiet <"$stream"
done
check sample "$root/categories/sample" "$tmp/mirror" --quarter 2025Q2
check lines "$root/categories/sample" "$tmp/mirror" --quarter 2025Q2 --lines
check window "$root/categories/sample" "$tmp/mirror" --quarter 2025Q2 --since 2024Q4
check by-committer "$root/categories/sample" "$tmp/mirror" --quarter 2025Q2 --date-basis committer

# The same histories, where repositories come, go, move between categories, hand over to a copy
# under another address, and share commits with one that is only there to be excluded.
for copy in moved+kestrel-db:kestrel+kestrel-db left+lantern:lantern+lantern \
	    old+basil-lsp:basil+basil-lsp; do
	cp -r "$tmp/mirror/${copy#*:}.git" "$tmp/mirror/${copy%:*}.git"
done
mkdir "$tmp/moving"
cp "$root/categories/sample/universe.yaml" "$tmp/moving"
write() {
	printf 'id: %s\ntitle: %s\nlayer: %s\nrepositories:\n' "$1" "$1" "$2"
	cat
} >"$tmp/moving/$1.yaml"
write databases foundations <<-END
	  - url: https://git.example.org/kestrel/kestrel-db
	    until: 2024Q4
	  - url: https://git.example.org/moved/kestrel-db
	    from: 2025Q1
	  - url: https://git.example.org/otter/otter-kv
	    until: 2025Q1
	  - url: https://git.example.org/saltmarsh/otter-kv
	    upstream: https://git.example.org/otter/otter-kv
	    from: 2024Q2
	    moved_from: compilers
END
write compilers foundations <<-END
	  - url: https://git.example.org/basil/basilc
	    branch: trunk
	  - url: https://git.example.org/basil/basil-lsp
	    exclude-history: https://git.example.org/old/basil-lsp
	  - url: https://git.example.org/tamarind/tamarind
	    from: 2024Q3
	    until: 2024Q4
END
write web services <<-END
	  - url: https://git.example.org/larkspur/larkspur
	    from: 2025Q1
	    moved_from: observability
	  - url: https://git.example.org/larkspur/larkspur-forms
	  - url: https://git.example.org/juniper/juniper-http
	    upstream: https://git.example.org/larkspur/larkspur
END
write observability services <<-END
	  - url: https://git.example.org/lantern/lantern
	    upstream: https://git.example.org/left/lantern
	  - url: https://git.example.org/left/lantern
	    upstream: https://git.example.org/lantern/lantern
	  - url: https://git.example.org/lantern/lantern-agent
	    from: 2025Q2
	    moved_from: web
	  - url: https://git.example.org/meadow/meadow-trace
	    from: 2024Q4
END
cat >"$tmp/moving/people.yaml" <<-END
	affiliations:
	  - { group: basil, domains: [basil.example.org] }
	  - { group: example, domains: [example.org], from: 2024-08-15 }
	  - { group: before, domains: [example.org], until: 2024-08-15 }
	  - { group: late, domains: [example.com], from: 2025-06-01 }
END
check moving "$tmp/moving" "$tmp/mirror" --quarter 2025Q2

for seed in 1 2 3 4 5; do
	python3 "$here/made_universe.py" $seed "$tmp/made-$seed"
	check "made-$seed-histories" "$tmp/made-$seed/universe" "$tmp/made-$seed/mirror" --quarter 2025Q2 \
		--lines
	check "made-$seed-window" "$tmp/made-$seed/universe" "$tmp/made-$seed/mirror" --quarter 2025Q2 \
		--since 2024Q"$((seed % 4 + 1))" --lines --date-basis committer
	rm -rf "${tmp:?}/made-$seed"
done

if [ -d "$corpus" ]; then
	check corpus "$root/categories/ml-systems" "$(realpath "$corpus")" --quarter 2025Q2
else
	echo "skipped: no folder of repositories"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
