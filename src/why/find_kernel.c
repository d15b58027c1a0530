/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_kernel - kernel memory: slab, vmalloc, idle huge pages, and what nobody accounts for.
 */
#include "base/fmt.h"
#include "why/find.h"

#define SHOWN 4

/* Names the largest owners of a class, and what has none. */
static void name_owners(struct mw_finding *f, const struct mw_class *class, struct mw_arena *a,
			const char *source)
{
	size_t shown = 0;

	for (size_t i = 0; i < class->n_owners; i++) {
		const struct mw_owner *o = &class->owner[i];
		bool rest = mw_str_eq(mw_str_of(o->kind), "remainder");

		if (!rest && shown++ >= SHOWN)
			continue;
		mw_finding_bytes(f,
				 rest ? mw_arena_cstr(a, o->name)
				      : mw_fmt(a, "%s %.*s", o->kind, (int)o->name.n, o->name.p),
				 o->bytes, source);
	}
}

static struct mw_fix compare_later(void)
{
	return (struct mw_fix){
		.command = "memwhy capture --output now.cap",
		.effect = "with another one later, `memwhy ledger --root` on each shows what grew",
		.risk = "none",
		.undo = "none needed"
	};
}

/* ", most of it X" only where that is so. */
static const char *largest_owner(const struct mw_class *class, struct mw_arena *a)
{
	const struct mw_owner *o = class->owner;

	if (!class->n_owners || mw_str_eq(mw_str_of(o->kind), "remainder"))
		return "";
	if (mw_permille(mw_or(o->bytes, 0), mw_or(class->bytes, 0)) >= 500)
		return mw_fmt(a, ", most of it %.*s", (int)o->name.n, o->name.p);
	return mw_fmt(a, ", the largest named part %.*s with %s", (int)o->name.n, o->name.p,
		      mw_fmt_val_bytes(a, o->bytes));
}

static void find_slab(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_class *slab = &c->ledger->class[MW_SLAB_UNRECLAIMABLE];
	struct mw_finding f;

	if (!mw_case_is_large(c, slab->bytes, c->limit->slab_permille))
		return;
	f = mw_case_finding(c, "MW-SLAB-GROWTH-SUSPECT", slab->bytes, "SUnreclaim", "proc/meminfo");
	f.verdict =
		mw_fmt(c->arena, "the kernel holds %s in slab caches that it cannot give back%s",
		       mw_fmt_bytes(c->arena, slab->bytes.v), largest_owner(slab, c->arena));
	name_owners(&f, slab, c->arena, "proc/slabinfo");
	if (slab->owners_why != MW_OK)
		mw_finding_text(&f, "caches", mw_why_name(slab->owners_why), "proc/slabinfo");
	mw_finding_fix(&f, compare_later());
	mw_finding_fix(&f, (struct mw_fix){ .command = "slabtop --once --sort=c | head -20",
					    .effect = "names the caches, largest first",
					    .risk = "none",
					    .undo = "none needed" });
	f.check = "grep SUnreclaim /proc/meminfo";
	f.sure = "one reading shows size, not growth: a second one an hour later settles it";
	mw_findings_add(all, c->arena, &f);
}

static void find_vmalloc(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_class *vmalloc = &c->ledger->class[MW_VMALLOC];
	struct mw_finding f;

	if (!mw_case_is_large(c, vmalloc->bytes, c->limit->vmalloc_permille))
		return;
	f = mw_case_finding(c, "MW-VMALLOC-LARGE", vmalloc->bytes, "vmalloc, stacks apart",
			    "proc/meminfo");
	f.verdict =
		mw_fmt(c->arena, "%s of kernel memory was taken by vmalloc%s",
		       mw_fmt_bytes(c->arena, vmalloc->bytes.v), largest_owner(vmalloc, c->arena));
	name_owners(&f, vmalloc, c->arena, "proc/vmallocinfo");
	mw_finding_fix(
		&f,
		(struct mw_fix){
			.command = "grep pages= /proc/vmallocinfo | sort -k2 -n -r | head -20",
			.effect = "shows the largest areas with the function that asked for each",
			.risk = "none",
			.undo = "none needed" });
	mw_finding_fix(&f, compare_later());
	f.check = "grep VmallocUsed /proc/meminfo";
	f.sure = "certain of the size; the caller's name tells the part of the kernel, not the "
		 "fault";
	mw_findings_add(all, c->arena, &f);
}

