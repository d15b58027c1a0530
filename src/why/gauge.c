/* SPDX-License-Identifier: Apache-2.0 */
#include "why/gauge.h"

#include <stdlib.h>

#include "base/fmt.h"
#include "why/promise_rule.h"
#include "why/space.h"

#define RESERVED_PIDS 300     /* kernel/pid.c: not given out again */
#define CHARGE_BATCH_PAGES 64 /* MEMCG_CHARGE_BATCH: so much a CPU may hold back */

static const struct {
	const char *id, *name;
	enum mw_unit unit;
} rules[MW_LIMITS] = {
	[MW_LIMIT_MAP_COUNT] = { "max-map-count", "vm.max_map_count", MW_UNIT_COUNT },
	[MW_LIMIT_ADDRESS_SPACE] = { "address-space", "the address space", MW_UNIT_BYTES },
	[MW_LIMIT_MEMLOCK] = { "memlock", "RLIMIT_MEMLOCK", MW_UNIT_BYTES },
	[MW_LIMIT_AS] = { "rlimit-as", "RLIMIT_AS", MW_UNIT_BYTES },
	[MW_LIMIT_DATA] = { "rlimit-data", "RLIMIT_DATA", MW_UNIT_BYTES },
	[MW_LIMIT_STACK] = { "rlimit-stack", "RLIMIT_STACK", MW_UNIT_BYTES },
	[MW_LIMIT_OVERCOMMIT] = { "overcommit", "vm.overcommit_memory", MW_UNIT_BYTES },
	[MW_LIMIT_HUGETLB] = { "hugetlb", "the pool of huge pages", MW_UNIT_BYTES },
	[MW_LIMIT_HUGETLB_CGROUP] = { "hugetlb-cgroup", "a hugetlb cgroup", MW_UNIT_BYTES },
	[MW_LIMIT_CGROUP_KMEM] = { "cgroup-kmem", "memory.kmem.limit_in_bytes", MW_UNIT_BYTES },
	[MW_LIMIT_CGROUP] = { "cgroup", "a memory cgroup", MW_UNIT_BYTES },
	[MW_LIMIT_NPROC] = { "nproc", "RLIMIT_NPROC", MW_UNIT_COUNT },
	[MW_LIMIT_THREADS_MAX] = { "threads-max", "kernel.threads-max", MW_UNIT_COUNT },
	[MW_LIMIT_PID_MAX] = { "pid-max", "kernel.pid_max", MW_UNIT_COUNT },
	[MW_LIMIT_PIDS_MAX] = { "pids-max", "pids.max", MW_UNIT_COUNT },
	[MW_LIMIT_UNMAPPED] = { "not-mapped", "a range that is not mapped", MW_UNIT_BYTES },
};

const char *mw_limit_rule_id(enum mw_limit_rule rule)
{
	return rules[rule].id;
}

const char *mw_limit_rule_name(enum mw_limit_rule rule)
{
	return rules[rule].name;
}

struct build {
	const struct mw_snap *s;
	const struct mw_asker *a;
	struct mw_arena *arena;
	struct mw_gauges *all;
};

static const char *file_of(const struct build *b, const char *name)
{
	return mw_fmt(b->arena, "proc/%llu/%s", (unsigned long long)b->a->pid, name);
}

/* What is left; nothing where more is used than a limit that was lowered allows. */
static struct mw_val left_of(struct mw_val limit, struct mw_val used)
{
	if (!mw_known(limit) || limit.v == MW_UNLIMITED)
		return limit;
	if (!mw_known(used))
		return used;
	return mw_ok(limit.v > used.v ? limit.v - used.v : 0);
}

/* Limits in bytes are compared in whole pages. */
static struct mw_val room_of(const struct build *b, enum mw_unit unit, struct mw_val limit,
			     struct mw_val used)
{
	struct mw_val room = left_of(limit, used);

	if (unit == MW_UNIT_BYTES && mw_known(room) && room.v != MW_UNLIMITED)
		room.v -= room.v % b->s->host.page_bytes;
	return room;
}

