/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_ask - a request for pages in words: "order=2 gfp=GFP_KERNEL cpu=9".  Pure.
 */
#pragma once

#include "model/gfp.h"
#include "model/watermark.h"

struct mw_zone_ask {
	unsigned order;
	uint64_t gfp_mask;
	struct mw_val cpu, node, pid; /* MW_UNREAD: not said */
	struct mw_str mems;	      /* of the cpuset: "0-1"; empty: all nodes */
	struct mw_str bind;	      /* of the policy; empty: none binds */
};

/* What is not said: order 0, GFP_KERNEL.  NULL, or what is wrong, with the word in it. */
const char *mw_zone_ask_parse(struct mw_str text, struct mw_release release, uint64_t page_bytes,
			      struct mw_arena *arena, struct mw_zone_ask *ret);

/* A policy as numa_maps prints it: "default", "bind:0-1", "prefer:1"; false: of none that says
 * which nodes ("interleave:0-3": they take turns). */
bool mw_zone_ask_policy(struct mw_str policy, struct mw_zone_ask *ask);
