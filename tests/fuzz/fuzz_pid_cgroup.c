/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_cgroup.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), path = mw_pid_cgroup_memory(text);

	must_lie_in(text, path);
	must(mw_str_find(path, '\n') == path.n);
	return 0;
}
