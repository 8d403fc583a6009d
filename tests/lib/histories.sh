#!/bin/sh
# Make repositories of the sample's histories: DIR/OWNER+NAME.git for each stream.
#
#	histories.sh DIR [FOLDER OF STREAMS]
#
# The streams hold every date and name, so the ids are the same everywhere.
set -eu

dir=$1
streams=${2:-$(cd "$(dirname "$0")/../../categories/sample/histories" && pwd)}
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
unset GIT_DIR || :

mkdir -p "$dir"
for stream in "$streams"/*.fi; do
	name=${stream##*/}
	git init --quiet --bare --initial-branch=main "$dir/${name%.fi}.git"
	git --git-dir="$dir/${name%.fi}.git" fast-import --quiet <"$stream"
done