static struct mw_gauge *add(const struct build *b, enum mw_limit_rule rule, struct mw_val used,
			    struct mw_val limit, const char *source)
{
	struct mw_gauges *all = b->all;
	struct mw_gauge *list = mw_arena_grow(b->arena, all->item, all->n, sizeof(*list));

	if (!list)
		return NULL;
	all->item = list;
	list[all->n] = (struct mw_gauge){ .rule = rule,
					  .id = rules[rule].id,
					  .unit = rules[rule].unit,
					  .used = used,
					  .limit = limit,
					  .room = room_of(b, rules[rule].unit, limit, used),
					  .source = source };
	return &list[all->n++];
}

/* Capabilities count in the machine's own user namespace alone (capable()). */
static bool has_cap(const struct mw_asker *a, uint64_t cap)
{
	return mw_or(a->init_userns, 0) && (mw_or(a->status.effective_caps, 0) & cap);
}

static void add_own(const struct build *b)
{
	const struct mw_asker *a = b->a;
	const struct mw_pid_status *st = &a->status;
	const struct mw_limit *of = a->limits.of;
	const char *limits = file_of(b, "limits");
	struct mw_gauge *g;

	add(b, MW_LIMIT_AS, st->address_space_bytes, of[MW_RLIMIT_AS].soft, limits);
	add(b, MW_LIMIT_STACK, st->stack_bytes, of[MW_RLIMIT_STACK].soft, limits);
	g = add(b, MW_LIMIT_MEMLOCK, st->locked_bytes, of[MW_RLIMIT_MEMLOCK].soft, limits);
	if (g && has_cap(a, MW_CAP_IPC_LOCK))
		g->exempt = "CAP_IPC_LOCK";
}

static struct mw_val heap_bytes(const struct mw_asker *a)
{
	uint64_t n = 0;

	for (size_t i = 0; i < a->n_maps; i++)
		if (a->map[i].heap)
			n += a->map[i].end - a->map[i].start;
	return a->maps_why == MW_OK ? mw_ok(n) : mw_no(a->maps_why);
}

/* may_expand_vm(), mm/mmap.c: since 4.7 of all that is private and writable. */
static void add_data(const struct build *b)
{
	const struct mw_asker *a = b->a;
	struct mw_release r = b->s->host.release;
	struct mw_limit l = a->limits.of[MW_RLIMIT_DATA];
	bool old = mw_release_is_known(r) && !mw_release_at_least(r, 4, 7);
	struct mw_gauge *g;

	/* A soft limit of 0 holds only as far as the hard one. */
	if (!old && mw_known(l.soft) && !l.soft.v)
		l.soft = l.hard;
	g = add(b, MW_LIMIT_DATA, old ? heap_bytes(a) : a->status.data_bytes, l.soft,
		file_of(b, "limits"));
	if (g && old)
		g->note = "before 4.7 of the heap alone";
}

static void add_space(const struct build *b)
{
	enum mw_why why = b->a->maps_why;
	struct mw_space space;
	struct mw_gauge *g;

	mw_space_of(b->s, b->a, &space);
	/* The highest mapping tells a program of 32 bits: without maps the end is not known. */
	g = add(b, MW_LIMIT_ADDRESS_SPACE, b->a->status.address_space_bytes,
		why == MW_OK ? mw_sub(mw_ok(space.end), mw_ok(space.start)) : mw_no(why),
		file_of(b, "maps"));
	if (!g)
		return;
	g->room = space.hole_bytes;
	g->note = "room is the largest hole";
}

/* A new mapping is refused where there are more than the limit (do_mmap()). */
static void add_maps(const struct build *b)
{
	const struct mw_asker *a = b->a;
	struct mw_val used = a->maps_why == MW_OK ? mw_ok(a->n_maps) : mw_no(a->maps_why);
	struct mw_gauge *g = add(b, MW_LIMIT_MAP_COUNT, used, b->s->commit_sysctl.max_map_count,
				 "proc/sys/vm/max_map_count");

	if (g)
		g->room = left_of(mw_add(g->limit, mw_ok(1)), used);
}