static void find_unaccounted(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_class *rest = &c->ledger->class[MW_UNACCOUNTED];
	struct mw_finding f;

	if (!mw_case_is_large(c, rest->bytes, c->limit->unaccounted_permille))
		return;
	f = mw_case_finding(c, "MW-UNACCOUNTED", rest->bytes, "in no known class", rest->source);
	f.verdict = mw_fmt(c->arena,
			   "%s are in no class that the kernel counts: pages a driver or "
			   "the kernel took directly",
			   mw_fmt_bytes(c->arena, rest->bytes.v));
	if (mw_or(c->snap->meminfo.balloon_bytes, 0))
		mw_finding_bytes(&f, "in a balloon, perhaps part of it",
				 c->snap->meminfo.balloon_bytes, "proc/meminfo");
	for (size_t i = 0; i < c->snap->n_alloc_sites && i < SHOWN; i++)
		mw_finding_bytes(&f,
				 mw_fmt(c->arena, "asked for at %.*s",
					(int)c->snap->alloc_site[i].site.n,
					c->snap->alloc_site[i].site.p),
				 mw_ok(c->snap->alloc_site[i].bytes), "proc/allocinfo");
	mw_finding_fix(&f, compare_later());
	mw_finding_fix(
		&f,
		(struct mw_fix){
			.command =
				"# boot once with sysctl.vm.mem_profiling=1 (kernel 6.10 or later, "
				"CONFIG_MEM_ALLOC_PROFILING=y), then read /proc/allocinfo",
			.effect = "names the line of kernel source behind each allocation",
			.risk = "a few percent of speed and memory while it is on",
			.undo = "boot without it" });
	f.check = "memwhy ledger";
	f.sure = mw_known(c->snap->moved_bytes)
			 ? mw_fmt(c->arena,
				  "a difference of counters that moved by %s while they were read",
				  mw_fmt_bytes(c->arena, c->snap->moved_bytes.v))
			 : "a difference of counters that were read one after another";
	mw_findings_add(all, c->arena, &f);
}

/* Free pages of the pools of all nodes together, less those promised to somebody. */
static struct mw_val idle_hugetlb(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < s->n_hugetlb; i++) {
		const struct mw_hugetlb_pool *p = &s->hugetlb[i];

		if (!p->node.n)
			sum = mw_add(sum, mw_mul(mw_sub(p->free_count, p->reserved_count),
						 p->page_bytes));
	}
	if (s->n_hugetlb)
		return sum;
	return mw_mul(mw_sub(s->meminfo.huge_free_count, s->meminfo.huge_reserved_count),
		      mw_or(s->meminfo.huge_page_bytes, 0));
}

static void hugetlb_fixes(struct mw_finding *f, const struct mw_case *c)
{
	for (size_t i = 0; i < c->snap->n_hugetlb; i++) {
		const struct mw_hugetlb_pool *p = &c->snap->hugetlb[i];
		struct mw_val idle = mw_sub(p->free_count, p->reserved_count);
		unsigned long long kib = p->page_bytes / 1024;

		if (p->node.n || !mw_or(idle, 0) || !mw_known(p->total_count))
			continue;
		mw_finding_fix(
			f, (struct mw_fix){
				   .command = mw_fmt(
					   c->arena,
					   "echo %llu > "
					   "/sys/kernel/mm/hugepages/hugepages-%llukB/nr_hugepages",
					   (unsigned long long)(p->total_count.v - idle.v), kib),
				   .effect = mw_fmt(
					   c->arena, "gives %s back",
					   mw_fmt_val_bytes(c->arena, mw_mul(idle, p->page_bytes))),
				   .risk = "a program that starts later and wants huge pages does "
					   "not get them",
				   .undo = mw_fmt(
					   c->arena,
					   "echo %llu > "
					   "/sys/kernel/mm/hugepages/hugepages-%llukB/nr_hugepages",
					   (unsigned long long)p->total_count.v, kib) });
	}
}

static void find_hugetlb(const struct mw_case *c, struct mw_findings *all)
{
	struct mw_val idle = idle_hugetlb(c->snap);
	struct mw_finding f;

	if (!mw_case_is_large(c, idle, c->limit->hugetlb_idle_permille))
		return;
	f = mw_case_finding(c, "MW-HUGETLB-IDLE", idle, "huge pages free and not reserved",
			    "sys/kernel/mm/hugepages");
	f.verdict = mw_fmt(c->arena, "%s lie in huge page pools and nobody uses them",
			   mw_fmt_bytes(c->arena, idle.v));
	mw_finding_bytes(&f, "all huge pages", c->ledger->class[MW_HUGETLB].bytes, "proc/meminfo");
	hugetlb_fixes(&f, c);
	f.check = "grep -i huge /proc/meminfo";
	f.sure = "certain for now; a program may be about to start that wants them";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_kernel(const struct mw_case *c, struct mw_findings *f)
{
	find_slab(c, f);
	find_vmalloc(c, f);
	find_unaccounted(c, f);
	find_hugetlb(c, f);
}
