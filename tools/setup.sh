# setup.sh: what `run` and `check` share; they source it. Installs what is
# missing and says so; what is there is left alone.

# To build and run the daemon.
run_packages='gcc libc6-dev meson ninja-build pkg-config
	libmicrohttpd-dev libsqlite3-dev libpq-dev libjansson-dev
	libcurl4-openssl-dev libunistring-dev libidn2-dev libssl-dev
	libsystemd-dev'

# To test it, on top of that.
check_packages='check g++ clang llvm libclang-rt-14-dev python3 python3-venv curl
	openssl chromium fonts-dejavu-core mandoc ca-certificates postgresql'

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "$(basename "$0"): $*"
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root for: $*"
	fi
}

# missing PACKAGE...: those of them that are not installed.
missing() {
	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" \
			2>/dev/null | grep -qx installed || echo "$package"
	done
}

# need PACKAGE...: installs what is missing of them.
need() {
	if ! command -v dpkg-query >/dev/null; then
		say "not a Debian system: please see to these yourself: $*"
		return
	fi
	absent=$(missing "$@" | tr '\n' ' ')
	[ -n "$absent" ] || return 0
	say "installing: $absent"
	as_root apt-get update -qq >&2 || say 'apt-get update failed; going on'
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends $absent >&2 ||
		die "could not install: $absent"
}

# compile DIR TARGETS... -- MESON_OPTIONS...: sets up DIR for the tree at $root
# once, then builds what has changed, one caller at a time. The compiler's words
# go to DIR.log, and here if it fails.
compile() {
	dir=$1
	shift
	targets=
	while [ "$1" != -- ]; do
		targets="$targets $1"
		shift
	done
	shift
	mkdir -p "$(dirname "$dir")"
	(
		flock 9
		if ! [ -f "$dir/build.ninja" ]; then
			rm -rf "$dir"
			meson setup "$dir" "$root" "$@" || exit
		fi
		# shellcheck disable=SC2086 # a list of words
		ninja -C "$dir" $targets
	) 9>"$dir.lock" >"$dir.log" 2>&1 || {
		tail -n 40 "$dir.log" >&2
		return 1
	}
}
