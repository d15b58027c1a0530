/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/fmt.h"
#include "model/gfp.h"
#include "model/gfp_table.h"

static const char *sleep_words(const struct mw_gfp *g)
{
	if (!g->may_sleep)
		return "cannot sleep";
	if (!g->io)
		return "may sleep, but do no I/O";
	return g->fs ? "may sleep, may do I/O and call file systems"
		     : "may sleep, may do I/O, but not call file systems";
}

/* The reserve is what lies below the min mark. */
static const char *reserve_words(const struct mw_gfp *g)
{
	if (g->no_marks)
		return "; may use the whole reserve";
	if (g->high)
		return g->harder ? "; may use 5/8 of the reserve" : "; may use half of the reserve";
	return g->harder ? "; may use a quarter of the reserve" : "; may use no reserve";
}

static const char *zone_words(enum mw_zone_type zone)
{
	switch (zone) {
	case MW_ZONE_DMA:
		return "; zone DMA only";
	case MW_ZONE_DMA32:
		return "; zones DMA32 and DMA only";
	case MW_ZONE_NORMAL:
		return "; zones up to Normal";
	case MW_ZONE_HIGHMEM:
		return "; zones up to HighMem";
	case MW_ZONE_MOVABLE:
		return "; any zone";
	}
	return "";
}

static const char *fail_words(const struct mw_gfp *g)
{
	if (g->nofail)
		return "; must not fail";
	if (g->noretry)
		return "; gives up early";
	if (g->retry_mayfail)
		return "; tries hard, then fails";
	return g->nowarn ? "; fails without a word" : "; may fail";
}

const char *mw_gfp_words(const struct mw_gfp *g, struct mw_arena *arena)
{
	return mw_fmt(arena, "%s%s%s%s%s%s%s", sleep_words(g),
		      g->wakes_kswapd ? "" : ", does not wake kswapd", reserve_words(g),
		      zone_words(g->zone), fail_words(g), g->thisnode ? "; this node only" : "",
		      g->account ? "; charged to a cgroup" : "");
}

/* The mask without some flags; the list ends with NULL. */
static uint64_t without(uint64_t mask, enum mw_gfp_layout layout, const char *const *names)
{
	for (; *names; names++)
		mask &= ~mw_gfp_bits(layout, *names);
	return mask;
}

static bool is_transhuge(const struct mw_gfp *g)
{
	return g->n_names && !strncmp(g->name[0], "GFP_TRANSHUGE", strlen("GFP_TRANSHUGE"));
}

/* alloc_thread_info_node(), kernel/fork.c: up to 4.8 one block, later single pages of vmalloc where
 * CONFIG_VMAP_STACK is built in.  A slab of that order would bear __GFP_COMP. */
static bool is_stack(uint64_t mask, unsigned order, enum mw_gfp_layout layout)
{
	static const char *const may[] = { "__GFP_ZERO", "__GFP_ACCOUNT", "__GFP_KMEMCG", NULL };
	uint64_t kernel = mw_gfp_bits(layout, "GFP_KERNEL");
	uint64_t track = mw_gfp_bits(layout, "__GFP_NOTRACK");

	return (order == 1 || order == 2) && track &&
	       without(mask, layout, may) == (kernel | track);
}

/* PGALLOC_GFP of x86 and others, until they dropped __GFP_REPEAT in 4.8. */
static bool is_page_table(uint64_t mask, unsigned order, enum mw_gfp_layout layout)
{
	static const char *const may[] = { "__GFP_NOTRACK", "__GFP_ACCOUNT", "__GFP_KMEMCG", NULL };

	return !order && layout < MW_GFP_4_8 &&
	       without(mask, layout, may) ==
		       (mw_gfp_bits(layout, "GFP_KERNEL") | mw_gfp_bits(layout, "__GFP_REPEAT") |
			mw_gfp_bits(layout, "__GFP_ZERO"));
}

