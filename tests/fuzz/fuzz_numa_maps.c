/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numa_maps of any bytes: each piece lies in it, and its sums say the same and sum up to
 * themselves.
 */
#include "kernel/numa_maps.h"

#include <string.h>

#include "fuzz.h"

/* Modulo 2^64, and of sums that did not reach the largest number. */
static bool total_of(struct mw_str text, uint64_t *ret)
{
	struct mw_str rest = text;
	struct mw_numa_map m;
	uint64_t node, pages, total = 0;
	bool small = true;

	while (mw_numa_map_next(&rest, &m)) {
		must_lie_in(text, m.policy);
		must_lie_in(text, m.counts);
		must(m.policy.n);
		must(!m.page_bytes || m.huge || m.page_bytes <= 64 << 10);
		while (mw_numa_count_next(&m.counts, &node, &pages)) {
			must(node < MW_NODES_MAX && m.page_bytes);
			total += (node + 1) * pages * m.page_bytes;
			small &= pages < (uint64_t)1 << 32;
		}
	}
	*ret = total;
	return small;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_str once = mw_numa_maps_sum(text, &arena);
	struct mw_str twice = mw_numa_maps_sum(once, &arena);
	uint64_t whole, sum;

	must(!arena.failed);
	if (total_of(text, &whole)) {
		total_of(once, &sum);
		must(whole == sum);
	}
	must(once.n == twice.n && (!once.n || !memcmp(once.p, twice.p, once.n)));
	return 0;
}
