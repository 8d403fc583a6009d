#!/bin/sh
# What fetching costs beside git: bytes received, disk, time, memory, side by side.
#
#	fetch.sh QUARRY FOLDER [OPTION...]
#
# Serves every bare repository below FOLDER on the loopback interface, over HTTP
# (tests/lib/gitserver.py) and git:// (git daemon behind tests/lib/tcpproxy.py), and brings
# them with QUARRY and with git in turns.  Bytes are counted by the servers, for both alike.
# FOLDER is only read.  A repository whose blobs are not all there can be served: the full
# clone is then one of what is there, and marked with '*'.
#
#	--transports http,git   which of them; default: http
#	--parts PART,...        of these; default: all
#	    clone        first clones: ours, git's with --filter=blob:none, git's plain one
#	    together     first clones of all repositories by one run of QUARRY
#	    unchanged    an update of all of them when nothing is new
#	    incremental  after 1, 40 and 1,000 new commits, and a force push
#	--runs N                median of N for times of what is small; default 3
#	--small MB              what is small: default 20
#	--deep NAME,...         repositories for `incremental`; default: the three with most commits
#	--only TEXT             only repositories with TEXT in their name
#	--no-full               no plain clones, which take the longest
#	--work FOLDER           for what is fetched; default: a new one, removed in the end
#
# No test: it is run by hand, and takes as long as the repositories are large.  Where
# QUARRY is called git, git stands in for us, so that two runs of the same are seen.
exec python3 "$(dirname "$0")/fetch.py" "$@"
