/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_head - who asked for what: the first lines of a report, and its summary.
 */
#include <string.h>

#include "kernel/oom_score_adj.h"
#include "kernel/oomlog_private.h"

static void set_str(struct mw_oom_event *e, struct mw_str *slot, struct mw_str s)
{
	if (!slot->n && s.n)
		*slot = mw_arena_copy(&e->arena, s);
}

static void set_val(struct mw_val *slot, struct mw_val v)
{
	if (slot->why == MW_UNREAD || slot->why == MW_BAD)
		*slot = v.why == MW_UNREAD ? *slot : v;
}

/* "-998" or "0" after the key, as mw_oom_adj() reads it. */
static struct mw_val adj_after(struct mw_str body, const char *key)
{
	struct mw_str s = mw_text_after(body, key, " ,;\n");
	int64_t v;

	if (mw_str_search(body, key) == body.n)
		return mw_no(MW_UNREAD);
	return mw_oom_score_adj_parse(s, &v) < 0 ? mw_no(MW_BAD) : mw_ok((uint64_t)v);
}

/* gfp_t has 32 bits: what has more ran together with another number. */
static struct mw_val mask_after(struct mw_str body, const char *key)
{
	struct mw_val v = mw_hex_after(body, key);

	return mw_known(v) && v.v > UINT32_MAX ? mw_no(MW_BAD) : v;
}

/* "0x3000d0", "0x6200ca(GFP_HIGHUSER_MOVABLE)" */
static void set_gfp(struct mw_oom_event *e, struct mw_str body, const char *key)
{
	struct mw_str s = mw_text_after(body, key, " ,"), names;

	set_val(&e->gfp_mask, mask_after(body, key));
	names = mw_str_from(s, mw_str_find(s, '(') + 1);
	if (names.n && names.p[names.n - 1] == ')') {
		names.n--;
		e->gfp_names_shown = true;
		set_str(e, &e->gfp_names, names);
	}
}

static void set_order(struct mw_oom_event *e, struct mw_str body, const char *key)
{
	struct mw_val order = mw_number_after(body, key);
	struct mw_str s = mw_text_after(body, key, " ,.");

	if (mw_str_eq(s, "-1"))
		e->sysrq_order = true;
	else if (mw_known(order) && order.v > MW_OOM_ORDER_MAX)
		set_val(&e->order, mw_no(MW_BAD));
	else
		set_val(&e->order, order);
}

void mw_oomline_header(struct mw_oom_event *e, struct mw_str body)
{
	size_t at = mw_str_search(body, " invoked oom-killer");

	e->seen |= MW_SEEN_HEADER;
	set_str(e, &e->asker_comm, (struct mw_str){ body.p, at });
	body = mw_str_from(body, at);
	set_gfp(e, body, "gfp_mask=");
	set_order(e, body, "order=");
	set_val(&e->asker_adj, adj_after(body, "oom_score_adj="));
	if (mw_str_search(body, "nodemask=") < body.n)
		set_str(e, &e->nodemask, mw_text_after(body, "nodemask=", " "));
	while (e->nodemask.n && e->nodemask.p[e->nodemask.n - 1] == ',')
		e->nodemask.n--;
}

/* "1000ms" up to 4.14, "12 secs" from 7.2. */
static struct mw_val stalled_of(struct mw_str body)
{
	struct mw_val v = mw_number_after(body, "page allocation stalls for ");

	if (mw_known(v))
		return v;
	return mw_mul(mw_number_after(body, "page allocation stall for "), 1000);
}

/* "nodemask=(null),cpuset=/,mems_allowed=0-1": lists hold commas, so each goes to the next key. */
static void set_constraint_keys(struct mw_oom_event *e, struct mw_str body)
{
	static const char *const keys[] = { ",cpuset=",	   ",mems_allowed=", ",oom_memcg=",
					    ",global_oom", ",task_memcg=",   ",task=" };
	struct mw_str *slots[] = { &e->cpuset, &e->mems_allowed, &e->oom_memcg,
				   NULL,       &e->task_memcg,	 NULL };
	struct mw_str rest;
	size_t end;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!slots[i] || mw_str_search(body, keys[i]) == body.n)
			continue;
		rest = mw_text_after(body, keys[i], "\n");
		end = rest.n;
		for (size_t k = i + 1; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (mw_str_search(rest, keys[k]) < end)
				end = mw_str_search(rest, keys[k]);
		set_str(e, slots[i], mw_str_trim((struct mw_str){ rest.p, end }));
	}
	rest = mw_text_after(body, "nodemask=", " ");
	end = mw_str_search(rest, ",cpuset=");
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		if (mw_str_search(rest, keys[k]) < end)
			end = mw_str_search(rest, keys[k]);
	set_str(e, &e->nodemask, (struct mw_str){ rest.p, end });
}

