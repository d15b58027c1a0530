# SPDX-License-Identifier: Apache-2.0
# Sourced by survive.sh: a disk with a small Debian that systemd boots, and in it the other guards, each as
# its package brings it: its unit, its limits, its defaults.
#
#	guard_disk: $LAB/guards/root.img, from the packages of one suite, fetched through apt with a
#	configuration of its own; nothing is installed here.

SUITE=trixie
guard_packages='systemd systemd-oomd earlyoom nohang util-linux'

# apt as if nothing were installed: what it fetches is complete in itself.
apt_guards() { # APT-COMMAND ARGS...
	tool=$1
	shift
	"$tool" -o Dir::Etc::SourceList="$G/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$G/apt/lists" -o Dir::State::status="$G/apt/status" \
		-o Dir::Cache="$G/apt/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

fetch_packages() {
	mkdir -p "$G/apt/lists/partial" "$G/apt/cache/archives/partial"
	: >"$G/apt/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror)/debian $SUITE main" \
		>"$G/apt/sources.list"
	# shellcheck disable=SC2086 # words
	{ apt_guards apt-get -qq update &&
		apt_guards apt-get -qq -y --no-install-recommends --download-only install $guard_packages
	} >"$G/apt.log" 2>&1 || { say "cannot fetch the guards' packages: see $G/apt.log"; return 1; }
}

# No maintainer script runs: what they would have made and is needed is made here.
unpack_packages() { # TREE
	mkdir -p "$1/usr"
	for d in bin sbin lib lib64; do
		mkdir -p "$1/usr/$d"
		ln -s "usr/$d" "$1/$d"
	done
	for deb in "$G"/apt/cache/archives/*.deb; do
		case ${deb##*/} in
		dpkg_* | debconf_* | tar_* | tzdata_* | libpam-* | init-system-*) continue ;;
		esac
		dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$1" \
			--exclude './usr/share/doc*' --exclude './usr/share/man*' \
			--exclude './usr/share/locale*' --exclude './usr/lib/udev/hwdb*' || return 1
	done
	for deb in "$G"/apt/cache/archives/*.deb; do
		dpkg-deb -f "$deb" Package Version | sed 's/^[A-Za-z]*: //' | paste -sd ' '
	done >"$G/versions"
}

furnish() { # TREE
	mkdir -p "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" "$1/root" "$1/home" "$1/var/log" "$1/var/tmp" "$1/lab" \
		"$1/etc"
	cp -r "$HERE/survive/tree/." "$1/"
	cp "$(command -v busybox)" "$1/lab/busybox"
	for applet in $(busybox --list); do
		[ -e "$1/usr/bin/$applet" ] || [ -e "$1/usr/sbin/$applet" ] ||
			ln -s /lab/busybox "$1/usr/bin/$applet"
	done
	printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534::/:/bin/false \
		systemd-oom:x:998:998::/:/bin/false >"$1/etc/passwd"
	printf '%s\n' root:x:0: tty:x:5: nogroup:x:65534: systemd-oom:x:998: systemd-journal:x:997: \
		utmp:x:43: >"$1/etc/group"
	echo 5f0c8b0a4e6d4e8e9d7a1b2c3d4e5f60 >"$1/etc/machine-id"
	printf 'passwd: files\ngroup: files\n' >"$1/etc/nsswitch.conf"
	: >"$1/etc/fstab"
	head -c 8M /dev/urandom >"$1/lab/small"
	head -c 160M /dev/urandom >"$1/lab/data"
	for unit in systemd-update-utmp systemd-random-seed systemd-pcrphase systemd-firstboot \
		systemd-hwdb-update systemd-journal-catalog-update systemd-update-done ldconfig; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit.service"
	done
	ln -sf lab.target "$1/etc/systemd/system/default.target"
}

guard_disk() {
	G=$LAB/guards
	mkdir -p "$G"
	newest=$(find "$HERE/survive/tree" "$HERE/guards.sh" "$G/root.img" -printf '%T@ %p\n' 2>/dev/null |
		sort -n | tail -n 1)
	[ "${newest#* }" = "$G/root.img" ] && return 0
	[ -e "$G/versions" ] || fetch_packages || return 1
	tree=$(mktemp -d)
	unpack_packages "$tree" && furnish "$tree" || return 1
	rm -f "$G/root.part"
	mkfs.ext4 -q -F -O ^has_journal -E root_owner=0:0 -d "$tree" "$G/root.part" 480M || return 1
	mv "$G/root.part" "$G/root.img"
	rm -rf "$tree"
}
