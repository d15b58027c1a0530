/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census_truth - plants memory of every kind, and asks of each of its frames, as pagemap has them,
 * whom the walk over struct pages says they belong to:
 *
 *	census_truth bpf|kcore TMPFS_FOLDER DISK_FOLDER PERCENT [hold]
 *	census_truth bpf|kcore wrong	is a reader refused that looks in the wrong place?
 *
 * and of stacks of threads, whether each has all of its frames.  A line of JSON for each kind:
 * {"kind":"memfd","frames":131072,"right":131072}, and one of the walk.  At most PERCENT of the
 * sizes.  hold: says "ready", and keeps all that until standard input ends; the 300 threads are
 * named truth_thread.  Exit status 1: a frame is another's; 77: no such reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/fields.h"
#include "pages/anchor.h"
#include "pages/areas.h"
#include "pages/census.h"
#include "pages/walk.h"

#define MIB ((size_t)1 << 20)
#define HUGE (2 * MIB)
#define KINDS_MAX 16
#define THREADS 300
#define THREAD_NAME "truth_thread"
#define STACK_BYTES ((size_t)16 << 10) /* of the kernel, for each thread */
#define READ_ENTRIES 4096
#define PRESENT ((uint64_t)1 << 63)
#define FRAME (((uint64_t)1 << 55) - 1)

struct kind {
	const char *name;
	enum mw_page_class class;
	uint64_t ino; /* of its file; 0: has none */
	uint64_t *frame;
	size_t n, right;
};

static struct kind kind[KINDS_MAX];
static size_t n_kinds, page_bytes;
static unsigned percent;

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "census_truth: %s: %s\n", what, strerror(errno));
	exit(2);
}

static size_t scaled(size_t mib)
{
	size_t bytes = mib * MIB * percent / 100;

	return bytes < HUGE ? HUGE : bytes & ~(HUGE - 1);
}

static int by_number(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* The frames behind bytes at p, in order. */
static void note(const char *name, enum mw_page_class class, uint64_t ino, const void *p,
		 size_t bytes)
{
	struct kind *k = &kind[n_kinds++];
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	static uint64_t entry[READ_ENTRIES];

	*k = (struct kind){ .name = name, .class = class, .ino = ino };
	k->frame = calloc(bytes / page_bytes + 1, sizeof(*k->frame));
	need(fd >= 0 && k->frame && n_kinds < KINDS_MAX, "pagemap");
	for (size_t at = 0; at < bytes / page_bytes; at += READ_ENTRIES) {
		size_t n = bytes / page_bytes - at;

		n = n < READ_ENTRIES ? n : READ_ENTRIES;
		need(pread(fd, entry, n * 8, (off_t)(((uintptr_t)p / page_bytes + at) * 8)) ==
			     (ssize_t)(n * 8),
		     "pagemap");
		for (size_t i = 0; i < n; i++)
			if (entry[i] & PRESENT && entry[i] & FRAME)
				k->frame[k->n++] = entry[i] & FRAME;
	}
	close(fd);
	qsort(k->frame, k->n, sizeof(*k->frame), by_number);
}

static void touch(char *p, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += page_bytes)
		p[at] = 1;
}

static void *map(size_t bytes, int flags, int fd)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* A file of so many bytes, all of them in memory. */
static void plant_file(const char *name, int fd, size_t bytes, bool on_disk)
{
	static char block[MIB];
	struct stat st;
	char *p;

	need(fd >= 0, name);
	memset(block, 0x5a, sizeof(block));
	for (size_t at = 0; on_disk && at < bytes; at += MIB)
		need(write(fd, block, MIB) == (ssize_t)MIB, name);
	need(on_disk ? !fsync(fd) : !ftruncate(fd, (off_t)bytes), name);
	p = map(bytes, MAP_SHARED, fd);
	need(p && !fstat(fd, &st), name);
	if (on_disk) /* read, not written: the pages stay clean, and in their place */
		for (size_t at = 0; at < bytes; at += page_bytes)
			(void)*(volatile char *)(p + at);
	else
		touch(p, bytes);
	note(name, MW_PAGE_FILE, st.st_ino, p, bytes);
}

