/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promise_rule - what the rule of overcommitting says to one process now, from a snapshot.
 */
#pragma once

#include "model/overcommit.h"
#include "snap/asker.h"

/* As the rule sees it: its right and its address space. */
struct mw_overcommit_asker mw_promise_asker(const struct mw_asker *a, uint64_t page_bytes);

/* ret_machine: what the rule was asked of the machine; the answer is of the present mode, of mode 0
 * where that is not known. */
void mw_promise_rule(const struct mw_snap *s, const struct mw_asker *a,
		     struct mw_overcommit *ret_machine, struct mw_overcommit_answer *ret_answer);
