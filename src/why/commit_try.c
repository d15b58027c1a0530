/* SPDX-License-Identifier: Apache-2.0 */
#include "why/commit_try.h"

#include <string.h>

#include "why/promise_rule.h"
#include "why/refusal.h"

/* What malloc() adds to a request that it maps by itself. */
#define MALLOC_HEADER_BYTES 24

static const struct {
	const char *request, *label;
} names[MW_TRY_KINDS] = {
	[MW_TRY_MALLOC] = { "malloc", "malloc()" },
	[MW_TRY_PRIVATE] = { "mmap_private", "mmap() private" },
	[MW_TRY_NORESERVE] = { "mmap_noreserve", "mmap() private, MAP_NORESERVE" },
	[MW_TRY_SHARED] = { "mmap_shared", "mmap() shared" },
	[MW_TRY_SHM] = { "shmget", "shmget()" },
	[MW_TRY_FORK] = { "fork", "fork()" },
	[MW_TRY_TMPFS] = { "tmpfs_write", "write to /dev/shm" },
};

/* The largest request by one rule, in bytes. */
struct bound {
	struct mw_val most; /* MW_UNLIMITED: no end */
	const char *rule;
};

/* All of a request: the nearest known one, and the first that is not known. */
struct bounds {
	struct bound near, missing; /* rule NULL: none is */
};

static void put_bound(struct bounds *all, struct bound b)
{
	struct bound *into = mw_known(b.most) ? &all->near : &all->missing;

	if (!into->rule || (mw_known(b.most) && b.most.v < into->most.v))
		*into = b;
}

static struct mw_call call_of(enum mw_try_kind kind, uint64_t bytes)
{
	struct mw_call call = { .kind = MW_CALL_MMAP, .bytes = bytes, .anonymous = true };

	switch (kind) {
	case MW_TRY_MALLOC:
	case MW_TRY_PRIVATE:
		call.writable = true;
		break;
	case MW_TRY_NORESERVE:
		call.writable = call.noreserve = true;
		break;
	case MW_TRY_SHARED:
		call.writable = call.shared = true;
		break;
	case MW_TRY_SHM:
		call.kind = MW_CALL_SHMGET;
		break;
	case MW_TRY_FORK:
		call.kind = MW_CALL_FORK;
		break;
	case MW_TRY_TMPFS:
	case MW_TRY_KINDS:
		break;
	}
	return call;
}

/* Does the limit stand in the way of a promise?  That of a memory cgroup does not: it is asked
 * when pages are touched. */
static bool bounds_promises(const struct mw_refusal_step *step)
{
	return !step->gauge.exempt && mw_or(step->need, 1) &&
	       step->gauge.rule != MW_LIMIT_OVERCOMMIT && step->gauge.rule != MW_LIMIT_CGROUP &&
	       step->gauge.rule != MW_LIMIT_CGROUP_KMEM;
}

/* Limits of the process that asks. */
static void put_own(const struct mw_snap *s, const struct mw_try_ask *ask, enum mw_try_kind kind,
		    struct mw_arena *arena, struct bounds *all)
{
	struct mw_call call = call_of(kind, ask->bytes);
	struct mw_refusal r;

	if (!ask->asker || kind == MW_TRY_TMPFS)
		return;
	mw_refusal_judge(s, ask->asker, &call, arena, &r);
	for (size_t i = 0; i < r.n; i++) {
		const struct mw_refusal_step *step = &r.step[i];
		struct bound b = { step->gauge.room, step->gauge.id };

		if (!bounds_promises(step))
			continue;
		/* Of mappings and tasks one more is asked for, whatever its size. */
		if (step->gauge.unit != MW_UNIT_BYTES && mw_known(b.most))
			b.most = mw_ok(b.most.v ? MW_UNLIMITED : 0);
		put_bound(all, b);
	}
}

