#!/bin/sh
# A store that follows its repositories step by step, forwards and backwards, with windows
# that grow, holds at each step what one does that was filled at once.
#
#	steps.sh QUARRY                       the sample; real histories where there are some
#	steps.sh QUARRY FOLDER STEPS [SEED]   the repositories of a folder: OWNER+NAME.git or
#	                                      OWNER+NAME/repo
#
# A case is a step.
quarry=$(realpath "$1")
folder=${2:+$(realpath "$2")}
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

# steps FOLDER STEPS [SEED]
steps() {
	python3 "$tests/system/steps.py" "$quarry" "$@" >compared 2>&1 || :
	add_cases compared
}

if [ "$folder" ]; then
	steps "$folder" "${3:-20}" "${4:-1}"
	finish
fi
sh "$tests/lib/histories.sh" made
steps made 20 1
if has_shared corpus; then
	steps "$shared/corpus" 3 2
else
	skip 'there are no real histories to follow'
fi
finish
