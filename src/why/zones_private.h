/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_private - how a map of zones is put together, from a snapshot or from a report.
 */
#pragma once

#include "why/zones.h"

/* A zone of a node, to be filled; NULL without memory.  Good until the next one is added. */
struct mw_zones_zone *mw_zones_add(struct mw_zone_map *z, const struct mw_zone *zone,
				   struct mw_arena *arena);

/* When all zones are there: CPUs of the nodes, the nodes by number, and their distances. */
void mw_zones_settle(struct mw_zone_map *z, struct mw_arena *arena);

enum mw_zone_level mw_zones_level(const struct mw_zone *z);
