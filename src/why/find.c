/* SPDX-License-Identifier: Apache-2.0 */
#include "why/find.h"

#include "base/fmt.h"

bool mw_case_exceeds(const struct mw_case *c, struct mw_val bytes, uint64_t permille)
{
	return mw_known(bytes) && mw_known(c->ledger->total_bytes) &&
	       mw_permille(bytes.v, c->ledger->total_bytes.v) >= permille && bytes.v;
}

bool mw_case_is_large(const struct mw_case *c, struct mw_val bytes, uint64_t permille)
{
	return mw_case_exceeds(c, bytes, permille) && bytes.v >> 20 >= c->limit->floor_mib;
}

static void add(struct mw_finding *f, struct mw_evidence evidence)
{
	if (f->n_evidence < MW_EVIDENCE_MAX)
		f->evidence[f->n_evidence++] = evidence;
}

void mw_finding_bytes(struct mw_finding *f, const char *name, struct mw_val bytes,
		      const char *source)
{
	add(f, (struct mw_evidence){
		       .name = name, .value = bytes, .unit = MW_UNIT_BYTES, .source = source });
}

void mw_finding_count(struct mw_finding *f, const char *name, uint64_t n, const char *source)
{
	add(f, (struct mw_evidence){
		       .name = name, .value = mw_ok(n), .unit = MW_UNIT_COUNT, .source = source });
}

void mw_finding_text(struct mw_finding *f, const char *name, const char *text, const char *source)
{
	add(f, (struct mw_evidence){
		       .name = name, .text = text, .unit = MW_UNIT_TEXT, .source = source });
}

void mw_finding_fix(struct mw_finding *f, struct mw_fix fix)
{
	if (f->n_fixes < MW_FIX_MAX)
		f->fix[f->n_fixes++] = fix;
}

/* Before 3.14 the kernel does not say: at most what is free and all that reclaim could take. */
static struct mw_val available_bytes(const struct mw_meminfo *mi)
{
	struct mw_val most;

	if (mi->available_bytes.why != MW_ABSENT)
		return mi->available_bytes;
	most = mw_add(mi->free_bytes, mw_sub(mi->cached_bytes, mw_ok(mw_or(mi->shmem_bytes, 0))));
	return mw_add(mw_add(most, mi->buffers_bytes), mi->slab_reclaimable_bytes);
}

struct mw_finding mw_case_finding(const struct mw_case *c, const char *id, struct mw_val weight,
				  const char *name, const char *source)
{
	struct mw_val available = available_bytes(&c->snap->meminfo);
	bool short_of =
		mw_known(available) && !mw_case_exceeds(c, available, c->limit->available_permille);
	struct mw_finding f = { .id = id,
				.severity = short_of ? MW_CRITICAL : MW_WARNING,
				.weight_bytes = mw_or(weight, 0) };

	mw_finding_bytes(&f, name, weight, source);
	add(&f, (struct mw_evidence){ .name = "share of MemTotal",
				      .unit = MW_UNIT_PERMILLE,
				      .source = "proc/meminfo",
				      .value = mw_ok(mw_permille(
					      f.weight_bytes, mw_or(c->ledger->total_bytes, 0))) });
	if (short_of)
		mw_finding_bytes(&f, "MemAvailable", available, "proc/meminfo");
	return f;
}

/* The largest classes that cannot be had back at once. */
static void name_holders(struct mw_finding *f, const struct mw_ledger *l)
{
	bool taken[MW_CLASS_COUNT] = {
		[MW_FREE] = true, [MW_PERCPU_LISTS] = true, [MW_NOT_HANDED_OUT] = true
	};

	for (size_t shown = 0; shown < 4; shown++) {
		size_t best = mw_ledger_largest(l, taken);

		if (best == MW_CLASS_COUNT)
			return;
		taken[best] = true;
		mw_finding_bytes(f, l->class[best].label, l->class[best].bytes,
				 l->class[best].source);
	}
}

static void find_available(const struct mw_case *c, struct mw_findings *all)
{
	bool said = c->snap->meminfo.available_bytes.why != MW_ABSENT;
	struct mw_val available = available_bytes(&c->snap->meminfo);
	struct mw_finding f;

	if (!mw_known(available) || mw_case_exceeds(c, available, c->limit->available_permille))
		return;
	f = mw_case_finding(c, "MW-AVAILABLE-LOW", available,
			    said ? "MemAvailable" : "free and all that reclaim could take",
			    "proc/meminfo");
	f.n_evidence = 2; /* the third would say the same again */
	f.weight_bytes = mw_or(mw_sub(c->ledger->total_bytes, available), 0);
	f.verdict = mw_fmt(c->arena, "only %s can be had without swapping",
			   mw_fmt_bytes(c->arena, available.v));
	name_holders(&f, c->ledger);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "memwhy ledger",
				     .effect = "names who holds the classes above, largest first",
				     .risk = "none",
				     .undo = "none needed" });
	f.check = said ? "grep MemAvailable /proc/meminfo" : "free -m";
	f.sure =
		!said ? "this kernel does not say what is available: this is the most that could be"
		      : "the kernel's own estimate; shmem and locked memory are not in it, what a "
			"cgroup may still use is not either";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_all(const struct mw_case *c, struct mw_findings *ret)
{
	struct mw_findings f = {};

	find_available(c, &f);
	mw_find_shmem(c, &f);
	mw_find_kernel(c, &f);
	mw_find_processes(c, &f);
	mw_findings_sort(&f);
	*ret = f;
}
