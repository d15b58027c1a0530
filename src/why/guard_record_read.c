/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "why/guard_record.h"
#include "why/guard_record_private.h"

/* The words of one line; what is wrong with the first that is wrong sticks. */
struct words {
	struct mw_str rest;
	const char *wrong;
};

static struct mw_str take(struct words *w)
{
	struct mw_str s = {};

	if (!mw_str_word(&w->rest, &s) && !w->wrong)
		w->wrong = "is too short";
	return s;
}

static uint64_t take_u64(struct words *w)
{
	uint64_t v = 0;

	if (mw_str_u64(take(w), &v) < 0 && !w->wrong)
		w->wrong = "has no number where one belongs";
	return v;
}

static bool take_bool(struct words *w)
{
	uint64_t v = take_u64(w);

	if (v > 1 && !w->wrong)
		w->wrong = "has neither 0 nor 1 where one belongs";
	return v;
}

#define WHYS (sizeof(MW_GUARD_WHYS) - 1)

static size_t find_why(struct mw_str s)
{
	return s.n == 1 ? mw_str_find(mw_str_of(MW_GUARD_WHYS), s.p[0]) : WHYS;
}

static struct mw_val read_val(struct words *w, struct mw_str s)
{
	size_t why = find_why(s);
	uint64_t v = 0;

	if (why < WHYS && why != MW_OK)
		return mw_no((enum mw_why)why);
	if (mw_str_u64(s, &v) < 0 && !w->wrong)
		w->wrong = "has no figure where one belongs";
	return mw_ok(v);
}

static struct mw_val take_val(struct words *w)
{
	return read_val(w, take(w));
}

static size_t take_index(struct words *w)
{
	struct mw_str s = take(w);
	uint64_t v = 0;

	if (mw_str_eq(s, "-"))
		return SIZE_MAX;
	if ((mw_str_u64(s, &v) < 0 || v == SIZE_MAX) && !w->wrong)
		w->wrong = "has no place where one belongs";
	return v;
}

/* Its place among names; n: none. */
static size_t take_name(struct words *w, const char *(*name)(size_t i), size_t n)
{
	struct mw_str s = take(w);

	for (size_t i = 0; i < n; i++)
		if (mw_str_eq(s, name(i)))
			return i;
	if (!w->wrong)
		w->wrong = "has a word that is not known";
	return 0;
}

static size_t take_bytes(struct words *w, char *to, size_t size)
{
	size_t n = 0;

	if (!mw_textbuf_unword(take(w), to, size, &n) && !w->wrong)
		w->wrong = "has a text that is none, or too long";
	return n;
}

/* Into the room's text. */
static struct mw_str take_text(struct words *w, struct mw_guard_room *left)
{
	struct mw_str s = { left->text, take_bytes(w, left->text, left->text_bytes) };

	left->text += s.n;
	left->text_bytes -= s.n;
	return s;
}

static void end(struct words *w)
{
	if (mw_str_trim(w->rest).n && !w->wrong)
		w->wrong = "is too long";
}

static void read_meters(struct words *w, struct mw_guard_meters *m)
{
	struct mw_str pair;

	while (!w->wrong && mw_str_word(&w->rest, &pair)) {
		struct mw_str name = { pair.p, mw_str_find(pair, '=') };
		size_t i = 0;

		while (i < MW_GUARD_METER_COUNT && !mw_str_eq(name, mw_guard_meters[i].name))
			i++;
		if (i == MW_GUARD_METER_COUNT)
			w->wrong = "has a meter that is not known";
		else
			*(struct mw_val *)(void *)((char *)m + mw_guard_meters[i].offset) =
				read_val(w, mw_str_from(pair, name.n + 1));
	}
}

static void read_outcome(struct words *w, struct mw_guard_outcome *o)
{
	uint64_t error;

	o->is = true;
	o->pid = take_u64(w);
	o->start_ticks = take_u64(w);
	error = take_u64(w);
	o->error = error < 4096 ? (int)error : 4095;
	o->left_bytes = take_val(w);
	o->freed_bytes = take_val(w);
	o->gone = take_bool(w);
	o->since_ns = take_u64(w);
}

static void read_group(struct words *w, struct mw_guard_group *g, struct mw_guard_room *left)
{
	g->path = take_text(w, left);
	g->usage_bytes = take_val(w);
	g->anon_bytes = take_val(w);
	g->swap_bytes = take_val(w);
	g->limit_bytes = take_val(w);
	g->high_bytes = take_val(w);
	g->some_us = take_val(w);
	g->oom_group = take_val(w);
}

static void read_rest(struct words *w, struct mw_guard_rest *r)
{
	r->group = take_u64(w);
	take_bytes(w, r->comm, sizeof(r->comm));
	r->count = take_u64(w);
	r->own_bytes = take_u64(w);
}

