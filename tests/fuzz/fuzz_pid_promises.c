/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smaps of any bytes: each promise lies in it, and the condensed text promises as much.
 */
#include "kernel/pid_promises.h"

#include <string.h>

#include "fuzz.h"

static void check(struct mw_str text, const struct mw_promise *p)
{
	must(p->map.end > p->map.start);
	must_lie_in(text, p->map.range);
	must_lie_in(text, p->map.path);
	must_be_val(p->touched_bytes);
	must_be_val(p->shared_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_str part = mw_promises_of_smaps(text, &arena), part_rest = part;
	struct mw_str again = mw_promises_of_smaps(part, &arena);
	struct mw_promise p, q;

	must(part.n <= size + 1);
	while (mw_promises_next(&rest, &p)) {
		check(text, &p);
		must(mw_promises_next(&part_rest, &q));
		check(part, &q);
		must(p.map.start == q.map.start && p.map.end == q.map.end);
		must(p.not_forked == q.not_forked);
		must(!mw_known(p.touched_bytes) || p.touched_bytes.v == q.touched_bytes.v);
		must(!mw_known(p.shared_bytes) || p.shared_bytes.v == q.shared_bytes.v);
	}
	must(!mw_promises_next(&part_rest, &q));
	must(again.n == part.n && (!part.n || !memcmp(again.p, part.p, part.n)));
	must(!arena.failed);
	return 0;
}
