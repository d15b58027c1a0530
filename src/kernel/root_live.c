/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pseudo files of the live machine: facts that are no files, as short texts.  The parsers of
 * these texts stand in kernel/meta.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/numa_maps.h"
#include "kernel/pid_files.h"
#include "kernel/pid_promises.h"
#include "kernel/qemu_name.h"
#include "kernel/root_private.h"
#include "kernel/statx.h"

static int answer(struct mw_arena *arena, const char *text, struct mw_str *ret)
{
	if (arena->failed)
		return -ENOMEM;
	*ret = mw_str_of(text);
	return 0;
}

/* What lies in a process's root: no link leads out of it.  Unless the way may wait, it is answered
 * from the dentry cache alone (RESOLVE_CACHED, since 5.12), where mount points always are, so
 * that no dead file server is waited for. */
static int open_in_process_root(int dirfd, const char *name, bool may_wait)
{
	const uint64_t inside = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
	int root = openat(dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				.resolve = inside | (may_wait ? 0 : RESOLVE_CACHED) };

	if (root < 0)
		return -errno;
	name += strcspn(name, "/");
	if (!name[0] || !name[1])
		return root;
	fd = (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(root);
	return fd;
}

int mw_live_open_path(int dirfd, const char *name, bool may_wait)
{
	int fd;

	if (!strcmp(name, "root") || !strncmp(name, "root/", 5))
		return open_in_process_root(dirfd, name, may_wait);
	fd = openat(dirfd, name, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* From what the kernel has in memory: no dead file server is waited for. */
static int stat_cached(int dirfd, const char *name, int flags, struct statx *ret)
{
	return mw_statx(dirfd, name, flags | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
			STATX_BASIC_STATS, ret) < 0
		       ? -errno
		       : 0;
}

static int meta_stat(int dirfd, const char *name, struct mw_arena *arena, struct mw_str *ret)
{
	struct statx st;
	int fd = mw_live_open_path(dirfd, name, false), r;

	if (fd < 0)
		return fd;
	r = stat_cached(fd, "", AT_EMPTY_PATH, &st);
	close(fd);
	if (r < 0)
		return r;
	return answer(arena,
		      mw_fmt(arena, "dev %u:%u ino %llu nlink %u bytes %llu used %llu\n",
			     st.stx_dev_major, st.stx_dev_minor, (unsigned long long)st.stx_ino,
			     st.stx_nlink, (unsigned long long)st.stx_size,
			     (unsigned long long)st.stx_blocks * 512),
		      ret);
}

/* Could a file with blocks of this size lie on a tmpfs?  One page, or with huge= a huge page. */
static bool may_be_tmpfs(uint32_t block_bytes)
{
	return block_bytes == (uint32_t)sysconf(_SC_PAGESIZE) || block_bytes >= 2 << 20;
}

/* Asked of a mount point, or of a file that could lie on a tmpfs by the size of its blocks.
 * Others are not asked, for a network file system may answer late or never. */
static int meta_statfs(int dirfd, const char *name, bool may_wait, struct mw_arena *arena,
		       struct mw_str *ret)
{
	struct statfs fs;
	struct statx st;
	int fd = mw_live_open_path(dirfd, name, may_wait), r;

	if (fd < 0)
		return fd;
	r = stat_cached(fd, "", AT_EMPTY_PATH, &st);
	if (!r && strncmp(name, "root", 4) && !may_be_tmpfs(st.stx_blksize))
		r = -EOPNOTSUPP;
	if (!r && fstatfs(fd, &fs) < 0)
		r = -errno;
	close(fd);
	if (r < 0)
		return r;
	return answer(arena,
		      mw_fmt(arena,
			     "dev %u:%u type %#llx block %llu blocks %llu free %llu "
			     "files %llu ffree %llu\n",
			     st.stx_dev_major, st.stx_dev_minor, (unsigned long long)fs.f_type,
			     (unsigned long long)fs.f_bsize, (unsigned long long)fs.f_blocks,
			     (unsigned long long)fs.f_bfree, (unsigned long long)fs.f_files,
			     (unsigned long long)fs.f_ffree),
		      ret);
}

static int meta_tree(int dirfd, const char *name, bool may_wait, struct mw_arena *arena,
		     struct mw_str *ret)
{
	int fd = mw_live_open_path(dirfd, name, may_wait), dir;

	if (fd < 0)
		return fd;
	dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(fd);
	return dir < 0 ? -errno : mw_live_tree(dir, arena, ret);
}

static int meta_again(int dirfd, const char *name, struct mw_scratch *scratch,
		      struct mw_arena *arena, struct mw_str *ret)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC), r;
	size_t n;

	if (fd < 0)
		return -errno;
	r = mw_read_fd(fd, scratch, MW_FILE_MAX_BYTES, &n);
	close(fd);
	if (r < 0)
		return r;
	*ret = mw_arena_copy(arena, (struct mw_str){ scratch->p, n });
	return arena->failed ? -ENOMEM : 0;
}

/* Of a long file a small part is asked for. */
static int meta_part(int dirfd, const char *name,
		     struct mw_str (*part_of)(struct mw_str text, struct mw_arena *arena),
		     struct mw_scratch *scratch, struct mw_arena *arena, struct mw_str *ret)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC), r;
	struct mw_str part;
	size_t n;

	if (fd < 0)
		return -errno;
	r = mw_read_fd(fd, scratch, 4 * MW_FILE_MAX_BYTES, &n);
	close(fd);
	if (r < 0)
		return r;
	part = part_of((struct mw_str){ scratch->p, n }, arena);
	if (arena->failed)
		return -ENOMEM;
	*ret = part;
	return 0;
}

