/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit - what was promised, and the rules by which more is.
 */
#include "base/fmt.h"
#include "kernel/number_list.h"
#include "kernel/pid_promises.h"
#include "snap/snap_private.h"

static void add(struct mw_proc_promises *sum, const struct mw_promise *p)
{
	uint64_t bytes = p->map.end - p->map.start;

	sum->bytes += bytes;
	sum->touched_bytes = mw_add(sum->touched_bytes, p->touched_bytes);
	if (p->shared_bytes.why != MW_ABSENT)
		sum->shared_bytes = mw_add(sum->shared_bytes, p->shared_bytes);
	if (p->not_forked)
		return;
	sum->fork_bytes += bytes;
	if (bytes > sum->largest_bytes)
		sum->largest_bytes = bytes;
}

/* A folder that is no live machine may hold smaps itself. */
static struct mw_proc_promises promises_at(struct mw_at *at, struct mw_arena *temp,
					   struct mw_snap *s)
{
	struct mw_proc_promises sum = { .touched_bytes = mw_ok(0), .shared_bytes = mw_ok(0) };
	struct mw_promise promise;
	struct mw_str text;

	sum.why = mw_take_at(at, "meta/promises", temp, s, &text);
	if (sum.why == MW_ABSENT)
		sum.why = mw_take_at(at, "smaps", temp, s, &text);
	while (mw_promises_next(&text, &promise))
		add(&sum, &promise);
	/* It has a stack at least: it left its memory behind meanwhile, or the kernel has no flags
	 * to show. */
	if (sum.why == MW_OK && !sum.bytes)
		sum.why = MW_ABSENT;
	return sum;
}

void mw_take_promises(struct mw_at *at, struct mw_arena *temp, struct mw_snap *s, struct mw_proc *p)
{
	p->promises = promises_at(at, temp, s);
}

static struct mw_val take_setting(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s,
				  const char *name)
{
	return mw_take_number(root, mw_fmt(arena, "proc/sys/%s", name), arena, s);
}

void mw_take_commit_sysctl(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_str text;
	enum mw_why why = mw_take_text(root, "sys/devices/system/cpu/present", arena, s, &text);

	s->commit_sysctl = (struct mw_commit_sysctl){
		.overcommit_memory = take_setting(root, arena, s, "vm/overcommit_memory"),
		.overcommit_ratio = take_setting(root, arena, s, "vm/overcommit_ratio"),
		.overcommit_kib = take_setting(root, arena, s, "vm/overcommit_kbytes"),
		.admin_reserve_kib = take_setting(root, arena, s, "vm/admin_reserve_kbytes"),
		.user_reserve_kib = take_setting(root, arena, s, "vm/user_reserve_kbytes"),
		.max_map_count = take_setting(root, arena, s, "vm/max_map_count"),
		.shmmax_bytes = take_setting(root, arena, s, "kernel/shmmax"),
		.shmall_pages = take_setting(root, arena, s, "kernel/shmall"),
		.cpu_count = why == MW_OK ? mw_list_count(text) : mw_no(why),
	};
}

/* Who takes the snapshot is promised more while it does: it looks at itself again at the end. */
static void take_own(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_proc_promises own = { .why = MW_ABSENT };
	struct mw_str text, pid_text;
	uint64_t pid;
	struct mw_at at;

	if (mw_root_at(root, "proc/self", &at) == 0 &&
	    mw_take_at(&at, "stat", arena, s, &text) == MW_OK && mw_str_word(&text, &pid_text) &&
	    !mw_str_u64(pid_text, &pid)) {
		own = promises_at(&at, arena, s);
		for (size_t i = 0; own.why == MW_OK && i < s->n_procs; i++)
			if (s->proc[i].pid == pid)
				s->proc[i].promises = own;
	}
	mw_at_close(&at);
}

/* What counts is told best when all has been read. */
void mw_take_committed(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_meminfo now;
	struct mw_str text;
	enum mw_why why;

	take_own(root, arena, s);
	why = mw_take_text(root, "proc/meta/again/meminfo", arena, s, &text);
	/* Else what was read first stays: a capture may have been taken without this question. */
	if (why == MW_OK && !mw_meminfo_parse(text, &now))
		s->committed_bytes = now.committed_bytes;
}
