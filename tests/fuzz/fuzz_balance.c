/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: the plan moves what there is, to nodes that take it, and no node
 * comes below what it keeps free by what comes.
 */
#include "kernel/number_list.h"
#include "snap_text.h"
#include "why/balance.h"
#include "why/thresholds.h"

static void check_proc(const struct mw_balance_proc *p)
{
	const struct mw_proc_numa *n = &p->proc->numa;

	if (p->verdict == MW_BALANCE_UNKNOWN)
		return;
	must(p->remote_bytes <= p->bytes && p->after_bytes <= p->bytes);
	must(p->move_bytes <= p->bytes);
	if (p->verdict != MW_BALANCE_PLACED) {
		must(!p->move_bytes && p->after_bytes == p->remote_bytes);
		return;
	}
	must(!n->mems_allowed.n || mw_list_has(n->mems_allowed, p->target));
	must(!p->cpus.n || mw_lists_overlap(p->cpus, n->cpus_allowed));
}

static void play(const struct mw_balance *b)
{
	int64_t free_bytes[MW_BALANCE_NODES_MAX] = {};

	must(!b->n_moves || b->n_nodes <= MW_BALANCE_NODES_MAX);
	for (size_t k = 0; k < b->n_nodes && k < MW_BALANCE_NODES_MAX; k++)
		free_bytes[k] = b->node[k].takes ? (int64_t)b->node[k].free_bytes.v : 0;
	for (size_t i = 0; i < b->n_moves; i++) {
		const struct mw_move *m = &b->move[i];

		must(m->item < b->n_procs && m->from < b->n_nodes && m->to < b->n_nodes);
		must(b->proc[m->item].verdict == MW_BALANCE_PLACED);
		must(b->node[m->to].node->node == b->proc[m->item].target);
		must(b->node[m->to].takes && m->bytes);
		free_bytes[m->from] += (int64_t)m->bytes;
		free_bytes[m->to] -= (int64_t)m->bytes;
		must(free_bytes[m->to] >= (int64_t)b->node[m->to].keep_bytes.v);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES | MW_WANT_NUMA,
						 .smaps_budget_us = 1000000000 };
	struct mw_thresholds limit = mw_thresholds_normal();
	_mw_arena_ struct mw_arena arena = {}, whole = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture capture;
	struct mw_zone_map zones;
	struct mw_balance b;
	struct mw_root *root;
	struct mw_snap s;

	if (mw_capture_parse(text, &whole, &capture, &problem) < 0)
		return 0;
	root = fuzz_root(text);
	limit.balance_large_permille = size % 3;
	if (!mw_snap_take(root, &options, &arena, &s)) {
		mw_zones_build(&s, s.host.release, &arena, &zones);
		mw_balance_build(&zones, &(struct mw_balance_ask){ .threshold = &limit }, &arena,
				 &b);
		for (size_t i = 0; i < b.n_procs; i++)
			check_proc(&b.proc[i]);
		play(&b);
		must(!arena.failed);
	}
	mw_root_free(root);
	return 0;
}
