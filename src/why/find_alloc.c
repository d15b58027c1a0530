/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_alloc - requests that were refused though nobody died, or that only low memory can serve.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_oom_private.h"

/* Short in the one zone that the mask reaches, while a higher one has memory.  From 6.1 on the
 * zones above it are not printed: there the counter of all free pages tells. */
static bool only_low_zones(const struct mw_oom_case *c, uint64_t *ret_above_bytes)
{
	uint64_t above = 0;

	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].verdict == MW_ZONE_ABOVE)
			above += mw_or(
				mw_sub(c->zone[i].zone->free_bytes, c->zone[i].zone->high_bytes),
				0);
	if (!above && mw_release_at_least(c->release, 6, 1) && !c->nodes_not_shown &&
	    (c->gfp.zone < MW_ZONE_NORMAL || mw_or(c->event->count.highmem_pages, 0)))
		above = mw_or(c->free_elsewhere_bytes, 0);
	*ret_above_bytes = above;
	return above >> 20 >= 16 || (c->gfp_known && c->gfp.zone < MW_ZONE_NORMAL && c->n_zones);
}

/* What to do: of a request that no device needs, the kernel's own data want low memory. */
static struct mw_fix lowmem_fix(const struct mw_oom_case *c)
{
	if (c->gfp.zone < MW_ZONE_NORMAL)
		return (struct mw_fix){ .command = "dmesg | grep -i -E 'swiotlb|dma|iommu'",
					.effect = "says which devices want low memory: an IOMMU, "
						  "or a driver with a wider mask, needs none",
					.risk = "none",
					.undo = "none needed" };
	if (*mw_oom_cma_words(c))
		return (struct mw_fix){ .command = "grep -i cma /proc/meminfo /proc/cmdline",
					.effect = "says how large the CMA area is: with a smaller "
						  "cma= at boot the kernel itself has more",
					.risk = "none",
					.undo = "none needed" };
	return (struct mw_fix){ .command = "slabtop -o -s c | head -n 20",
				.effect = "says what of the kernel's own is large: it has to lie "
					  "low; a 64-bit kernel has no memory that it cannot use",
				.risk = "none",
				.undo = "none needed" };
}

bool mw_find_lowmem(const struct mw_oom_case *c, struct mw_findings *all)
{
	uint64_t above = 0;
	bool oom = c->event->kind <= MW_OOM_SYSRQ;
	struct mw_finding f = mw_oom_finding("MW-OOM-LOWMEM", oom ? MW_CRITICAL : MW_WARNING);
	const char *reach = c->gfp.zone == MW_ZONE_DMA ? "the DMA zone (on x86 the lowest 16 MiB)"
			    : c->gfp.zone == MW_ZONE_DMA32 ? "the DMA32 zone (the lowest 4 GiB)"
							   : "low memory";

	if (!only_low_zones(c, &above))
		return false;
	f.verdict = mw_fmt(c->arena, "%s that only %s can give, and that is used up%s%s",
			   mw_oom_asked(c), reach,
			   above ? mw_fmt(c->arena, ", while %s is free above it",
					  mw_fmt_bytes(c->arena, above))
				 : "",
			   mw_oom_cma_words(c));
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(&f, lowmem_fix(c));
	mw_finding_fix(&f, mw_fix_more_free);
	f.sure = "certain as far as the printed figures go";
	mw_findings_add(all, c->arena, &f);
	return true;
}

void mw_find_atomic(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool passes = c->cause == MW_CAUSE_SHOULD_PASS;
	struct mw_finding f = mw_oom_finding("MW-ALLOC-ATOMIC", passes ? MW_INFO : MW_WARNING);

	f.verdict = mw_fmt(c->arena,
			   "%s where it could not wait, and was refused%s: nobody was killed, the "
			   "caller has to cope (a network driver drops a packet, say)",
			   mw_oom_asked(c),
			   passes ? ", though a moment later a zone would have served it" : "");
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(&f, mw_fix_more_free);
	if (c->walk.request.order)
		mw_finding_fix(&f, mw_fix_compact);
	f.check = "dmesg | grep 'page allocation failure' (no more of them)";
	f.sure = "certain that it could not wait; what it lost, the caller's own log says";
	mw_findings_add(all, c->arena, &f);
}

/* Without a vm_struct no page was asked for: the area itself has no room (__get_vm_area_node(),
 * mm/vmalloc.c). */
static const char *vmalloc_words(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	uint64_t ram = mw_or(mw_mul(e->count.ram_pages, c->page_bytes), UINT64_MAX);

	if (mw_or(e->failed_bytes, 0) > ram)
		return "that is more than all RAM: a size computed wrong, or taken from a user "
		       "without a check";
	if (mw_str_search(e->reason, "vm_struct") < e->reason.n)
		return "the area for such mappings had no room of that size";
	return "the area for such mappings is full, or the pages behind it could not be had";
}

void mw_find_vmalloc(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	struct mw_finding f = mw_oom_finding("MW-ALLOC-VMALLOC", MW_WARNING);

	f.verdict = mw_fmt(c->arena, "the kernel could not map %s for %.*s%s%.*s: %s",
			   mw_fmt_val_bytes(c->arena, e->failed_bytes),
			   e->asker_comm.n ? (int)e->asker_comm.n : 8,
			   e->asker_comm.n ? e->asker_comm.p : "a caller", e->reason.n ? ": " : "",
			   (int)e->reason.n, e->reason.n ? e->reason.p : "", vmalloc_words(c));
	mw_finding_bytes(&f, "asked for", e->failed_bytes, mw_oom_source(c));
	mw_oom_memory_rows(c, &f);
	mw_finding_fix(&f, (struct mw_fix){ .command = "sort -k2 -n -r /proc/vmallocinfo | head",
					    .effect = "shows who fills the area",
					    .risk = "none",
					    .undo = "none needed" });
	f.sure = "certain that it failed; on 32 bits the area is small (vmalloc= at boot)";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_slub(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	struct mw_finding f = mw_oom_finding("MW-ALLOC-SLUB", MW_WARNING);

	f.verdict = mw_fmt(
		c->arena, "the slab allocator got no page for the cache %.*s, %s",
		e->slub_cache.n ? (int)e->slub_cache.n : 9,
		e->slub_cache.n ? e->slub_cache.p : "(not said)",
		e->slub_count == 1 ? "once" : mw_fmt(c->arena, "%" PRIu64 " times", e->slub_count));
	mw_finding_text(&f, "mask", c->gfp_known ? c->gfp.names : "not in the log",
			mw_oom_source(c));
	mw_finding_fix(&f, (struct mw_fix){ .command = "slabtop -o -s c | head",
					    .effect = "shows the largest caches",
					    .risk = "none",
					    .undo = "none needed" });
	f.sure = "where the name of the cache ends in a cgroup (in brackets), that group's kernel "
		 "memory "
		 "limit refused it, not the machine";
	mw_findings_add(all, c->arena, &f);
}
