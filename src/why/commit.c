/* SPDX-License-Identifier: Apache-2.0 */
#include "why/commit.h"

#include <stdlib.h>

#include "base/fmt.h"
#include "why/commit_private.h"
#include "why/shm_name.h"

static struct mw_val pages_of(const struct mw_snap *s, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / s->host.page_bytes) : bytes;
}

/* A line that this kernel does not print counts nothing. */
static struct mw_val or_none(struct mw_val v)
{
	return v.why == MW_ABSENT ? mw_ok(0) : v;
}

/* Of all sizes, where they are shown; else what meminfo knows. */
static struct mw_val hugetlb_bytes(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);
	bool any = false;

	for (size_t i = 0; i < s->n_hugetlb; i++)
		if (!s->hugetlb[i].node.n) {
			sum = mw_add(sum,
				     mw_mul(s->hugetlb[i].total_count, s->hugetlb[i].page_bytes));
			any = true;
		}
	if (any)
		return sum;
	return or_none(s->meminfo.hugetlb_bytes);
}

/* What is kept free in each zone for those above it (calculate_totalreserve_pages(),
 * mm/page_alloc.c). */
static struct mw_val reserve_pages(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < s->zoneinfo.n_zones; i++) {
		const struct mw_zone *z = &s->zoneinfo.zone[i];
		struct mw_val most = mw_ok(0), sum_zone;

		for (size_t k = 0; k < z->n_lowmem_reserve; k++)
			if (z->lowmem_reserve_pages[k] > most.v)
				most.v = z->lowmem_reserve_pages[k];
		sum_zone = mw_add(most, z->high_pages);
		if (mw_known(sum_zone) && mw_known(z->managed_pages) &&
		    sum_zone.v > z->managed_pages.v)
			sum_zone = z->managed_pages;
		sum = mw_add(sum, sum_zone);
	}
	return s->zoneinfo.n_zones ? sum : mw_no(MW_ABSENT);
}

struct mw_overcommit mw_overcommit_of(const struct mw_snap *s)
{
	const struct mw_meminfo *m = &s->meminfo;
	const struct mw_commit_sysctl *c = &s->commit_sysctl;
	struct mw_val cached =
		mw_add(mw_add(m->cached_bytes, m->buffers_bytes), or_none(m->swap_cached_bytes));

	return (struct mw_overcommit){
		.release = s->host.release,
		.page_bytes = s->host.page_bytes,
		.ram_pages = pages_of(s, m->total_bytes),
		.swap_pages = pages_of(s, m->swap_total_bytes),
		.hugetlb_pages = pages_of(s, hugetlb_bytes(s)),
		.ratio_percent = c->overcommit_ratio,
		.limit_kib = c->overcommit_kib,
		.admin_reserve_kib = c->admin_reserve_kib,
		.user_reserve_kib = c->user_reserve_kib,
		.committed_pages = pages_of(s, s->committed_bytes),
		.cpu_count = c->cpu_count,
		.free_pages = pages_of(s, m->free_bytes),
		.file_pages = pages_of(s, cached),
		.shmem_pages = pages_of(s, or_none(m->shmem_bytes)),
		.free_swap_pages = pages_of(s, m->swap_free_bytes),
		.reclaimable_pages =
			pages_of(s, mw_known(m->kreclaimable_bytes) ? m->kreclaimable_bytes
								    : m->slab_reclaimable_bytes),
		.reserve_pages = reserve_pages(s),
	};
}

static void put(struct mw_commit *c, struct mw_arena *a, struct mw_promiser p)
{
	struct mw_promiser *list = mw_arena_grow(a, c->promiser, c->n_promisers, sizeof(*list));

	if (!list)
		return;
	if (mw_known(p.bytes) && mw_known(p.touched_bytes))
		p.unused_bytes = p.bytes.v > p.touched_bytes.v
					 ? mw_ok(p.bytes.v - p.touched_bytes.v)
					 : mw_ok(0);
	else
		p.unused_bytes = mw_known(p.bytes) ? p.touched_bytes : p.bytes;
	c->promiser = list;
	list[c->n_promisers++] = p;
}

