#!/bin/sh
# What reading histories costs beside git: time and memory, side by side in one run.
#
#	mine.sh QUARRY FOLDER [OPTION...]
#
# FOLDER holds bare repositories, as OWNER+NAME.git or OWNER+NAME/repo; it is only read.
# git reads each by `git log --raw -M100% --no-merges`, with as many processes as quarry
# has threads, and writes to /dev/null; quarry mines them all into a new SQLite store.
# The two take turns, and each figure is the median of the turns.
#
#	--parts PART,...   of these; default: full,window,unchanged
#	    full       everything: --since 1970Q1
#	    window     the default window
#	    unchanged  again, with nothing new
#	    lines      --since 1970Q1 --lines, against `git log --numstat -M100% --no-merges`
#	    profile    where the time of `full` goes, by perf(1) if it is there
#	    scale      cost per commit of a made history of 1, 4 and 16 times as many commits
#	--only NAME,...    only repositories whose name has one of these in it
#	--jobs N           threads, and processes of git; default 2
#	--runs N           turns; default 5
#	--commits N        of the smallest made history; default 10000
#
# No test: it is run by hand, on a machine that does nothing else.
exec python3 "$(dirname "$0")/mine.py" "$@"
