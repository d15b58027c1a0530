/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_domain - which pages an OOM is about: the machine's, a cgroup's, those of some nodes.
 */
#include "kernel/number_list.h"
#include "why/victims.h"

static const struct mw_memcg *at(const struct mw_snap *s, size_t i)
{
	return i < s->memcgs.n ? &s->memcgs.item[i] : NULL;
}

bool mw_memcg_is_below(const struct mw_snap *s, const struct mw_memcg *g,
		       const struct mw_memcg *above)
{
	/* Up to 5.10 a group of v1 may stand for itself alone (mem_cgroup_iter()). */
	if (g != above && above && !mw_or(above->hierarchy, 1))
		return false;
	while (g && g != above)
		g = at(s, g->parent);
	return g && g == above;
}

static struct mw_val pages(struct mw_val bytes, uint64_t page_bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / page_bytes) : bytes;
}

/* node_present_pages(), up to 5.3 node_spanned_pages(), of each node in the list. */
static struct mw_val node_pages(const struct mw_snap *s, struct mw_str nodes,
				struct mw_release release)
{
	struct mw_val sum = mw_no(MW_UNREAD);

	for (size_t i = 0; i < s->zoneinfo.n_zones; i++) {
		const struct mw_zone *z = &s->zoneinfo.zone[i];

		if (!mw_list_has(nodes, z->node))
			continue;
		if (sum.why == MW_UNREAD)
			sum = mw_ok(0);
		sum = mw_add(sum,
			     mw_victims_newer(release, 5, 4) ? z->present_pages : z->spanned_pages);
	}
	return sum;
}

/* The swap that a group may use: so much as there is, at most what its limits leave
 * (mem_cgroup_get_max(), mm/memcontrol.c). */
static struct mw_val group_swap_pages(const struct mw_snap *s, const struct mw_memcg *g,
				      struct mw_val swap)
{
	struct mw_val swappiness = s->memcgs.v2 ? s->oom_sysctl.swappiness : g->swappiness;
	struct mw_val most = g->swap_limit_bytes;

	if (!mw_known(swap) || !swap.v)
		return swap;
	if (!mw_known(swappiness) || !swappiness.v)
		return swappiness;
	if (!s->memcgs.v2 && mw_known(most))
		most = mw_sub(most, g->limit_bytes);
	if (most.why == MW_ABSENT)
		return swap;
	most = pages(most, s->host.page_bytes);
	return mw_known(most) && most.v > swap.v ? swap : most;
}

struct mw_val mw_domain_pages(const struct mw_snap *s, const struct mw_victims_ask *ask,
			      const struct mw_memcg *group, struct mw_release release)
{
	uint64_t page = s->host.page_bytes;
	struct mw_val swap = pages(s->meminfo.swap_total_bytes, page), sum;

	switch (ask->kind) {
	case MW_DOMAIN_MACHINE:
		break;
	case MW_DOMAIN_NODES:
	case MW_DOMAIN_CPUSET:
		return mw_add(node_pages(s, ask->nodes, release), swap);
	case MW_DOMAIN_CGROUP:
		sum = mw_add(pages(group->limit_bytes, page), group_swap_pages(s, group, swap));
		return mw_known(sum) && !sum.v ? mw_ok(1) : sum;
	}
	return mw_add(pages(s->meminfo.total_bytes, page), swap);
}