/* Who asked stands before the message where warn_alloc() printed it. */
static void set_asker(struct mw_oom_event *e, struct mw_str body, const char *message)
{
	size_t at = mw_str_search(body, message);

	if (at < body.n && at > 2 && mw_str_ends((struct mw_str){ body.p, at }, ": "))
		set_str(e, &e->asker_comm, (struct mw_str){ body.p, at - 2 });
}

void mw_oomline_failure(struct mw_oom_event *e, struct mw_str body)
{
	e->seen |= MW_SEEN_HEADER;
	set_asker(e, body, "page allocation");
	set_asker(e, body, "vmemmap alloc");
	set_order(e, body, "order:");
	set_gfp(e, body, "mode:");
	set_val(&e->stalled_ms, stalled_of(body));
	set_constraint_keys(e, body);
}

/* "page order 0, failed to allocate pages, mode:...": what failed, without the order. */
static struct mw_str vmalloc_reason(struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, mw_str_search(body, "vmalloc error: size "));

	rest = mw_text_after(rest, ", ", "\n");
	if (mw_str_starts(rest, "page order "))
		rest = mw_text_after(rest, ", ", "\n");
	rest.n = mw_str_find(rest, ',');
	return rest;
}

/* "vmalloc: allocation failure: N bytes", "..., allocated N of M bytes", "COMM: vmalloc error: size
 * N, REASON, mode:0x..", "vmap allocation for size N failed"; with the mask from 4.9 on */
void mw_oomline_vmalloc(struct mw_oom_event *e, struct mw_str body)
{
	e->seen |= MW_SEEN_HEADER;
	set_asker(e, body, "vmalloc");
	set_gfp(e, body, "mode:");
	set_constraint_keys(e, body);
	set_str(e, &e->reason, vmalloc_reason(body));
	set_val(&e->failed_bytes, mw_number_after(body, "vmalloc error: size "));
	set_val(&e->failed_bytes, mw_number_after(body, "vmap allocation for size "));
	set_val(&e->failed_bytes, mw_number_after(body, "vmalloc: allocation failure: "));
	if (mw_str_search(body, ", allocated ") < body.n)
		set_val(&e->failed_bytes, mw_number_after(body, " of "));
}

void mw_oomline_slub(struct mw_oom_event *e, struct mw_str body)
{
	e->slub_count++;
	set_val(&e->slub_gfp, mask_after(body, "gfp="));
	if (e->kind != MW_OOM_SLUB)
		return;
	e->seen |= MW_SEEN_HEADER;
	if (mw_str_search(body, "(gfp=") == body.n)
		set_gfp(e, body, "gfp=");
	else
		set_val(&e->gfp_mask, mask_after(body, "gfp="));
}

void mw_oomline_slub_cache(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, 7);
	size_t end = mw_str_search(rest, ", object size:");

	if (end == rest.n || !e->slub_count)
		return;
	set_str(e, &e->slub_cache, (struct mw_str){ rest.p, end });
	/* A slab of the default order was asked for first, then of the least. */
	if (e->kind != MW_OOM_SLUB)
		return;
	set_order(e, body, "min order: ");
	set_order(e, body, ", order: "); /* SLAB: there is but one */
}

void mw_oomline_cpuset(struct mw_oom_event *e, struct mw_str body)
{
	size_t at = mw_str_search(body, " cpuset=");
	struct mw_str rest = mw_str_from(body, at + 8);

	set_str(e, &e->cpuset, (struct mw_str){ rest.p, mw_str_search(rest, " mems_allowed=") });
	set_str(e, &e->mems_allowed, mw_text_after(body, " mems_allowed=", " "));
}

static bool looks_like_release(struct mw_str word)
{
	size_t dot = mw_str_find(word, '.');

	return mw_release_is_known(mw_release_parse(word)) && dot && dot < 3 && word.n > 4;
}

/* Debian's release hides the patch level, which stands behind it: "6.1.0-44-amd64 #1  Debian
 * 6.1.164-1". */
static void set_patch(struct mw_oom_event *e, struct mw_str rest)
{
	struct mw_release full = mw_release_parse(mw_text_after(rest, " Debian ", " "));

	if (full.major == e->release.major && full.minor == e->release.minor && !e->release.patch)
		e->release.patch = full.patch;
}

/* "... Comm: python Tainted: G        W   3.10.0-1160.el7.x86_64 #1": the first word that looks
 * like a release, behind the taint so that a comm like "2.6.32" is none. */
