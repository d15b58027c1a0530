/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance_private - what is made of one process before all of them are placed.
 */
#pragma once

#include "why/balance.h"

/* Larger figures than any machine has are none. */
#define MW_BALANCE_BYTES_MAX ((uint64_t)1 << 48)

struct mw_balance_item {
	struct mw_place_item place;
	/* Why it can only stay; MW_BALANCE_PLACED: it can be placed. */
	enum mw_balance_verdict stays;
	uint64_t *moving_bytes, *running_count, *remote_bytes, *fixed_bytes;
};

/* Sets bytes, remote_bytes and what it may do; by index of b->node. */
void mw_balance_item_make(const struct mw_balance *b, const struct mw_balance_ask *ask,
			  struct mw_arena *arena, struct mw_balance_proc *p,
			  struct mw_balance_item *ret);

/* The CPUs of a node on which the process may run: "0-3". */
struct mw_str mw_balance_cpus(const struct mw_balance_node *n, const struct mw_proc *p,
			      struct mw_arena *arena);
