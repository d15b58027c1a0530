/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - the census: of the live machine it is taken now, of a capture it is what was kept.
 */
#include "pages/census.h"

#include <errno.h>

#include "snap/snap_private.h"

#define PATH "meta/pages"

void mw_take_pages(struct mw_root *root, const struct mw_snap_options *options,
		   struct mw_arena *arena, struct mw_snap *s)
{
	const struct mw_census_options o = { .reader = options->pages_reader,
					     .files_max = options->pages_files_max };
	struct mw_str text;

	if (!mw_root_is_live(root)) {
		s->census_why = mw_take_text(root, PATH, arena, s, &text);
		mw_census_parse(text, arena, &s->census);
		return;
	}
	if (mw_census_take(&o, arena, &s->census) < 0 ||
	    mw_root_note(root, PATH, mw_census_format(&s->census, arena)) < 0) {
		arena->failed = true;
		return;
	}
	s->census_why = MW_OK;
	for (size_t i = 0; !s->census.reader.n && i < s->census.n_refusals; i++)
		mw_sources_note(&s->sources, mw_str_of(PATH), -EPERM);
}
