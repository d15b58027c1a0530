/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_guard - the kills of those who act before the kernel does: what systemd-oomd, earlyoom,
 * nohang, lmkd and the kubelet write when they kill, one line each.
 */
#include <string.h>

#include "kernel/oomlog_private.h"

struct guard {
	const char *name;
	const char *tag;   /* only where this wrote it; NULL: whoever wrote it */
	const char *first; /* both stand in its line, in this order */
	const char *then;
};

static const struct guard guards[] = {
	{ "systemd-oomd", NULL, "Killed /", " due to memory " },
	{ "earlyoom", NULL, "sending SIG", " to process " },
	{ "earlyoom", "earlyoom", "Killing process ", " " },
	{ "nohang", NULL, "Sending SIG", " to the victim" },
	{ "nohang", "nohang", "Sending SIG", " to " },
	{ "lmkd", NULL, "lowmemorykiller: Kill", "'" },
	{ "lmkd", "lowmemorykiller", "Kill", "'" },
	{ "lmkd", "lmkd", "Kill", "'" },
	{ "kubelet", NULL, "viction manager: must evict pod(s)", "memory" },
	{ "kubelet", NULL, "viction manager: pod", "evicted" },
};

static const struct guard *guard_of(struct mw_str body, struct mw_str tag)
{
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		const struct guard *g = &guards[i];
		size_t at = mw_str_search(body, g->first);
		struct mw_str rest = mw_str_from(body, at + strlen(g->first));

		if (at == body.n || (g->tag && !mw_str_eq(tag, g->tag)))
			continue;
		if (!*g->then || mw_str_search(rest, g->then) < rest.n)
			return g;
	}
	return NULL;
}

bool mw_oomline_is_guard(struct mw_str body, struct mw_str tag)
{
	return guard_of(body, tag);
}

static struct mw_str kept(struct mw_oom_event *e, struct mw_str s)
{
	return s.n ? mw_arena_copy(&e->arena, mw_str_trim(s)) : s;
}

static struct mw_oom_victim *victim(struct mw_oom_event *e, struct mw_val pid, struct mw_str comm)
{
	struct mw_oom_victim *v = mw_oom_victim_find(e, pid);

	if (!v)
		return NULL;
	v->chosen_only = false;
	v->line = e->line;
	v->comm = kept(e, comm);
	return v;
}

/* Killing process 5410 chrome */
static void old_earlyoom(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_text_after(body, "Killing process ", "\n"), pid;

	if (mw_str_word(&rest, &pid))
		victim(e, mw_number_after(body, "Killing process "), rest);
}

/* sending SIGTERM to process 5410 uid 1000 "Web Content": oom_score 1007, VmRSS 3008 MiB, ... */
static void earlyoom(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_oom_victim *v =
		victim(e, mw_number_after(body, " to process "), mw_text_after(body, " \"", "\""));

	if (v)
		v->uid = mw_number_after(body, " uid ");
	else
		old_earlyoom(e, body);
	e->reason = kept(e, mw_text_after(body, "sending ", " "));
	e->guard_freed_bytes = mw_mul(mw_number_after(body, "VmRSS "), 1 << 20);
}

/* Killed /user.slice/x.scope due to memory pressure for /user.slice being 63.46% > 50.00% ... */
static void oomd(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, mw_str_search(body, "Killed /") + 7);
	size_t end = mw_str_search(rest, " due to ");

	e->unit = kept(e, (struct mw_str){ rest.p, end });
	e->reason = kept(e, mw_str_from(rest, end + 8));
}

/* Kill 'com.example' (1234), uid 10001, oom_score_adj 900 to free 45000kB rss, ...; reason: low */
static void lmkd(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, mw_str_find(body, '\'') + 1);
	size_t end = mw_str_search(rest, "' (");
	struct mw_str tail = mw_str_from(rest, end);

	struct mw_oom_victim *v =
		victim(e, mw_number_after(tail, "' ("), (struct mw_str){ rest.p, end });

	if (v)
		v->uid = mw_number_after(tail, ", uid ");
	e->guard_freed_bytes = mw_kib_after(tail, "to free ");
	e->reason = kept(e, mw_text_after(tail, "reason: ", "\n"));
}

static void kubelet(struct mw_oom_event *e, struct mw_str body)
{
	e->unit = kept(e, mw_text_after(body, "pod=\"", "\""));
	if (!e->unit.n)
		e->unit = kept(e, mw_text_after(body, "viction manager: pod ", " ,"));
	if (!e->unit.n)
		e->unit = kept(e, mw_text_after(body, "viction manager: pods ", " ,"));
	e->reason = kept(e, mw_text_after(body, "resourceName=\"", "\""));
	if (!e->reason.n)
		e->reason = kept(e, mw_text_after(body, "to reclaim ", "\n"));
}

/* Sending SIGTERM to the victim tail[1234] */
static void nohang(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_text_after(body, " to ", "\n");
	size_t open = mw_str_find(rest, '[');
	struct mw_str comm = { rest.p, open };

	if (mw_str_starts(comm, "the victim "))
		comm = mw_str_from(comm, 11);
	victim(e, mw_number_after(rest, "["), comm);
	if (!e->n_victims)
		victim(e, mw_number_after(rest, "PID "), (struct mw_str){});
	e->reason = kept(e, mw_text_after(body, "Sending ", " "));
}

void mw_oomline_guard(struct mw_oom_event *e, struct mw_str body, struct mw_str tag)
{
	static const struct {
		const char *name;
		void (*parse)(struct mw_oom_event *e, struct mw_str body);
	} parsers[] = { { "systemd-oomd", oomd },
			{ "earlyoom", earlyoom },
			{ "nohang", nohang },
			{ "lmkd", lmkd },
			{ "kubelet", kubelet } };
	const struct guard *g = guard_of(body, tag);

	if (!g)
		return;
	e->guard = mw_str_of(g->name);
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++)
		if (!strcmp(parsers[i].name, g->name))
			parsers[i].parse(e, body);
}
