/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones_hugetlb - huge pages set aside on one node, which is then short of others.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_zones_private.h"

/* A node and its pools, in bytes. */
struct side {
	const struct mw_zones_node *node;
	struct mw_val ram, pools, idle;
	struct mw_val left; /* free, and what reclaim could take: page cache of files, slab */
};

static struct mw_val pages_of(const struct mw_zones_node *n)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < n->n_zones; i++)
		if (n->zone[i].level != MW_LEVEL_EMPTY)
			sum = mw_add(sum, mw_zone_pages(n->zone[i].zone));
	return sum;
}

/* A counter of the node stands in one of its zones, up to 4.7 in each. */
static struct mw_val counted(const struct mw_zones_node *n, size_t offset)
{
	struct mw_val sum = mw_no(MW_ABSENT);

	for (size_t i = 0; i < n->n_zones; i++) {
		struct mw_val v = *(const struct mw_val *)((const char *)n->zone[i].zone + offset);

		if (v.why != MW_ABSENT)
			sum = mw_add(sum.why == MW_ABSENT ? mw_ok(0) : sum, v);
	}
	return sum;
}

static struct mw_val left_pages(const struct mw_zones_node *n)
{
	static const size_t counters[] = { offsetof(struct mw_zone, active_file_pages),
					   offsetof(struct mw_zone, inactive_file_pages),
					   offsetof(struct mw_zone, slab_reclaimable_pages) };
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < n->n_zones; i++)
		if (n->zone[i].level != MW_LEVEL_EMPTY)
			sum = mw_add(sum, n->zone[i].facts.free_pages);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		sum = mw_add(sum, counted(n, counters[i]));
	return sum;
}

static bool is_on(const struct mw_hugetlb_pool *p, uint64_t node)
{
	uint64_t number;

	return p->node.n && !mw_str_u64(p->node, &number) && number == node;
}

static struct side side_of(const struct mw_zone_map *z, const struct mw_zones_node *n)
{
	const struct mw_snap *s = z->snap;
	struct side side = { n, mw_mul(pages_of(n), s->host.page_bytes), mw_no(MW_ABSENT),
			     mw_no(MW_ABSENT), mw_mul(left_pages(n), s->host.page_bytes) };

	for (size_t i = 0; i < s->n_hugetlb; i++) {
		const struct mw_hugetlb_pool *p = &s->hugetlb[i];

		if (!is_on(p, n->node))
			continue;
		if (side.pools.why == MW_ABSENT)
			side.pools = side.idle = mw_ok(0);
		side.pools = mw_add(side.pools, mw_mul(p->total_count, p->page_bytes));
		side.idle = mw_add(side.idle, mw_mul(p->free_count, p->page_bytes));
	}
	return side;
}

static uint64_t share(const struct side *s)
{
	return mw_permille(mw_or(s->pools, 0), mw_or(s->ram, 0));
}

static bool is_emptied(const struct mw_zones_case *c, const struct side *s)
{
	return s->node->has_memory && mw_known(s->ram) && s->ram.v && mw_known(s->pools) &&
	       mw_known(s->idle) && mw_known(s->left) &&
	       share(s) >= c->limit->hugepage_node_permille &&
	       s->idle.v >> 20 >= c->limit->floor_mib &&
	       mw_permille(s->idle.v, s->ram.v) >= c->limit->hugetlb_idle_permille &&
	       mw_permille(s->left.v, s->ram.v) < c->limit->hugepage_left_permille;
}

/* The node with the smallest share of huge pages, of those that have less than half of it. */
static bool find_other(const struct mw_zones_case *c, const struct side *full, struct side *ret)
{
	bool found = false;

	for (size_t i = 0; i < c->z->n_nodes; i++) {
		struct side s = side_of(c->z, &c->z->node[i]);

		if (!s.node->has_memory || !mw_known(s.pools) || !mw_known(s.ram) ||
		    share(&s) * 2 >= share(full) || (found && share(&s) >= share(ret)))
			continue;
		*ret = s;
		found = true;
	}
	return found;
}

static const struct mw_hugetlb_pool *pool_of(const struct mw_snap *s, uint64_t node,
					     uint64_t page_bytes)
{
	for (size_t i = 0; i < s->n_hugetlb; i++)
		if (is_on(&s->hugetlb[i], node) && s->hugetlb[i].page_bytes == page_bytes)
			return &s->hugetlb[i];
	return NULL;
}

