/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_helper - what a writer wrote, as a string.
 */
#pragma once

#include <stdio.h>

#include "helper.h"
#include "report/report.h"

struct written {
	char *p;
	size_t n;
	FILE *out;
};

static inline void written_start(struct written *w)
{
	w->out = open_memstream(&w->p, &w->n);
	assert_non_null(w->out);
}

/* Compares and forgets. */
static inline void written_is(struct written *w, const char *want)
{
	assert_int_equal(fclose(w->out), 0);
	assert_string_equal(w->p, want);
	free(w->p);
}

static inline void written_holds(struct written *w, const char *want)
{
	fflush(w->out);
	if (!memmem(w->p, w->n, want, strlen(want)))
		fail_msg("no %s in: %s", want, w->p);
}

static inline void written_lacks(struct written *w, const char *other)
{
	fflush(w->out);
	if (memmem(w->p, w->n, other, strlen(other)))
		fail_msg("%s in: %s", other, w->p);
}

static inline void written_done(struct written *w)
{
	fclose(w->out);
	free(w->p);
}
