/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims_helper - the findings of the prediction for a machine of a few processes.
 */
#pragma once

#include "victims_helper.h"

static inline const struct mw_findings *find_all(struct world *w)
{
	static struct mw_findings all;
	struct mw_thresholds limit = mw_thresholds_normal();

	mw_find_victims(&(struct mw_victims_case){ &w->s, &w->v, &limit, &w->arena }, &all);
	assert_false(w->arena.failed);
	for (size_t i = 0; i < all.n; i++) {
		const struct mw_finding *f = &all.item[i];

		assert_true(f->n_evidence && f->n_fixes && f->verdict[0]);
		assert_non_null(f->check);
		assert_non_null(f->sure);
		assert_true(!i || f[-1].severity >= f->severity);
		for (size_t k = 0; k < f->n_fixes; k++)
			assert_true(f->fix[k].command[0] && f->fix[k].effect && f->fix[k].risk &&
				    f->fix[k].undo);
	}
	return &all;
}

/* The n-th of that name; NULL: so many there are not. */
static inline const struct mw_finding *find_nth(struct world *w, const char *id, size_t n)
{
	const struct mw_findings *all = find_all(w);

	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->item[i].id, id) && !n--)
			return &all->item[i];
	return NULL;
}

static inline bool says(struct world *w, const char *id)
{
	build(w);
	return find_nth(w, id, 0);
}

static inline void expect_words(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, text);
}