/* By flags where they were read.  Else by what the kernel counts as data and stack: private and
 * writable, with what was mapped MAP_NORESERVE and without what is read-only again. */
static struct mw_promiser of_process(const struct mw_proc *p)
{
	const struct mw_pid_status *st = &p->status;
	struct mw_promiser x = { .kind = "process",
				 .name = st->name,
				 .proc = p,
				 .pid = mw_ok(p->pid),
				 .touched_bytes = p->promises.touched_bytes,
				 .shared_bytes = p->promises.shared_bytes };

	if (p->promises.why == MW_OK) {
		x.bytes = mw_ok(p->promises.bytes);
		x.fork_bytes = mw_ok(p->promises.fork_bytes);
		return x;
	}
	x.from_status = true;
	x.bytes = mw_add(st->data_bytes, st->stack_bytes);
	x.fork_bytes = x.bytes;
	x.touched_bytes = mw_add(st->rss_anon_bytes, or_none(st->swap_bytes));
	x.shared_bytes = mw_no(p->promises.why);
	return x;
}

static void add_processes(const struct mw_snap *s, struct mw_arena *a, struct mw_commit *c)
{
	for (size_t i = 0; i < s->n_procs; i++) {
		struct mw_promiser x = of_process(&s->proc[i]);

		if (s->proc[i].oom.same_mm != i)
			continue;
		c->from_flags_count += !x.from_status;
		c->from_status_count += x.from_status && mw_known(x.bytes);
		c->unknown_count += !mw_known(x.bytes);
		put(c, a, x);
	}
}

static struct mw_val round_up(struct mw_val bytes, uint64_t page_bytes)
{
	bytes = mw_add(bytes, mw_ok(page_bytes - 1));
	return mw_known(bytes) ? mw_ok(bytes.v / page_bytes * page_bytes) : bytes;
}

/* Of SysV segments and shared anonymous memory the whole size counts from the start, of files on a
 * tmpfs and memfds each block that is there (shmem_acct_size(), shmem_acct_blocks(), mm/shmem.c).
 * A file without a name still lies in its tmpfs. */
static void add_objects(const struct mw_snap *s, struct mw_arena *a, struct mw_commit *c)
{
	for (size_t i = 0; i < s->n_objects; i++) {
		const struct mw_shm_object *o = &s->object[i];
		bool whole = o->kind == MW_SHM_ANON || o->kind == MW_SHM_SYSV;

		if (o->kind == MW_SHM_UNLINKED)
			continue;
		put(c, a,
		    (struct mw_promiser){
			    .kind = mw_shm_kind_name(o->kind),
			    .name = mw_shm_plain_name(o),
			    .pid = mw_ok(o->pid),
			    .bytes = whole && mw_known(o->size_bytes)
					     ? round_up(o->size_bytes, s->host.page_bytes)
					     : o->used_bytes,
			    .touched_bytes = o->used_bytes,
			    .note = mw_fmt(a, "held by %.*s", (int)o->comm.n, o->comm.p) });
	}
	for (size_t i = 0; i < s->n_segments; i++) {
		const struct mw_shm_segment *m = &s->segment[i].segment;

		put(c, a,
		    (struct mw_promiser){ .kind = "sysv",
					  .name = mw_str_of(mw_fmt(a, "shmid %llu",
								   (unsigned long long)m->shmid)),
					  .pid = mw_no(MW_ABSENT),
					  .bytes = round_up(m->size_bytes, s->host.page_bytes),
					  .touched_bytes = mw_add(m->rss_bytes, m->swap_bytes),
					  .note = m->attached_count ? NULL
								    : "attached by nobody" });
	}
	for (size_t i = 0; i < s->n_tmpfs; i++)
		put(c, a,
		    (struct mw_promiser){ .kind = "tmpfs",
					  .name = s->tmpfs[i].point,
					  .pid = s->tmpfs[i].own ? mw_no(MW_ABSENT)
								 : mw_ok(s->tmpfs[i].pid),
					  .bytes = s->tmpfs[i].used_bytes,
					  .touched_bytes = s->tmpfs[i].used_bytes });
}

