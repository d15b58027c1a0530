/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_record.h"

#include <string.h>

#include "why/guard_config.h"
#include "why/guard_record_private.h"

#define AT(member) offsetof(struct mw_guard_meters, member)

const struct mw_guard_meter mw_guard_meters[MW_GUARD_METER_COUNT] = {
	{ "total", AT(total_bytes) },
	{ "free", AT(free_bytes) },
	{ "available", AT(available_bytes) },
	{ "swap_total", AT(swap_total_bytes) },
	{ "swap_free", AT(swap_free_bytes) },
	{ "anon", AT(anon_bytes) },
	{ "shmem", AT(shmem_bytes) },
	{ "slab_unreclaimable", AT(slab_unreclaimable_bytes) },
	{ "hugetlb", AT(hugetlb_bytes) },
	{ "file", AT(file_bytes) },
	{ "zone_low", AT(zone_low_bytes) },
	{ "some_us", AT(some_us) },
	{ "full_us", AT(full_us) },
	{ "refaults", AT(refault_count) },
	{ "swap_in", AT(swap_in_count) },
	{ "swap_out", AT(swap_out_count) },
	{ "arc", AT(arc_bytes) },
	{ "arc_min", AT(arc_min_bytes) },
	{ "zram", AT(zram_bytes) },
	{ "zram_data", AT(zram_data_bytes) },
	{ "group_limit", AT(group_limit_bytes) },
	{ "group_usage", AT(group_usage_bytes) },
	{ "group_reclaimable", AT(group_reclaimable_bytes) },
	{ "group_swap_free", AT(group_swap_free_bytes) },
};

const char *const mw_guard_mistrusts[] = { "zfs arc", "zram", "refaults", "low mark",
					   "swap",    "free", NULL };

static void put_u64(struct mw_textbuf *t, uint64_t v)
{
	mw_textbuf_say(t, " ");
	mw_textbuf_u64(t, v);
}

static void put_val(struct mw_textbuf *t, struct mw_val v)
{
	if (mw_known(v))
		mw_textbuf_u64(t, v.v);
	else
		mw_textbuf_put(t, (struct mw_str){ &MW_GUARD_WHYS[v.why], 1 });
}

static void put_vals(struct mw_textbuf *t, const struct mw_val *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mw_textbuf_say(t, " ");
		put_val(t, v[i]);
	}
}

static void put_word(struct mw_textbuf *t, struct mw_str s)
{
	mw_textbuf_say(t, " ");
	mw_textbuf_word(t, s);
}

/* An index, or "-". */
static void put_index(struct mw_textbuf *t, size_t i)
{
	if (i == SIZE_MAX)
		mw_textbuf_say(t, " -");
	else
		put_u64(t, i);
}

void mw_guard_record_head(struct mw_textbuf *t, const struct mw_guard_config *config)
{
	struct mw_textbuf was = *t;

	mw_textbuf_say(t, MW_GUARD_RECORD_HEAD "\n");
	mw_guard_config_write(config, "config ", t);
	if (t->full)
		t->n = was.n;
}

static void put_meters(struct mw_textbuf *t, const struct mw_guard_meters *m)
{
	mw_textbuf_say(t, "m");
	for (size_t i = 0; i < MW_GUARD_METER_COUNT; i++) {
		const struct mw_val *v;

		v = (const void *)((const char *)m + mw_guard_meters[i].offset);
		if (v->why == MW_UNREAD)
			continue;
		mw_textbuf_say(t, " ");
		mw_textbuf_say(t, mw_guard_meters[i].name);
		mw_textbuf_say(t, "=");
		put_val(t, *v);
	}
	mw_textbuf_say(t, "\n");
}

static void put_outcome(struct mw_textbuf *t, const struct mw_guard_outcome *o)
{
	mw_textbuf_say(t, "o");
	put_u64(t, o->pid);
	put_u64(t, o->start_ticks);
	put_u64(t, (uint64_t)(o->error < 0 ? 0 : o->error));
	put_vals(t, (const struct mw_val[]){ o->left_bytes, o->freed_bytes }, 2);
	put_u64(t, o->gone);
	put_u64(t, o->since_ns);
	mw_textbuf_say(t, "\n");
}

static void put_group(struct mw_textbuf *t, const struct mw_guard_group *g)
{
	mw_textbuf_say(t, "g");
	put_word(t, g->path);
	put_vals(t,
		 (const struct mw_val[]){ g->usage_bytes, g->anon_bytes, g->swap_bytes,
					  g->limit_bytes, g->high_bytes, g->some_us, g->oom_group },
		 7);
	mw_textbuf_say(t, "\n");
}

