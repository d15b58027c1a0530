# SPDX-License-Identifier: Apache-2.0
# Sourced by lab.sh: one guest under qemu's emulation, from boot to what it brought back.
#
#	boot_guest KERNEL SCENARIO OUT: $OUT.console, $OUT.facts, $OUT.captures, exit status:
#	the scenario's; 122 the kernel panicked; 123 it died without a word; 124 over its time

# The programs of the guest, built once per source.
build_guest() {
	mkdir -p "$LAB/guest"
	for c in "$HERE"/guest/*.c "$SRC/tests/live/plant.c" "$SRC/tests/live/pages.c" "$SRC/tests/live/held.c"; do
		program=$LAB/guest/$(basename "$c" .c)
		if [ ! -x "$program" ] || [ "$c" -nt "$program" ] ||
		   [ -n "$(find "$HERE"/guest/*.h -newer "$program")" ]; then
			cc -std=gnu17 -D_GNU_SOURCE -O2 -static -s -o "$program" "$c" || return 1
		fi
	done
	# A folder is one program.
	for d in "$HERE"/guest/*/; do
		program=$LAB/guest/$(basename "$d")
		if [ "$(ls -t "$program" "$HERE/guest/guest.h" "$d"*.[ch] 2>/dev/null | head -n 1)" != "$program" ]; then
			cc -std=gnu17 -D_GNU_SOURCE -O2 -static -s -o "$program" "$d"*.c || return 1
		fi
	done
	# A static memwhy rides along, and tests that have parts of it within.
	[ -e "$SRC/build-static/build.ninja" ] ||
		meson setup "$SRC/build-static" "$SRC" -Dstatic=true --buildtype=release >/dev/null || return 1
	ninja -C "$SRC/build-static" --quiet >/dev/null || return 1
	for program in memwhy memwhyd; do
		cmp -s "$SRC/build-static/$program" "$LAB/guest/$program" ||
			cp "$SRC/build-static/$program" "$LAB/guest/$program" || return 1
	done
	cc -std=gnu17 -D_GNU_SOURCE -O2 -static -s -I"$SRC/src" -o "$LAB/guest/census_truth" \
		"$SRC/tests/live/census_truth.c" "$SRC/build-static/libmemwhy.a" || return 1
	cc -std=gnu17 -D_GNU_SOURCE -O2 -static -s -pthread -I"$SRC/src" -I"$SRC/tests" \
		-o "$LAB/guest/kill_frees" "$SRC/tests/live/kill_frees.c" "$SRC/tests/live/victim.c" \
		"$SRC/build-static/libmemwhy.a" || return 1
}

