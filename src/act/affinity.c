/* SPDX-License-Identifier: Apache-2.0 */
#include "act/affinity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/number_list.h"

#define CPUS_MAX 8192 /* NR_CPUS is no larger */
#define ROUNDS 4

struct mask {
	unsigned long word[CPUS_MAX / (8 * sizeof(unsigned long))];
};

#define WORD_BITS (8 * sizeof(unsigned long))

static bool has(const struct mask *m, size_t cpu)
{
	return m->word[cpu / WORD_BITS] >> cpu % WORD_BITS & 1;
}

static struct mask mask_of(struct mw_str cpus)
{
	struct mask m = {};

	for (size_t i = 0; i < CPUS_MAX; i++)
		if (mw_list_has(cpus, i))
			m.word[i / WORD_BITS] |= 1ul << i % WORD_BITS;
	return m;
}

static struct mw_str list_of(const struct mask *m, struct mw_arena *arena)
{
	const char *text = "";

	for (size_t i = 0, to; i < CPUS_MAX; i = to + 1) {
		to = i;
		if (!has(m, i))
			continue;
		while (to + 1 < CPUS_MAX && has(m, to + 1))
			to++;
		text = mw_fmt(arena, to > i ? "%s%s%zu-%zu" : "%s%s%zu", text, *text ? "," : "", i,
			      to);
	}
	return mw_str_of(text);
}

/* 1: changed, and its CPUs before are in *old; 0: nothing to change, or no such thread. */
static int keep_thread(pid_t tid, const struct mask *cpus, struct mask *old, bool *ret_other)
{
	struct mask both = {};
	bool any = false;

	memset(old, 0, sizeof(*old));
	if (sched_getaffinity(tid, sizeof(*old), (cpu_set_t *)old) < 0)
		return errno == ESRCH ? 0 : -errno;
	for (size_t i = 0; i < sizeof(both.word) / sizeof(both.word[0]); i++) {
		both.word[i] = old->word[i] & cpus->word[i];
		any |= both.word[i];
	}
	*ret_other = !any;
	if (!any || !memcmp(&both, old, sizeof(both)))
		return 0;
	if (sched_setaffinity(tid, sizeof(both), (cpu_set_t *)&both) < 0)
		return errno == ESRCH ? 0 : -errno;
	return 1;
}

static void note(struct mw_kept *k, uint64_t tid, const struct mask *old, struct mw_arena *arena)
{
	struct mw_kept_thread *list = mw_arena_grow(arena, k->thread, k->n, sizeof(*list));

	if (!list)
		return;
	k->thread = list;
	list[k->n++] = (struct mw_kept_thread){ tid, list_of(old, arena) };
}

/* How many were changed. */
static size_t one_round(DIR *tasks, const struct mask *cpus, struct mw_arena *arena,
			struct mw_kept *k)
{
	size_t changed = 0;

	k->other_count = 0;
	for (struct dirent *e; (e = readdir(tasks));) {
		struct mask old;
		bool other = false;
		uint64_t tid;
		int r;

		if (mw_str_u64(mw_str_of(e->d_name), &tid) < 0 || tid > INT32_MAX)
			continue;
		r = keep_thread((pid_t)tid, cpus, &old, &other);
		if (r < 0)
			k->error = r;
		k->other_count += other;
		if (r <= 0)
			continue;
		note(k, tid, &old, arena);
		changed++;
	}
	return changed;
}

int mw_act_keep_to_cpus(int dir, struct mw_str cpus, struct mw_arena *arena, struct mw_kept *ret)
{
	const struct mask mask = mask_of(cpus);
	int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	struct mw_kept k = {};

	if (!tasks) {
		if (fd >= 0)
			close(fd);
		return errno == ENOENT ? -ESRCH : -errno;
	}
	for (int i = 0; i < ROUNDS && one_round(tasks, &mask, arena, &k); i++)
		rewinddir(tasks);
	closedir(tasks);
	*ret = k;
	return arena->failed ? -ENOMEM : 0;
}
