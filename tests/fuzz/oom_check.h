/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_check - what must hold of each explained report, whatever the log said: the promises of
 * why/oom.h, and that no figure is one that cannot be.
 */
#pragma once

#include <string.h>

#include "fuzz.h"
#include "kernel/oomfeed.h"
#include "why/oom.h"
#include "why/zones.h"

/* A log as the program reads it. */
static inline void feed_oom(struct mw_str text, mw_oom_sink seen)
{
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
}

/* The classes and what is in none of them are the whole. */
static inline void must_partition(const struct mw_oom_case *c)
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
static inline void must_be_ranked(const struct mw_oom_case *c)
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

static inline void must_be_zones(const struct mw_oom_case *c)
{
	must(c->n_zones == c->event->n_zones);
	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_walk_zone *z = &c->zone[i];

		must(z->zone && mw_oom_zone_name(c, z->zone) && mw_zone_verdict_name(z->verdict));
		must(!z->n_steps || z->n_steps == MW_WALK_STEPS);
		must(z->n_steps || z->verdict == MW_ZONE_UNKNOWN ||
		     z->verdict == MW_ZONE_NOT_ALLOWED || z->verdict == MW_ZONE_ABOVE);
		for (size_t k = 0; k < z->n_steps; k++) {
			must_be_val(z->step[k].mark_pages);
			must_be_val(z->step[k].usable_pages);
			must(mw_walk_step_text(&c->walk, z, k)[0]);
		}
	}
}

static inline void must_be_found(const struct mw_findings *found)
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
			must(f->evidence[k].unit != MW_UNIT_PERMILLE ||
			     mw_or(f->evidence[k].value, 0) <= 1000);
		}
	}
}

/* All of RAM in bytes, and no less where the size of a page was only taken to be so. */
static inline struct mw_val oom_ram_bytes(const struct mw_oom_case *c)
{
	return mw_mul(c->event->count.ram_pages, c->page_inferred ? 65536 : c->page_bytes);
}

static inline void must_fit(struct mw_val part, struct mw_val whole)
{
	must(!mw_known(part) || part.v <= INT64_MAX);
	must(!mw_known(part) || !mw_known(whole) || part.v <= whole.v);
}

static inline void must_fit_zones(const struct mw_oom_case *c)
{
	struct mw_val ram = oom_ram_bytes(c);

	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_oom_zone *z = c->zone[i].zone;

		must_fit(z->free_bytes, ram);
		must_fit(mw_mul(mw_ok(c->zone[i].small_pages), c->page_bytes), ram);
		must(!c->zone[i].index_known || c->zone[i].index <= 1000);
	}
	must_fit(c->free_elsewhere_bytes, ram);
}

/* No task held more than there was, and who is said to be in the table is there. */
static inline void must_fit_tasks(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_val ram = oom_ram_bytes(c);

	for (size_t i = 0; i < e->n_tasks; i++) {
		must_fit(mw_ok(e->task[i].rss_pages), e->count.ram_pages);
		must_fit(mw_mul(mw_ok(e->task[i].swap_pages), c->page_bytes),
			 e->count.swap_total_bytes);
		must_fit(mw_ok(e->task[i].tables_bytes), ram);
	}
	for (size_t i = 0; i < e->n_victims; i++) {
		must_fit(e->victim[i].anon_bytes, ram);
		must_fit(e->victim[i].file_bytes, ram);
		must_fit(e->victim[i].shmem_bytes, ram);
		must_fit(e->victim[i].tables_bytes, ram);
	}
	if (c->chosen_rank) {
		const struct mw_oom_task *t = c->rank[c->chosen_rank - 1].task;

		must(t->pid == c->chosen->pid.v || t->tgid == c->chosen->pid.v);
	}
}

static inline void must_be_possible(const struct mw_oom_case *c)
{
	must_fit(c->total_bytes, mw_no(MW_UNREAD));
	for (size_t i = 0; i < c->n_classes; i++)
		must_fit(c->class[i].bytes, c->total_bytes);
	must_fit_zones(c);
	must_fit_tasks(c);
	must_fit(c->event->order, mw_ok(20));
}

/* The tests of a zone as the report's own explanation has them, where both ask it. */
static inline void must_be_as_explained(const struct mw_oom_case *c, const struct mw_walk *w,
					const struct mw_walk_zone *z)
{
	const struct mw_walk_zone *own = NULL;

	for (size_t i = 0; i < c->n_zones && !own; i++)
		if (c->zone[i].facts.node.why == z->facts.node.why &&
		    c->zone[i].facts.node.v == z->facts.node.v &&
		    mw_str_same(c->zone[i].facts.name, z->facts.name))
			own = &c->zone[i];
	must(own);
	for (size_t k = 0; k < z->n_steps; k++) {
		const char *text = mw_walk_step_text(w, z, k);

		must(text[0]);
		if (!own->n_steps || c->gfp.thisnode)
			continue;
		must(z->step[k].test == own->step[k].test);
		must(!strcmp(text, mw_walk_step_text(&c->walk, own, k)));
	}
}

/* Its zones as a map, and its request along them. */
static inline void must_be_walked(const struct mw_oom_case *c)
{
	static const struct mw_snap nobody;
	struct mw_zone_map map;
	struct mw_zones_walk w;
	struct mw_zone_ask ask;
	size_t n = 0;

	mw_zones_of_report(c, &nobody, c->release, c->arena, &map);
	for (size_t i = 0; i < map.n_nodes; i++)
		n += map.node[i].n_zones;
	must(n == c->n_zones);
	if (!n || !mw_zone_ask_of_report(c, c->arena, &ask))
		return;
	ask.cpu = mw_no(MW_UNREAD);
	must(!mw_zones_walk(&map, &ask, c->arena, &w) && w.walk.n_zones == n);
	for (size_t i = 0; i < n; i++)
		must_be_as_explained(c, &w.walk, &w.walk.zone[i]);
}

/* All of it, of a report that was explained and searched for findings. */
static inline void must_be_explained(const struct mw_oom_case *c, const struct mw_findings *found)
{
	must(!c->arena->failed);
	must(mw_release_is_known(c->release) && mw_oom_kernel(c));
	must(!c->release_inferred || c->release_range);
	must(c->page_bytes && mw_oom_cause_name(c->cause));
	must(c->complete == !c->n_missing);
	must_be_val(c->total_bytes);
	must_be_val(c->free_elsewhere_bytes);
	must_partition(c);
	must_be_ranked(c);
	must_be_zones(c);
	must_be_found(found);
	must_be_possible(c);
	must_be_walked(c);
}
