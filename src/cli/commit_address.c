/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy commit --address PID ADDR - what stands behind one virtual address?
 */
#include "cli/commit_address.h"

#include <errno.h>

#include "base/fmt.h"
#include "cli/commit.h"
#include "report/escape.h"
#include "why/space.h"

static bool parse_address(struct mw_str text, uint64_t *ret)
{
	if (mw_str_starts(text, "0x") || mw_str_starts(text, "0X"))
		text = mw_str_from(text, 2);
	return !mw_str_hex64(text, ret);
}

static int fail_pid(uint64_t pid, const char *name, const char *why)
{
	fprintf(stderr, "memwhy: pid %llu%s%s%s: %s\n", (unsigned long long)pid, name ? " (" : "",
		name ? name : "", name ? ")" : "", why);
	return EXIT_PARTIAL;
}

static int take(struct cli_job *job, const struct options *o, uint64_t pid, uint64_t address,
		struct mw_address_facts *ret)
{
	struct mw_snap_options want = { .smaps_budget_us = o->smaps_budget_ms * 1000 };
	int r = mw_take_address(job->root, &want, &job->arena, &job->snap, pid, address, ret);

	if (r == -ESRCH)
		return fail_pid(pid, NULL, "no such process");
	if (r == -ENODATA)
		return fail_pid(pid, mw_escape(&job->arena, ret->comm),
				"has no memory of its own: a kernel thread, or it has ended");
	if (r < 0)
		return cli_fail("address", r);
	if (!ret->place.mapped && mw_space_is_beyond(job->snap.host.machine, address)) {
		fprintf(stderr, "memwhy: --address: %#llx is beyond what a process can address\n",
			(unsigned long long)address);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int cli_commit_address(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_address_facts facts = {};
	struct mw_address x;
	struct mw_report r;
	uint64_t pid, address;
	int status;

	if (mw_str_u64(mw_str_of(o->address[0]), &pid) < 0 || !pid)
		return cli_wrong("address", o->address[0]);
	if (!parse_address(mw_str_of(o->address[1]), &address))
		return cli_wrong("address", o->address[1]);
	/* Of the machine nothing is asked here but who it is. */
	status = cli_job_start(&job, o, MW_WANT_NODES_ONLY);
	if (!status)
		status = take(&job, o, pid, address, &facts);
	if (status)
		return status;
	mw_address_explain(&facts, &x);
	mw_report_init(&r, &job.arena, "memwhy.commit-address/1");
	cli_address_report(&r, &facts, &x);
	return cli_job_emit(&job, o, &r);
}