static struct mw_str link_text(int dirfd, const char *name, char *buf, size_t bytes)
{
	ssize_t n = readlinkat(dirfd, name, buf, bytes);

	return (struct mw_str){ buf, n < 0 ? 0 : (size_t)n };
}

static int meta_ns(int dirfd, struct mw_arena *arena, struct mw_str *ret)
{
	char mnt[64], ipc[64], root[4096];
	struct mw_str m = link_text(dirfd, "ns/mnt", mnt, sizeof(mnt));
	struct mw_str i, r;

	if (!m.n)
		return -errno;
	i = link_text(dirfd, "ns/ipc", ipc, sizeof(ipc));
	r = mw_fmt_octal(arena, link_text(dirfd, "root", root, sizeof(root)));
	return answer(arena,
		      mw_fmt(arena, "mnt %.*s\nipc %.*s\nroot %.*s\n", (int)m.n, m.p, (int)i.n, i.p,
			     (int)r.n, r.p),
		      ret);
}

/* "3 0:1 1025 nlink 0 used 4194304 /memfd:x\040(deleted)\n"; what is neither a plain file nor a
 * DRM device is left out, and, but for `all`, what lies on a real device. */
static const char *fd_line(int fds, struct mw_str name, bool all, struct mw_arena *arena)
{
	char buf[4096];
	const char *number = name.p;
	struct mw_str target = link_text(fds, number, buf, sizeof(buf));
	struct statx st;

	if (!target.n || target.p[0] != '/' || stat_cached(fds, number, 0, &st) < 0)
		return "";
	/* A real device has a major number: what lies there is no shared memory. */
	if (!mw_str_starts(target, "/dev/dri/") &&
	    (!S_ISREG(st.stx_mode) || (st.stx_dev_major && !all)))
		return "";
	target = mw_fmt_octal(arena, target);
	return mw_fmt(arena, "%s %u:%u %llu nlink %u used %llu %.*s\n", number, st.stx_dev_major,
		      st.stx_dev_minor, (unsigned long long)st.stx_ino, st.stx_nlink,
		      (unsigned long long)st.stx_blocks * 512, (int)target.n, target.p);
}

static int meta_fds(int dirfd, bool all, struct mw_arena *arena, struct mw_str *ret)
{
	int fds = openat(dirfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mw_names names = {};
	struct mw_str text = {};
	char *p;
	int r;

	if (fds < 0)
		return -errno;
	r = mw_list_fd(dup(fds), arena, &names);
	for (size_t i = 0; i < names.n && r >= 0; i++) {
		names.item[i] = mw_str_of(fd_line(fds, names.item[i], all, arena));
		text.n += names.item[i].n;
	}
	close(fds);
	if (r < 0)
		return r;
	text.p = p = mw_arena_alloc(arena, text.n + 1);
	if (!p || arena->failed)
		return -ENOMEM;
	for (size_t i = 0; i < names.n; i++)
		p = mempcpy(p, names.item[i].p, names.item[i].n);
	*ret = text;
	return 0;
}

/* A file of /proc/sysvipc shows the IPC namespace of its reader: step into it and back. */
static int meta_sysvipc_shm(int dirfd, struct mw_scratch *scratch, struct mw_arena *arena,
			    struct mw_str *ret)
{
	int own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	int other = openat(dirfd, "ns/ipc", O_RDONLY | O_CLOEXEC), r;

	r = own < 0 || other < 0 || setns(other, CLONE_NEWIPC) < 0 ? -errno : 0;
	if (!r) {
		r = meta_again(AT_FDCWD, "/proc/sysvipc/shm", scratch, arena, ret);
		if (setns(own, CLONE_NEWIPC) < 0)
			r = -errno;
	}
	if (own >= 0)
		close(own);
	if (other >= 0)
		close(other);
	return r;
}

/* "12/34": have the two processes one address space? */
static int meta_mm(const char *pids, struct mw_arena *arena, struct mw_str *ret)
{
	struct mw_str second = mw_str_of(pids), first;
	uint64_t a, b;
	long r;

	if (!mw_str_cut(&second, '/', &first) || mw_str_u64(first, &a) < 0 ||
	    mw_str_u64(second, &b) < 0)
		return -EINVAL;
	if (a > INT_MAX || b > INT_MAX)
		return -ESRCH; /* not the process that is left when it is cut to a pid_t */
	r = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_VM, 0, 0);
	return r < 0 ? -errno : answer(arena, r ? "other\n" : "same\n", ret);
}

