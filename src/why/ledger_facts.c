/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_facts - figures that overlap with the classes, each with the class it lies in.
 */
#include "base/fmt.h"
#include "why/ledger_private.h"

static void add(struct mw_ledger *l, const char *id, const char *label, struct mw_val bytes,
		const char *inside, const char *source)
{
	if (bytes.why == MW_ABSENT || l->n_facts == MW_FACTS_MAX)
		return;
	l->fact[l->n_facts++] = (struct mw_fact){ id, label, bytes, inside, source };
}

static void user_facts(const struct mw_meminfo *mi, struct mw_ledger *l)
{
	static const char source[] = "proc/meminfo";

	add(l, "available", "available without swapping", mi->available_bytes, NULL, source);
	add(l, "cma_free", "free, for movable pages only (CMA)", mi->cma_free_bytes, "free",
	    source);
	add(l, "unaccepted", "not yet accepted from the hypervisor", mi->unaccepted_bytes, "free",
	    source);
	add(l, "anon_huge", "in transparent huge pages", mi->anon_huge_bytes, "anon", source);
	add(l, "mlocked", "locked by mlock", mi->mlocked_bytes, NULL, source);
	add(l, "unevictable", "not reclaimable (locked, ramfs)", mi->unevictable_bytes, NULL,
	    source);
	add(l, "mapped", "mapped files and shmem", mi->mapped_bytes, NULL, source);
	add(l, "file_huge", "in huge pages", mi->file_huge_bytes, "page_cache", source);
	add(l, "dirty", "to be written", mi->dirty_bytes, "page_cache", source);
	add(l, "writeback", "being written", mi->writeback_bytes, "page_cache", source);
	add(l, "shmem_huge", "in huge pages", mi->shmem_huge_bytes, "shmem", source);
	add(l, "swap_total", "swap, all", mi->swap_total_bytes, NULL, source);
	add(l, "swap_used", "swap, used", mw_sub(mi->swap_total_bytes, mi->swap_free_bytes), NULL,
	    source);
	add(l, "zswap_stored", "held compressed by zswap", mi->zswapped_bytes, NULL, source);
}

/* TCP and TCPv6 print one counter: a name that ends in v6 is left out. */
static void socket_facts(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	for (size_t i = 0; i < s->n_protocols; i++) {
		const struct mw_protocol *p = &s->protocol[i];

		if (mw_str_ends(p->name, "v6") || !p->memory_pages || !p->sockets ||
		    mw_str_starts(p->name, "MPTCP"))
			continue;
		add(l, mw_fmt(arena, "sockets_%.*s", (int)p->name.n, p->name.p),
		    mw_fmt(arena, "socket buffers, %.*s", (int)p->name.n, p->name.p),
		    mw_mul(mw_ok(p->memory_pages), s->host.page_bytes), "slab_unreclaimable",
		    "proc/net/protocols");
	}
}

void mw_ledger_facts(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	struct mw_val reserved =
		mw_mul(s->meminfo.huge_reserved_count, mw_or(s->meminfo.huge_page_bytes, 0));

	user_facts(&s->meminfo, l);
	add(l, "hugetlb_reserved", "free huge pages promised to a program", reserved, "hugetlb",
	    "proc/meminfo");
	add(l, "ksm_saved", "saved by KSM", mw_mul(s->ksm_sharing_pages, s->host.page_bytes), NULL,
	    "sys/kernel/mm/ksm/pages_sharing");
	add(l, "zfs_arc", "ZFS ARC, all of it", s->arc.size_bytes, NULL,
	    "proc/spl/kstat/zfs/arcstats");
	add(l, "zfs_arc_min", "ZFS ARC that is not given back", s->arc.min_bytes, NULL,
	    "proc/spl/kstat/zfs/arcstats");
	add(l, "memmap", "struct pages, outside MemTotal",
	    mw_mul(s->vmstat.memmap_boot_pages, s->host.page_bytes), NULL, "proc/vmstat");
	add(l, "balloon", "taken by the hypervisor's balloon", s->meminfo.balloon_bytes, NULL,
	    "proc/meminfo");
	add(l, "moved", "moved while the counters were read", s->moved_bytes, NULL, "proc/meminfo");
	socket_facts(s, arena, l);
}