static void read_task(struct words *w, struct mw_guard_task *k)
{
	k->pid = take_u64(w);
	k->parent_pid = take_u64(w);
	k->start_ticks = take_u64(w);
	k->flags = take_u64(w);
	take_bytes(w, &k->state, 1);
	take_bytes(w, k->comm, sizeof(k->comm));
	k->thread_count = take_u64(w);
	k->rss_bytes = take_val(w);
	k->shared_bytes = take_val(w);
	k->data_bytes = take_val(w);
	k->adj = take_val(w);
	k->grows_bytes_per_s = take_val(w);
	k->group = take_index(w);
	k->dying = take_bool(w);
}

static enum mw_why take_why(struct words *w)
{
	size_t why = find_why(take(w));

	if (why == WHYS && !w->wrong)
		w->wrong = "has no reason where one belongs";
	return why < WHYS ? (enum mw_why)why : MW_BAD;
}

static void read_details(struct words *w, struct mw_guard_task *k, struct mw_guard_room *left)
{
	k->detail_why = take_why(w);
	k->uid = take_val(w);
	k->swap_bytes = take_val(w);
	k->anon_bytes = take_val(w);
	k->shmem_bytes = take_val(w);
	k->locked_bytes = take_val(w);
	k->ignores_term = take_val(w);
	k->frozen = take_val(w);
	k->sharers = take_val(w);
	k->space = take_u64(w);
	k->exe = take_text(w, left);
	k->cmdline = take_text(w, left);
	k->unit = take_text(w, left);
}

static const char *verb_name(size_t i)
{
	return mw_guard_verb_name((enum mw_guard_verb)i);
}

static const char *cause_name(size_t i)
{
	return mw_guard_cause_name((enum mw_guard_cause)i);
}

static const char *level_name(size_t i)
{
	return (const char *const[]){ "meters", "tasks", "details" }[i];
}

static const char *mistrusted(struct words *w)
{
	size_t i = take_index(w);

	for (size_t k = 0; i != SIZE_MAX && mw_guard_mistrusts[k]; k++)
		if (k == i)
			return mw_guard_mistrusts[k];
	if (i != SIZE_MAX && !w->wrong)
		w->wrong = "mistrusts what is not known";
	return NULL;
}

static void read_decision(struct words *w, struct mw_guard_decision *d)
{
	*d = (struct mw_guard_decision){};
	d->verb = (enum mw_guard_verb)take_name(w, verb_name, MW_GUARD_RELEASE + 1);
	d->cause = (enum mw_guard_cause)take_name(w, cause_name, MW_GUARD_NEAR + 1);
	d->wait_ms = take_u64(w);
	d->wants_groups = take_bool(w);
	d->group = take_index(w);
	d->bytes = take_u64(w);
	d->left_ms = take_val(w);
	d->limit_bytes = take_val(w);
	d->stall_permille = take_val(w);
	d->counted_bytes = take_val(w);
	d->mistrusted = mistrusted(w);
	d->n_targets = take_u64(w);
	if (d->n_targets > MW_GUARD_TARGETS_MAX && !w->wrong)
		w->wrong = "has too many targets";
	for (size_t i = 0; !w->wrong && i < d->n_targets; i++) {
		d->target[i].task = take_u64(w);
		d->target[i].pid = take_u64(w);
		d->target[i].start_ticks = take_u64(w);
		d->target[i].frees_bytes = take_u64(w);
	}
}

/* One view while it is read. */
struct reading {
	struct mw_guard_view view;
	size_t groups, tasks; /* read so far */
	struct mw_guard_room left;
};

static void read_head(struct words *w, struct reading *r, const struct mw_guard_room *room)
{
	struct mw_guard_view *v = &r->view;
	uint64_t flags;

	*r = (struct reading){ .left = *room };
	v->level = (enum mw_guard_level)take_name(w, level_name, 3);
	v->meters.time_ns = take_u64(w);
	v->meters.wall_ns = take_u64(w);
	v->own_pid = take_u64(w);
	flags = take_u64(w);
	v->meters.woken_by_trigger = flags & MW_GUARD_FLAG_WOKEN;
	v->meters.has_triggers = flags & MW_GUARD_FLAG_TRIGGERS;
	v->has_groups = flags & MW_GUARD_FLAG_GROUPS;
	v->n_tasks = take_u64(w);
	v->n_groups = take_u64(w);
	v->n_unseen = take_u64(w);
	v->task = room->task;
	v->group = room->group;
	v->rest = room->rest;
	if (flags > 7 && !w->wrong)
		w->wrong = "has flags that are not known";
	if ((v->n_tasks > room->max_tasks || v->n_groups > room->max_groups) && !w->wrong)
		w->wrong = "promises more than follows";
}

