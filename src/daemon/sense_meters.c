/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "daemon/sense_private.h"
#include "kernel/arcstats.h"
#include "kernel/cgroup_memory.h"
#include "kernel/cgroup_stat.h"
#include "kernel/fields.h"
#include "kernel/meminfo.h"
#include "kernel/pressure.h"
#include "kernel/vmstat.h"
#include "kernel/zram.h"

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t = {};

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct mw_val line_bytes(struct mw_str text, const char *name)
{
	bool kib = false;
	struct mw_val v = mw_meminfo_line(text, mw_str_of(name), &kib);

	return kib ? mw_mul(v, 1024) : v;
}

static void take_meminfo(struct mw_sense *s, struct mw_guard_meters *m)
{
	struct mw_meminfo info;
	struct mw_str text;
	int r = mw_kept_read(&s->meminfo, s->room, &text);

	if (!r)
		r = mw_meminfo_parse(text, &info);
	if (r < 0) {
		m->total_bytes = m->free_bytes = m->available_bytes = m->swap_total_bytes =
			m->swap_free_bytes = m->anon_bytes = m->shmem_bytes =
				m->slab_unreclaimable_bytes = m->hugetlb_bytes = m->file_bytes =
					mw_no(mw_why_of_errno(r));
		return;
	}
	m->total_bytes = info.total_bytes;
	m->free_bytes = info.free_bytes;
	m->available_bytes = info.available_bytes;
	m->swap_total_bytes = info.swap_total_bytes;
	m->swap_free_bytes = info.swap_free_bytes;
	m->anon_bytes = info.anon_bytes;
	m->shmem_bytes = info.shmem_bytes;
	m->slab_unreclaimable_bytes = info.slab_unreclaimable_bytes;
	m->hugetlb_bytes = info.hugetlb_bytes;
	m->file_bytes =
		mw_add(line_bytes(text, "Active(file)"), line_bytes(text, "Inactive(file)"));
}

static void take_vmstat(struct mw_sense *s, struct mw_guard_meters *m)
{
	struct mw_vmstat v;
	struct mw_str text;
	int r = mw_kept_read(&s->vmstat, s->room, &text);

	if (r < 0) {
		m->refault_count = m->swap_in_count = m->swap_out_count = mw_no(mw_why_of_errno(r));
		return;
	}
	mw_vmstat_parse(text, &v);
	m->refault_count =
		v.refault_file_count.why == MW_ABSENT ? v.refault_count : v.refault_file_count;
	m->swap_in_count = v.swap_in_pages;
	m->swap_out_count = v.swap_out_pages;
}

static void take_pressure(struct mw_sense *s, const struct mw_kept *file, struct mw_guard_meters *m)
{
	struct mw_pressure p;
	struct mw_str text;
	int r = mw_kept_read(file, s->room, &text);

	if (r < 0) {
		m->some_us = m->full_us = mw_no(mw_why_of_errno(r));
		return;
	}
	mw_pressure_parse(text, &p);
	m->some_us = p.some_us;
	m->full_us = p.full_us;
}

static void take_arc(struct mw_sense *s, struct mw_guard_meters *m)
{
	struct mw_arcstats arc;
	struct mw_str text;
	int r = mw_kept_read(&s->arcstats, s->room, &text);

	if (r < 0) {
		m->arc_bytes = m->arc_min_bytes = mw_no(mw_why_of_errno(r));
		return;
	}
	mw_arcstats_parse(text, &arc);
	m->arc_bytes = arc.size_bytes;
	m->arc_min_bytes = arc.min_bytes;
}

static void take_zrams(struct mw_sense *s, struct mw_guard_meters *m)
{
	struct mw_zram z;
	struct mw_str text;

	m->zram_bytes = m->zram_data_bytes = s->n_zrams ? mw_ok(0) : mw_no(MW_ABSENT);
	for (size_t i = 0; i < s->n_zrams; i++) {
		int r = mw_kept_read(&s->zram[i], s->room, &text);

		if (!r)
			r = mw_zram_parse(text, &z);
		m->zram_bytes = mw_add(m->zram_bytes,
				       r < 0 ? mw_no(mw_why_of_errno(r)) : mw_ok(z.used_bytes));
		m->zram_data_bytes = mw_add(m->zram_data_bytes, r < 0 ? mw_no(mw_why_of_errno(r))
								      : mw_ok(z.stored_bytes));
	}
}

static struct mw_val reclaimable(struct mw_sense *s)
{
	struct mw_cgroup_stat own, all;
	struct mw_val file;
	struct mw_str text;
	int r = mw_kept_read(&s->stat, s->room, &text);

	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	mw_cgroup_stat_parse(text, s->container_v2, &own, &all);
	file = mw_add(all.inactive_file_bytes, all.active_file_bytes);
	return mw_known(all.slab_reclaimable_bytes) ? mw_add(file, all.slab_reclaimable_bytes)
						    : file;
}

static struct mw_val limit_of(struct mw_sense *s, const struct mw_kept *file)
{
	struct mw_str text;
	int r = mw_kept_read(file, s->room, &text);

	return r < 0 ? mw_no(mw_why_of_errno(r)) : mw_cgroup_limit_parse(text);
}

/* So much more may be swapped: below its limit, if it has one, and of what swap is free. */
static struct mw_val swap_free(struct mw_sense *s, const struct mw_guard_meters *m)
{
	struct mw_val limit = limit_of(s, &s->swap_limit), used = limit_of(s, &s->swap_usage);
	struct mw_val left = mw_known(limit) && mw_known(used) && used.v > limit.v
				     ? mw_ok(0)
				     : mw_sub(limit, used);

	if (!mw_known(m->swap_free_bytes))
		return m->swap_free_bytes;
	if (mw_known(left) && left.v < m->swap_free_bytes.v)
		return left;
	return m->swap_total_bytes.v ? m->swap_free_bytes : mw_no(MW_ABSENT);
}

static void take_container(struct mw_sense *s, struct mw_guard_meters *m)
{
	m->group_limit_bytes = limit_of(s, &s->limit);
	m->group_usage_bytes = m->group_reclaimable_bytes = m->group_swap_free_bytes =
		m->group_limit_bytes;
	if (!mw_known(m->group_limit_bytes))
		return;
	m->group_usage_bytes = limit_of(s, &s->usage);
	m->group_reclaimable_bytes = reclaimable(s);
	m->group_swap_free_bytes = swap_free(s, m);
	if (!s->container_pressure.error)
		take_pressure(s, &s->container_pressure, m);
}

void mw_sense_meters(struct mw_sense *s, struct mw_guard_meters *ret)
{
	*ret = (struct mw_guard_meters){ .zone_low_bytes = s->zone_low_bytes };
	if (mw_root_is_live(s->root)) {
		ret->time_ns = now_ns(CLOCK_MONOTONIC);
		ret->wall_ns = now_ns(CLOCK_REALTIME);
	}
	take_meminfo(s, ret);
	take_pressure(s, &s->pressure, ret);
	take_vmstat(s, ret);
	take_arc(s, ret);
	take_zrams(s, ret);
	take_container(s, ret);
}
