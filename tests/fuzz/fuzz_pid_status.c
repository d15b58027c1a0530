/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_status.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_pid_status s;

	if (mw_pid_status_parse(fuzz_text(data, size), &arena, &s) < 0)
		return 0;
	must(s.name.n <= size);
	must(s.rss_bytes.why != MW_UNREAD && s.rss_anon_bytes.why != MW_UNREAD);
	must(s.rss_file_bytes.why != MW_UNREAD && s.rss_shmem_bytes.why != MW_UNREAD);
	must(s.locked_bytes.why != MW_UNREAD && s.swap_bytes.why != MW_UNREAD);
	must(s.page_tables_bytes.why != MW_UNREAD && s.hugetlb_bytes.why != MW_UNREAD);
	return 0;
}