static int meta_time(struct mw_arena *arena, struct mw_str *ret)
{
	struct timespec real, boot;

	if (clock_gettime(CLOCK_REALTIME, &real) < 0 || clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return -errno;
	return answer(arena,
		      mw_fmt(arena, "realtime_ns %lld%09ld\nboottime_ns %lld%09ld\n",
			     (long long)real.tv_sec, real.tv_nsec, (long long)boot.tv_sec,
			     boot.tv_nsec),
		      ret);
}

/* The kernel's own mount for memfd, SysV and shared anonymous memory is in no mount table. */
static int meta_shm_dev(struct mw_arena *arena, struct mw_str *ret)
{
	struct stat st;
	int fd = memfd_create("memwhy", MFD_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) < 0 ? -errno : 0;
	close(fd);
	if (r < 0)
		return r;
	return answer(arena, mw_fmt(arena, "%u:%u\n", major(st.st_dev), minor(st.st_dev)), ret);
}

static int meta_fact(const char *name, struct mw_arena *arena, struct mw_str *ret)
{
	struct utsname uts;

	if (!strcmp(name, "time"))
		return meta_time(arena, ret);
	if (!strcmp(name, "shm_dev"))
		return meta_shm_dev(arena, ret);
	if (!strcmp(name, "page_bytes"))
		return answer(arena, mw_fmt(arena, "%ld\n", sysconf(_SC_PAGESIZE)), ret);
	if (!strcmp(name, "user"))
		return answer(arena, mw_fmt(arena, "%u\n", geteuid()), ret);
	if (uname(&uts) < 0)
		return -errno;
	if (!strcmp(name, "release"))
		return answer(arena, mw_fmt(arena, "%s\n", uts.release), ret);
	if (!strcmp(name, "machine"))
		return answer(arena, mw_fmt(arena, "%s\n", uts.machine), ret);
	return -ENOENT;
}

int mw_live_meta(int dirfd, const char *question, struct mw_scratch *scratch,
		 struct mw_arena *arena, struct mw_str *ret)
{
	if (!strncmp(question, "again/", 6))
		return meta_again(dirfd, question + 6, scratch, arena, ret);
	if (!strncmp(question, "stat/", 5))
		return meta_stat(dirfd, question + 5, arena, ret);
	if (!strncmp(question, "statfs/", 7))
		return meta_statfs(dirfd, question + 7, false, arena, ret);
	if (!strncmp(question, "statfs_wait/", 12))
		return meta_statfs(dirfd, question + 12, true, arena, ret);
	if (!strncmp(question, "tree/", 5))
		return meta_tree(dirfd, question + 5, false, arena, ret);
	if (!strncmp(question, "tree_wait/", 10))
		return meta_tree(dirfd, question + 10, true, arena, ret);
	if (!strncmp(question, "mm/", 3))
		return meta_mm(question + 3, arena, ret);
	if (!strncmp(question, "page/", 5))
		return mw_live_page(dirfd, question + 5, arena, ret);
	if (!strncmp(question, "smaps/", 6))
		return mw_live_smaps(dirfd, question + 6, arena, ret);
	if (!strncmp(question, "cached/", 7))
		return mw_live_cached(dirfd, question + 7, arena, ret);
	if (!strncmp(question, "disk_speed/", 11))
		return mw_live_disk_speed(dirfd, question + 11, arena, ret);
	if (!strncmp(question, "inode/", 6))
		return mw_live_inode(dirfd, question + 6, arena, ret);
	if (!strcmp(question, "ns"))
		return meta_ns(dirfd, arena, ret);
	if (!strcmp(question, "folders"))
		return mw_live_folders(dirfd, arena, ret);
	if (!strcmp(question, "fds"))
		return meta_fds(dirfd, false, arena, ret);
	if (!strcmp(question, "open_files"))
		return meta_fds(dirfd, true, arena, ret);
	if (!strcmp(question, "promises"))
		return meta_part(dirfd, "smaps", mw_promises_of_smaps, scratch, arena, ret);
	if (!strcmp(question, "files"))
		return meta_part(dirfd, "smaps", mw_pid_files_of_smaps, scratch, arena, ret);
	if (!strcmp(question, "numa"))
		return meta_part(dirfd, "numa_maps", mw_numa_maps_sum, scratch, arena, ret);
	if (!strcmp(question, "vm"))
		return meta_part(dirfd, "cmdline", mw_qemu_name_text, scratch, arena, ret);
	if (!strcmp(question, "sysvipc_shm"))
		return meta_sysvipc_shm(dirfd, scratch, arena, ret);
	return meta_fact(question, arena, ret);
}
