/* SPDX-License-Identifier: Apache-2.0 */
#include "model/zonelist.h"

/* How much nodes of one distance count as used by earlier lists, so that they take turns. */
struct build {
	const struct mw_zonelist_node *node;
	size_t n;
	struct mw_release release;
	uint64_t load[MW_ZONELIST_NODES];
	bool used[MW_ZONELIST_NODES];
};

/* Distance decides, then whether the number is lower and whether there are CPUs (one each), then
 * the load, then the number. */
static size_t next_best(const struct build *b, size_t own)
{
	size_t best = b->n;
	uint64_t best_far = UINT64_MAX;

	if (!b->used[own])
		return own;
	for (size_t i = 0; i < b->n; i++) {
		uint64_t far = b->node[own].distance[i].v + (i < own) + b->node[i].has_cpus;

		if (b->used[i] || !b->node[i].has_memory)
			continue;
		if (best < b->n &&
		    (far > best_far || (far == best_far && b->load[i] >= b->load[best])))
			continue;
		best = i;
		best_far = far;
	}
	return best;
}

/* The first node of a new distance: up to 5.15 its load is set, from 5.16 on added to; how much is
 * added was made the same for all in 5.19. */
static void add_load(struct build *b, size_t i, uint64_t load)
{
	bool adds = !mw_release_is_known(b->release) || mw_release_at_least(b->release, 5, 16);

	if (adds && (!mw_release_is_known(b->release) || mw_release_at_least(b->release, 5, 19)))
		load = 1;
	b->load[i] = adds ? b->load[i] + load : load;
}

static size_t build_one(struct build *b, size_t own, uint64_t *ret)
{
	const struct mw_val *distance = b->node[own].distance;
	size_t last = own, n = 0, i;
	uint64_t load = b->n;

	for (size_t k = 0; k < b->n; k++)
		b->used[k] = false;
	while ((i = next_best(b, own)) < b->n) {
		b->used[i] = true;
		if (distance[i].v != distance[last].v)
			add_load(b, i, load);
		if (b->node[i].has_memory)
			ret[n++] = b->node[i].node;
		last = i;
		load--;
	}
	return n;
}

size_t mw_zonelist_nodes(const struct mw_zonelist_node *nodes, size_t n, struct mw_release release,
			 uint64_t from, uint64_t ret[MW_ZONELIST_NODES])
{
	struct build b = { .node = nodes, .n = n, .release = release };

	if (n > MW_ZONELIST_NODES)
		return 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (!mw_known(nodes[i].distance[k]) || nodes[i].distance[k].v > UINT32_MAX)
				return 0;
	for (size_t i = 0; i < n; i++) {
		size_t count = build_one(&b, i, ret);

		if (nodes[i].node == from)
			return count;
	}
	return 0;
}
