/* SPDX-License-Identifier: Apache-2.0 */
#include "base/finding.h"

#include <stdlib.h>
#include <string.h>

void mw_findings_add(struct mw_findings *f, struct mw_arena *a, const struct mw_finding *finding)
{
	struct mw_finding *item = mw_arena_grow(a, f->item, f->n, sizeof(*item));

	if (!item)
		return;
	f->item = item;
	f->item[f->n++] = *finding;
}

void mw_findings_join(struct mw_findings *f, struct mw_arena *a, const struct mw_findings *more)
{
	for (size_t i = 0; i < more->n; i++)
		mw_findings_add(f, a, &more->item[i]);
}

static int by_weight(const void *x, const void *y)
{
	const struct mw_finding *a = x, *b = y;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->weight_bytes != b->weight_bytes)
		return a->weight_bytes < b->weight_bytes ? 1 : -1;
	return strcmp(a->id, b->id);
}

void mw_findings_sort(struct mw_findings *f)
{
	if (f->n)
		qsort(f->item, f->n, sizeof(*f->item), by_weight);
}

const char *mw_severity_name(enum mw_severity s)
{
	switch (s) {
	case MW_INFO:
		return "info";
	case MW_WARNING:
		return "warning";
	case MW_CRITICAL:
		return "critical";
	}
	return "?";
}

const char *mw_unit_name(enum mw_unit u)
{
	switch (u) {
	case MW_UNIT_BYTES:
		return "bytes";
	case MW_UNIT_COUNT:
		return "count";
	case MW_UNIT_PERMILLE:
		return "permille";
	case MW_UNIT_TEXT:
		return "text";
	}
	return "?";
}
