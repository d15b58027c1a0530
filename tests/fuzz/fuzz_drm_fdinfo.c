/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/drm_fdinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);
	struct mw_drm_client c;

	if (mw_drm_fdinfo_parse(text, &c) < 0)
		return 0;
	must(c.driver.n);
	must_lie_in(text, c.driver);
	must_lie_in(text, c.client_id);
	must_lie_in(text, c.device);
	must_be_read(&c.system_bytes, sizeof(c.system_bytes));
	mw_drm_uses_shmem(c.driver);
	return 0;
}
