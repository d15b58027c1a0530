/* SPDX-License-Identifier: Apache-2.0 */
#include "why/promise_rule.h"

#include "why/commit.h"

static struct mw_val pages_of(const struct mw_snap *s, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / s->host.page_bytes) : bytes;
}

void mw_promise_rule(const struct mw_snap *s, const struct mw_asker *a,
		     struct mw_overcommit *ret_machine, struct mw_overcommit_answer *ret_answer)
{
	struct mw_overcommit_asker who = {
		.admin = mw_or(a->init_userns, 0) &&
			 (mw_or(a->status.effective_caps, 0) & MW_CAP_SYS_ADMIN),
		.total_vm_pages = pages_of(s, a->status.address_space_bytes),
	};
	uint64_t mode = mw_or(s->commit_sysctl.overcommit_memory, MW_OVERCOMMIT_GUESS);

	*ret_machine = mw_overcommit_of(s);
	if (mode > MW_OVERCOMMIT_NEVER)
		mode = MW_OVERCOMMIT_GUESS;
	mw_overcommit_ask(ret_machine, (enum mw_overcommit_mode)mode, &who, ret_answer);
}
