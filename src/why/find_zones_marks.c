/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones_marks - watermarks that keep too little free, or too much.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_zones_private.h"

/* Runs of kswapd, and stalls: fewer prove nothing. */
#define ENOUGH 100

/* One of the marks, without the boost, of all zones together. */
static struct mw_val sum_bytes(const struct mw_zone_map *z, enum mw_zone_figure mark)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++) {
			const struct mw_zones_zone *zone = &z->node[i].zone[k];

			if (!zone->parts)
				return mw_no(MW_UNREAD);
			if (zone->level != MW_LEVEL_EMPTY)
				sum = mw_add(sum, zone->parts->kernel_pages[mark]);
		}
	return mw_mul(sum, z->snap->host.page_bytes);
}

static void add_marks(const struct mw_zone_map *z, struct mw_finding *f)
{
	mw_finding_bytes(f, "min marks of all zones", sum_bytes(z, MW_FIGURE_MIN), "proc/zoneinfo");
	mw_finding_bytes(f, "low marks", sum_bytes(z, MW_FIGURE_LOW), "proc/zoneinfo");
	mw_finding_bytes(f, "high marks", sum_bytes(z, MW_FIGURE_HIGH), "proc/zoneinfo");
}

static void add_settings(const struct mw_zone_map *z, struct mw_finding *f)
{
	const struct mw_zones *s = &z->snap->zones;

	if (mw_known(s->min_free_kib))
		mw_finding_count(f, "vm.min_free_kbytes", s->min_free_kib.v,
				 "proc/sys/vm/min_free_kbytes");
	if (mw_known(s->watermark_scale_factor))
		mw_finding_count(f, "vm.watermark_scale_factor", s->watermark_scale_factor.v,
				 "proc/sys/vm/watermark_scale_factor");
}

static void fix_min_free(const struct mw_zones_case *c, uint64_t kib, const char *effect,
			 const char *risk, struct mw_finding *f)
{
	mw_finding_fix(
		f, (struct mw_fix){ mw_fmt(c->arena, "sysctl -w vm.min_free_kbytes=%" PRIu64, kib),
				    effect, risk,
				    mw_fmt(c->arena, "sysctl -w vm.min_free_kbytes=%" PRIu64,
					   c->z->snap->zones.min_free_kib.v) });
}

static void fix_factor(const struct mw_zones_case *c, uint64_t factor, const char *effect,
		       const char *risk, struct mw_finding *f)
{
	mw_finding_fix(
		f, (struct mw_fix){
			   mw_fmt(c->arena, "sysctl -w vm.watermark_scale_factor=%" PRIu64, factor),
			   effect, risk,
			   mw_fmt(c->arena, "sysctl -w vm.watermark_scale_factor=%" PRIu64,
				  c->z->snap->zones.watermark_scale_factor.v) });
}

static const char *keeps(const struct mw_zones_case *c, struct mw_val bytes)
{
	return mw_fmt(c->arena, "%s less for programs and page cache",
		      mw_fmt_val_bytes(c->arena, bytes));
}

/* Far below what the kernel would choose, and kswapd does not start earlier to make up for it. */
static void min_free_low(const struct mw_zones_case *c, struct mw_findings *all)
{
	struct mw_val now = c->z->snap->zones.min_free_kib, boot = c->z->min_free_at_boot_kib;
	struct mw_val low = sum_bytes(c->z, MW_FIGURE_LOW);
	struct mw_finding f = {
		.id = "MW-WATERMARK-LOW",
		.severity = MW_WARNING,
		.check = "sysctl vm.min_free_kbytes",
		.sure = "certain of the setting; what the kernel would choose is worked out from "
			"the memory there is now, so near; whether bursts come, only they show",
	};

	if (!mw_known(now) || !mw_known(boot) || !mw_known(low) || low.v / 1024 >= boot.v ||
	    mw_permille(now.v, boot.v) >= c->limit->watermark_low_permille)
		return;
	f.verdict = mw_fmt(c->arena,
			   "vm.min_free_kbytes is %" PRIu64 ": the kernel itself would choose "
			   "about %" PRIu64 ", so that what cannot wait finds pages",
			   now.v, boot.v);
	f.weight_bytes = mw_or(mw_mul(mw_ok(boot.v - now.v), 1024), 0);
	mw_finding_count(&f, "what the kernel would choose, in kB", boot.v, "proc/zoneinfo");
	add_settings(c->z, &f);
	add_marks(c->z, &f);
	fix_min_free(c, boot.v, "more is kept for network packets and others that cannot wait",
		     keeps(c, mw_ok(f.weight_bytes)), &f);
	mw_findings_add(all, c->arena, &f);
}

