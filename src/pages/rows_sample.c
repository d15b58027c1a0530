/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pages/rows.h"

static struct mw_census_class class_row(const struct mw_rows *t, size_t class, size_t node,
					struct mw_estimate e)
{
	return (struct mw_census_class){ mw_str_of(mw_page_class_name((enum mw_page_class) class)),
					 node, e.frames * t->frame_bytes,
					 e.low_frames * t->frame_bytes,
					 e.high_frames * t->frame_bytes };
}

void mw_rows_estimates(const struct mw_rows *t, const struct mw_class_tallies *tallies,
		       uint64_t can)
{
	size_t room = tallies->n_nodes * MW_PAGE_CLASSES;

	t->c->class = mw_arena_alloc(t->arena, room * sizeof(*t->c->class));
	for (size_t c = 0; t->c->class && c < MW_PAGE_CLASSES; c++)
		for (size_t n = 0; n < tallies->n_nodes; n++) {
			const struct mw_tally *y = &tallies->tally[n * MW_PAGE_CLASSES + c];

			if (tallies->node[n].total_frames && (y->seen_frames || can >> c & 1))
				t->c->class[t->c->n_classes++] =
					class_row(t, c, n, mw_tally_end(y, &tallies->node[n]));
		}
	mw_rows_sort_classes(t->c);
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_census_group *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

void mw_rows_groups(const struct mw_rows *t, const struct mw_kpage_found *f)
{
	t->c->group = mw_arena_alloc(t->arena, (f->n_groups + 1) * sizeof(*t->c->group));
	for (size_t i = 0; t->c->group && i < f->n_groups; i++) {
		const struct mw_kpage_group *g = &f->group[i];
		uint64_t bytes[MW_KPAGE_KINDS];
		struct mw_estimate e = {};

		for (size_t k = 0; k < MW_KPAGE_KINDS; k++) {
			e = mw_tally_end(&g->kind[k], &f->all);
			bytes[k] = e.frames * t->frame_bytes;
		}
		t->c->group[t->c->n_groups++] =
			(struct mw_census_group){ .ino = g->ino,
						  .anon_bytes = bytes[MW_KPAGE_ANON],
						  .file_bytes = bytes[MW_KPAGE_FILE],
						  .shmem_bytes = bytes[MW_KPAGE_SHMEM],
						  .kernel_bytes = bytes[MW_KPAGE_KERNEL],
						  .bytes = bytes[MW_KPAGE_SUM],
						  .low_bytes = e.low_frames * t->frame_bytes,
						  .high_bytes = e.high_frames * t->frame_bytes };
	}
	if (t->c->n_groups)
		qsort(t->c->group, t->c->n_groups, sizeof(*t->c->group), by_bytes);
}
