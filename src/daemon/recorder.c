/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recorder.h"

#include <errno.h>

#include "act/outfile.h"

static bool put(struct mw_recorder *r, const struct mw_guard_view *view,
		const struct mw_guard_decision *decision)
{
	struct mw_textbuf t = { .p = r->half[r->now] + r->n[r->now],
				.size = MW_RECORDER_BYTES - r->n[r->now] };

	mw_guard_record_view(&t, view);
	mw_guard_record_decision(&t, decision);
	if (t.full)
		return false;
	r->n[r->now] += t.n;
	return true;
}

void mw_recorder_add(struct mw_recorder *r, const struct mw_guard_view *view,
		     const struct mw_guard_decision *decision)
{
	struct mw_guard_view bare;

	if (put(r, view, decision))
		return;
	r->now = !r->now;
	r->n[r->now] = 0;
	if (put(r, view, decision))
		return;
	bare = *view;
	bare.level = MW_GUARD_METERS;
	bare.n_tasks = bare.n_groups = bare.n_rests = bare.n_unseen = 0;
	put(r, &bare, decision);
}

struct whole {
	const struct mw_recorder *r;
	const struct mw_guard_config *config;
};

static int put_whole(void *arg, FILE *out)
{
	const struct whole *w = arg;
	const struct mw_recorder *r = w->r;
	char head[8192];
	struct mw_textbuf t = { .p = head, .size = sizeof(head) };

	mw_guard_record_head(&t, w->config);
	fwrite(t.p, 1, t.n, out);
	fwrite(r->half[!r->now], 1, r->n[!r->now], out);
	fwrite(r->half[r->now], 1, r->n[r->now], out);
	return ferror(out) ? -EIO : 0;
}

int mw_recorder_write(const struct mw_recorder *r, const struct mw_guard_config *config,
		      const char *path)
{
	struct whole w = { r, config };

	return mw_outfile_put(path, put_whole, &w);
}
