/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_kill - who died, of the kernel's hand.
 */
#include <string.h>

#include "kernel/oom_score_adj.h"
#include "kernel/oomlog_private.h"

bool mw_oom_victim_known(const struct mw_oom_event *e, struct mw_val pid)
{
	for (size_t i = 0; i < e->n_victims; i++)
		if (mw_known(pid) && e->victim[i].pid.v == pid.v)
			return true;
	return false;
}

struct mw_oom_victim *mw_oom_victim_find(struct mw_oom_event *e, struct mw_val pid)
{
	struct mw_oom_victim *list;

	if (!mw_known(pid))
		return NULL;
	for (size_t i = 0; i < e->n_victims; i++)
		if (e->victim[i].pid.v == pid.v)
			return &e->victim[i];
	if (e->n_victims == MW_OOM_ROWS_MAX)
		return NULL;
	list = mw_arena_grow(&e->arena, e->victim, e->n_victims, sizeof(*list));
	if (!list)
		return NULL;
	e->victim = list;
	list[e->n_victims] = (struct mw_oom_victim){ .pid = pid, .chosen_only = true };
	return &list[e->n_victims++];
}

struct mw_val mw_oomline_pid(struct mw_str body)
{
	static const char *const keys[] = {
		"Killed process ", "Kill process ", "kill process ",  "OOM victim ",
		"reaped process ", "reap pid:",	    "giving up pid:", ",pid="
	};
	struct mw_val v;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		v = mw_number_after(body, keys[i]);
		if (mw_known(v))
			return v;
	}
	return mw_no(MW_UNREAD);
}

/* Inside the outer brackets: a name may hold brackets too, so the end is looked for by what
 * follows it. */
static struct mw_str comm_of(struct mw_str body, struct mw_val pid)
{
	static const char *const ends[] = { ") total-vm:", ") vsz:",  ") score ",   ") is already",
					    ") sharing ",  "), now ", ") as result" };
	struct mw_str s = mw_str_from(body, mw_str_search(body, " process "));
	size_t open, end;

	/* "Out of memory (oom_kill_allocating_task): Killed process 12 (comm)" */
	body = s.n ? s : body;
	open = mw_str_find(body, '(');
	if (!mw_known(pid) || open == body.n)
		return (struct mw_str){};
	s = mw_str_from(body, open + 1);
	end = s.n;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (mw_str_search(s, ends[i]) < end)
			end = mw_str_search(s, ends[i]);
	if (end == s.n)
		end = mw_str_rfind(s, ')');
	return (struct mw_str){ s.p, end };
}

static void set(struct mw_val *slot, struct mw_val v)
{
	if (v.why != MW_UNREAD && !mw_known(*slot))
		*slot = v;
}

static void set_comm(struct mw_oom_event *e, struct mw_oom_victim *v, struct mw_str comm)
{
	if (!v->comm.n && comm.n)
		v->comm = mw_arena_copy(&e->arena, comm);
}

/* "oom_score_adj:-998" */
static struct mw_val adj_of(struct mw_str body)
{
	struct mw_str s = mw_text_after(body, "oom_score_adj:", " ,");
	int64_t v;

	if (mw_oom_score_adj_parse(s, &v) < 0)
		return mw_no(s.n ? MW_BAD : MW_UNREAD);
	return mw_ok((uint64_t)v);
}

/* 5.4 and 5.5 began with bytes that they call kB (a report of 5.4-rc4 has 10305536kB of 5012428kB);
 * 5.4.17 and 5.6.4 print kB.  Tables larger than what they map are none, and bytes are whole
 * pages, which kB are by a chance of 1 to 1024. */
static struct mw_val tables_of(const struct mw_oom_event *e, struct mw_str tail)
{
	struct mw_val printed = mw_number_after(tail, "pgtables:");
	struct mw_val vm = mw_number_after(tail, "total-vm:");
	bool pages = mw_known(printed) && printed.v && !(printed.v % 4096);
	bool early = e->release.major == 5 && (e->release.minor == 4 || e->release.minor == 5) &&
		     e->release.patch < 17;

	if (pages && ((mw_known(vm) && printed.v > vm.v) || early))
		return printed;
	return mw_mul(printed, 1024);
}

static void died(struct mw_oom_event *e, struct mw_oom_victim *v, struct mw_str body)
{
	struct mw_str tail = mw_str_from(body, mw_str_search(body, "Killed process "));
	size_t sizes = mw_str_search(tail, ") total-vm:");

	e->seen |= MW_SEEN_KILL;
	v->chosen_only = false;
	set(&v->uid, mw_number_after(tail, ", UID ")); /* el6: before the name */
	if (sizes < tail.n)
		tail = mw_str_from(tail, sizes);
	set(&v->total_vm_bytes, mw_kib_after(tail, "total-vm:"));
	set(&v->total_vm_bytes, mw_kib_after(tail, "vsz:"));
	set(&v->anon_bytes, mw_kib_after(tail, "anon-rss:"));
	set(&v->file_bytes, mw_kib_after(tail, "file-rss:"));
	set(&v->shmem_bytes, mw_kib_after(tail, "shmem-rss:"));
	set(&v->tables_bytes, tables_of(e, tail));
	set(&v->uid, mw_number_after(tail, "UID:"));
	set(&v->oom_score_adj, adj_of(tail));
}

void mw_oomline_kill(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_val pid = mw_oomline_pid(body);
	struct mw_oom_victim *v = mw_oom_victim_find(e, pid);

	if (!v)
		return;
	if (!v->line)
		v->line = e->pending_line;
	set_comm(e, v, comm_of(body, pid));
	e->memcg_kill |= mw_str_search(body, "emory cgroup out of memory") < body.n;
	e->mpol_bind_kill |= mw_str_search(body, "No available memory (MPOL_BIND)") < body.n;
	e->allocating_task |= mw_str_search(body, "(oom_kill_allocating_task)") < body.n;
	if (mw_str_search(body, "OOM victim ") < body.n)
		v->already_exiting = true;
	else if (mw_str_search(body, "Killed process ") < body.n)
		died(e, v, body);
	else if (mw_str_search(body, " sharing same memory") < body.n)
		v->chosen_only = false;
	else
		set(&v->score, mw_number_after(body, ") score "));
}

void mw_oomline_reaper(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_val pid = mw_oomline_pid(body);
	struct mw_oom_victim *v = mw_oom_victim_find(e, pid);

	if (!v)
		return;
	e->seen |= MW_SEEN_REAPER;
	set_comm(e, v, comm_of(body, pid));
	if (mw_str_search(body, "reaped process") == body.n) {
		v->reap_failed = true;
		return;
	}
	v->reaped = true;
	set(&v->reaped_anon_bytes, mw_kib_after(body, "anon-rss:"));
	set(&v->reaped_file_bytes, mw_kib_after(body, "file-rss:"));
	set(&v->reaped_shmem_bytes, mw_kib_after(body, "shmem-rss:"));
}

void mw_oomline_panic(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str text = mw_text_after(body, "not syncing: ", "\n");

	if (!e->panic.n)
		e->panic = mw_arena_copy(&e->arena, text);
	e->deadlocked |= mw_str_search(text, "deadlocked on memory") < text.n;
	e->no_killable |= mw_str_search(text, "no killable") < text.n;
}