static void set_release(struct mw_oom_event *e, struct mw_str after_comm)
{
	struct mw_str rest = after_comm, word;
	size_t taint = mw_str_search(rest, "ainted");

	if (e->release_text.n)
		return;
	if (taint < rest.n)
		rest = mw_str_from(rest, taint);
	while (mw_str_word(&rest, &word))
		if (looks_like_release(word)) {
			e->release_text = mw_arena_copy(&e->arena, word);
			e->release = mw_release_parse(e->release_text);
			set_patch(e, rest);
			return;
		}
}

void mw_oomline_cpu(struct mw_oom_event *e, struct mw_str body)
{
	bool old = mw_str_starts(body, "Pid: ");
	const char *comm = old ? ", comm: " : " Comm: ";
	size_t at = mw_str_search(body, comm), end;
	struct mw_str rest;

	if (at == body.n || (!old && mw_str_search(body, "PID: ") == body.n))
		return;
	e->seen |= MW_SEEN_STACK;
	if (!old)
		set_val(&e->asker_cpu, mw_number_after(body, "CPU: "));
	set_val(&e->asker_pid, mw_number_after(body, old ? "Pid: " : "PID: "));
	rest = mw_str_from(body, at + strlen(comm));
	end = mw_str_search(rest, " Not tainted");
	if (mw_str_search(rest, " Tainted:") < end)
		end = mw_str_search(rest, " Tainted:");
	if (mw_str_search(rest, " Kdump: loaded") < end)
		end = mw_str_search(rest, " Kdump: loaded");
	if (end < rest.n)
		set_str(e, &e->asker_comm, mw_str_trim((struct mw_str){ rest.p, end }));
	set_release(e, rest);
}

void mw_oomline_frame(struct mw_oom_event *e, struct mw_str body)
{
	static const struct {
		const char *name;
		unsigned bit;
	} frames[] = {
		{ "mem_cgroup_out_of_memory", MW_FRAME_MEMCG },
		{ "mem_cgroup_oom_synchronize", MW_FRAME_MEMCG },
		{ "mem_cgroup_handle_oom", MW_FRAME_MEMCG },
		{ "pagefault_out_of_memory", MW_FRAME_PAGE_FAULT },
		{ "moom_callback", MW_FRAME_SYSRQ },
		{ "sysrq_handle_moom", MW_FRAME_SYSRQ },
		{ "<IRQ>", MW_FRAME_INTERRUPT },
		{ "copy_process", MW_FRAME_FORK },
		{ "kernel_clone", MW_FRAME_FORK },
		{ "do_fork", MW_FRAME_FORK },
		{ "do_huge_pmd", MW_FRAME_THP },
		{ "alloc_skb", MW_FRAME_NETWORK },
		{ "skb_page_frag_refill", MW_FRAME_NETWORK },
		{ "netdev_alloc", MW_FRAME_NETWORK },
		{ "new_slab", MW_FRAME_SLAB },
		{ "allocate_slab", MW_FRAME_SLAB },
		{ "slab_alloc", MW_FRAME_SLAB },
		{ "cache_alloc_refill", MW_FRAME_SLAB },
		{ "page_cache_alloc", MW_FRAME_PAGE_CACHE },
		{ "filemap_alloc_folio", MW_FRAME_PAGE_CACHE },
		{ "dma_direct_alloc", MW_FRAME_DMA },
		{ "dma_alloc", MW_FRAME_DMA },
		{ "pte_alloc_one", MW_FRAME_PAGE_TABLE },
	};

	e->seen |= MW_SEEN_FRAMES;
	if (mw_str_search(body, "? ") < 24 && mw_str_search(body, "? ") < body.n)
		return; /* a guess of the unwinder */
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		if (mw_str_search(body, frames[i].name) < body.n)
			e->frames |= frames[i].bit;
}

void mw_oomline_summary(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_text_after(body, ",task=", "\n"), tail;
	struct mw_oom_victim *v;
	struct mw_val pid;
	size_t at;

	e->seen |= MW_SEEN_SUMMARY;
	set_str(e, &e->constraint, mw_text_after(body, "constraint=", ", "));
	set_constraint_keys(e, body);
	e->global_oom |= mw_str_search(body, ",global_oom") < body.n;
	/* The name may hold commas: ",pid=" is looked for from the end. */
	for (at = rest.n; at; at--)
		if (mw_str_starts(mw_str_from(rest, at - 1), ",pid="))
			break;
	if (!at)
		return;
	tail = mw_str_from(rest, at - 1);
	pid = mw_number_after(tail, ",pid=");
	v = mw_oom_victim_find(e, pid);
	if (!v)
		return;
	set_str(e, &v->comm, (struct mw_str){ rest.p, at - 1 });
	set_val(&v->uid, mw_number_after(tail, ",uid="));
}