/* RLIMIT_NPROC holds for nobody who could raise it (copy_process(), kernel/fork.c). */
static void add_tasks(const struct build *b)
{
	const struct mw_asker *a = b->a;
	struct mw_gauge *g = add(b, MW_LIMIT_NPROC, a->user_task_count,
				 a->limits.of[MW_RLIMIT_NPROC].soft, file_of(b, "limits"));

	if (g && !a->status.uid && mw_or(a->init_userns, 0))
		g->exempt = "root";
	else if (g && has_cap(a, MW_CAP_SYS_RESOURCE))
		g->exempt = "CAP_SYS_RESOURCE";
	else if (g && has_cap(a, MW_CAP_SYS_ADMIN))
		g->exempt = "CAP_SYS_ADMIN";
	if (g)
		g->note = "about: tasks of the user that can be seen, of all user namespaces";
	add(b, MW_LIMIT_THREADS_MAX, a->task_count, a->sysctl.thread_limit_count,
	    "proc/sys/kernel/threads-max");
	g = add(b, MW_LIMIT_PID_MAX, a->task_count, a->sysctl.pid_limit_count,
		"proc/sys/kernel/pid_max");
	if (g)
		g->drift = RESERVED_PIDS;
}

/* Each group that has a limit; where none has, one line that says so. */
static void add_groups(const struct build *b, enum mw_limit_rule rule,
		       const struct mw_asker_groups *groups, uint64_t drift, const char *note)
{
	size_t limited = 0;
	struct mw_gauge *g;

	if (groups->why != MW_OK && groups->why != MW_ABSENT)
		add(b, rule, mw_no(groups->why), mw_no(groups->why), file_of(b, "cgroup"));
	for (size_t i = 0; i < groups->n; i++) {
		const struct mw_asker_group *one = &groups->item[i];
		bool last = i == groups->n - 1;

		if (mw_known(one->limit) && one->limit.v == MW_UNLIMITED && !(last && !limited))
			continue;
		limited++;
		g = add(b, rule, one->used, one->limit, one->file);
		if (!g)
			return;
		g->group = one->path;
		g->drift = drift;
		g->note = note;
	}
}

static void add_cgroups(const struct build *b)
{
	const struct mw_asker *a = b->a;
	struct mw_release r = b->s->host.release;
	uint64_t batch = CHARGE_BATCH_PAGES * b->s->host.page_bytes;
	struct mw_val drift = mw_mul(mw_ok(batch), mw_or(b->s->commit_sysctl.cpu_count, 1));

	add_groups(b, MW_LIMIT_PIDS_MAX, &a->pids, 0, NULL);
	/* Later it may be set, and does nothing. */
	if (!mw_release_is_known(r) || !mw_release_at_least(r, 5, 16))
		add_groups(b, MW_LIMIT_CGROUP_KMEM, &a->kernel, 0, NULL);
	add_groups(b, MW_LIMIT_CGROUP, &a->memory, mw_or(drift, batch),
		   "at the limit pages are reclaimed, then processes killed; few calls fail");
}

/* hugetlb_acct_memory(): what is free and not promised, and what may be made. */
static void add_pool(const struct build *b, const struct mw_asker_pool *p)
{
	struct mw_val free_count = mw_sub(p->free_count, p->reserved_count);
	struct mw_val more = left_of(p->surplus_limit_count, p->surplus_count);
	struct mw_val limit = mw_mul(mw_add(p->total_count, more), p->page_bytes);
	struct mw_val used = mw_mul(mw_sub(p->total_count, free_count), p->page_bytes);
	unsigned long long kib = p->page_bytes / 1024;
	size_t from = b->all->n;
	struct mw_gauge *g = add(
		b, MW_LIMIT_HUGETLB, used, limit,
		mw_fmt(b->arena, "sys/kernel/mm/hugepages/hugepages-%llukB/free_hugepages", kib));

	if (g && mw_or(more, 0))
		g->note = "with surplus pages, if memory for them can be had";
	add_groups(b, MW_LIMIT_HUGETLB_CGROUP, &p->reservations, 0, NULL);
	for (size_t i = from; i < b->all->n; i++)
		b->all->item[i].huge_page_bytes = p->page_bytes;
}