/* Sizes of segments (newseg(), ipc/shm.c): one, all together, and of any file. */
static void put_shm(const struct mw_snap *s, struct bounds *all)
{
	const struct mw_commit_sysctl *c = &s->commit_sysctl;
	uint64_t page = s->host.page_bytes;
	struct mw_val used = mw_ok(0), sum = c->shmall_pages;

	for (size_t i = 0; i < s->n_segments; i++)
		if (s->segment[i].own)
			used = mw_add(used, s->segment[i].segment.size_bytes);
	if (mw_known(sum))
		sum = sum.v > MW_UNLIMITED / page ? mw_ok(MW_UNLIMITED)
						  : mw_sub(mw_mul(sum, page), used);
	if (sum.why == MW_RACED)
		sum = mw_ok(0);
	put_bound(all, (struct bound){ mw_ok(INT64_MAX / page * page), "file-size" });
	put_bound(all, (struct bound){ c->shmmax_bytes, "shmmax" });
	put_bound(all, (struct bound){ sum, "shmall" });
}

static void put_tmpfs(const struct mw_snap *s, struct bounds *all)
{
	struct bound b = { mw_no(MW_ABSENT), "tmpfs-size" };

	for (size_t i = 0; i < s->n_tmpfs; i++)
		if (s->tmpfs[i].own && mw_str_eq(s->tmpfs[i].point, "/dev/shm"))
			b.most = s->tmpfs[i].limit_bytes.why == MW_ABSENT
					 ? mw_ok(MW_UNLIMITED)
					 : mw_sub(s->tmpfs[i].limit_bytes, s->tmpfs[i].used_bytes);
	put_bound(all, b);
}

/* What the rule of overcommit says; without it: nothing is promised by this request. */
static struct bound commit_bound(const struct mw_commit *c, const struct mw_try_ask *ask,
				 enum mw_try_kind kind, enum mw_overcommit_mode mode,
				 struct mw_overcommit_answer *answer)
{
	static const char *const rules[] = {
		[MW_RULE_ALWAYS] = "overcommit-always",
		[MW_RULE_ONE_REQUEST] = "overcommit-one-request",
		[MW_RULE_FREE] = "overcommit-free",
		[MW_RULE_LIMIT] = "overcommit-limit",
	};
	struct mw_overcommit_asker asker = { .admin = ask->admin, .total_vm_pages = mw_ok(0) };
	struct bound b;

	if (ask->asker)
		asker.total_vm_pages =
			mw_promise_asker(ask->asker, c->state.page_bytes).total_vm_pages;
	mw_overcommit_ask(&c->state, mode, &asker, answer);
	b = (struct bound){ answer->most_pages, rules[answer->rule] };
	if (mode != MW_OVERCOMMIT_NEVER && kind == MW_TRY_NORESERVE)
		b = (struct bound){ mw_ok(MW_UNLIMITED), "noreserve" };
	/* Block by block: each alone is small. */
	if (mode != MW_OVERCOMMIT_NEVER && kind == MW_TRY_TMPFS)
		b = (struct bound){ mw_ok(MW_UNLIMITED), "block-by-block" };
	if (mw_known(b.most) && __builtin_mul_overflow(b.most.v, c->state.page_bytes, &b.most.v))
		b.most.v = MW_UNLIMITED;
	return b;
}

/* What is compared with a bound: of fork() outside mode 2 each mapping by itself. */
static struct mw_val needed_bytes(const struct mw_commit *c, const struct mw_try_ask *ask,
				  enum mw_try_kind kind, enum mw_overcommit_mode mode)
{
	uint64_t page = c->state.page_bytes;
	struct mw_val bytes = mw_ok(ask->bytes);

