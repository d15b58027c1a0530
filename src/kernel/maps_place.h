/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maps_place - where an address lies among the mappings of a process.
 */
#pragma once

#include "kernel/pid_maps.h"

struct mw_maps_place {
	bool mapped;
	struct mw_map map;	    /* that holds the address, where mapped */
	bool has_below, has_above;  /* is there a mapping on that side? */
	struct mw_map below, above; /* the nearest ones */
	size_t n_below;		    /* mappings that end at or before it */
};

/* Pure; slices of maps, which may be in any order. */
struct mw_maps_place mw_maps_place(struct mw_str maps, uint64_t address);
