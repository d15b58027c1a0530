/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_maps.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_map m;

	while (mw_maps_next(&rest, &m)) {
		must(m.start < m.end);
		must_lie_in(text, m.range);
		must_lie_in(text, m.perms);
		must_lie_in(text, m.dev);
		must_lie_in(text, m.inode);
		must_lie_in(text, m.path);
		must(mw_str_find(m.path, '\n') == m.path.n);
		mw_map_is_deleted(m.path);
	}
	must(!rest.n);
	return 0;
}
