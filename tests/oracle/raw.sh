#!/bin/sh
# The figures that the program mines, against git's own: every figure equal, no row
# missing, no row too many.
#
#	raw.sh QUARRY                       the sample; real histories where there are some
#	raw.sh QUARRY REPOSITORY.git...     any repositories
#
# A case is a repository.
quarry=$(realpath "$1")
shift
n=$#
while [ "$n" -gt 0 ]; do
	set -- "$@" "$(realpath "$1")"
	shift
	n=$((n - 1))
done
. "$(dirname "$0")/../lib/script.sh"
oracle=$tests/oracle
cd "$tmp"

# compare STORE EXPECTED [OPTION...]: a case a repository
compare() {
	python3 "$oracle/raw.py" "$@" >compared 2>&1 || :
	add_cases compared
}

# mine UNIVERSE MIRROR STORE [STATUS]: the facts and the view
mine() {
	run run "$1" --mirror "$2" --offline --cache cache --store "$3" -o editions -q --since 1970Q1
	fact "$1 is mined" ends "${4:-0}"
}

given() {
	mkdir universe mirror
	cat >universe/universe.yaml <<-'END'
	id: given
	title: Repositories given
	layers:
	  - id: all
	    title: All
	quarters:
	  from: 2000Q1
	END
	printf 'id: given-ones\ntitle: Given\nlayer: all\nrepositories:\n' >universe/given-ones.yaml
	for repository in "$@"; do
		# A work tree's repository is called .git, after nobody.
		name=$(basename "${repository%/.git}" .git | tr -c 'A-Za-z0-9+._\n-' _)
		case $name in
		*+*) ;;
		*) name=given+$name ;;
		esac
		ln -s "$repository" "mirror/$name.git"
		echo "  - url: https://git.example.org/$(echo "$name" | sed 's,+,/,')" \
			>>universe/given-ones.yaml
	done
	mine universe mirror given.db
	python3 "$oracle/gitfacts.py" mirror/*.git >expected.json
	compare given.db expected.json
}

sample_histories() {
	sh "$tests/lib/histories.sh" mirror
	mine "$sample" mirror sample.db
	# Its HEAD names a branch that is not there; the universe names the other.
	git --git-dir=mirror/basil+basilc.git symbolic-ref HEAD refs/heads/trunk
	python3 "$oracle/gitfacts.py" mirror/*.git >expected.json
	compare sample.db expected.json
	if has_shared oracle/oracle.py; then
		python3 "$shared/oracle/oracle.py" --json mirror/*.git >other.json
		fact 'two independent questions to git have the same answer' cmp expected.json other.json
	else
		skip 'a second opinion on the sample: no ../shared/oracle/oracle.py'
	fi
}

# Small ones, old ones, forks and oddities of those at hand.
some='ROCm+mori apple+coremltools bitsandbytes-foundation+bitsandbytes ROCm+rccl NVIDIA+nccl
google-ai-edge+litert-torch pytorch+kineto uccl-project+uccl tensorflow+tensorboard'

real_histories() {
	if ! has_shared corpus || ! has_shared oracle/expected.json; then
		skip 'real histories: no ../shared/corpus'
		return
	fi
	# The universe has many more repositories than the corpus.
	mine "$root/categories/ml-systems" "$shared/corpus" corpus.db 3
	compare corpus.db "$shared/oracle/expected.json" --from 2024Q4 --to 2026Q2
	python3 "$oracle/gitfacts.py" $(for name in $some; do
		[ ! -d "$shared/corpus/$name.git" ] || echo "$shared/corpus/$name.git"
	done) >all.json
	compare corpus.db all.json $(for name in $some; do
		[ ! -d "$shared/corpus/$name.git" ] || echo "--only $name" | sed 's,+,/,'
	done)
}

if [ $# -gt 0 ]; then
	given "$@"
else
	sample_histories
	real_histories
fi
finish
