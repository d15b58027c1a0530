#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The lab: real kernels that really run out of memory, in small guests under qemu's emulation.
#
#	./dev lab list
#	./dev lab run NAME [--kernel 5.10|6.1|6.12|newest|all] [--keep] [--no-fault]
#	./dev lab matrix [--no-fault]	every scenario on every kernel, two guests at a time
#	./dev lab smoke			six scenarios on one kernel
#	./dev lab survive [--guard G] [--swap none|disk|zram|all] [--kernel K] [SCENARIO...]
#				the survival matrix, one guest at a time (survive.sh)
#	./dev lab survive --table	the rows that were kept
#	./dev lab shell [--kernel K]	a shell in a guest
#
# Debian's 6.12 and later know no v1 memory controller: scenarios that need one name their kernels.
#
# A scenario is a file in tests/lab/scenarios: settings and claims in lines "#: key value", then
# what the guest runs.  Claims are jq expressions over the facts it brought back, over the kernel's
# log, and over what memwhy says from the captures taken inside.  Kernels and images are kept in
# $MEMWHY_LAB (default: ~/.cache/memwhy-lab).
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
SRC=$(cd "$HERE/../.." && pwd)
LAB=${MEMWHY_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/memwhy-lab}
B=${B:-$SRC/build}
KERNELS='5.10 6.1 6.12 newest'
say() { printf 'lab: %s\n' "$*" >&2; }
. "$HERE/kernels.sh"
. "$HERE/boot.sh"
. "$HERE/judge.sh"
. "$HERE/survive.sh"

prepare() { # KERNELS...
	mkdir -p "$LAB"
	need_packages
	command -v qemu-system-x86_64 >/dev/null ||
		{ echo "skip lab: qemu-system-x86_64 is not here and could not be installed"; exit 77; }
	for k in "$@"; do
		fetch_kernel "$k" || { echo "skip lab: kernel $k could not be fetched"; exit 77; }
	done
	build_guest && base_image && disk_image || { say "cannot build the guest's programs"; exit 1; }
}

scenarios() { for f in "$HERE"/scenarios/*.sh; do basename "$f" .sh; done; }

# Does the scenario run on this kernel ("#: kernels 6.1 6.12 newest"; without the line: on all)?
runs_on() { # NAME KERNEL
	only=$(sed -n 's/^#: kernels //p' "$HERE/scenarios/$1.sh")
	[ -z "$only" ] && return 0
	case " $only " in *" $2 "*) return 0 ;; esac
	return 1
}

# One scenario on one kernel; its verdict goes to $OUT/NAME@KERNEL.verdict.
run_one() { # NAME KERNEL
	out=$OUT/$1@$2
	started=$(date +%s)
	boot_guest "$2" "$HERE/scenarios/$1.sh" "$out"
	judge "$1" "$2" "$out" $? $(($(date +%s) - started)) >"$out.verdict"
}

# Pairs NAME@KERNEL on standard input, two guests at a time.
run_all() {
	running=0
	while IFS=@ read -r name kernel; do
		run_one "$name" "$kernel" &
		running=$((running + 1))
		if [ $running -ge 2 ]; then
			wait
			running=0
		fi
	done
	wait
}

pairs() { # NAMES KERNELS
	for k in $2; do
		for n in $1; do
			if runs_on "$n" "$k"; then echo "$n@$k"; fi
		done
	done
}

main() { # NAMES KERNELS
	OUT=$(mktemp -d)
	started=$(date +%s)
	# shellcheck disable=SC2086
	prepare $2
	pairs "$1" "$2" | run_all
	table "$1" "$2"
	result=$?
	say "$(($(date +%s) - started)) s in all"
	if [ -n "${KEEP:-}" ]; then say "kept in $OUT"; else rm -rf "$OUT"; fi
	return $result
}

command=${1:-list}
[ $# -eq 0 ] || shift
names= kernels=6.1 guards=$GUARDS swaps=
folder=$HERE/scenarios
[ "$command" != survive ] || folder=$SURVIVE/scenarios
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernels=$2; shift ;;
	--guard) guards=$2; shift ;;
	--swap) swaps=$2; shift ;;
	--keep) KEEP=1 ;;
	--table) survive_kept; exit $? ;;
	--no-fault) FAULT=no; export FAULT ;;
	-*) say "no such option: $1"; exit 2 ;;
	*) names="$names $1" ;;
	esac
	shift
done
[ "$kernels" != all ] || kernels=$KERNELS
for n in $names; do
	[ -e "$folder/$n.sh" ] || { say "no such scenario: $n (./dev lab list)"; exit 2; }
done

case $command in
list)
	for n in $(scenarios); do
		printf '%-18s %s\n' "$n" "$(sed -n 's/^#: title //p' "$HERE/scenarios/$n.sh")"
	done
	;;
run) [ -n "$names" ] || { say "run what? (./dev lab list)"; exit 2; }; main "$names" "$kernels" ;;
matrix) main "$(scenarios)" "$KERNELS" ;;
smoke) main "$(sed -n 's/^#: smoke //p' "$HERE"/scenarios/*.sh | sort)" "$kernels" ;;
survive)
	[ "$swaps" != all ] || swaps='none disk zram'
	survive_main "${names:-$(survive_scenarios)}" "$guards" "$kernels" "$swaps"
	;;
shell)
	prepare "$kernels"
	exec qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -M q35 -accel tcg \
		-cpu max -m 512 -kernel "$LAB/kernels/$kernels/bzImage" -initrd "$LAB/base.cpio" \
		-serial mon:stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-append "console=ttyS0 quiet nokaslr panic=-1 lab_shell=1"
	;;
*) say "no such command: $command"; exit 2 ;;
esac
