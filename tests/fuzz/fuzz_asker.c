/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: what process 42 may still ask for, its gauges, and the judgement of
 * one request of each kind, large and small.
 */
#include <errno.h>

#include "snap_text.h"
#include "why/refusal.h"

static void check_gauges(const struct mw_gauges *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct mw_gauge *g = &all->item[i];

		must(g->rule < MW_LIMITS && g->id && g->source);
		must_be_val(g->used);
		must_be_val(g->limit);
		must_be_val(g->room);
	}
}

static void check_refusal(const struct mw_refusal *r, const struct mw_call *call,
			  struct mw_arena *arena)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct mw_refusal_step *x = &r->step[i];

		must(!x->gauge.exempt || x->refuses == MW_REFUSES_NO);
		must(x->refuses < MW_REFUSES_MAYBE ||
		     (mw_known(x->gauge.room) && mw_known(x->need) && x->need.v));
		must(!r->first || r->first->refuses >= x->refuses || x->refuses < MW_REFUSES_MAYBE);
	}
	must(!call->error || call->error == ENOMEM || call->error == EAGAIN);
	must(*mw_refusal_text(r, arena));
}

static void ask(const struct mw_snap *s, const struct mw_asker *a, struct mw_arena *arena)
{
	static const uint64_t sizes[] = { 0, 1, 1 << 20, (uint64_t)1 << 46, UINT64_MAX };
	static const int errors[] = { 0, ENOMEM, EAGAIN };

	for (size_t k = 0; k < MW_CALLS; k++)
		for (size_t i = 0; i < 5 * 3 * 2; i++) {
			struct mw_call c = { .kind = (enum mw_call_kind)k,
					     .bytes = sizes[i % 5],
					     .new_bytes = sizes[i % 5],
					     .address = i % 2 ? 0x1000000 : 0x7f0000001800,
					     .error = errors[i / 5 % 3],
					     .writable = i / 15,
					     .anonymous = true,
					     .may_move = i % 2,
					     .huge = i % 7 == 3 };
			struct mw_refusal r;

			mw_refusal_judge(s, a, &c, arena, &r);
			check_refusal(&r, &c, arena);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {}, whole = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture capture;
	struct mw_root *root;
	struct mw_gauges all;
	struct mw_asker a;
	struct mw_snap s;

	if (mw_capture_parse(text, &whole, &capture, &problem) < 0)
		return 0;
	root = fuzz_root(text);
	if (!mw_snap_take(root, &(struct mw_snap_options){ .want = MW_WANT_OVERCOMMIT }, &arena,
			  &s) &&
	    !mw_take_asker(root, 42, true, &arena, &s, &a)) {
		mw_gauges_build(&s, &a, &arena, &all);
		check_gauges(&all);
		ask(&s, &a, &arena);
		must(!arena.failed);
	}
	mw_root_free(root);
	return 0;
}