static void fix_quick(const struct mw_zones_case *c, struct mw_finding *f)
{
	const struct mw_zones *s = &c->z->snap->zones;
	struct mw_val pages = mw_zoneinfo_managed_pages(&c->z->snap->zoneinfo);
	const char *effect = "kswapd starts earlier and frees more at a time";
	uint64_t factor = mw_or(s->watermark_scale_factor, 0), more;

	if (mw_known(s->watermark_scale_factor)) {
		more = factor < 20 ? 50 : factor < 500 ? factor * 2 : 1000;
		if (more <= factor)
			return;
		if (mw_known(pages))
			pages = mw_ok(pages.v / 10000);
		fix_factor(c, more, effect,
			   mw_fmt(c->arena, "up to %s",
				  keeps(c, mw_mul(mw_mul(pages, 2 * (more - factor)),
						  c->z->snap->host.page_bytes))),
			   f);
	} else if (mw_known(s->min_free_kib)) {
		fix_min_free(c, s->min_free_kib.v * 2, effect,
			     keeps(c, mw_mul(s->min_free_kib, 1024)), f);
	}
}

/* kswapd_try_to_sleep(), mm/vmscan.c: it naps for a tenth of a second before it sleeps, and counts
 * whether it was woken from that.  That and direct reclaim are the signs that
 * Documentation/admin-guide/sysctl/vm.rst names for watermark_scale_factor. */
static void gap_low(const struct mw_zones_case *c, struct mw_findings *all)
{
	const struct mw_vmstat *v = &c->z->snap->vmstat;
	struct mw_val stalls = mw_vmstat_allocstall(v);
	uint64_t runs = mw_or(v->pageoutrun_count, 0);
	struct mw_finding f = {
		.id = "MW-WATERMARK-LOW",
		.severity = MW_WARNING,
		.check = "grep -E 'pageoutrun|hit_quickly|allocstall' /proc/vmstat",
		.sure = "certain of the counters; they are since boot: two readings an hour apart "
			"show whether it still happens",
	};

	if (runs < ENOUGH || mw_or(stalls, 0) < ENOUGH ||
	    mw_permille(mw_or(v->low_hit_quickly_count, 0), runs) <
		    c->limit->watermark_quick_permille)
		return;
	f.verdict = mw_fmt(c->arena,
			   "between low and high there is too little for bursts: %" PRIu64
			   " of %" PRIu64 " times kswapd was woken at once, and %" PRIu64
			   " times a task had to reclaim itself",
			   v->low_hit_quickly_count.v, runs, stalls.v);
	mw_finding_count(&f, "pageoutrun: runs of kswapd", runs, "proc/vmstat");
	mw_finding_count(&f, "kswapd_low_wmark_hit_quickly", v->low_hit_quickly_count.v,
			 "proc/vmstat");
	mw_finding_count(&f, "allocstall of all zones", stalls.v, "proc/vmstat");
	add_settings(c->z, &f);
	add_marks(c->z, &f);
	fix_quick(c, &f);
	mw_findings_add(all, c->arena, &f);
}

/* Min is beyond the 5 % that the kernel would take at most, or else it is the factor. */
static void fix_high(const struct mw_zones_case *c, struct mw_val total, struct mw_finding *f)
{
	const struct mw_zones *s = &c->z->snap->zones;
	struct mw_val min = sum_bytes(c->z, MW_FIGURE_MIN), boot = c->z->min_free_at_boot_kib;

	if (mw_permille(min.v, total.v) > 50 && mw_known(s->min_free_kib) && mw_known(boot) &&
	    boot.v < s->min_free_kib.v)
		fix_min_free(c, boot.v, "what the kernel would choose: the rest is usable",
			     "less is left for requests that cannot wait: packets may be dropped",
			     f);
	if (mw_or(s->watermark_scale_factor, 0) > 10)
		fix_factor(c, 10, "the usual: low and high come down to min",
			   "kswapd starts later: bursts may have to reclaim themselves", f);
}

static void marks_high(const struct mw_zones_case *c, struct mw_findings *all)
{
	struct mw_val high = sum_bytes(c->z, MW_FIGURE_HIGH);
	struct mw_val total = c->z->snap->meminfo.total_bytes;
	struct mw_finding f = {
		.id = "MW-WATERMARK-HIGH",
		.severity = MW_WARNING,
		.check = "memwhy zones",
		.sure = "certain of the marks; somebody may want it so, for bursts",
	};

	if (!mw_known(high) || !mw_known(total) || high.v >> 20 < c->limit->floor_mib ||
	    mw_permille(high.v, total.v) < c->limit->watermark_high_permille)
		return;
	f.verdict = mw_fmt(c->arena,
			   "kswapd keeps %s free, %" PRIu64 ".%" PRIu64
			   " %% of RAM: so much is of no use to programs and page cache",
			   mw_fmt_bytes(c->arena, high.v), mw_permille(high.v, total.v) / 10,
			   mw_permille(high.v, total.v) % 10);
	f.weight_bytes = high.v;
	add_marks(c->z, &f);
	add_settings(c->z, &f);
	if (mw_known(c->z->min_free_at_boot_kib))
		mw_finding_count(&f, "vm.min_free_kbytes that the kernel would choose",
				 c->z->min_free_at_boot_kib.v, "proc/zoneinfo");
	fix_high(c, total, &f);
	mw_findings_add(all, c->arena, &f);
}

void mw_find_zones_marks(const struct mw_zones_case *c, struct mw_findings *all)
{
	min_free_low(c, all);
	gap_low(c, all);
	marks_high(c, all);
}
