/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/maps_place.h"

struct mw_maps_place mw_maps_place(struct mw_str maps, uint64_t address)
{
	struct mw_maps_place p = {};
	struct mw_map m;

	while (mw_maps_next(&maps, &m)) {
		if (m.end <= address) {
			p.n_below++;
			if (!p.has_below || m.end > p.below.end)
				p.below = m;
			p.has_below = true;
		} else if (m.start > address) {
			if (!p.has_above || m.start < p.above.start)
				p.above = m;
			p.has_above = true;
		} else if (!p.mapped) {
			p.mapped = true;
			p.map = m;
		}
	}
	return p;
}
