# SPDX-License-Identifier: Apache-2.0
# Sourced by lab.sh: Debian's kernels of several ages, fetched through apt with a configuration of
# their own (the system's stays as it is), kept in $LAB outside the checkout.
#
# A kernel is asked for by a short name: 5.10, 6.1, 6.12, newest.

lab_packages='qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio zstd:zstd lz4:lz4
xz:xz-utils mkfs.ext4:e2fsprogs jq:jq cc:gcc'

need_packages() {
	wanted=
	for p in $lab_packages; do
		command -v "${p%%:*}" >/dev/null 2>&1 || wanted="$wanted ${p#*:}"
	done
	[ -n "$wanted" ] || return 0
	say "installing$wanted"
	# shellcheck disable=SC2086
	{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
		--no-install-recommends $wanted libc6-dev; } >"$LAB/apt.log" 2>&1 ||
		say "apt-get failed: see $LAB/apt.log"
}

apt_own() { # APT-COMMAND ARGS...: apt with our own lists and cache
	tool=$1
	shift
	"$tool" -o Dir::Etc::SourceList="$LAB/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$LAB/apt/lists" -o Dir::Cache="$LAB/apt/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

suite_of() { # NAME -> suites that hold it
	case $1 in
	5.10) echo "debian-security bullseye-security" ;;
	6.1) echo "debian-security bookworm-security" ;;
	6.12) echo "debian-security trixie-security" ;;
	newest) echo "debian sid" ;;
	*) return 1 ;;
	esac
}

# The mirror this machine already uses.
mirror() {
	{ sed -n 's#^URIs: \(.*\)/debian/*$#\1#p' /etc/apt/sources.list.d/*.sources
	sed -n 's#^deb \(\[[^]]*\] \)*\([^ ]*\)/debian/* .*#\2#p' /etc/apt/sources.list; } 2>/dev/null | head -n 1
}

update_lists() {
	[ -z "${lists_done:-}" ] || return 0
	mkdir -p "$LAB/apt/lists/partial" "$LAB/apt/cache/archives/partial"
	for k in 5.10 6.1 6.12 newest; do
		# shellcheck disable=SC2046
		set -- $(suite_of $k)
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror)/$1 $2 main"
	done >"$LAB/apt/sources.list"
	apt_own apt-get -qq update >"$LAB/apt.log" 2>&1
	lists_done=1
}

version_of() { # NAME -> full version, by Debian's meta package: exact ones vanish within weeks
	all=$(apt_own apt-cache show linux-image-cloud-amd64 2>/dev/null |
		sed -n '/^Depends/s/.*linux-image-\([0-9][^ ,]*\)-cloud-amd64.*/\1/p' | sort -Vu)
	case $1 in
	newest) echo "$all" | tail -n 1 ;;
	*) echo "$all" | grep "^$1\." | tail -n 1 ;;
	esac
}

u32() { od -An -tu4 -j"$2" -N4 "$1" | tr -d ' '; }

# bzImage -> ELF vmlinux, which qemu boots by PVH: the guest need not decompress under emulation.
# The boot protocol's header names where the compressed kernel lies.
unpack_kernel() { # BZIMAGE OUT
	setup=$(od -An -tu1 -j497 -N1 "$1" | tr -d ' ')
	at=$(((${setup:-4} + 1) * 512 + $(u32 "$1" 584)))
	length=$(u32 "$1" 588)
	case $(od -An -tx4 -j$at -N4 "$1" | tr -d ' ') in
	fd2fb528) unpack='zstd -dcq' ;;
	184c2102) unpack='lz4 -dcq' ;;
	587a37fd) unpack='xz -dc --single-stream' ;;
	*) unpack='gzip -dc' ;;
	esac
	tail -c +$((at + 1)) "$1" | head -c $((length - 4)) | $unpack >"$2.part" 2>/dev/null
	if [ "$(head -c 4 "$2.part" | tail -c 3)" = ELF ]; then
		mv "$2.part" "$2"
	else
		rm -f "$2.part"
	fi
}

fetch_kernel() { # NAME: makes $LAB/kernels/NAME/{vmlinux or bzImage,version}
	dir=$LAB/kernels/$1
	[ -s "$dir/version" ] && return 0
	update_lists
	version=$(version_of "$1")
	[ -n "$version" ] || { say "no kernel $1 in the archive"; return 1; }
	say "fetching kernel $1: $version"
	rm -rf "$dir.part"
	mkdir -p "$dir.part/debs"
	# Since 7.x the image is split.
	packages="linux-image-$version-cloud-amd64"
	apt_own apt-cache show "linux-binary-$version-cloud-amd64" >/dev/null 2>&1 &&
		packages="linux-binary-$version-cloud-amd64 linux-modules-$version-cloud-amd64"
	# shellcheck disable=SC2086
	(cd "$dir.part/debs" && apt_own apt-get -qq download $packages) >"$LAB/apt.log" 2>&1 ||
		{ say "cannot fetch $packages"; return 1; }
	for deb in "$dir.part"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir.part" --wildcards './boot/vmlinuz*' \
			'./usr/lib/modules/*/vmlinuz' '*/zram.ko*' '*/zsmalloc.ko*' '*/lzo*.ko*' 2>/dev/null
	done
	image=$(ls "$dir.part"/boot/vmlinuz-* "$dir.part"/usr/lib/modules/*/vmlinuz 2>/dev/null | head -n 1)
	[ -n "$image" ] || { say "no kernel image in $packages"; return 1; }
	cp "$image" "$dir.part/bzImage"
	unpack_kernel "$image" "$dir.part/vmlinux"
	rm -rf "$dir.part/debs" "$dir.part/boot"
	echo "$version" >"$dir.part/version"
	rm -rf "$dir"
	mv "$dir.part" "$dir"
}