static void put_rest(struct mw_textbuf *t, const struct mw_guard_rest *r)
{
	mw_textbuf_say(t, "r");
	put_u64(t, r->group);
	put_word(t, (struct mw_str){ r->comm, strnlen(r->comm, sizeof(r->comm)) });
	put_u64(t, r->count);
	put_u64(t, r->own_bytes);
	mw_textbuf_say(t, "\n");
}

static void put_details(struct mw_textbuf *t, const struct mw_guard_task *k)
{
	mw_textbuf_say(t, "d ");
	mw_textbuf_put(t, (struct mw_str){ &MW_GUARD_WHYS[k->detail_why], 1 });
	put_vals(t,
		 (const struct mw_val[]){ k->uid, k->swap_bytes, k->anon_bytes, k->shmem_bytes,
					  k->locked_bytes, k->ignores_term, k->frozen, k->sharers },
		 8);
	put_u64(t, k->space);
	put_word(t, k->exe);
	put_word(t, k->cmdline);
	put_word(t, k->unit);
	mw_textbuf_say(t, "\n");
}

static bool has_details(const struct mw_guard_task *k)
{
	return k->detail_why != MW_UNREAD || k->space;
}

static void put_task(struct mw_textbuf *t, const struct mw_guard_task *k)
{
	mw_textbuf_say(t, "t");
	put_u64(t, k->pid);
	put_u64(t, k->parent_pid);
	put_u64(t, k->start_ticks);
	put_u64(t, k->flags);
	put_word(t, (struct mw_str){ &k->state, k->state != 0 });
	put_word(t, (struct mw_str){ k->comm, strnlen(k->comm, sizeof(k->comm)) });
	put_u64(t, k->thread_count);
	put_vals(t,
		 (const struct mw_val[]){ k->rss_bytes, k->shared_bytes, k->data_bytes, k->adj,
					  k->grows_bytes_per_s },
		 5);
	put_index(t, k->group);
	put_u64(t, k->dying);
	mw_textbuf_say(t, "\n");
	if (has_details(k))
		put_details(t, k);
}

void mw_guard_record_view(struct mw_textbuf *t, const struct mw_guard_view *view)
{
	static const char *const levels[] = { "meters", "tasks", "details" };
	const struct mw_guard_meters *m = &view->meters;
	struct mw_textbuf was = *t;

	mw_textbuf_say(t, "view ");
	mw_textbuf_say(t, levels[view->level]);
	put_u64(t, m->time_ns);
	put_u64(t, m->wall_ns);
	put_u64(t, view->own_pid);
	put_u64(t, (m->woken_by_trigger ? MW_GUARD_FLAG_WOKEN : 0) |
			   (m->has_triggers ? MW_GUARD_FLAG_TRIGGERS : 0) |
			   (view->has_groups ? MW_GUARD_FLAG_GROUPS : 0));
	put_u64(t, view->n_tasks);
	put_u64(t, view->n_groups);
	put_u64(t, view->n_unseen);
	mw_textbuf_say(t, "\n");
	put_meters(t, m);
	if (view->outcome.is)
		put_outcome(t, &view->outcome);
	for (size_t i = 0; i < view->n_groups; i++)
		put_group(t, &view->group[i]);
	for (size_t i = 0; i < view->n_rests; i++)
		put_rest(t, &view->rest[i]);
	for (size_t i = 0; i < view->n_tasks; i++)
		put_task(t, &view->task[i]);
	if (t->full)
		t->n = was.n;
}

static size_t mistrust_of(const char *text)
{
	for (size_t i = 0; mw_guard_mistrusts[i]; i++)
		if (text && !strcmp(text, mw_guard_mistrusts[i]))
			return i;
	return SIZE_MAX;
}

void mw_guard_record_decision(struct mw_textbuf *t, const struct mw_guard_decision *d)
{
	struct mw_textbuf was = *t;

	mw_textbuf_say(t, "x ");
	mw_textbuf_say(t, mw_guard_verb_name(d->verb));
	mw_textbuf_say(t, " ");
	mw_textbuf_say(t, mw_guard_cause_name(d->cause));
	put_u64(t, d->wait_ms);
	put_u64(t, d->wants_groups);
	put_index(t, d->group);
	put_u64(t, d->bytes);
	put_vals(t,
		 (const struct mw_val[]){ d->left_ms, d->limit_bytes, d->stall_permille,
					  d->counted_bytes },
		 4);
	put_index(t, mistrust_of(d->mistrusted));
	put_u64(t, d->n_targets);
	for (size_t i = 0; i < d->n_targets; i++) {
		put_u64(t, d->target[i].task);
		put_u64(t, d->target[i].pid);
		put_u64(t, d->target[i].start_ticks);
		put_u64(t, d->target[i].frees_bytes);
	}
	mw_textbuf_say(t, "\n");
	if (t->full)
		t->n = was.n;
}