static const char *write_pool(const struct mw_zones_case *c, uint64_t node, uint64_t page_bytes,
			      uint64_t count)
{
	return mw_fmt(c->arena,
		      "echo %" PRIu64 " > /sys/devices/system/node/node%" PRIu64
		      "/hugepages/hugepages-%" PRIu64 "kB/nr_hugepages",
		      count, node, page_bytes / 1024);
}

/* Of each size of page what is idle, as far as both nodes then have the same number. */
static void fix_pools(const struct mw_zones_case *c, const struct side *full,
		      const struct side *other, struct mw_finding *f)
{
	const struct mw_snap *s = c->z->snap;

	for (size_t i = 0; i < s->n_hugetlb; i++) {
		const struct mw_hugetlb_pool *a = &s->hugetlb[i], *b;
		uint64_t from = full->node->node, to = other->node->node, most, move;

		b = is_on(a, from) ? pool_of(s, to, a->page_bytes) : NULL;
		if (!b || !mw_known(a->total_count) || !mw_known(b->total_count) ||
		    !mw_or(a->free_count, 0) || a->total_count.v <= b->total_count.v)
			continue;
		most = (a->total_count.v - b->total_count.v) / 2;
		move = a->free_count.v < most ? a->free_count.v : most;
		if (!move)
			continue;
		mw_finding_fix(
			f,
			(struct mw_fix){
				mw_fmt(c->arena, "%s; %s",
				       write_pool(c, from, a->page_bytes, a->total_count.v - move),
				       write_pool(c, to, b->page_bytes, b->total_count.v + move)),
				mw_fmt(c->arena,
				       "node %" PRIu64 " gets %s back, node %" PRIu64
				       " holds as much in huge pages",
				       from,
				       mw_fmt_val_bytes(c->arena,
							mw_mul(mw_ok(move), a->page_bytes)),
				       to),
				"who is bound to the first node finds fewer huge pages there; on "
				"the other one the kernel may find fewer blocks than asked: read "
				"the numbers again",
				mw_fmt(c->arena, "%s; %s",
				       write_pool(c, to, b->page_bytes, b->total_count.v),
				       write_pool(c, from, a->page_bytes, a->total_count.v)) });
	}
}

static void add_side(const struct mw_zones_case *c, const struct side *s, struct mw_finding *f)
{
	unsigned long long node = s->node->node;

	mw_finding_bytes(f, mw_fmt(c->arena, "node %llu, all of it", node), s->ram,
			 "proc/zoneinfo");
	mw_finding_bytes(f, mw_fmt(c->arena, "node %llu, in huge pages", node), s->pools,
			 "sys/devices/system/node");
	mw_finding_bytes(f, mw_fmt(c->arena, "node %llu, huge pages that are free", node), s->idle,
			 "sys/devices/system/node");
	mw_finding_bytes(f, mw_fmt(c->arena, "node %llu, free and reclaimable", node), s->left,
			 "proc/zoneinfo");
}

void mw_find_zones_hugetlb(const struct mw_zones_case *c, struct mw_findings *all)
{
	for (size_t i = 0; i < c->z->n_nodes; i++) {
		struct side full = side_of(c->z, &c->z->node[i]), other;
		struct mw_finding f = {
			.id = "MW-HUGEPAGE-NODE",
			.severity = MW_WARNING,
			.check = "memwhy zones; numastat -m",
			.sure = "certain of the numbers; free huge pages may be promised to "
				"somebody: that is not counted by node",
		};

		if (!is_emptied(c, &full) || !find_other(c, &full, &other))
			continue;
		f.verdict = mw_fmt(
			c->arena,
			"huge pages hold %s of node %" PRIu64 "'s %s, %s of them unused, "
			"and it has only %s left; node %" PRIu64 " holds %s of them",
			mw_fmt_bytes(c->arena, full.pools.v), full.node->node,
			mw_fmt_bytes(c->arena, full.ram.v), mw_fmt_bytes(c->arena, full.idle.v),
			mw_fmt_bytes(c->arena, full.left.v), other.node->node,
			other.pools.v ? mw_fmt_bytes(c->arena, other.pools.v) : "none");
		f.weight_bytes = full.idle.v;
		add_side(c, &full, &f);
		add_side(c, &other, &f);
		fix_pools(c, &full, &other, &f);
		mw_findings_add(all, c->arena, &f);
	}
}
