# setup.sh: what `run` and `check` share; they source it. Installs what is
# missing and says so; what is there is left alone.

# To build, run and try the daemon as README.md says.
run_packages='gcc libc6-dev meson ninja-build pkg-config
	libmicrohttpd-dev libsqlite3-dev libpq-dev libjansson-dev
	libcurl4-openssl-dev libunistring-dev libidn2-dev libssl-dev
	libsystemd-dev curl python3-venv'

# To test it, on top of that.
check_packages='check g++ clang llvm libclang-rt-dev openssl chromium
	fonts-dejavu-core mandoc ca-certificates postgresql nginx-light fish zsh
	valgrind systemd abigail-tools'

# To make Debian packages and try them.
package_packages='build-essential debhelper lintian mmdebstrap'

# To make an image of them.
image_packages='mmdebstrap umoci'

# To try that.
container_packages='crun'

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "$(basename "$0"): $*"
	exit 1
}

may_be_root() {
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null
}

as_root() {
	may_be_root || die "this needs the rights of root: $*"
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# missing PACKAGE...: those of them that are not installed.
missing() {
	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" \
			2>/dev/null | grep -qx installed || echo "$package"
	done
}

# need PACKAGE...: installs what is missing of them. Who may not do that is told
# the one line that an administrator has to run.
need() {
	if ! command -v dpkg-query >/dev/null; then
		say "not a Debian system: please see to these yourself: $*"
		return
	fi
	absent=$(missing "$@" | paste -s -d ' ')
	[ -n "$absent" ] || return 0
	may_be_root || die "some packages are missing. Ask an administrator to run

  apt-get install --no-install-recommends $absent

and start this again."
	say "installing: $absent"
	as_root apt-get update -qq >&2 || say 'apt-get update failed; going on'
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends $absent >&2 ||
		die "could not install: $absent"
}

# The build that `run` starts and installs.
build=$root/build/release

# alone COMMAND...: of those that use that build, one at a time.
alone() {
	mkdir -p "$root/build"
	(
		flock 9
		"$@"
	) 9>"$build.lock"
}

# quietly COMMAND...: what it prints is in build/release.log, and here if it
# fails.
quietly() {
	"$@" >"$build.log" 2>&1 || {
		tail -n 40 "$build.log" >&2
		return 1
	}
}

# compile TARGET...: all of that build, or what is named; what has changed. One
# that a moved checkout brought along knows the old place, and is made anew.
compile() {
	if ! [ "$(cat "$build/checkout" 2>/dev/null)" = "$root" ]; then
		rm -rf "$build"
		meson setup "$build" "$root" --buildtype=release -Dtests=false &&
			echo "$root" >"$build/checkout" || return
	fi
	ninja -C "$build" "$@"
}