static int by_unused(const void *x, const void *y)
{
	const struct mw_promiser *a = x, *b = y;
	uint64_t p = mw_or(a->unused_bytes, 0), q = mw_or(b->unused_bytes, 0);

	if (p != q)
		return p > q ? -1 : 1;
	p = mw_or(a->bytes, 0), q = mw_or(b->bytes, 0);
	if (p != q)
		return p > q ? -1 : 1;
	p = mw_or(a->pid, 0), q = mw_or(b->pid, 0);
	if (p != q)
		return p < q ? -1 : 1;
	return mw_str_cmp(a->name, b->name);
}

/* What is not named, last. */
static void add_remainder(struct mw_arena *a, struct mw_commit *c)
{
	struct mw_promiser rest = { .kind = "remainder",
				    .name = mw_str_of("not named"),
				    .pid = mw_no(MW_ABSENT),
				    .touched_bytes = mw_no(MW_ABSENT) };

	if (c->n_promisers)
		qsort(c->promiser, c->n_promisers, sizeof(*c->promiser), by_unused);
	c->named_bytes = mw_ok(0);
	for (size_t i = 0; i < c->n_promisers; i++)
		if (mw_known(c->promiser[i].bytes))
			c->named_bytes = mw_add(c->named_bytes, c->promiser[i].bytes);
	rest.bytes = mw_sub(c->committed_bytes, c->named_bytes);
	if (rest.bytes.why == MW_RACED)
		rest.excess_bytes = mw_sub(c->named_bytes, c->committed_bytes);
	put(c, a, rest);
}

struct mw_val mw_commit_off(const struct mw_commit *c)
{
	uint64_t whole = mw_or(c->committed_bytes, 0), named = mw_or(c->named_bytes, 0), apart;

	if (!mw_known(c->committed_bytes) || !mw_known(c->named_bytes) || !whole)
		return mw_known(c->committed_bytes) ? mw_no(MW_BAD) : c->committed_bytes;
	apart = named > whole ? named - whole : whole - named;
	return mw_ok((uint64_t)((unsigned __int128)apart * 10000 / whole));
}

static void ask_for_small(struct mw_commit *c)
{
	struct mw_overcommit_asker small = { .admin = true, .total_vm_pages = mw_ok(0) };

	if (!mw_known(c->mode_known))
		return;
	mw_overcommit_ask(&c->state, c->mode, &small, &c->root);
	small.admin = false;
	mw_overcommit_ask(&c->state, c->mode, &small, &c->user);
}

void mw_commit_build(const struct mw_snap *s, struct mw_arena *arena, struct mw_commit *ret)
{
	struct mw_commit c = { .state = mw_overcommit_of(s),
			       .mode_known = s->commit_sysctl.overcommit_memory,
			       .kernel_limit_bytes = s->meminfo.commit_limit_bytes,
			       .committed_bytes = s->committed_bytes };

	c.moved_bytes = mw_sub(c.committed_bytes, s->meminfo.committed_bytes);
	if (c.moved_bytes.why == MW_RACED)
		c.moved_bytes = mw_sub(s->meminfo.committed_bytes, c.committed_bytes);
	if (mw_known(c.mode_known) && c.mode_known.v > MW_OVERCOMMIT_NEVER)
		c.mode_known = mw_no(MW_BAD);
	c.mode = (enum mw_overcommit_mode)mw_or(c.mode_known, MW_OVERCOMMIT_GUESS);
	c.limit_bytes = mw_mul(mw_commit_limit_pages(&c.state), s->host.page_bytes);
	c.limit_ram_bytes = mw_mul(mw_commit_limit_ram_pages(&c.state), s->host.page_bytes);
	c.batch_bytes = mw_mul(mw_commit_batch_pages(&c.state, c.mode), s->host.page_bytes);
	ask_for_small(&c);
	add_processes(s, arena, &c);
	add_objects(s, arena, &c);
	add_remainder(arena, &c);
	mw_commit_sum(arena, &c);
	*ret = c;
}
