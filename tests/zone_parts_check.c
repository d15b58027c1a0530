/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_parts_check - of a capture, or another root: are watermarks and reserves what they are
 * computed to be?  One JSON object; on standard error what differs.  Exit status 1 where some do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernel/root.h"
#include "why/zone_parts.h"

static void say_difference(const struct mw_zone *z, const struct mw_zone_compared *c)
{
	for (size_t i = 0; i < MW_FIGURES; i++)
		if (c->figure[i] == MW_PARTS_DIFFER)
			fprintf(stderr, "node %ju %.*s figure %zu: kernel %ju, computed %ju\n",
				(uintmax_t)z->node, (int)z->name.n, z->name.p, i,
				(uintmax_t)c->kernel_pages[i].v, (uintmax_t)c->computed_pages[i].v);
}

int main(int argc, char **argv)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_root *root = NULL;
	struct mw_problem problem;
	struct mw_zone_parts parts;
	struct mw_snap snap;

	if (argc != 2 || mw_root_open(argv[1], false, &root, &problem) < 0 ||
	    mw_snap_take(root, &options, &arena, &snap) < 0 ||
	    mw_zone_parts(&snap, &arena, &parts) < 0) {
		fprintf(stderr, "usage: zone_parts_check ROOT\n");
		return 2;
	}
	for (size_t i = 0; i < parts.n_zones; i++)
		say_difference(&snap.zoneinfo.zone[i], &parts.zone[i]);
	printf("{\"zones\":%zu,\"agree\":%zu,\"differ\":%zu,\"not_compared\":%zu,\"figures\":%zu,"
	       "\"min_free_kib\":%ju,\"min_free_at_boot_kib\":%ju}\n",
	       parts.n_zones, parts.n_agree, parts.n_differ, parts.n_not_compared, parts.n_figures,
	       (uintmax_t)mw_or(snap.zones.min_free_kib, 0),
	       (uintmax_t)mw_or(parts.min_free_at_boot_kib, 0));
	mw_root_free(root);
	return parts.all != MW_PARTS_AGREE;
}