/* Which of the masks that file pages and process pages share.  tmpfs asks as they do. */
static const char *user_page(const struct mw_gfp *g, enum mw_gfp_layout layout)
{
	uint64_t cold = mw_gfp_bits(layout, "__GFP_COLD");

	if (g->write || (g->mask & cold))
		return "page cache of a file";
	if (g->zero || cold)
		return "anonymous memory of a process";
	return "memory of a process, or page cache of a file or a tmpfs";
}

static bool is_user_page(const struct mw_gfp *g, unsigned order, enum mw_gfp_layout layout)
{
	static const char *const may[] = { "__GFP_ZERO",  "__GFP_COMP", "__GFP_COLD",
					   "__GFP_WRITE", "__GFP_FS",	"__GFP_SKIP_KASAN_POISON",
					   NULL };
	uint64_t page = mw_gfp_bits(layout, "GFP_HIGHUSER_MOVABLE");

	/* A file system that must not be called again asks so for its own page cache. */
	return !order && (g->fs || g->write) &&
	       without(g->mask, layout, may) == without(page, layout, may);
}

static const char *kernel_page(const struct mw_gfp *g, enum mw_gfp_layout layout)
{
	uint64_t kernel = mw_gfp_bits(layout, "GFP_KERNEL");

	if (!g->may_sleep)
		return g->high && g->harder ? "code that cannot wait: an interrupt, the network, a "
					      "driver with a lock held"
					    : NULL;
	if (g->hardwall || g->movable)
		return NULL;
	if (!g->io)
		return "a block driver or another driver, while no I/O may be started";
	if (!g->fs)
		return "a file system, while it must not be called again";
	if (g->account && (g->mask & kernel) == kernel)
		return "kernel memory charged to a cgroup";
	return NULL;
}

const char *mw_gfp_guess(const struct mw_gfp *g, unsigned order, struct mw_release release)
{
	enum mw_gfp_layout layout = mw_gfp_layout_of(release);

	/* pagefault_out_of_memory(), mm/oom_kill.c, asks for a victim so up to 5.14. */
	if (!g->mask)
		return mw_release_at_least(release, 5, 15)
			       ? NULL
			       : "a page fault that the kernel could not serve: "
				 "the allocation that failed is not named";
	if (g->unknown_bits)
		return NULL;
	if (is_transhuge(g))
		return "a transparent huge page";
	if (is_stack(g->mask, order, layout))
		return "a kernel stack for a new thread or process";
	if (is_page_table(g->mask, order, layout))
		return "a page table";
	if (is_user_page(g, order, layout))
		return user_page(g, layout);
	return kernel_page(g, layout);
}

static bool name_bits(struct mw_str piece, enum mw_gfp_layout layout, struct mw_arena *arena,
		      uint64_t *ret)
{
	const char *name;

	if (mw_str_starts(piece, "0x") || mw_str_starts(piece, "0X"))
		return !mw_str_hex64(mw_str_from(piece, 2), ret);
	/* The table has the names that are printed: of the zones without the underscores. */
	if (mw_str_starts(piece, "__GFP_DMA"))
		piece = mw_str_from(piece, 2);
	name = mw_arena_cstr(arena, piece);
	*ret = mw_gfp_bits(layout, name);
	return *ret != 0;
}

bool mw_gfp_of_names(struct mw_str text, struct mw_release release, struct mw_arena *arena,
		     uint64_t *ret, struct mw_str *ret_wrong)
{
	enum mw_gfp_layout layout = mw_gfp_layout_of(release);
	uint64_t mask = 0, bits;
	struct mw_str piece;

	*ret_wrong = text;
	if (!text.n)
		return false;
	while (mw_str_cut(&text, '|', &piece)) {
		*ret_wrong = piece;
		if (!name_bits(piece, layout, arena, &bits))
			return false;
		mask |= bits;
	}
	*ret = mask;
	return true;
}
