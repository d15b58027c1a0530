/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log is read as the program does it, each report in it explained and searched for findings:
 * what the headers promise of them must hold for each log anybody can write.
 */
#include <string.h>

#include "fuzz.h"
#include "kernel/oomfeed.h"
#include "why/oom.h"

static struct mw_val node_of(const void *of, uint64_t cpu)
{
	(void)of;
	return cpu % 3 ? mw_ok(cpu % 3) : mw_no(MW_UNREAD);
}

/* The classes and what is in none of them are the whole. */
static void must_partition(const struct mw_oom_case *c)
{
	struct mw_val sum = mw_ok(0);

	must(c->n_classes <= MW_OOM_CLASSES);
	for (size_t i = 0; i < c->n_classes; i++) {
		must(c->class[i].id && c->class[i].label);
		must_be_val(c->class[i].bytes);
		sum = mw_add(sum, c->class[i].bytes);
	}
	if (mw_known(mw_oom_class_bytes(c, "unaccounted")))
		must(mw_known(sum) && mw_known(c->total_bytes) && sum.v == c->total_bytes.v);
}

/* Who may be killed first, and of those who rates higher. */
static void must_be_ranked(const struct mw_oom_case *c)
{
	must(c->n_ranks == 0 || c->n_ranks == c->event->n_tasks);
	must(c->chosen_rank <= c->n_ranks);
	must(!c->chosen_rank || c->chosen);
	must((unsigned)c->agrees <= MW_DIFFERS);
	must(c->event->kind > MW_OOM_SYSRQ || c->agrees_why);
	must(!c->killed || !c->killed->chosen_only);
	for (size_t i = 0; i < c->n_ranks; i++) {
		const struct mw_oom_rank *r = &c->rank[i];

		must(r->task >= c->event->task && r->task < c->event->task + c->event->n_tasks);
		if (!i)
			continue;
		must(r[-1].killable >= r->killable);
		must(r[-1].killable != r->killable || r[-1].points >= r->points);
	}
}

static void must_be_zones(const struct mw_oom_case *c)
{
	must(c->n_zones == c->event->n_zones);
	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_oom_zone_case *z = &c->zone[i];

		must(z->zone && mw_oom_zone_name(c, z->zone) && mw_zone_verdict_name(z->verdict));
		must(!z->n_steps || z->n_steps == MW_OOM_STEPS);
		must(z->n_steps || z->verdict == MW_ZONE_UNKNOWN ||
		     z->verdict == MW_ZONE_NOT_ALLOWED || z->verdict == MW_ZONE_ABOVE);
		for (size_t k = 0; k < z->n_steps; k++) {
			must_be_val(z->step[k].mark_pages);
			must_be_val(z->step[k].usable_pages);
			must(mw_oom_step_text(c, z, k)[0]);
		}
	}
}

static void must_be_found(const struct mw_findings *found)
{
	must(found->n);
	for (size_t i = 0; i < found->n; i++) {
		const struct mw_finding *f = &found->item[i];

		must(f->id && f->verdict && f->verdict[0] && f->check && f->sure);
		must(f->n_evidence && f->n_evidence <= MW_EVIDENCE_MAX);
		must(f->n_fixes && f->n_fixes <= MW_FIX_MAX);
		for (size_t k = 0; k < f->n_evidence; k++) {
			must(f->evidence[k].name && f->evidence[k].source);
			must(f->evidence[k].unit != MW_UNIT_TEXT || f->evidence[k].text);
			must_be_val(f->evidence[k].value);
		}
	}
}

static void seen(void *to, struct mw_oom_event *e)
{
	const struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_arena arena = {};
	struct mw_findings found;
	struct mw_oom_case c;

	(void)to;
	mw_oom_explain(e, node_of, NULL, &arena, &c);
	mw_find_oom(&c, &limit, &found);
	must(!arena.failed && c.event == e);
	must(mw_release_is_known(c.release) && mw_oom_kernel(&c));
	must(!c.release_inferred || c.release_range);
	must(c.page_bytes && mw_oom_cause_name(c.cause));
	must(c.complete == !c.n_missing);
	must_be_val(c.total_bytes);
	must_be_val(c.free_elsewhere_bytes);
	must_partition(&c);
	must_be_ranked(&c);
	must_be_zones(&c);
	must_be_found(&found);
	mw_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);
	struct mw_oomfeed f;
	size_t room;

	must(!mw_oomfeed_init(&f, seen, NULL));
	while (text.n) {
		char *p = mw_oomfeed_room(&f, &room);

		room = room < text.n ? room : text.n;
		memcpy(p, text.p, room);
		mw_oomfeed_filled(&f, room);
		text = mw_str_from(text, room);
	}
	mw_oomfeed_done(&f);
	return 0;
}
