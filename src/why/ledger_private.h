/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_private - the parts of which mw_ledger_build() is made.
 */
#pragma once

#include "why/ledger.h"

struct mw_owners {
	struct mw_owner *item;
	size_t n;
};

/* An owner with nothing known but these. */
struct mw_owner mw_owner(const char *kind, struct mw_str name, struct mw_val bytes);
void mw_owners_add(struct mw_owners *list, struct mw_arena *arena, struct mw_owner owner);

/* Sorts, adds the remainder of `whole` under `name` where there is one, and stores. */
void mw_owners_finish(struct mw_owners *list, struct mw_arena *arena, struct mw_val whole,
		      const char *name);
void mw_class_own(struct mw_class *c, struct mw_owners *list, struct mw_arena *arena,
		  const char *rest);

/* Do kernel stacks lie in vmalloc areas here (CONFIG_VMAP_STACK)? */
bool mw_stacks_in_vmalloc(const struct mw_snap *s);

void mw_ledger_shmem(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c);
void mw_ledger_processes(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l);
void mw_ledger_kernel(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l);
/* Nothing where no census was taken. */
void mw_ledger_pages(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l);
void mw_ledger_facts(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l);
