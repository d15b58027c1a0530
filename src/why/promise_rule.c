/* SPDX-License-Identifier: Apache-2.0 */
#include "why/promise_rule.h"

#include "why/commit.h"

struct mw_overcommit_asker mw_promise_asker(const struct mw_asker *a, uint64_t page_bytes)
{
	struct mw_overcommit_asker who = {
		.admin = mw_or(a->init_userns, 0) &&
			 (mw_or(a->status.effective_caps, 0) & MW_CAP_SYS_ADMIN),
		.total_vm_pages = a->status.address_space_bytes,
	};

	if (mw_known(who.total_vm_pages))
		who.total_vm_pages.v /= page_bytes;
	return who;
}

void mw_promise_rule(const struct mw_snap *s, const struct mw_asker *a,
		     struct mw_overcommit *ret_machine, struct mw_overcommit_answer *ret_answer)
{
	struct mw_overcommit_asker who = mw_promise_asker(a, s->host.page_bytes);
	uint64_t mode = mw_or(s->commit_sysctl.overcommit_memory, MW_OVERCOMMIT_GUESS);

	*ret_machine = mw_overcommit_of(s);
	if (mode > MW_OVERCOMMIT_NEVER)
		mode = MW_OVERCOMMIT_GUESS;
	mw_overcommit_ask(ret_machine, (enum mw_overcommit_mode)mode, &who, ret_answer);
}
