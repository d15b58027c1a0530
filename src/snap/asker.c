/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/asker.h"

#include <errno.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "kernel/pid_maps.h"
#include "snap/asker_private.h"

static struct mw_val number(const struct mw_asker_take *t, const char *path)
{
	return mw_take_number(t->root, path, t->temp, t->s);
}

static enum mw_why file_of(struct mw_asker_take *t, const char *name, struct mw_str *ret)
{
	return mw_take_at(&t->at, name, t->temp, t->s, ret);
}

static int take_status(struct mw_asker_take *t)
{
	struct mw_str text;
	enum mw_why why = file_of(t, "status", &text);

	if (why == MW_DENIED) /* hidepid=1 */
		return -EACCES;
	if (why != MW_OK || mw_pid_status_parse(text, t->arena, &t->asker->status) < 0)
		return -ESRCH;
	return t->asker->status.address_space_bytes.why == MW_ABSENT ? -ENODATA : 0;
}

static void take_limits(struct mw_asker_take *t)
{
	struct mw_str text;
	enum mw_why why = file_of(t, "limits", &text);

	if (why == MW_OK)
		mw_pid_limits_parse(text, &t->asker->limits);
	else
		mw_pid_limits_unknown(why, &t->asker->limits);
}

/* Of the machine's own user namespace all ids are mapped, each to itself (uid_m_show(),
 * kernel/user_namespace.c). */
static void take_userns(struct mw_asker_take *t)
{
	static const char *const all[] = { "0", "0", "4294967295" };
	struct mw_str text, word;
	enum mw_why why = file_of(t, "uid_map", &text);
	bool is_all = true;

	if (why != MW_OK) {
		/* Before 3.5, or without CONFIG_USER_NS, there is only one. */
		t->asker->init_userns = why == MW_ABSENT ? mw_ok(1) : mw_no(why);
		return;
	}
	for (size_t i = 0; i < 3; i++)
		is_all &= mw_str_word(&text, &word) && mw_str_eq(word, all[i]);
	t->asker->init_userns = mw_ok(is_all && !mw_str_trim(text).n);
}

static void take_maps(struct mw_asker_take *t)
{
	struct mw_asker *a = t->asker;
	struct mw_str text;
	struct mw_map m;

	a->maps_why = file_of(t, "maps", &text);
	while (a->maps_why == MW_OK && mw_maps_next(&text, &m)) {
		struct mw_asker_map *list =
			mw_arena_grow(t->arena, a->map, a->n_maps, sizeof(*list));

		if (!list)
			return;
		a->map = list;
		/* The page of the old vsyscalls is no mapping (get_gate_vma()). */
		if (m.start > INT64_MAX || m.perms.n < 4)
			continue;
		list[a->n_maps++] = (struct mw_asker_map){
			.start = m.start,
			.end = m.end,
			.read = m.perms.p[0] == 'r',
			.write = m.perms.p[1] == 'w',
			.shared = m.perms.p[3] == 's',
			.stack = mw_str_eq(m.path, "[stack]"),
			.heap = mw_str_eq(m.path, "[heap]"),
		};
	}
}

/* Tasks of the same real user: what RLIMIT_NPROC counts, as far as it can be seen. */
static void count_tasks(struct mw_asker_take *t)
{
	struct mw_asker *a = t->asker;
	struct mw_names names = {};
	uint64_t pid;
	int r = mw_root_list(t->root, "proc", t->temp, &names);

	a->user_task_count = r < 0 ? mw_no(mw_why_of_errno(r)) : mw_ok(0);
	for (size_t i = 0; r >= 0 && i < names.n; i++) {
		struct mw_arena_mark mark = mw_arena_mark(t->temp);
		struct mw_pid_status other;
		struct mw_str text;

		/* Who is gone meanwhile is no source that is missing. */
		if (!mw_str_u64(names.item[i], &pid) &&
		    !mw_root_read(t->root,
				  mw_fmt(t->temp, "proc/%llu/status", (unsigned long long)pid),
				  t->temp, &text) &&
		    !mw_pid_status_parse(text, t->temp, &other) && other.uid == a->status.uid)
			a->user_task_count = mw_add(a->user_task_count, other.thread_count);
		mw_arena_reset(t->temp, mark);
	}
}

/* "0.00 0.01 0.05 2/345 6789": running and all tasks of the machine (loadavg_proc_show()). */
static struct mw_val total_of_loadavg(struct mw_str text)
{
	struct mw_str word, running;
	uint64_t v;

	for (size_t i = 0; i < 4; i++)
		if (!mw_str_word(&text, &word))
			return mw_no(MW_BAD);
	if (!mw_str_cut(&word, '/', &running) || mw_str_u64(word, &v) < 0)
		return mw_no(MW_BAD);
	return mw_ok(v);
}

static void take_tasks(struct mw_asker_take *t)
{
	struct mw_str text;
	enum mw_why why = mw_take_text(t->root, "proc/loadavg", t->temp, t->s, &text);

	t->asker->task_count = why == MW_OK ? total_of_loadavg(text) : mw_no(why);
	count_tasks(t);
}

static void take_sysctl(struct mw_asker_take *t)
{
	t->asker->sysctl = (struct mw_asker_sysctl){
		.thread_limit_count = number(t, "proc/sys/kernel/threads-max"),
		.pid_limit_count = number(t, "proc/sys/kernel/pid_max"),
		.mmap_min_addr = number(t, "proc/sys/vm/mmap_min_addr"),
	};
}

int mw_take_asker(struct mw_root *root, uint64_t pid, bool tasks, struct mw_arena *arena,
		  struct mw_snap *s, struct mw_asker *ret)
{
	_mw_arena_ struct mw_arena temp = {};
	struct mw_asker a = { .pid = pid };
	struct mw_asker_take t = { root, arena, &temp, s, &a, {} };
	const char *folder = mw_fmt(&temp, "proc/%llu", (unsigned long long)pid);
	int r = temp.failed ? -ENOMEM : mw_root_at(root, folder, &t.at);

	if (r == -ENOENT)
		r = -ESRCH;
	if (!r)
		r = take_status(&t);
	if (!r) {
		take_limits(&t);
		take_userns(&t);
		take_maps(&t);
		take_sysctl(&t);
		if (tasks)
			take_tasks(&t);
		mw_take_asker_groups(&t);
	}
	mw_at_close(&t.at);
	if (!r && (arena->failed || temp.failed))
		r = -ENOMEM;
	if (!r)
		*ret = a;
	return r;
}