static int open_file(const char *folder, const char *name, bool keep)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	need(fd >= 0, path);
	if (!keep)
		unlink(path);
	return fd;
}

/* What stands in the way of a name, as /proc/self/maps has it. */
static uint64_t ino_of_mapping(const void *p)
{
	unsigned long from, to, ino = 0;
	char line[4096];
	FILE *f = fopen("/proc/self/maps", "r");

	need(f, "maps");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &from, &to, &ino) == 3 &&
		    from <= (uintptr_t)p && (uintptr_t)p < to)
			break;
	fclose(f);
	return ino;
}

static void plant_shared(void)
{
	size_t bytes = scaled(512);
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
	char *p;

	plant_file("memfd", memfd_create("census_truth", MFD_CLOEXEC), bytes, false);
	need(id >= 0, "shmget");
	p = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	need(p != (void *)-1, "shmat");
	touch(p, bytes);
	note("sysv", MW_PAGE_FILE, ino_of_mapping(p), p, bytes);
	p = map(scaled(128), MAP_SHARED | MAP_ANONYMOUS, -1);
	need(p, "shared");
	touch(p, scaled(128));
	note("shared_anon", MW_PAGE_FILE, ino_of_mapping(p), p, scaled(128));
}

static void plant_anon(void)
{
	size_t bytes = scaled(300);
	char *p = map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	need(p, "anon");
	madvise(p, bytes, MADV_NOHUGEPAGE);
	touch(p, bytes);
	note("anon", MW_PAGE_ANON, 0, p, bytes);
	bytes = scaled(128);
	p = map(bytes + HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	need(p, "thp");
	p = (char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
	madvise(p, bytes, MADV_HUGEPAGE);
	touch(p, bytes);
	note("thp", MW_PAGE_ANON, 0, p, bytes);
	p = map(4 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	if (!p)
		return; /* nobody reserved any */
	touch(p, 4 * HUGE);
	note("hugetlb", MW_PAGE_HUGETLB, 0, p, 4 * HUGE);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_at_gate(void *arg)
{
	pthread_setname_np(pthread_self(), THREAD_NAME);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return arg;
}

/* Threads that stay, on stacks that others have had before: the kernel's traces of those are still
 * there. */
static void plant_threads(void)
{
	static pthread_t thread[THREADS];
	pthread_attr_t attr;

	need(!pthread_attr_init(&attr) && !pthread_attr_setstacksize(&attr, 64 << 10), "threads");
	for (int round = 0; round < 3; round++) {
		pthread_mutex_lock(&gate);
		for (size_t i = 0; i < THREADS; i++)
			need(!pthread_create(&thread[i], &attr, wait_at_gate, NULL), "threads");
		usleep(200000); /* each has its name */
		if (round == 2)
			break;
		pthread_mutex_unlock(&gate);
		for (size_t i = 0; i < THREADS; i++)
			pthread_join(thread[i], NULL);
	}
}

struct machine {
	struct mw_arena arena;
	struct mw_root *root;
	struct mw_layout layout;
	struct mw_frames frames;
	struct mw_kmem *k;
};

static void open_machine(struct machine *m, const char *reader)
{
	struct mw_problem problem;
	const char *why = "root";
	struct mw_btf btf;
	struct mw_str text;
	int r = mw_root_open(NULL, false, &m->root, &problem);

	if (!r)
		r = mw_root_read(m->root, "sys/kernel/btf/vmlinux", &m->arena, &text);
	if (!r)
		r = mw_btf_open(text, &m->arena, &btf);
	if (!r)
		r = mw_layout_of(&btf, &m->layout, &why);
	if (!r)
		r = mw_frames_take(m->root, page_bytes, &m->arena, &m->frames);
	if (!r)
		r = !strcmp(reader, "bpf") ? mw_kmem_bpf(&m->layout, &m->k, &why)
					   : mw_kmem_kcore(&m->layout, page_bytes, &m->k, &why);
	if (!r)
		r = mw_anchor_find(m->k, &m->layout, page_bytes,
				   m->frames.range[m->frames.n - 1].to, &why);
	if (!r)
		r = mw_anchor_check(m->k, &m->layout, page_bytes, &why);
	if (!r)
		return;
	fprintf(stderr, "census_truth: %s: %s\n", why, strerror(-r));
	exit(77);
}

static uint64_t ino_of(struct machine *m, uint64_t mapping)
{
	static uint64_t last, ino; /* the frames of a file lie side by side */

	if (mapping != last) {
		uint64_t host = mw_kmem_u64(m->k, mapping + (uint64_t)m->layout.mapping.host);

		last = mapping;
		ino = mw_kmem_u64(m->k, host + (uint64_t)m->layout.inode.ino);
	}
	return ino;
}

static bool check(struct machine *m, const struct mw_walk_of_pages *w, struct kind *k)
{
	struct mw_run_place place = {};

	for (size_t i = 0; i < k->n; i++) {
		const struct mw_page_owner *o = mw_walk_owner(w, &m->frames, &place, k->frame[i]);

		k->right +=
			o && o->class == k->class && (!k->ino || ino_of(m, o->pointer) == k->ino);
	}
	printf("{\"kind\":\"%s\",\"frames\":%zu,\"right\":%zu}\n", k->name, k->n, k->right);
	return k->right == k->n;
}

/* Has each thread all of its stack, and no frame of another's? */
static bool check_threads(struct machine *m, struct mw_walk_of_pages *w)
{
	const struct mw_walked walked = { m->k, &m->layout, &m->frames, page_bytes, w, &m->arena };
	size_t each = STACK_BYTES / page_bytes, right = 0;
	struct mw_areas areas;

	need(!mw_areas_take(&walked, &areas), "areas");
	for (size_t i = 0; i < areas.n_stacks; i++)
		if (!strcmp(areas.stack[i].comm, THREAD_NAME) && areas.stack[i].frames == each)
			right += each;
	printf("{\"kind\":\"stacks\",\"frames\":%zu,\"right\":%zu}\n", THREADS * each, right);
	return right == THREADS * each;
}

static void hold(void)
{
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
}

/* page->mapping is looked for 8 bytes too far: no figure may come of it. */
static int look_wrong(const char *reader)
{
	const struct mw_census_options options = { .reader = reader, .shift_mapping = 8 };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c;

	need(!mw_census_take(&options, &arena, &c), "census");
	for (size_t i = 0; i < c.n_refusals; i++)
		printf("%.*s: %.*s\n", (int)c.refusal[i].reader.n, c.refusal[i].reader.p,
		       (int)c.refusal[i].reason.n, c.refusal[i].reason.p);
	return c.reader.n || c.n_classes || c.n_fs || !c.n_refusals;
}

int main(int argc, char *argv[])
{
	struct mw_walk_of_pages w = {};
	struct machine m = {};
	bool all = true;

	if (argc == 3 && !strcmp(argv[2], "wrong"))
		return look_wrong(argv[1]);
	if (argc < 5)
		return 2;
	page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	percent = (unsigned)atoi(argv[4]);
	open_machine(&m, argv[1]);
	plant_threads(); /* it takes a while, in which pages of the others might be moved */
	plant_file("tmpfs", open_file(argv[2], "tmpfs", true), scaled(512), false);
	plant_file("deleted", open_file(argv[2], "deleted", false), scaled(64), false);
	plant_file("disk", open_file(argv[3], "disk", true), scaled(1024), true);
	plant_shared();
	plant_anon();
	need(!mw_pages_walk(m.k, &m.layout, &m.frames, 10, &w), "walk");
	for (size_t i = 0; i < n_kinds; i++)
		all &= check(&m, &w, &kind[i]);
	all &= check_threads(&m, &w);
	printf("{\"walked_frames\":%llu,\"of\":%llu}\n", (unsigned long long)w.frames,
	       (unsigned long long)m.frames.total);
	if (argc > 5)
		hold();
	m.k->done(m.k);
	return all && w.frames == m.frames.total ? 0 : 1;
}
