/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zonelist - in which order a node's requests go to the nodes: its own first, then by distance.
 *
 * Mirrors build_zonelists() and find_next_best_node(), mm/page_alloc.c, 2.6.32 to 7.2, for node
 * order, the only one from 4.14 on.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/val.h"
#include "kernel/release.h"

#define MW_ZONELIST_NODES 256 /* more are not ordered */

/* An online node. */
struct mw_zonelist_node {
	uint64_t node;
	bool has_memory, has_cpus;
	const struct mw_val *distance; /* to each node of the array */
};

/* The nodes that have memory, in the order in which node `from` goes to them: how many.  The array
 * is sorted by number.  0: not known, as a distance is not, or there is no such node. */
size_t mw_zonelist_nodes(const struct mw_zonelist_node *nodes, size_t n, struct mw_release release,
			 uint64_t from, uint64_t ret[MW_ZONELIST_NODES]);