	if (kind == MW_TRY_FORK && ask->asker) {
		if (!ask->self)
			return mw_no(MW_UNREAD);
		if (mode == MW_OVERCOMMIT_NEVER)
			return ask->self->fork_bytes;
		return ask->self->from_status ? ask->self->fork_bytes
					      : mw_ok(ask->self->proc->promises.largest_bytes);
	}
	bytes = mw_add(bytes, mw_ok((kind == MW_TRY_MALLOC ? MALLOC_HEADER_BYTES : 0) + page - 1));
	return mw_known(bytes) ? mw_ok(bytes.v / page * page) : bytes;
}

static struct mw_val most_of(enum mw_try_kind kind, struct bound b, uint64_t page_bytes)
{
	if (!mw_known(b.most))
		return b.most;
	if (b.most.v == MW_UNLIMITED)
		return mw_no(MW_ABSENT);
	b.most.v = b.most.v / page_bytes * page_bytes;
	if (kind == MW_TRY_MALLOC)
		b.most.v -= b.most.v ? MALLOC_HEADER_BYTES : 0;
	return b.most;
}

/* A fork asks mapping by mapping, many of them small: what the asking CPU holds back of those is
 * not seen either. */
static struct mw_val drift_of(const struct mw_commit *c, enum mw_try_kind kind,
			      const struct mw_overcommit_answer *answer)
{
	if (kind != MW_TRY_FORK || !mw_known(answer->drift_pages) || answer->rule != MW_RULE_LIMIT)
		return answer->drift_pages;
	return mw_mul(mw_commit_batch_pages(&c->state, MW_OVERCOMMIT_NEVER),
		      mw_or(c->state.cpu_count, 1));
}

/* A bound that is not known decides nothing, unless no known one is in the way. */
static struct mw_try_answer answer_of(const struct mw_commit *c, const struct mw_try_ask *ask,
				      enum mw_try_kind kind, enum mw_overcommit_mode mode,
				      struct bounds own)
{
	struct mw_overcommit_answer answer;
	struct bound commit = commit_bound(c, ask, kind, mode, &answer), first;
	struct mw_val bytes = needed_bytes(c, ask, kind, mode), succeeds = mw_ok(1);
	struct bounds all = {};

	put_bound(&all, commit);
	if (own.near.rule)
		put_bound(&all, own.near);
	if (own.missing.rule)
		put_bound(&all, own.missing);
	first = all.missing.rule ? all.missing : all.near;
	if (!mw_known(first.most))
		succeeds = first.most;
	if (all.near.rule && mw_known(bytes) && bytes.v > all.near.most.v) {
		succeeds = mw_ok(0);
		first = all.near;
	}
	if (!mw_known(bytes)) /* MW_BAD: more than can be counted */
		succeeds = bytes.why == MW_BAD ? mw_ok(0) : bytes;
	return (struct mw_try_answer){
		.succeeds = succeeds,
		.most_bytes = most_of(kind, first, c->state.page_bytes),
		.drift_bytes = first.rule == commit.rule
				       ? mw_mul(drift_of(c, kind, &answer), c->state.page_bytes)
				       : mw_ok(0),
		.rule = first.rule,
	};
}

void mw_try(const struct mw_snap *s, const struct mw_commit *c, const struct mw_try_ask *ask,
	    struct mw_arena *arena, struct mw_try ret[MW_TRY_KINDS])
{
	for (enum mw_try_kind kind = 0; kind < MW_TRY_KINDS; kind++) {
		struct mw_try *t = &ret[kind];
		struct bounds own = {};

		put_own(s, ask, kind, arena, &own);
		if (kind == MW_TRY_SHM)
			put_shm(s, &own);
		if (kind == MW_TRY_TMPFS)
			put_tmpfs(s, &own);
		*t = (struct mw_try){ .request = names[kind].request, .label = names[kind].label };
		t->bytes = needed_bytes(c, ask, kind, c->mode);
		for (int mode = 0; mode < MW_OVERCOMMIT_MODES; mode++)
			t->in[mode] = answer_of(c, ask, kind, (enum mw_overcommit_mode)mode, own);
	}
}
