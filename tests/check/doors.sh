#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the object code may call outside the library, asked of nm, not of the text: one door in
# (kernel/root, kernel/live), one door out (act, lab, daemon), and no clock, environment, printf,
# strtok, atoi, scanf or strstr between them.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) || exit 1
B=$(cd "${B:-$SRC/build}" 2>/dev/null && pwd) || { echo "not ok doors: no build folder"; exit 1; }

# The table.  Add a name here only if the folder's sentence in DESIGN.md still holds.

# Questions to memory alone: no state, no system call.  clang makes bcmp of memcmp() == 0.
pure="memchr memrchr memcmp bcmp memcpy memmove memset mempcpy strlen strnlen strcmp strncmp
	qsort bsearch"
# assert() is for programmer mistakes and may stand everywhere (STYLE.md, section 3).
pure="$pure __assert_fail"

# The door in reads; it neither writes nor creates.
door_in="calloc free realloc malloc __errno_location snprintf
	open open64 openat openat64 openat2 syscall read pread pread64 close
	lseek lseek64 dup fcntl fcntl64 ioctl memfd_create mmap mmap64 munmap mincore
	stat stat64 lstat lstat64 fstat fstat64 fstatat fstatat64 statx statfs statfs64
	fstatfs fstatfs64 statvfs fstatvfs readlink readlinkat access faccessat
	opendir fdopendir readdir readdir64 closedir dirfd
	uname sysconf clock_gettime nanosleep geteuid getuid getpid gettid setns
	gnu_dev_major gnu_dev_minor gnu_dev_makedev strcspn
	posix_fadvise posix_fadvise64 poll
	dlopen dlsym dlerror dlclose"

# The census reads the kernel's memory: a door in of its own, by pages of its own.
door_pages="$door_in mlock ftruncate ftruncate64"

# The writers of a report get a stream and write to it.
writers="fputc fputs fwrite fprintf vfprintf putc fputc_unlocked fputs_unlocked
	fwrite_unlocked putc_unlocked __overflow fflush ferror"

# cli opens no file: what it reads comes through a root, what it writes through act.
cli="$writers printf vprintf puts putchar snprintf vsnprintf fileno clearerr
	stdin stdout stderr isatty strerror __errno_location
	getopt_long optarg optind opterr optopt"

may() { # may FOLDER FILE: the names this object may call
	case $1/$2 in
	base/arena)                  echo "$pure calloc malloc free" ;;
	base/fmt)                    echo "$pure snprintf vsnprintf" ;;
	kernel/root* | kernel/live*) echo "$pure $door_in" ;;
	pages/kmem_* | pages/anchor | pages/kpage_live) echo "$pure $door_pages" ;;
	pages/cost)                  echo "$pure clock_gettime" ;;
	report/*)                    echo "$pure $writers" ;;
	cli/main)                    echo "$pure $cli setlocale" ;;
	cli/terminal)                echo "$pure isatty ioctl getenv" ;;
	cli/*)                       echo "$pure $cli" ;;
	*)                           echo "$pure" ;;
	esac
}

# Names by pattern: our own, and what the compiler puts in by itself.
ours() { # ours FOLDER SYMBOL
	case $2 in
	mw_*) return 0 ;;
	__stack_chk_fail | _GLOBAL_OFFSET_TABLE_ | __tls_get_addr) return 0 ;;
	__asan_* | __ubsan_* | __sanitizer* | __gcov_* | __llvm_*) return 0 ;;
	__udivti3 | __umodti3 | __divti3 | __modti3 | __popcountdi2) return 0 ;;
	__cpu_model | __cpu_features2 | __cpu_indicator_init) return 0 ;;
	esac
	case $1/$2 in
	report/scols_* | cli/cmd_* | cli/opt_* | cli/cli_* | cli/lab_*) return 0 ;;
	esac
	return 1
}

# Fortify and _FILE_OFFSET_BITS are the compiler's choice: __memcpy_chk is memcpy, __open_2 is open.
plain() {
	case $1 in
	__*_chk) s=${1#__}; echo "${s%_chk}" ;;
	__*_2)   s=${1#__}; echo "${s%_2}" ;;
	*)       echo "$1" ;;
	esac
}

failed=0 n=0 free=0
bad() { echo "not ok doors: $*"; failed=1; }
for c in "$SRC"/src/*/*.c; do
	[ -f "$c" ] || continue
	file=${c##*/} file=${file%.c}
	folder=${c%/*} folder=${folder##*/}
	case $folder in act | lab | daemon) free=$((free + 1)); continue ;; esac
	lib=libmemwhy
	[ "$folder" = cli ] && lib=libmemwhycli
	# What only a static build links.
	case $folder/$file in
	kernel/root_archive_none | kernel/root_log_*_none | report/text_table_plain) continue ;;
	# One of the two, by the CPU that is built for.
	kernel/logscan_plain) [ -f "$B/$lib.a.p/src_kernel_logscan_avx2.c.o" ] && continue ;;
	kernel/logscan_avx2) [ -f "$B/$lib.a.p/src_kernel_logscan_plain.c.o" ] && continue ;;
	esac
	o=$B/$lib.a.p/src_${folder}_$file.c.o
	[ "$folder/$file" = cli/entry ] && o=$B/memwhy.p/src_cli_entry.c.o
	# A source nobody asked about is no pass.
	[ -f "$o" ] || { bad "src/$folder/$file.c has no object in $B"; continue; }
	n=$((n + 1))
	# shellcheck disable=SC2046,SC2005 # to one line
	may=$(echo $(may "$folder" "$file"))
	for s in $(nm -u "$o" | awk '{ print $NF }'); do
		ours "$folder" "$s" && continue
		case " $may " in
		*" $s "* | *" $(plain "$s") "*) ;;
		*) bad "src/$folder/$file.c calls $s" ;;
		esac
	done
done
[ $n -gt 0 ] || bad "no objects in $B"
[ $failed = 0 ] && echo "ok doors ($n objects asked, $free of act, lab and daemon free)"
exit $failed
