/* SPDX-License-Identifier: Apache-2.0 */
/*
 * val - a number the kernel gave us, or the reason there is none.
 *
 * Invariants:
 *  - The all-zero value means "never read"; it never means the number zero.
 *  - .v has a meaning only where .why == MW_OK.
 *  - Arithmetic keeps the first reason: unknown + 5 is unknown, not 5.
 * Units are not stored here: the name of the variable ends in _bytes, _pages, _ns, _us, _count
 * or _permille, and that is the unit.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum mw_why {
	MW_UNREAD, /* nobody asked for it, or the budget did not reach it */
	MW_OK,
	MW_ABSENT, /* this kernel or configuration does not export it */
	MW_DENIED, /* EACCES or EPERM: would need more privilege */
	MW_GONE,   /* the process or cgroup went away while it was read */
	MW_BAD,	   /* text that could not be parsed, or a sum that cannot be */
	MW_RACED,  /* a difference below zero: its parts were read at different instants */
};

struct mw_val {
	uint64_t v;
	enum mw_why why;
};

static inline struct mw_val mw_ok(uint64_t v)
{
	return (struct mw_val){ .v = v, .why = MW_OK };
}

static inline struct mw_val mw_no(enum mw_why why)
{
	return (struct mw_val){ .why = why };
}

static inline bool mw_known(struct mw_val a)
{
	return a.why == MW_OK;
}

/* The number, or `other` where there is none: only for ordering and for thresholds. */
static inline uint64_t mw_or(struct mw_val a, uint64_t other)
{
	return mw_known(a) ? a.v : other;
}

/* a + b; MW_BAD on overflow. */
struct mw_val mw_add(struct mw_val a, struct mw_val b);

/* a - b; MW_RACED when b > a. */
struct mw_val mw_sub(struct mw_val a, struct mw_val b);

/* a * factor; MW_BAD on overflow. */
struct mw_val mw_mul(struct mw_val a, uint64_t factor);

/* Negative errno of a read -> reason (0 gives MW_OK). */
enum mw_why mw_why_of_errno(int r);

/* One lower-case word: "denied". */
const char *mw_why_name(enum mw_why why);
