/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: what is remote is a part of what there is, groups hold each process
 * once, and the findings are findings.
 */
#include "snap_text.h"
#include "why/numa.h"
#include "why/thresholds.h"

static void check_row(const struct mw_numa_row *r)
{
	const struct mw_proc_numa *p = &r->proc->numa;

	must_be_val(r->bytes);
	must_be_val(r->remote_bytes);
	must(!mw_known(r->remote_bytes) || (mw_known(r->bytes) && r->remote_bytes.v <= r->bytes.v));
	for (size_t i = 1; i < p->n_nodes; i++)
		must(p->node[i - 1].node < p->node[i].node);
	for (size_t i = 0; i < p->n_nodes && p->why == MW_OK; i++)
		must(p->node[i].shared_bytes <= p->node[i].bytes &&
		     p->node[i].hugetlb_bytes <= p->node[i].bytes);
	for (size_t i = 1; i < p->n_threads; i++)
		must(p->threads[i - 1].node < p->threads[i].node);
}

static void check(const struct mw_numa *n)
{
	size_t members = 0;

	for (size_t i = 0; i < n->n_rows; i++)
		check_row(&n->row[i]);
	for (size_t i = 0; i < n->n_groups; i++) {
		const struct mw_numa_group *g = &n->group[i];

		must(g->n && g->unknown_count <= g->n);
		must_be_val(g->bytes);
		must_be_val(g->remote_bytes);
		must(!mw_known(g->remote_bytes) || !mw_known(g->judged_bytes) ||
		     g->remote_bytes.v <= g->judged_bytes.v);
		members += g->n;
	}
	must(members == n->n_rows && n->all.n == n->n_rows);
	for (size_t i = 0; i < n->n_nodes && i < 8; i++)
		mw_numa_group_bytes_on(&n->all, n->node[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES | MW_WANT_NUMA,
						 .smaps_budget_us = 1000000 };
	const struct mw_thresholds limit = mw_thresholds_normal();
	_mw_arena_ struct mw_arena arena = {}, whole = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_findings findings = {};
	struct mw_problem problem;
	struct mw_capture capture;
	struct mw_zone_map zones;
	struct mw_root *root;
	struct mw_numa numa;
	struct mw_snap s;

	if (mw_capture_parse(text, &whole, &capture, &problem) < 0)
		return 0;
	root = fuzz_root(text);
	if (!mw_snap_take(root, &options, &arena, &s)) {
		mw_zones_build(&s, s.host.release, &arena, &zones);
		mw_numa_build(&zones, &arena, &numa);
		check(&numa);
		mw_find_numa(&numa, &limit, &arena, &findings);
		must_be_findings(&findings);
		must(!arena.failed);
	}
	mw_root_free(root);
	return 0;
}
