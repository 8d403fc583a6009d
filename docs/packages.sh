#!/bin/sh
# Install the Debian packages that are missing: nothing when none is.
#
#	packages.sh build         to build the program
#	packages.sh build test    and to run the tests
#
# As root, or by sudo where it asks for no password; it never asks for anything.
set -eu

build='gcc libc6-dev meson ninja-build pkg-config git ca-certificates libgit2-dev
libcurl4-openssl-dev libsqlite3-dev libpcre2-dev libyaml-dev libjansson-dev
libutf8proc-dev libsmartcols-dev libdeflate-dev zlib1g-dev'
# gcc brings its sanitizers; python3 comes with meson, but the tests use it themselves.
test='clang libcmocka-dev mandoc openssl python3 scdoc'

wanted=
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" ;;
	*)
		echo "packages.sh: '$group' is neither build nor test" >&2
		exit 2
		;;
	esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "packages.sh: this is no Debian; needed are, by their names there:" $wanted >&2
	exit 0
fi
missing=
for package in $wanted; do
	case $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || :) in
	*installed\ *) ;;
	*) missing="$missing $package" ;;
	esac
done
[ "$missing" ] || exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
		echo "packages.sh: missing packages; as root: apt-get install$missing" >&2
		exit 1
	fi
	root='sudo -n'
fi
echo "packages.sh: installing$missing" >&2
get="$root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0"
{
	$get update
	# shellcheck disable=SC2086
	$get install --no-install-recommends $missing
} </dev/null >&2
