/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal - which limit refuses a request, asked in the order in which the kernel asks.
 *
 * Invariants: pure.  The facts were read after the call, so a limit that others use too may have
 * moved meanwhile: MW_REFUSES_MAYBE is within what its counter may be off.
 */
#pragma once

#include "kernel/memcall.h"
#include "why/gauge.h"

enum mw_refuses { MW_REFUSES_NO, MW_REFUSES_UNKNOWN, MW_REFUSES_MAYBE, MW_REFUSES_YES };

/* One limit that is asked for this kind of request. */
struct mw_refusal_step {
	struct mw_gauge gauge;
	struct mw_val need; /* what the request takes of it, in its unit */
	enum mw_refuses refuses;
};

struct mw_refusal {
	struct mw_refusal_step *step; /* in the kernel's order */
	size_t n;
	const struct mw_refusal_step *first; /* the answer; NULL: none fits */
	const struct mw_refusal_step
		*nearest; /* by share, where none fits; NULL: nothing is known */
};

/* call->error 0: would it be refused?  Else only the limits that give that errno are asked. */
void mw_refusal_judge(const struct mw_snap *s, const struct mw_asker *a, const struct mw_call *call,
		      struct mw_arena *arena, struct mw_refusal *ret);

/* Is this limit asked for such a call?  (MW_LIMIT_NPROC: where tasks are made.) */
bool mw_refusal_asks(enum mw_call_kind kind, enum mw_limit_rule rule);

/* One sentence: "RLIMIT_AS: 1.00 GiB used of 1.50 GiB, 512 MiB asked for". */
const char *mw_refusal_text(const struct mw_refusal *r, struct mw_arena *arena);
