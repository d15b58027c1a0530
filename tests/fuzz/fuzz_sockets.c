/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sockets.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_protocol p;

	while (mw_protocols_next(&rest, &p)) {
		must(p.name.n);
		must_lie_in(text, p.name);
	}
	must(!rest.n);
	return 0;
}