# The part of the initramfs that all runs share: init, busybox, helpers.
base_image() {
	base=$LAB/base.cpio
	newest=$(ls -t "$LAB"/guest/* "$HERE"/guest/*.sh "$base" 2>/dev/null | head -n 1)
	[ "$newest" = "$base" ] && return 0
	tree=$(mktemp -d)
	mkdir -p "$tree/bin" "$tree/lab" "$tree/dev" "$tree/proc" "$tree/sys"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$tree/bin/$applet"
	done
	cp "$LAB"/guest/* "$HERE"/guest/*.sh "$tree/lab/"
	mv "$tree/lab/init" "$tree/init"
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$base.part"
	mv "$base.part" "$base"
	rm -rf "$tree"
}

# A disk with files to read, for scenarios that say so; a blank one to swap to.
disk_image() {
	disk=$LAB/disk.img
	[ -s "$disk" ] && return 0
	tree=$(mktemp -d)
	head -c 96M /dev/urandom >"$tree/data"
	mkfs.ext4 -q -F -O ^has_journal -d "$tree" "$disk" 120M
	rm -rf "$tree"
}

# The guest's time-stamp counter is the host's: told, since calibration goes wrong under load.
tsc_khz() {
	[ -n "${khz:-}" ] || khz=$("$LAB/guest/tsckhz")
	echo "$khz"
}

# KEY DEFAULT: a setting of the scenario, from a line "#: key value"
setting() {
	value=$(sed -n "s/^#: $1 //p" "$scenario_file" | head -n 1)
	echo "${value:-$2}"
}

# One node a word, in MiB, 0: without memory; each has the next CPU, but those written as MIB:nocpu.
node_arguments() {
	node=0 cpu=0
	for word in $(setting nodes ""); do
		mib=${word%:nocpu} with=
		if [ "$mib" = "$word" ]; then
			with=,cpus=$cpu
			cpu=$((cpu + 1))
		fi
		if [ "$mib" != 0 ]; then
			printf ' -object memory-backend-ram,id=m%d,size=%dM' $node "$mib"
			with=$with,memdev=m$node
		fi
		printf ' -numa node,nodeid=%d%s' $node "$with"
		node=$((node + 1))
	done
	# FROM:TO:DISTANCE, both ways
	for d in $(setting distances ""); do
		to=${d#*:}
		printf ' -numa dist,src=%d,dst=%d,val=%d' "${d%%:*}" "${to%%:*}" "${d##*:}"
	done
}

# Did it panic before anything of ours ran?  With more than one CPU the emulator runs code that the kernel has
# just patched in its old form once in ten boots or so ("Oops: int3" when a static key turns).
died_at_boot() { # CONSOLE
	grep -aq 'Kernel panic - not syncing' "$1" && ! grep -aq 'Run /init as init process' "$1"
}

modules_of() { # KERNEL FOLDER NAMES...: what there is of them, unpacked
	from=$LAB/kernels/$1
	to=$2
	shift 2
	for m in "$@"; do
		for ko in $(find "$from" -name "$m.ko*"); do
			case $ko in
			*.xz) xz -dc "$ko" ;;
			*.zst) zstd -dcq "$ko" ;;
			*) cat "$ko" ;;
			esac >"$to/$m.ko"
		done
	done
}

boot_guest() {
	dir=$LAB/kernels/$1
	scenario_file=$2
	out=$3
	image=$dir/vmlinux
	[ -s "$image" ] || image=$dir/bzImage
	over=$(mktemp -d)
	mkdir "$over/lab"
	{ echo ". /lab/lib.sh"; cat "$scenario_file"; } >"$over/lab/run"
	# shellcheck disable=SC2046 # words
	modules_of "$1" "$over/lab" $(setting modules "")
	(cd "$over" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$over.cpio"
	cat "$LAB/base.cpio" "$over.cpio" >"$out.initrd"
	rm -rf "$over" "$over.cpio"
	rm -f "$out.console" "$out.facts" "$out.captures"
	set -- -nodefaults -no-user-config -display none -no-reboot \
		-M "q35,max-ram-below-4g=$(setting below4g 4G)" -accel tcg -cpu max \
		-smp "$(setting cpus 1)" -m "$(setting memory 256)" -kernel "$image" \
		-initrd "$out.initrd" -serial "file:$out.console" -serial "file:$out.facts" \
		-serial "file:$out.captures" -monitor none \
		-device isa-debug-exit,iobase=0xf4,iosize=4
	# shellcheck disable=SC2046
	set -- "$@" $(node_arguments)
	case " $(setting disks "") " in
	*" data "*) set -- "$@" -drive "file=$LAB/disk.img,if=none,id=d0,format=raw,snapshot=on" \
		-device nvme,serial=data,drive=d0 ;;
	*" swap "*) truncate -s 48M "$out.swap"
		set -- "$@" -drive "file=$out.swap,if=none,id=d0,format=raw" \
			-device nvme,serial=swap,drive=d0 ;;
	esac
	for boot in 1 2 3; do
		timeout -k 5 "$(setting seconds 90)" qemu-system-x86_64 "$@" -append "console=ttyS0,115200 \
panic=-1 loglevel=7 mitigations=off nokaslr no_timer_check tsc=reliable random.trust_cpu=on \
cryptomgr.notests printk.time=1 tsc_early_khz=$(tsc_khz) lab_cgroup=$(setting cgroup v2) \
lab_fault=${FAULT:-yes} $(setting arguments "")" >"$out.qemu" 2>&1 </dev/null
		status=$?
		died_at_boot "$out.console" || break
		echo "lab: $(basename "$out"): panicked before its init ran, boot $boot of 3" >&2
	done
	rm -f "$out.initrd" "$out.swap"
	if [ $status = 124 ] || [ $status = 137 ]; then
		return 124
	elif [ $status -ge 33 ] && [ $((status % 2)) = 1 ]; then
		return $(((status - 33) / 2))
	elif grep -aq 'Kernel panic - not syncing' "$out.console"; then
		return 122
	elif grep -aq 'reboot: Restarting system' "$out.console"; then
		# A kernel that is locked down has no port to exit by: what init said last.
		said=$(tail -n 5 "$out.facts" | sed -n 's/^{"exit":\([0-9]*\)}.*/\1/p' | tail -n 1)
		return "${said:-123}"
	fi
	return 123
}
