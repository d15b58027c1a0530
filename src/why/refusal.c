/* SPDX-License-Identifier: Apache-2.0 */
#include "why/refusal.h"

#include <errno.h>

#include "base/fmt.h"
#include "model/overcommit.h"
#include "why/space.h"

/* What the kernel's own objects for a mapping or a task take at most before anything is used: a
 * stack of 16 KiB, an mm_struct, tables, a slab page each. */
#define KERNEL_NEED_BYTES (64 << 10)
#define RULES_MAX 12

/* Which limits are asked for each kind, in the kernel's order; MW_LIMITS ends a row. */
static const enum mw_limit_rule asked[MW_CALLS][RULES_MAX] = {
	/* do_mmap(), mmap_region(), hugetlb_reserve_pages() */
	[MW_CALL_MMAP] = { MW_LIMIT_MAP_COUNT, MW_LIMIT_ADDRESS_SPACE, MW_LIMIT_MEMLOCK,
			   MW_LIMIT_AS, MW_LIMIT_DATA, MW_LIMIT_OVERCOMMIT, MW_LIMIT_HUGETLB_CGROUP,
			   MW_LIMIT_HUGETLB, MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	/* do_brk_flags() */
	[MW_CALL_BRK] = { MW_LIMIT_ADDRESS_SPACE, MW_LIMIT_AS, MW_LIMIT_DATA, MW_LIMIT_MAP_COUNT,
			  MW_LIMIT_OVERCOMMIT, MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	/* vma_to_resize(), move_vma() */
	[MW_CALL_MREMAP] = { MW_LIMIT_MEMLOCK, MW_LIMIT_AS, MW_LIMIT_DATA, MW_LIMIT_OVERCOMMIT,
			     MW_LIMIT_ADDRESS_SPACE, MW_LIMIT_MAP_COUNT, MW_LIMIT_CGROUP_KMEM,
			     MW_LIMIT_CGROUP, MW_LIMITS },
	/* do_mprotect_pkey(), mprotect_fixup() */
	[MW_CALL_MPROTECT] = { MW_LIMIT_UNMAPPED, MW_LIMIT_DATA, MW_LIMIT_OVERCOMMIT,
			       MW_LIMIT_MAP_COUNT, MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP,
			       MW_LIMITS },
	[MW_CALL_MUNMAP] = { MW_LIMIT_MAP_COUNT, MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	[MW_CALL_MADVISE] = { MW_LIMIT_UNMAPPED, MW_LIMIT_MAP_COUNT, MW_LIMIT_CGROUP_KMEM,
			      MW_LIMIT_CGROUP, MW_LIMITS },
	/* do_mlock() */
	[MW_CALL_MLOCK] = { MW_LIMIT_MEMLOCK, MW_LIMIT_UNMAPPED, MW_LIMIT_MAP_COUNT,
			    MW_LIMIT_CGROUP, MW_LIMITS },
	[MW_CALL_MLOCKALL] = { MW_LIMIT_MEMLOCK, MW_LIMIT_CGROUP, MW_LIMITS },
	[MW_CALL_SHMGET] = { MW_LIMIT_OVERCOMMIT, MW_LIMIT_HUGETLB_CGROUP, MW_LIMIT_HUGETLB,
			     MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	[MW_CALL_SHMAT] = { MW_LIMIT_MAP_COUNT, MW_LIMIT_ADDRESS_SPACE, MW_LIMIT_AS,
			    MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	/* copy_process(): limits of tasks, dup_mmap(), then alloc_pid() and cgroup_can_fork() */
	[MW_CALL_FORK] = { MW_LIMIT_NPROC, MW_LIMIT_THREADS_MAX, MW_LIMIT_OVERCOMMIT,
			   MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMIT_PID_MAX,
			   MW_LIMIT_PIDS_MAX, MW_LIMITS },
	[MW_CALL_VFORK] = { MW_LIMIT_NPROC, MW_LIMIT_THREADS_MAX, MW_LIMIT_CGROUP_KMEM,
			    MW_LIMIT_CGROUP, MW_LIMIT_PID_MAX, MW_LIMIT_PIDS_MAX, MW_LIMITS },
	[MW_CALL_THREAD] = { MW_LIMIT_NPROC, MW_LIMIT_THREADS_MAX, MW_LIMIT_CGROUP_KMEM,
			     MW_LIMIT_CGROUP, MW_LIMIT_PID_MAX, MW_LIMIT_PIDS_MAX, MW_LIMITS },
	[MW_CALL_EXEC] = { MW_LIMIT_NPROC, MW_LIMIT_CGROUP_KMEM, MW_LIMIT_CGROUP, MW_LIMITS },
	/* acct_stack_growth() */
	[MW_CALL_STACK] = { MW_LIMIT_AS, MW_LIMIT_STACK, MW_LIMIT_MEMLOCK, MW_LIMIT_OVERCOMMIT,
			    MW_LIMITS },
};

bool mw_refusal_asks(enum mw_call_kind kind, enum mw_limit_rule rule)
{
	for (size_t i = 0; asked[kind][i] != MW_LIMITS; i++)
		if (asked[kind][i] == rule)
			return true;
	return false;
}

struct judge {
	const struct mw_snap *s;
	const struct mw_asker *a;
	const struct mw_call *call;
	struct mw_space space;
	struct mw_space_part part; /* what the call's range is now */
	struct mw_val mode;
};

static bool is_task_limit(enum mw_limit_rule rule)
{
	return rule == MW_LIMIT_NPROC || rule == MW_LIMIT_THREADS_MAX || rule == MW_LIMIT_PID_MAX ||
	       rule == MW_LIMIT_PIDS_MAX;
}

/* The errno by which a limit refuses; pages that mlock() could not bring in are EAGAIN too
 * (__mlock_posix_error_return()), and madvise() turns the one into the other. */
static bool gives(enum mw_limit_rule rule, const struct mw_call *c)
{
	bool again = is_task_limit(rule);

	if (!c->error)
		return true;
	if (rule == MW_LIMIT_MEMLOCK)
		again = c->kind == MW_CALL_MMAP || c->kind == MW_CALL_MREMAP;
	if (c->kind == MW_CALL_MADVISE)
		again = rule != MW_LIMIT_UNMAPPED;
	if (rule == MW_LIMIT_CGROUP && c->kind == MW_CALL_MLOCK)
		again = true;
	return c->error == (again ? EAGAIN : ENOMEM);
}

static uint64_t whole_pages(const struct judge *j, uint64_t bytes)
{
	uint64_t page = j->s->host.page_bytes, more = (page - bytes % page) % page;

	return bytes > UINT64_MAX - more ? UINT64_MAX : bytes + more;
}

/* Of a mapping that is put over another one only what is new counts (MAP_FIXED). */
static uint64_t new_bytes(const struct judge *j)
{
	uint64_t bytes = whole_pages(j, j->call->bytes);
	uint64_t old = j->call->kind == MW_CALL_MMAP && j->call->fixed ? j->part.mapped_bytes : 0;

	return bytes > old ? bytes - old : 0;
}

/* is_data_mapping() */
static struct mw_val need_data(const struct judge *j)
{
	const struct mw_call *c = j->call;

	if (c->kind == MW_CALL_MMAP)
		return mw_ok(c->writable && !c->shared ? new_bytes(j) : 0);
	if (c->kind == MW_CALL_MPROTECT)
		return mw_ok(c->writable ? j->part.read_only_bytes : 0);
	if (c->kind == MW_CALL_MREMAP) {
		for (size_t i = 0; i < j->a->n_maps; i++)
			if (j->a->map[i].start <= c->address && c->address < j->a->map[i].end)
				return mw_ok(j->a->map[i].write && !j->a->map[i].shared ? c->bytes
											: 0);
		return j->a->maps_why == MW_OK ? mw_ok(0) : mw_no(j->a->maps_why);
	}
	return mw_ok(new_bytes(j));
}

/* dup_mmap(): all that is private and writable; in mode 0 each mapping by itself. */
static struct mw_val need_fork(const struct judge *j)
{
	bool all = mw_or(j->mode, 0) == MW_OVERCOMMIT_NEVER;
	struct mw_val sum = mw_ok(0);
	uint64_t most = 0;

	if (j->a->maps_why != MW_OK)
		return mw_no(j->a->maps_why);
	for (size_t i = 0; i < j->a->n_maps; i++) {
		const struct mw_asker_map *m = &j->a->map[i];

		if (m->shared || !m->write)
			continue;
		sum = mw_add(sum, mw_ok(m->end - m->start));
		if (m->end - m->start > most)
			most = m->end - m->start;
	}
	return all ? sum : mw_ok(most);
}

/* Read-only mappings that once were written still count: how much that may be at most. */
static uint64_t fork_doubt(const struct judge *j)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < j->a->n_maps; i++)
		if (!j->a->map[i].shared && !j->a->map[i].write && j->a->map[i].read)
			sum += j->a->map[i].end - j->a->map[i].start;
	return sum;
}

static struct mw_val need_promise(const struct judge *j)
{
	const struct mw_call *c = j->call;
	bool never = mw_or(j->mode, 0) == MW_OVERCOMMIT_NEVER;

	if (c->huge || (c->noreserve && !never))
		return mw_ok(0);
	switch (c->kind) {
	case MW_CALL_MMAP:
		if (c->shared ? !c->anonymous : !c->writable)
			return mw_ok(0);
		return mw_ok(new_bytes(j));
	case MW_CALL_MPROTECT:
	case MW_CALL_MREMAP:
		return need_data(j);
	case MW_CALL_FORK:
		return need_fork(j);
	case MW_CALL_BRK:
	case MW_CALL_SHMGET:
	case MW_CALL_STACK:
		return mw_ok(new_bytes(j));
	case MW_CALL_MUNMAP:
	case MW_CALL_MADVISE:
	case MW_CALL_MLOCK:
	case MW_CALL_MLOCKALL:
	case MW_CALL_SHMAT:
	case MW_CALL_VFORK:
	case MW_CALL_THREAD:
	case MW_CALL_EXEC:
	case MW_CALLS:
		break;
	}
	return mw_ok(0);
}

/* A split is refused one mapping earlier than a new one, a move four (split_vma(), move_vma()). */
static struct mw_val need_maps(const struct judge *j)
{
	const struct mw_call *c = j->call;

	if (c->kind == MW_CALL_MREMAP)
		return mw_ok(c->fixed ? 7 : c->may_move && c->bytes ? 5 : 0);
	if (c->kind == MW_CALL_MPROTECT || c->kind == MW_CALL_MUNMAP ||
	    c->kind == MW_CALL_MADVISE || c->kind == MW_CALL_MLOCK)
		return mw_ok(j->part.cuts ? j->part.cuts + 1 : 0);
	return mw_ok(1);
}

static struct mw_val need_memlock(const struct judge *j)
{
	const struct mw_call *c = j->call;

	if (c->kind == MW_CALL_MLOCK)
		return mw_ok(whole_pages(j, c->bytes + c->address % j->s->host.page_bytes));
	if (c->kind == MW_CALL_MLOCKALL)
		return j->a->status.address_space_bytes;
	/* After mlockall(MCL_FUTURE) every mapping is locked: EAGAIN has no other cause here. */
	return mw_ok(c->locked || c->error == EAGAIN ? whole_pages(j, c->bytes) : 0);
}

static struct mw_val need_space(const struct judge *j)
{
	const struct mw_call *c = j->call;

	if (c->fixed)
		return mw_ok(0);
	if (c->kind == MW_CALL_MREMAP && c->may_move)
		return mw_ok(c->bytes ? whole_pages(j, c->new_bytes) : 0);
	/* A page is kept free between the heap and the next mapping. */
	if (c->kind == MW_CALL_BRK)
		return mw_add(mw_ok(whole_pages(j, c->bytes)), mw_ok(j->s->host.page_bytes));
	return mw_ok(whole_pages(j, c->bytes));
}

static bool size_is_unknown(const struct mw_call *c)
{
	return c->kind == MW_CALL_SHMAT && !c->bytes;
}

static struct mw_val need_of(const struct judge *j, const struct mw_gauge *g)
{
	switch (g->rule) {
	case MW_LIMIT_MAP_COUNT:
		return need_maps(j);
	case MW_LIMIT_ADDRESS_SPACE:
		return size_is_unknown(j->call) ? mw_no(MW_UNREAD) : need_space(j);
	case MW_LIMIT_MEMLOCK:
		return need_memlock(j);
	case MW_LIMIT_AS:
		return size_is_unknown(j->call) ? mw_no(MW_UNREAD) : mw_ok(new_bytes(j));
	case MW_LIMIT_DATA:
		return need_data(j);
	case MW_LIMIT_OVERCOMMIT:
		return need_promise(j);
	case MW_LIMIT_STACK:
		return mw_ok(whole_pages(j, j->call->bytes));
	case MW_LIMIT_HUGETLB:
	case MW_LIMIT_HUGETLB_CGROUP:
		return mw_ok(j->call->huge ? new_bytes(j) : 0);
	case MW_LIMIT_CGROUP_KMEM:
	case MW_LIMIT_CGROUP:
		return mw_ok(KERNEL_NEED_BYTES);
	case MW_LIMIT_UNMAPPED:
		return mw_ok(whole_pages(j, j->call->bytes));
	case MW_LIMIT_NPROC:
	case MW_LIMIT_THREADS_MAX:
	case MW_LIMIT_PID_MAX:
	case MW_LIMIT_PIDS_MAX:
	case MW_LIMITS:
		break;
	}
	return mw_ok(1);
}

/* Is the gauge one of this call's: of another size of huge pages it is not. */
static bool concerns(const struct judge *j, const struct mw_gauge *g)
{
	uint64_t size = j->call->huge_page_bytes;

	if (!g->huge_page_bytes)
		return true;
	if (!size && j->a->default_pool < j->a->n_pools)
		size = j->a->pool[j->a->default_pool].page_bytes;
	return j->call->huge && g->huge_page_bytes == size;
}

/* What the gauge of the process says of this call alone. */
static void fit(const struct judge *j, struct mw_gauge *g)
{
	const struct mw_call *c = j->call;

	if (g->rule == MW_LIMIT_ADDRESS_SPACE &&
	    (c->kind == MW_CALL_BRK || (c->kind == MW_CALL_MREMAP && !c->may_move))) {
		uint64_t at = c->kind == MW_CALL_BRK ? whole_pages(j, c->address)
						     : c->address + (c->new_bytes - c->bytes);

		g->room = mw_space_after(j->a, &j->space, at);
		g->note = "room is the hole behind it";
	}
	/* mlockall() compares all that is mapped with the limit. */
	if (g->rule == MW_LIMIT_MEMLOCK && c->kind == MW_CALL_MLOCKALL)
		g->room = g->limit;
	if (g->rule == MW_LIMIT_OVERCOMMIT && c->kind == MW_CALL_FORK)
		g->drift += fork_doubt(j);
}

static enum mw_refuses compare(const struct mw_gauge *g, struct mw_val need)
{
	if (g->exempt || (mw_known(need) && !need.v))
		return MW_REFUSES_NO;
	if (mw_known(g->room) && g->room.v == MW_UNLIMITED)
		return MW_REFUSES_NO;
	if (!mw_known(g->room) || !mw_known(need))
		return MW_REFUSES_UNKNOWN;
	if (need.v > g->room.v && need.v - g->room.v > g->drift)
		return MW_REFUSES_YES;
	if (need.v > g->room.v || g->room.v - need.v < g->drift)
		return MW_REFUSES_MAYBE;
	return MW_REFUSES_NO;
}

static void add(const struct judge *j, const struct mw_gauge *g, struct mw_arena *arena,
		struct mw_refusal *r)
{
	struct mw_refusal_step step = { .gauge = *g }, *list;

	if (!concerns(j, g))
		return;
	fit(j, &step.gauge);
	step.need = need_of(j, &step.gauge);
	step.refuses = compare(&step.gauge, step.need);
	list = mw_arena_grow(arena, r->step, r->n, sizeof(*list));
	if (!list)
		return;
	r->step = list;
	list[r->n++] = step;
}

/* No limit: the call names a range of which a part is not mapped. */
static struct mw_gauge unmapped(const struct judge *j)
{
	struct mw_val mapped =
		j->a->maps_why == MW_OK ? mw_ok(j->part.mapped_bytes) : mw_no(j->a->maps_why);

	return (struct mw_gauge){ .rule = MW_LIMIT_UNMAPPED,
				  .id = mw_limit_rule_id(MW_LIMIT_UNMAPPED),
				  .unit = MW_UNIT_BYTES,
				  .used = mapped,
				  .limit = mapped,
				  .room = mapped,
				  .source = "maps" };
}

static bool is_nearer(const struct mw_refusal_step *a, const struct mw_refusal_step *b)
{
	if (!b)
		return true;
	return (unsigned __int128)a->gauge.room.v * b->gauge.limit.v <
	       (unsigned __int128)b->gauge.room.v * a->gauge.limit.v;
}

/* The first that refuses for sure, else the first that may. */
static void choose(struct mw_refusal *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct mw_refusal_step *x = &r->step[i];

		if (x->refuses >= MW_REFUSES_MAYBE && (!r->first || x->refuses > r->first->refuses))
			r->first = x;
		if (x->refuses != MW_REFUSES_UNKNOWN && !x->gauge.exempt && mw_or(x->need, 0) &&
		    mw_known(x->gauge.limit) && x->gauge.limit.v != MW_UNLIMITED &&
		    mw_known(x->gauge.room) && is_nearer(x, r->nearest))
			r->nearest = x;
	}
}

void mw_refusal_judge(const struct mw_snap *s, const struct mw_asker *a, const struct mw_call *call,
		      struct mw_arena *arena, struct mw_refusal *ret)
{
	struct judge j = {
		.s = s, .a = a, .call = call, .mode = s->commit_sysctl.overcommit_memory
	};
	struct mw_refusal r = {};
	struct mw_gauges all;

	mw_space_of(s, a, &j.space);
	j.part = mw_space_part(a, call->address, whole_pages(&j, call->bytes));
	mw_gauges_build(s, a, arena, &all);
	for (const enum mw_limit_rule *rule = asked[call->kind]; *rule != MW_LIMITS; rule++) {
		struct mw_gauge none = unmapped(&j);

		if (!gives(*rule, call))
			continue;
		if (*rule == MW_LIMIT_UNMAPPED)
			add(&j, &none, arena, &r);
		for (size_t i = 0; i < all.n; i++)
			if (all.item[i].rule == *rule)
				add(&j, &all.item[i], arena, &r);
	}
	choose(&r);
	*ret = r;
}

static const char *amount(struct mw_arena *a, enum mw_unit unit, struct mw_val v)
{
	if (mw_known(v) && v.v == MW_UNLIMITED)
		return "no limit";
	if (unit == MW_UNIT_BYTES || !mw_known(v))
		return mw_fmt_val_bytes(a, v);
	return mw_fmt(a, "%llu", (unsigned long long)v.v);
}

static const char *step_text(const struct mw_refusal_step *x, struct mw_arena *a)
{
	const struct mw_gauge *g = &x->gauge;
	const char *name = mw_limit_rule_name(g->rule);

	if (g->group.n)
		name = mw_fmt(a, "%s of %.*s", name, (int)g->group.n, g->group.p);
	if (g->rule == MW_LIMIT_UNMAPPED)
		return mw_fmt(a, "%s: %s of %s are", name, amount(a, g->unit, g->used),
			      amount(a, g->unit, x->need));
	if (!mw_known(g->used))
		return mw_fmt(a, "%s: limit %s, asked for %s", name, amount(a, g->unit, g->limit),
			      amount(a, g->unit, x->need));
	return mw_fmt(a, "%s: %s used of %s, room for %s, asked for %s", name,
		      amount(a, g->unit, g->used), amount(a, g->unit, g->limit),
		      amount(a, g->unit, g->room), amount(a, g->unit, x->need));
}

const char *mw_refusal_text(const struct mw_refusal *r, struct mw_arena *arena)
{
	if (r->first)
		return mw_fmt(arena, "%s%s", step_text(r->first, arena),
			      r->first->refuses == MW_REFUSES_MAYBE ? " (within what is not exact)"
								    : "");
	if (r->nearest)
		return mw_fmt(arena, "no limit that can be read explains it; the nearest is %s",
			      step_text(r->nearest, arena));
	return "no limit that can be read explains it";
}