/* A line of the view that is being read. */
static void read_line(struct words *w, struct reading *r)
{
	struct mw_str kind = take(w);
	struct mw_guard_view *v = &r->view;

	if (mw_str_eq(kind, "m")) {
		read_meters(w, &v->meters);
	} else if (mw_str_eq(kind, "o") && !v->outcome.is) {
		read_outcome(w, &v->outcome);
	} else if (mw_str_eq(kind, "g") && r->groups < v->n_groups) {
		v->group[r->groups] = (struct mw_guard_group){};
		read_group(w, &v->group[r->groups++], &r->left);
	} else if (mw_str_eq(kind, "r") && v->n_rests < r->left.max_rests && !r->tasks) {
		v->rest[v->n_rests] = (struct mw_guard_rest){};
		read_rest(w, &v->rest[v->n_rests++]);
	} else if (mw_str_eq(kind, "t") && r->tasks < v->n_tasks) {
		v->task[r->tasks] = (struct mw_guard_task){};
		read_task(w, &v->task[r->tasks++]);
	} else if (mw_str_eq(kind, "d") && r->tasks &&
		   v->task[r->tasks - 1].detail_why == MW_UNREAD && !v->task[r->tasks - 1].space) {
		read_details(w, &v->task[r->tasks - 1], &r->left);
	} else if (!w->wrong) {
		w->wrong = "is not understood here";
	}
	end(w);
}

int mw_guard_record_begin(struct mw_guard_player *p, struct mw_str recording,
			  struct mw_guard_room room)
{
	struct mw_str line;

	*p = (struct mw_guard_player){ .rest = recording, .room = room };
	/* A line without its newline was not written to its end. */
	while (p->rest.n && p->rest.p[p->rest.n - 1] != '\n') {
		p->rest.n--;
		p->is_torn = true;
	}
	if (!mw_str_cut(&p->rest, '\n', &line) || !mw_str_eq(line, MW_GUARD_RECORD_HEAD))
		return -EINVAL;
	p->line = 1;
	return 0;
}

static bool next_line(struct mw_guard_player *p, struct mw_str *ret_line)
{
	if (!mw_str_cut(&p->rest, '\n', ret_line))
		return false;
	p->line++;
	return true;
}

struct mw_str mw_guard_record_config(struct mw_guard_player *p, char *to, size_t size)
{
	struct mw_textbuf t = { .p = to, .size = size };
	struct mw_str line;

	while (mw_str_starts(p->rest, "config ") && next_line(p, &line)) {
		mw_textbuf_put(&t, mw_str_from(line, 7));
		mw_textbuf_say(&t, "\n");
	}
	return t.full ? (struct mw_str){} : mw_textbuf_str(&t);
}

static int is_wrong(struct mw_guard_player *p, const char *wrong)
{
	p->wrong = wrong;
	return -EINVAL;
}

/* The lines up to the next view or decision. */
static const char *read_body(struct mw_guard_player *p, struct reading *r)
{
	struct words w = {};
	struct mw_str line;

	while (p->rest.n && !mw_str_starts(p->rest, "view ") && !mw_str_starts(p->rest, "x ")) {
		next_line(p, &line);
		w.rest = line;
		read_line(&w, r);
		if (w.wrong)
			return w.wrong;
	}
	return NULL;
}

int mw_guard_record_next(struct mw_guard_player *p, struct mw_guard_view *ret_view,
			 struct mw_guard_decision *ret_decision, bool *ret_has_decision)
{
	struct mw_guard_decision decision = { .group = MW_GUARD_NO_GROUP };
	struct words w = {};
	struct reading r;
	struct mw_str line;
	const char *wrong;
	bool decided;

	if (!next_line(p, &line))
		return 0;
	w.rest = line;
	if (!mw_str_eq(take(&w), "view"))
		return is_wrong(p, "is not understood here");
	read_head(&w, &r, &p->room);
	end(&w);
	wrong = w.wrong ? w.wrong : read_body(p, &r);
	if (wrong)
		return is_wrong(p, wrong);
	if (r.tasks < r.view.n_tasks || r.groups < r.view.n_groups) {
		if (p->rest.n)
			return is_wrong(p, "comes too early: tasks or groups are missing");
		p->is_torn = true;
		return 0;
	}
	decided = mw_str_starts(p->rest, "x ") && next_line(p, &line);
	if (decided) {
		w = (struct words){ .rest = mw_str_from(line, 2) };
		read_decision(&w, &decision);
		end(&w);
		if (w.wrong)
			return is_wrong(p, w.wrong);
	}
	*ret_view = r.view;
	*ret_decision = decision;
	*ret_has_decision = decided;
	return 1;
}

struct mw_guard_room mw_guard_record_measure(struct mw_str recording)
{
	struct mw_guard_room most = {};
	size_t tasks = 0, groups = 0, rests = 0, bytes = 0;
	struct mw_str line;

	while (mw_str_cut(&recording, '\n', &line)) {
		if (mw_str_starts(line, "view "))
			tasks = groups = rests = bytes = 0;
		tasks += mw_str_starts(line, "t ");
		groups += mw_str_starts(line, "g ");
		rests += mw_str_starts(line, "r ");
		bytes += line.n;
		most.max_tasks = tasks > most.max_tasks ? tasks : most.max_tasks;
		most.max_groups = groups > most.max_groups ? groups : most.max_groups;
		most.max_rests = rests > most.max_rests ? rests : most.max_rests;
		most.text_bytes = bytes > most.text_bytes ? bytes : most.text_bytes;
	}
	return most;
}
