/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commit_report.h"

#include "base/fmt.h"

static const char *bytes(struct mw_report *r, struct mw_val v)
{
	return mw_fmt_val_bytes(r->arena, v);
}

static struct mw_val headroom_bytes(const struct commit_view *w,
				    const struct mw_overcommit_answer *a)
{
	struct mw_val most = mw_known(w->c->mode_known) ? a->most_pages : w->c->mode_known;

	if (mw_known(most) && most.v == MW_UNLIMITED)
		return mw_no(MW_ABSENT);
	return mw_mul(most, w->snap->host.page_bytes);
}

static const char *mode_verdict(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_commit *c = w->c;
	const char *committed = bytes(r, c->committed_bytes);

	if (!mw_known(c->mode_known))
		return mw_fmt(r->arena,
			      "%s are promised; what is refused cannot be told: "
			      "vm.overcommit_memory is not known",
			      committed);
	switch (c->mode) {
	case MW_OVERCOMMIT_NEVER:
		return mw_fmt(r->arena,
			      "Mode 2, strict: %s of %s are promised; an ordinary process still "
			      "gets %s, root %s",
			      committed, bytes(r, c->limit_bytes),
			      bytes(r, headroom_bytes(w, &c->user)),
			      bytes(r, headroom_bytes(w, &c->root)));
	case MW_OVERCOMMIT_ALWAYS:
		return mw_fmt(r->arena,
			      "Mode 1, always: nothing is refused for lack of memory; %s are "
			      "promised, there are %s of RAM and swap",
			      committed,
			      bytes(r, mw_add(w->snap->meminfo.total_bytes,
					      w->snap->meminfo.swap_total_bytes)));
	case MW_OVERCOMMIT_GUESS:
		break;
	}
	if (c->user.rule == MW_RULE_FREE)
		return mw_fmt(r->arena,
			      "Mode 0, heuristic: one request must fit into what is free or can be "
			      "freed, %s for an ordinary process, %s for root; %s are promised",
			      bytes(r, headroom_bytes(w, &c->user)),
			      bytes(r, headroom_bytes(w, &c->root)), committed);
	return mw_fmt(r->arena,
		      "Mode 0, heuristic: one request is refused only above RAM and swap together, "
		      "%s; %s are promised, and that does not count",
		      bytes(r, headroom_bytes(w, &c->user)), committed);
}

static const char *try_verdict(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_try *x = &w->tries[MW_TRY_MALLOC];
	const struct mw_try_answer *now = &x->in[w->c->mode];
	const char *size = mw_fmt_bytes(r->arena, w->try_bytes);

	if (!mw_known(w->c->mode_known) || !mw_known(now->succeeds))
		return mw_fmt(r->arena, "Whether malloc() of %s by %s would succeed cannot be told",
			      size, w->as);
	if (now->most_bytes.why == MW_ABSENT)
		return mw_fmt(r->arena, "malloc() of %s by %s would succeed: nothing refuses it",
			      size, w->as);
	return mw_fmt(r->arena, "malloc() of %s by %s would %s: %s allows %s", size, w->as,
		      now->succeeds.v ? "succeed" : "fail", now->rule, bytes(r, now->most_bytes));
}

static void limit_note(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_commit *c = w->c;
	const struct mw_overcommit *o = &c->state;
	uint64_t page = o->page_bytes;
	const char *same = "";

	if (mw_known(c->limit_bytes) && mw_known(c->kernel_limit_bytes) &&
	    c->limit_bytes.v / 1024 != c->kernel_limit_bytes.v / 1024)
		same = mw_fmt(r->arena, "; the kernel says %s", bytes(r, c->kernel_limit_bytes));
	if (mw_known(o->limit_kib) && o->limit_kib.v)
		mw_report_note(r, mw_fmt(r->arena,
					 "CommitLimit = vm.overcommit_kbytes %s + swap %s = %s%s",
					 bytes(r, mw_mul(o->limit_kib, 1024)),
					 bytes(r, mw_mul(o->swap_pages, page)),
					 bytes(r, c->limit_bytes), same));
	else
		mw_report_note(
			r, mw_fmt(r->arena,
				  "CommitLimit = (RAM %s - hugetlb %s) x vm.overcommit_ratio %s + "
				  "swap %s = %s%s",
				  bytes(r, mw_mul(o->ram_pages, page)),
				  bytes(r, mw_mul(o->hugetlb_pages, page)),
				  mw_known(o->ratio_percent)
					  ? mw_fmt(r->arena, "%llu %%",
						   (unsigned long long)o->ratio_percent.v)
					  : mw_why_name(o->ratio_percent.why),
				  bytes(r, mw_mul(o->swap_pages, page)), bytes(r, c->limit_bytes),
				  same));
	if (c->mode != MW_OVERCOMMIT_NEVER && mw_known(c->mode_known))
		mw_report_note(r, "CommitLimit has no effect in this mode: only mode 2 asks it");
	else
		mw_report_note(
			r,
			mw_fmt(r->arena,
			       "kept free: %s for root (vm.admin_reserve_kbytes), and 1/32 of the "
			       "asker's address space, at most %s (vm.user_reserve_kbytes)",
			       bytes(r, mw_mul(o->admin_reserve_kib, 1024)),
			       bytes(r, mw_mul(o->user_reserve_kib, 1024))));
}

