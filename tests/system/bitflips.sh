#!/bin/sh
# Random bit flips in packs: no crash, and no fact that differs without a flag.
#
#	bitflips.sh QUARRY [N [SEED]]
quarry=$(realpath "$1")
n=${2:-200}
seed=${3:-1}
. "$(dirname "$0")/../lib/script.sh"
cd "$tmp"

if ! python3 -c 'import sqlite3, zlib' 2>/dev/null; then
	skip 'there is no python3 to make them with'
	finish
fi
python3 "$tests/system/bitflips.py" "$quarry" made "$n" "$seed" >checked
add_cases checked
finish
