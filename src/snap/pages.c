/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - the census: of the live machine it is taken now, of a capture it is what was kept.
 */
#include "pages/census.h"

#include <errno.h>

#include "kernel/errname.h"
#include "snap/snap_private.h"

#define PATH "meta/pages"

/* Is each page seen by its struct page?  Else the readers that would have are what is missing. */
static void note_refusals(struct mw_snap *s)
{
	const struct mw_census *c = &s->census;

	if (mw_str_eq(c->reader, "bpf") || mw_str_eq(c->reader, "kcore"))
		return;
	for (size_t i = 0; i < c->n_refusals; i++) {
		int r = mw_errname_parse(c->refusal[i].error);

		mw_sources_note(&s->sources, mw_str_of(PATH), r && r != -ENOENT ? r : -EPERM);
	}
}

void mw_take_pages(struct mw_root *root, const struct mw_snap_options *options,
		   struct mw_arena *arena, struct mw_snap *s)
{
	const struct mw_census_options o = { .reader = options->pages_reader,
					     .sample_ppm = options->pages_sample_ppm,
					     .files_max = options->pages_files_max,
					     .paid_max = options->pages_paid_max,
					     .all_names = options->pages_all_names,
					     .who_points = options->pages_who_points,
					     .who_frame = options->pages_who_frame };
	struct mw_str text;

	if (!mw_root_is_live(root)) {
		s->census_why = mw_take_text(root, PATH, arena, s, &text);
		mw_census_parse(text, arena, &s->census);
		note_refusals(s);
		return;
	}
	if (mw_census_take(&o, arena, &s->census) < 0 ||
	    mw_root_note(root, PATH, mw_census_format(&s->census, arena)) < 0) {
		arena->failed = true;
		return;
	}
	s->census_why = MW_OK;
	note_refusals(s);
}