static void exactness_note(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_commit *c = w->c;
	struct mw_val off = mw_mul(c->batch_bytes, mw_or(c->state.cpu_count, 1));
	const char *how_far = !mw_known(off) ? "an amount that is not known"
					     : mw_fmt(r->arena, "%s (%s a CPU)", bytes(r, off),
						      bytes(r, c->batch_bytes));

	if (mw_committed_is_exact(c->state.release))
		mw_report_note(
			r, mw_fmt(r->arena, "Committed_AS is exact here%s",
				  c->mode == MW_OVERCOMMIT_NEVER && mw_known(c->mode_known)
					  ? mw_fmt(r->arena,
						   "; the rule itself compares with a sum that may "
						   "be off by %s",
						   how_far)
					  : ""));
	else
		mw_report_note(r, mw_fmt(r->arena,
					 "Committed_AS may be off by %s on this kernel; the rule "
					 "reads the same sum",
					 how_far));
	mw_report_note(
		r, mw_fmt(r->arena,
			  "promises by the flags of each mapping (smaps) of %llu processes%s%s",
			  (unsigned long long)c->from_flags_count,
			  c->from_status_count
				  ? mw_fmt(r->arena,
					   "; by VmData and VmStk, which may be too much or too "
					   "little, of %llu",
					   (unsigned long long)c->from_status_count)
				  : "",
			  c->unknown_count ? mw_fmt(r->arena, "; %llu are not known",
						    (unsigned long long)c->unknown_count)
					   : ""));
}

static void figures(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_commit *c = w->c;
	const struct mw_overcommit *o = &c->state;
	uint64_t page = o->page_bytes;

	mw_report_figure(r, "mode", c->mode_known);
	mw_report_figure(r, "limit_bytes", c->limit_bytes);
	mw_report_figure(r, "kernel_limit_bytes", c->kernel_limit_bytes);
	mw_report_figure(r, "committed_bytes", c->committed_bytes);
	mw_report_figure(r, "moved_bytes", c->moved_bytes);
	mw_report_figure(r, "headroom_bytes", headroom_bytes(w, &c->user));
	mw_report_figure(r, "headroom_root_bytes", headroom_bytes(w, &c->root));
	mw_report_figure(r, "parts.ram_bytes", mw_mul(o->ram_pages, page));
	mw_report_figure(r, "parts.hugetlb_bytes", mw_mul(o->hugetlb_pages, page));
	mw_report_figure(r, "parts.swap_bytes", mw_mul(o->swap_pages, page));
	mw_report_figure(r, "parts.ratio_percent", o->ratio_percent);
	mw_report_figure(r, "parts.overcommit_kib", o->limit_kib);
	mw_report_figure(r, "parts.admin_reserve_kib", o->admin_reserve_kib);
	mw_report_figure(r, "parts.user_reserve_kib", o->user_reserve_kib);
	mw_report_bool(r, "committed_is_exact", mw_ok(mw_committed_is_exact(o->release)));
	mw_report_figure(r, "batch_bytes", c->batch_bytes);
	mw_report_figure(r, "named_bytes", c->named_bytes);
	mw_report_figure(r, "off_permyriad", mw_commit_off(c));
}

void cli_commit_report(struct mw_report *r, const struct commit_view *w)
{
	r->verdict = w->tries ? try_verdict(r, w) : mode_verdict(r, w);
	if (w->tries)
		mw_report_note(r, mode_verdict(r, w));
	figures(r, w);
	limit_note(r, w);
	exactness_note(r, w);
	if (w->tries)
		cli_commit_tries(r, w);
	if (w->gauges)
		cli_commit_gauges(r, w);
	cli_commit_owners(r, w);
}
