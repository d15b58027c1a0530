/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "daemon/sense_private.h"
#include "kernel/pid_stat.h"
#include "kernel/pid_status.h"
#include "why/group_name.h"

#define BIT(signal) ((uint64_t)1 << ((signal)-1))
enum { KILL = 9, TERM = 15 };

struct mw_str mw_sense_keep(struct mw_sense *s, struct mw_str text, size_t max_bytes)
{
	char *p = s->text + s->text_bytes;
	size_t n = text.n < max_bytes ? text.n : max_bytes;

	if (!n || n > MW_SENSE_TEXT_BYTES - s->text_bytes)
		return (struct mw_str){};
	memcpy(p, text.p, n);
	s->text_bytes += n;
	return (struct mw_str){ p, n };
}

static enum mw_why take_status(struct mw_sense *s, struct mw_guard_task *t)
{
	struct mw_pid_status st;
	struct mw_str text;
	char path[48];
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, t->pid, "status"), s->room, &text);

	if (!r)
		r = mw_pid_status_parse(text, &s->arena, &st);
	if (r < 0)
		return mw_why_of_errno(r);
	t->uid = st.uid == UINT64_MAX ? mw_no(MW_BAD) : mw_ok(st.uid);
	t->swap_bytes = st.swap_bytes;
	t->anon_bytes = st.rss_anon_bytes;
	t->shmem_bytes = st.rss_shmem_bytes;
	t->locked_bytes = st.locked_bytes;
	t->ignores_term =
		mw_known(st.ignored_signals) && mw_known(st.blocked_signals)
			? mw_ok(!!((st.ignored_signals.v | st.blocked_signals.v) & BIT(TERM)))
			: st.ignored_signals;
	if (mw_or(st.pending_signals, 0) & BIT(KILL))
		t->dying = true;
	return MW_OK;
}

/* Arguments with blanks between.  Nothing of one that cannot be read in time. */
static struct mw_str cmdline_of(struct mw_sense *s, uint64_t pid, int *ret_r)
{
	struct mw_room room = { s->room.p, MW_GUARD_TEXT_BYTES };
	struct mw_str text;
	char path[48];

	*ret_r = mw_fetcher_head(&s->fetcher, mw_sense_path(path, pid, "cmdline"), room, &text);
	if (*ret_r < 0)
		return (struct mw_str){};
	while (text.n && !text.p[text.n - 1])
		text.n--;
	for (size_t i = 0; i < text.n; i++)
		if (!room.p[i])
			room.p[i] = ' ';
	return mw_sense_keep(s, text, MW_GUARD_TEXT_BYTES);
}

static struct mw_str exe_of(struct mw_sense *s, uint64_t pid, enum mw_why *ret_why)
{
	struct mw_room room = { s->room.p, MW_GUARD_TEXT_BYTES };
	struct mw_str text;
	char path[48];
	int r = mw_kept_link_below(&s->proc, mw_sense_path(path, pid, "exe"), room, &text);

	*ret_why = r < 0 ? mw_why_of_errno(r) : MW_OK;
	return r < 0 ? (struct mw_str){} : mw_sense_keep(s, text, MW_GUARD_TEXT_BYTES);
}

/* Has it the address space of this other one?  0, 1, or negative errno. */
static int same_space(struct mw_sense *s, uint64_t a, uint64_t b)
{
	struct mw_str text;
	const char *path = mw_fmt(&s->arena, "proc/meta/mm/%llu/%llu", (unsigned long long)a,
				  (unsigned long long)b);
	int r = s->arena.failed ? -ENOMEM : mw_root_read(s->root, path, &s->arena, &text);

	return r < 0 ? r : mw_str_starts(text, "same");
}

static bool is_near(struct mw_val a, struct mw_val b, uint64_t bytes)
{
	uint64_t x = mw_or(a, 0), y = mw_or(b, 0);

	return (x > y ? x - y : y - x) <= bytes;
}

/* Who shares an address space has the same figures, but for what changed between the two looks: to
 * ask of all costs a system call each. */
static bool may_share(const struct mw_guard_task *a, const struct mw_guard_task *b)
{
	return a->pid != b->pid && is_near(a->data_bytes, b->data_bytes, 1 << 20) &&
	       is_near(a->rss_bytes, b->rss_bytes, mw_or(a->rss_bytes, 0) / 8 + (1 << 20));
}

static void take_sharers(struct mw_sense *s, struct mw_guard_view *view, struct mw_guard_task *t)
{
	uint64_t n = 0;
	int r = 0;

	for (size_t i = 0; i < view->n_tasks && r >= 0; i++) {
		struct mw_guard_task *other = &view->task[i];

		if (!may_share(t, other))
			continue;
		mw_arena_reset(&s->arena, s->mark);
		r = same_space(s, t->pid, other->pid);
		if (r == -ESRCH || r == -ENOENT)
			r = 0; /* it went meanwhile */
		if (r <= 0)
			continue;
		n++;
		t->space = other->space ? other->space : t->pid;
		other->space = t->space;
	}
	t->sharers = r < 0 ? mw_no(mw_why_of_errno(r)) : mw_ok(n);
}

static bool is_same(struct mw_sense *s, const struct mw_guard_task *t)
{
	struct mw_pid_stat stat;

	return !mw_sense_stat(s, t->pid, &stat, NULL) && stat.start_ticks == t->start_ticks;
}

static enum mw_why take_details(struct mw_sense *s, struct mw_guard_view *view,
				struct mw_guard_task *t)
{
	enum mw_why why = take_status(s, t), group_why = MW_OK;
	int r;

	if (why != MW_OK)
		return why;
	t->exe = exe_of(s, t->pid, &why);
	t->cmdline = cmdline_of(s, t->pid, &r);
	/* A pattern might spare it. */
	if (r == -EBUSY && s->wants_cmdline)
		return MW_DENIED;
	if (t->group == MW_GUARD_NO_GROUP)
		t->group = mw_sense_group(s, view, t->pid, &group_why);
	if (t->group != MW_GUARD_NO_GROUP)
		t->unit = mw_group_name_of(view->group[t->group].path).unit;
	t->frozen = mw_sense_frozen(s, t->pid);
	take_sharers(s, view, t);
	if (!is_same(s, t))
		return MW_GONE;
	return why != MW_OK ? why : group_why;
}

void mw_sense_details(struct mw_sense *s, struct mw_guard_view *view,
		      const struct mw_guard_target *target, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mw_guard_task *t = &view->task[target[i].task];

		mw_arena_reset(&s->arena, s->mark);
		s->arena.failed = false;
		t->detail_why =
			s->n_details < MW_SENSE_DETAILS ? take_details(s, view, t) : MW_DENIED;
		s->n_details++;
	}
}