static void add_promises(const struct build *b)
{
	struct mw_overcommit_answer answer;
	struct mw_overcommit o;
	uint64_t page = b->s->host.page_bytes;
	struct mw_val mode = b->s->commit_sysctl.overcommit_memory, most, limit,
		      used = mw_no(MW_ABSENT);
	struct mw_gauge *g;

	mw_promise_rule(b->s, b->a, &o, &answer);
	most = mw_mul(answer.most_pages, page);
	limit = mw_mul(mw_add(o.ram_pages, o.swap_pages), page);
	if (!mw_known(mode))
		most = limit = mode;
	else if (answer.rule == MW_RULE_ALWAYS)
		most = limit = mw_ok(MW_UNLIMITED);
	else if (answer.rule == MW_RULE_LIMIT) {
		used = mw_mul(o.committed_pages, page);
		limit = answer.limit_known;
		if (mw_known(limit))
			limit = mw_mul(
				mw_ok(answer.limit_pages > 0 ? (uint64_t)answer.limit_pages : 0),
				page);
	}
	g = add(b, MW_LIMIT_OVERCOMMIT, used, limit, "proc/sys/vm/overcommit_memory");
	if (!g)
		return;
	g->room = most;
	g->drift = mw_or(mw_mul(answer.drift_pages, page), 0);
	g->note = answer.rule == MW_RULE_LIMIT	  ? "mode 2: of all promises together"
		  : answer.rule == MW_RULE_ALWAYS ? "mode 1: nothing is refused"
						  : "mode 0: each request by itself";
}

enum nearness { NEAR, EXEMPT, NO_END, NOT_KNOWN };

static enum nearness nearness_of(const struct mw_gauge *g)
{
	if (!mw_known(g->room) || !mw_known(g->limit))
		return NOT_KNOWN;
	/* A machine without huge pages is not one whose pool is full. */
	if (g->limit.v == MW_UNLIMITED || (g->rule == MW_LIMIT_HUGETLB && !g->limit.v))
		return NO_END;
	return g->exempt ? EXEMPT : NEAR;
}

static int by_nearness(const void *x, const void *y)
{
	const struct mw_gauge *a = x, *b = y;
	enum nearness of_a = nearness_of(a), of_b = nearness_of(b);
	unsigned __int128 share_a, share_b;

	if (of_a != of_b)
		return of_a < of_b ? -1 : 1;
	share_a = (unsigned __int128)mw_or(a->room, 0) * mw_or(b->limit, 0);
	share_b = (unsigned __int128)mw_or(b->room, 0) * mw_or(a->limit, 0);
	if (of_a < NO_END && share_a != share_b)
		return share_a < share_b ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->huge_page_bytes != b->huge_page_bytes
		       ? (a->huge_page_bytes < b->huge_page_bytes ? -1 : 1)
		       : mw_str_cmp(b->group, a->group);
}

void mw_gauges_build(const struct mw_snap *s, const struct mw_asker *a, struct mw_arena *arena,
		     struct mw_gauges *ret)
{
	struct mw_gauges all = {};
	const struct build b = { s, a, arena, &all };

	add_own(&b);
	add_data(&b);
	add_space(&b);
	add_maps(&b);
	add_promises(&b);
	add_tasks(&b);
	add_cgroups(&b);
	for (size_t i = 0; i < a->n_pools; i++)
		add_pool(&b, &a->pool[i]);
	if (all.n)
		qsort(all.item, all.n, sizeof(*all.item), by_nearness);
	*ret = all;
}
