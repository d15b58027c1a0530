/* SPDX-License-Identifier: Apache-2.0 */
#include "model/gfp.h"

#include "helper.h"

static struct mw_gfp decoded(uint64_t mask, const char *release, struct mw_arena *arena)
{
	struct mw_gfp g;

	mw_gfp_decode(mask, mw_release_parse(mw_str_of(release)), arena, &g);
	return g;
}

struct decode {
	uint64_t mask;
	const char *release, *names;
};

static void expect_decodes(const struct decode *cases, size_t n)
{
	_mw_arena_ struct mw_arena arena = {};

	for (size_t i = 0; i < n; i++)
		assert_string_equal(decoded(cases[i].mask, cases[i].release, &arena).names,
				    cases[i].names);
	assert_false(arena.failed);
}

static const struct decode worked[] = {
	{ 0x3000d0, "3.10.65", "GFP_KERNEL|__GFP_KMEMCG|__GFP_NOTRACK" },
	{ 0x3000d0, "3.10.0-1160.el7.x86_64", "GFP_KERNEL_ACCOUNT|__GFP_NOTRACK" },
	{ 0x2000d0, "3.10.65", "GFP_KERNEL|__GFP_NOTRACK" },
	{ 0xd0, "3.10.65", "GFP_KERNEL" },
	{ 0x200da, "3.10.65", "GFP_HIGHUSER_MOVABLE" },
	{ 0x280da, "3.10.65", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x201da, "3.10.65", "GFP_HIGHUSER_MOVABLE|__GFP_COLD" },
	{ 0x280da, "2.6.32", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x201da, "2.6.32-642.el6.x86_64", "GFP_HIGHUSER_MOVABLE|__GFP_COLD" },
	{ 0x4420, "3.10.65", "GFP_ATOMIC|__GFP_REPEAT|__GFP_COMP" },
	{ 0x20, "3.10.65", "GFP_ATOMIC" },
	{ 0x4352da, "3.10.65", "GFP_TRANSHUGE" },
	{ 0x84d0, "2.6.32", "GFP_KERNEL|__GFP_REPEAT|__GFP_ZERO" },
	{ 0x10200da, "3.10.65", "GFP_HIGHUSER_MOVABLE|__GFP_WRITE" },
	{ 0x24201ca, "4.4.11", "GFP_HIGHUSER_MOVABLE|__GFP_COLD" },
	{ 0x24201ca, "4.8.17", "GFP_HIGHUSER_MOVABLE|__GFP_COLD" },
	{ 0x24280ca, "4.8.17", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x26000c0, "4.4.11", "GFP_KERNEL|__GFP_NOTRACK" },
	{ 0x27000c0, "4.8.17", "GFP_KERNEL_ACCOUNT|__GFP_NOTRACK" },
	{ 0x2204000, "4.8.17", "GFP_NOWAIT|__GFP_COMP|__GFP_NOTRACK" },
	{ 0x14200ca, "4.10.1", "GFP_HIGHUSER_MOVABLE" },
	{ 0x14200ca, "4.15.18", "GFP_HIGHUSER_MOVABLE" },
	{ 0x14201ca, "4.14.5", "GFP_HIGHUSER_MOVABLE|__GFP_COLD" },
	{ 0x14280ca, "4.14.5", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x15080c0, "4.15.18", "GFP_KERNEL_ACCOUNT|__GFP_ZERO" },
	{ 0x15000c0, "4.15.18", "GFP_KERNEL_ACCOUNT" },
	{ 0x6200ca, "4.19.78", "GFP_HIGHUSER_MOVABLE" },
	{ 0x6280ca, "4.19.78", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x7080c0, "4.19.78", "GFP_KERNEL_ACCOUNT|__GFP_ZERO" },
	{ 0x600040, "4.19.78", "GFP_NOFS" },
	{ 0x100cca, "5.10.13", "GFP_HIGHUSER_MOVABLE" },
	{ 0x100dca, "5.10.13", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x100cca, "6.1.176", "GFP_HIGHUSER_MOVABLE" },
	{ 0x1100cca, "5.15.85", "GFP_HIGHUSER_MOVABLE" },
	{ 0x1100dca, "5.15.85", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ 0x140cca, "6.1.176", "GFP_HIGHUSER_MOVABLE|__GFP_COMP" },
	{ 0x140cca, "6.6.9", "GFP_HIGHUSER_MOVABLE|__GFP_COMP" },
	{ 0x140dca, "5.10.13", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO" },
	{ 0x140dca, "6.1.176", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO" },
	{ 0x140dca, "6.12.107", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO" },
	{ 0x140cca, "6.12.107", "GFP_HIGHUSER_MOVABLE|__GFP_COMP" },
	{ 0xcc0, "5.10.13", "GFP_KERNEL" },
	{ 0xcd0, "6.1.176", "GFP_KERNEL|__GFP_RECLAIMABLE" },
	{ 0xdc0, "5.10.13", "GFP_KERNEL|__GFP_ZERO" },
	{ 0x400cc0, "5.10.13", "GFP_KERNEL_ACCOUNT" },
	{ 0x400dc0, "5.10.13", "GFP_KERNEL_ACCOUNT|__GFP_ZERO" },
	{ 0x40cc0, "5.10.13", "GFP_KERNEL|__GFP_COMP" },
	{ 0x40dc0, "6.6.9", "GFP_KERNEL|__GFP_COMP|__GFP_ZERO" },
	{ 0x820, "6.6.9", "GFP_ATOMIC" },
	{ 0xa20, "5.10.13", "GFP_ATOMIC" },
	{ 0x2800, "6.12.107", "GFP_NOWAIT" },
	{ 0x1c24ca, "5.10.13", "GFP_TRANSHUGE" },
	{ 0x1d24ca, "5.10.13", "GFP_TRANSHUGE|__GFP_NORETRY" },
	{ 0x101c40, "5.10.13", "GFP_NOFS|__GFP_HARDWALL|__GFP_WRITE" },
	{ 0x101cca, "6.1.176", "GFP_HIGHUSER_MOVABLE|__GFP_WRITE" },
	{ 0x3cc0, "5.10.13", "GFP_KERNEL|__GFP_NOWARN|__GFP_WRITE" },
	{ 0x152c4a, "6.12.107",
	  "GFP_NOFS|__GFP_HIGHMEM|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_HARDWALL|__"
	  "GFP_MOVABLE" },
};

static void masks_of_each_layout(void **state)
{
	(void)state;
	expect_decodes(worked, COUNT(worked));
}

/* Taken from reports of these kernels; the names are the kernel's own text. */
static void as_the_kernel_prints(void **state)
{
	static const struct decode cases[] = {
		{ 0x24010c0, "4.8.0-rc1", "GFP_KERNEL|__GFP_NORETRY" },
		{ 0x240c0c0, "4.8.0-rc1", "GFP_KERNEL|__GFP_COMP|__GFP_ZERO" },
		{ 0x1082020, "4.12.0-rc2-v8+", "GFP_ATOMIC|__GFP_MEMALLOC" },
		{ 0x14000c0, "4.13.0-36-generic", "GFP_KERNEL" },
		{ 0x484020, "4.19.60", "GFP_ATOMIC|__GFP_COMP" },
		{ 0x600040, "4.18.0-305.el8.x86_64", "GFP_NOFS" },
		{ 0xa20, "5.4.26", "GFP_ATOMIC" },
		{ 0x100cc2, "5.6.0-rc1", "GFP_HIGHUSER" },
		{ 0x101cc0, "5.7.0-rc6", "GFP_USER|__GFP_WRITE" },
		{ 0x800, "5.13.x", "GFP_NOWAIT" },
		{ 0xcc0, "5.14.0-162.6.1.el9_1.0.1.x86_64", "GFP_KERNEL" },
		{ 0x440dc0, "5.4.0-29-generic", "GFP_KERNEL_ACCOUNT|__GFP_COMP|__GFP_ZERO" },
		{ 0x408d40, "6.7.4-arch1-1", "GFP_NOFS|__GFP_NOFAIL|__GFP_ZERO|__GFP_ACCOUNT" },
		{ 0x101c4a, "6.8.0-rc6+",
		  "GFP_NOFS|__GFP_HIGHMEM|__GFP_HARDWALL|__GFP_MOVABLE|__GFP_WRITE" },
		{ 0x100, "6.3.0-rc4+", "__GFP_ZERO" },
		{ 0x820, "6.8.9-gentoo-PMacG4", "GFP_ATOMIC" },
		{ 0xc04, "6.11.11-valve17", "GFP_NOIO|GFP_DMA32" },
		{ 0x140dca, "6.12.0-rc2", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO" },
		{ 0x40dc0, "6.17.0-rc5", "GFP_KERNEL|__GFP_ZERO|__GFP_COMP" },
		{ 0xc0c40, "6.19.0-rc5", "GFP_NOFS|__GFP_COMP|__GFP_NOMEMALLOC" },
		{ 0x140dca, "7.2.13+deb14-cloud-amd64",
		  "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP" },
		{ 0x442dc0, "7.2.13+deb14-cloud-amd64",
		  "GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_NOWARN|__GFP_COMP" },
		{ 0x0, "5.4.0-29-generic", "" },
	};

	(void)state;
	expect_decodes(cases, COUNT(cases));
}

static void where_layouts_meet(void **state)
{
	static const struct decode cases[] = {
		{ 0x152c4a, "6.17.8",
		  "GFP_NOFS|__GFP_HIGHMEM|__GFP_MOVABLE|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|"
		  "__GFP_HARDWALL" },
		{ 0x1000, "2.6.32-642.el6.x86_64", "__GFP_NORETRY" },
		{ 0x352ca, "4.6.2", "GFP_TRANSHUGE" },
		{ 0x342ca, "4.8.17", "GFP_TRANSHUGE_LIGHT" },
		{ 0x4342ca, "4.9.80", "GFP_TRANSHUGE" },
		{ 0x4352ca, "4.4.11", "GFP_TRANSHUGE" },
		{ 0x2342ca, "4.18.0-553.el8_10.x86_64", "GFP_TRANSHUGE" },
		{ 0x11c24ca, "5.15.85", "GFP_TRANSHUGE" },
		{ 0x4352da, "2.6.38", "GFP_TRANSHUGE" },
		{ 0x200000, "4.14.67", "__GFP_NOTRACK" },
		{ 0x200000, "4.18.1", "__GFP_DIRECT_RECLAIM" },
		{ 0x200000, "5.1", "__GFP_THISNODE" },
		/* el9 from the start, and with the memory management of later kernels. */
		{ 0x1100dca, "5.14.0-70.el9.x86_64", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
		{ 0x140dca, "5.14.0-503.el9.x86_64", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO" },
		/* Bits that no longer make up the composite. */
		{ 0x800, "6.6.9", "GFP_NOWAIT" },
		{ 0x800, "6.8.1", "__GFP_KSWAPD_RECLAIM" },
		{ 0x2800, "6.6.9", "GFP_NOWAIT|__GFP_NOWARN" },
		{ 0x820, "6.2.12", "GFP_NOWAIT|__GFP_HIGH" },
		{ 0xa20, "6.3", "GFP_ATOMIC|0x200" },
		{ 0xc00, "6.14", "GFP_NOIO" },
		{ 0x5, "6.14", "GFP_DMA|GFP_DMA32" },
		{ 0x5, "6.15", "GFP_DMA|GFP_DMA32" },
		/* Not known: the newest. */
		{ 0x140dca, "", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP" },
	};

	(void)state;
	expect_decodes(cases, COUNT(cases));
}

static void bits_without_a_name(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_gfp g = decoded(0xf000000000000ec0, "6.12.107", &arena);

	(void)state;
	assert_string_equal(g.names, "GFP_KERNEL|0xf000000000000200");
	assert_int_equal(g.unknown_bits, 0xf000000000000200);
	assert_int_equal(g.n_names, 2);
	assert_string_equal(g.name[1], "0xf000000000000200");
	/* From 6.9 on the meaning of this bit is the configuration's. */
	assert_int_equal(decoded(0x1000000, "6.12.107", &arena).unknown_bits, 0x1000000);
	assert_int_equal(decoded(0x10200da, "2.6.32", &arena).unknown_bits, 0x1000000);
	assert_int_equal(decoded(0, "2.6.32", &arena).n_names, 0);
}

static void zones(void **state)
{
	static const struct {
		uint64_t mask;
		const char *release;
		enum mw_zone_type zone;
	} cases[] = {
		{ 0xcc0, "6.12", MW_ZONE_NORMAL },
		{ 0xcc1, "6.12", MW_ZONE_DMA },
		{ 0xc04, "6.12", MW_ZONE_DMA32 },
		{ 0x100cc2, "6.12", MW_ZONE_HIGHMEM },
		{ 0x100cca, "6.12", MW_ZONE_MOVABLE },
		{ 0xcc8, "6.12", MW_ZONE_NORMAL },
		{ 0x3000d0, "3.10.0-1160.el7.x86_64", MW_ZONE_NORMAL },
		{ 0x280da, "2.6.32", MW_ZONE_MOVABLE },
	};
	_mw_arena_ struct mw_arena arena = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(decoded(cases[i].mask, cases[i].release, &arena).zone,
				 cases[i].zone);
}

/* What "atomic" is has changed twice. */
static void harder(void **state)
{
	static const struct {
		uint64_t mask;
		const char *release;
		bool high, harder;
	} cases[] = {
		{ 0x20, "3.10.65", true, true },
		{ 0x0, "3.10.65", false, true },      /* GFP_NOWAIT */
		{ 0x30, "3.10.65", true, false },     /* may sleep */
		{ 0x400020, "3.10.65", true, false }, /* NO_KSWAPD */
		{ 0x10020, "3.10.65", true, false },  /* NOMEMALLOC */
		{ 0x2080020, "4.4.11", true, true },
		{ 0x2000020, "4.4.11", true, false },  /* GFP_NOWAIT and HIGH */
		{ 0x2000000, "4.4.11", false, false }, /* GFP_NOWAIT */
		{ 0x2090020, "4.4.11", true, false },  /* NOMEMALLOC */
		{ 0xa20, "6.2.12", true, true },
		{ 0x820, "6.2.12", true, false },
		{ 0xa20, "6.1.176", true, true },
		{ 0x820, "6.4.6", true, true },
		{ 0x800, "6.4.6", false, false },
		{ 0xc20, "6.4.6", true, false },
		{ 0x80820, "6.4.6", true, false }, /* NOMEMALLOC */
		{ 0xa20, "5.14.0-70.el9.x86_64", true, true },
		{ 0x820, "5.14.0-503.el9.x86_64", true, true },
	};
	_mw_arena_ struct mw_arena arena = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_gfp g = decoded(cases[i].mask, cases[i].release, &arena);

		assert_int_equal(g.high, cases[i].high);
		assert_int_equal(g.harder, cases[i].harder);
	}
}

static void rights(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_gfp g = decoded(0x3000d0, "3.10.0-1160.el7.x86_64", &arena);

	(void)state;
	assert_true(g.may_sleep && g.wakes_kswapd && g.io && g.fs && g.account);
	assert_false(g.movable || g.high || g.harder || g.no_marks || g.nofail || g.comp);
	g = decoded(0x3000d0, "3.10.65", &arena);
	assert_true(g.account); /* __GFP_KMEMCG */
	g = decoded(0x100dca, "5.10.13", &arena);
	assert_true(g.movable && g.zero && g.hardwall && g.may_sleep && g.wakes_kswapd);
	assert_true(decoded(0x80cca, "3.10.65", &arena).reclaimable);
	assert_false(decoded(0x800d8, "3.10.65", &arena).movable);
	assert_true(decoded(0x1082020, "4.12.0-rc2", &arena).no_marks);
	assert_true(decoded(0x820, "6.12.1", &arena).non_block);
	assert_false(decoded(0x80820, "6.12.1", &arena).non_block); /* NOMEMALLOC */
	assert_false(decoded(0xc20, "6.12.1", &arena).non_block);
	assert_false(decoded(0x1092020, "4.12.0-rc2", &arena).no_marks);
	assert_false(decoded(0x4352da, "3.10.65", &arena).wakes_kswapd);
	assert_true(decoded(0x408d40, "6.7.4", &arena).nofail);
	g = decoded(0x1d6cc0 | 0x200000, "6.12.1", &arena);
	assert_true(g.noretry && g.retry_mayfail && g.nowarn && g.comp && g.thisnode && g.hardwall);
	assert_true(decoded(0x10200da, "3.10.65", &arena).write);
}

static void words(void **state)
{
	static const struct {
		uint64_t mask;
		const char *release, *words;
	} cases[] = {
		{ 0x3000d0, "3.10.0-1160.el7.x86_64",
		  "may sleep, may do I/O and call file systems; may use no reserve; zones up to "
		  "Normal; may fail; charged to a cgroup" },
		{ 0x820, "6.12.1",
		  "cannot sleep; may use 5/8 of the reserve; zones up to Normal; may fail" },
		{ 0x1082020, "4.12.1",
		  "cannot sleep; may use the whole reserve; zones up to Normal; may fail" },
		{ 0x408d40, "6.7.4",
		  "may sleep, may do I/O, but not call file systems; may use no reserve; zones up "
		  "to Normal; must not fail; charged to a cgroup" },
		{ 0xc04, "6.12.1",
		  "may sleep, but do no I/O; may use no reserve; zones DMA32 and DMA only; "
		  "may fail" },
		{ 0x352ca | 0x40000, "4.6.2",
		  "cannot sleep, does not wake kswapd; may use no reserve; any zone; gives up "
		  "early; this node only" },
	};
	_mw_arena_ struct mw_arena arena = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_gfp g = decoded(cases[i].mask, cases[i].release, &arena);

		assert_string_equal(mw_gfp_words(&g, &arena), cases[i].words);
	}
}

#define STACK "a kernel stack for a new thread or process"
#define WAITS_NOT "code that cannot wait: an interrupt, the network, a driver with a lock held"
#define ANON "anonymous memory of a process"
#define USER "memory of a process, or page cache of a file or a tmpfs"
#define CACHE "page cache of a file"
#define FAULT                                            \
	"a page fault that the kernel could not serve: " \
	"the allocation that failed is not named"

static void guesses(void **state)
{
	static const struct {
		uint64_t mask;
		unsigned order;
		const char *release, *guess;
	} cases[] = {
		{ 0x3000d0, 2, "3.10.0-1160.el7.x86_64", STACK },
		{ 0x3000d0, 1, "3.10.65", STACK },
		{ 0x2000d0, 1, "3.2.41", STACK },
		{ 0x27000c0, 2, "4.8.17", STACK },
		{ 0x26000c0, 2, "4.4.11", STACK },
		{ 0x2000d0, 0, "3.10.65", NULL },
		{ 0x3000d0, 3, "3.10.0-1160.el7.x86_64", "kernel memory charged to a cgroup" },
		{ 0x2040d0, 1, "3.10.65", NULL }, /* __GFP_COMP: a slab */
		{ 0x200da, 0, "3.10.65", ANON },
		{ 0x280da, 0, "2.6.32-642.el6.x86_64", ANON },
		{ 0x201da, 0, "2.6.32-642.el6.x86_64", CACHE },
		{ 0x10200da, 0, "3.10.65", CACHE },
		{ 0x24201ca, 0, "4.4.0-47-generic", CACHE },
		{ 0x6200ca, 0, "4.19.0-16-amd64", USER },
		{ 0x6280ca, 0, "4.19.0-16-amd64", ANON },
		{ 0x140cca, 0, "7.2.13", USER },
		{ 0x140dca, 0, "7.2.13", ANON },
		{ 0x1100dca, 0, "5.15.85", ANON },
		{ 0x101cca, 0, "6.1.176", CACHE },
		{ 0x101c4a, 0, "6.8.0-rc6+", CACHE },
		{ 0x152cca, 4, "6.12.1", NULL },
		{ 0x84d0, 0, "2.6.32-642.el6.x86_64", "a page table" },
		{ 0x2084d0, 0, "3.10.65", "a page table" },
		{ 0x84d0, 1, "2.6.32", NULL },
		{ 0x1c24ca, 9, "5.10.13", "a transparent huge page" },
		{ 0x1d24ca, 9, "5.10.13", "a transparent huge page" },
		{ 0x342ca, 9, "4.19.78", "a transparent huge page" },
		{ 0x20, 1, "3.2.27", WAITS_NOT },
		{ 0x484020, 3, "4.19.60", WAITS_NOT },
		{ 0x820, 0, "6.8.9", WAITS_NOT },
		{ 0x800, 0, "6.4.6", NULL },
		{ 0x400dc0, 0, "5.7.1", "kernel memory charged to a cgroup" },
		{ 0xcc0, 0, "6.12.1", NULL },
		{ 0x600040, 0, "4.18.0-305.el8.x86_64",
		  "a file system, while it must not be called again" },
		{ 0x40c00, 4, "6.8.0",
		  "a block driver or another driver, while no I/O may be started" },
		{ 0, 0, "5.4.0-29-generic", FAULT },
		{ 0, 0, "", FAULT },
		{ 0, 0, "6.16.0", NULL },
		{ 0x4000000000000cc0, 0, "6.12.1", NULL },
	};
	_mw_arena_ struct mw_arena arena = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_release release = mw_release_parse(mw_str_of(cases[i].release));
		struct mw_gfp g = decoded(cases[i].mask, cases[i].release, &arena);
		const char *guess = mw_gfp_guess(&g, cases[i].order, release);

		assert_string_equal(guess ? guess : "", cases[i].guess ? cases[i].guess : "");
	}
}

/* Each bit of each release has a name or is left over, and none has two. */
static void every_bit_once(void **state)
{
	static const char *const releases[] = {
		"",	  "2.6.32",	   "2.6.32-642.el6",
		"2.6.38", "3.8",	   "3.10.0-1160.el7",
		"3.16",	  "4.1",	   "4.4",
		"4.5",	  "4.6",	   "4.9",
		"4.10",	  "4.12",	   "4.14",
		"4.15",	  "4.18",	   "5.1",
		"5.14",	  "5.14.0-70.el9", "5.18",
		"6.3",	  "6.4",	   "6.8",
		"6.9",	  "6.12",	   "6.17",
		"7.2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++)
		for (unsigned bit = 0; bit < 64; bit++) {
			_mw_arena_ struct mw_arena arena = {};
			uint64_t mask = UINT64_C(1) << bit;
			struct mw_gfp g = decoded(mask, releases[i], &arena);

			assert_int_equal(g.n_names, 1);
			assert_true(!g.unknown_bits == (g.name[0][0] != '0'));
			assert_true(!g.unknown_bits || g.unknown_bits == mask);
		}
}

static void out_of_memory(void **state)
{
	(void)state;
	_mw_arena_ struct mw_arena arena = { .fixed = true };
	struct mw_gfp g = decoded(0xf000000000442dc0, "7.2", &arena);

	assert_true(arena.failed);
	assert_string_equal(g.names, "");
	assert_int_equal(g.n_names, 0);
	assert_true(g.account);
	assert_string_equal(mw_gfp_words(&g, &arena), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_of_each_layout),
		cmocka_unit_test(as_the_kernel_prints),
		cmocka_unit_test(where_layouts_meet),
		cmocka_unit_test(bits_without_a_name),
		cmocka_unit_test(zones),
		cmocka_unit_test(harder),
		cmocka_unit_test(rights),
		cmocka_unit_test(words),
		cmocka_unit_test(guesses),
		cmocka_unit_test(every_bit_once),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
