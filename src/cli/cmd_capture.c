/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy capture - take this machine with me.
 */
#include <errno.h>
#include <string.h>

#include "act/outfile.h"
#include "base/fmt.h"
#include "cli/cmd.h"

static const struct opt opts[] = {
	{ "output", 'o', "FILE", "write here instead of standard output", OPT_TEXT,
	  offsetof(struct options, output) },
	{ "full", 0, NULL, "keep whole command lines, not only argv[0]", OPT_FLAG,
	  offsetof(struct options, full) },
};

/* Read for the analyses to come, and for a person who reads the capture. */
static const char *const also[] = {
	"proc/version",
	"proc/buddyinfo",
	"proc/pagetypeinfo",
	"proc/loadavg",
	"proc/uptime",
	"proc/swaps",
	"proc/iomem",
	"proc/pressure/memory",
	"proc/pressure/io",
	"proc/pressure/cpu",
	"proc/net/sockstat",
	"proc/cgroups",
	"proc/sys/vm/overcommit_memory",
	"proc/sys/vm/overcommit_ratio",
	"proc/sys/vm/overcommit_kbytes",
	"proc/sys/vm/admin_reserve_kbytes",
	"proc/sys/vm/user_reserve_kbytes",
	"proc/sys/vm/min_free_kbytes",
	"proc/sys/vm/watermark_scale_factor",
	"proc/sys/vm/lowmem_reserve_ratio",
	"proc/sys/vm/panic_on_oom",
	"proc/sys/vm/swappiness",
	"proc/sys/vm/oom_kill_allocating_task",
	"proc/sys/vm/zone_reclaim_mode",
	"sys/kernel/mm/transparent_hugepage/enabled",
};

static const char *const per_process[] = { "stat",	"statm",	 "cmdline",
					   "oom_score", "oom_score_adj", "limits" };

static void read_more(struct cli_job *job)
{
	struct mw_str text;
	struct mw_at at;

	for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
		mw_root_read(job->root, also[i], &job->arena, &text);
	for (size_t i = 0; i < job->snap.n_procs; i++) {
		if (mw_root_at(job->root,
			       mw_fmt(&job->arena, "proc/%llu",
				      (unsigned long long)job->snap.proc[i].pid),
			       &at) < 0)
			continue;
		for (size_t k = 0; k < sizeof(per_process) / sizeof(per_process[0]); k++)
			mw_at_read(&at, per_process[k], &job->arena, &text);
		mw_at_close(&at);
	}
}

static int write_out(struct cli_job *job, const struct options *o)
{
	const char *file = o->output ? o->output : o->save_capture;
	struct mw_capture capture;
	struct mw_str text;
	int r = mw_root_recorded(job->root, &capture);

	if (r < 0)
		return cli_fail("capture", r);
	if (!o->full)
		mw_capture_scrub(&capture);
	text = mw_capture_encode(&capture, &job->arena);
	if (job->arena.failed)
		return cli_fail("capture", -ENOMEM);
	if (file && strcmp(file, "-")) {
		r = mw_outfile_write(file, text);
		return r < 0 ? cli_fail(file, r) : EXIT_DONE;
	}
	fwrite(text.p, 1, text.n, stdout);
	return EXIT_DONE;
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct options recording = *o;
	int status;

	recording.save_capture = "kept"; /* any: it is written here */
	status = cli_job_start(&job, &recording, MW_WANT_ALL | MW_WANT_NUMA | MW_WANT_CGROUPS);
	if (status)
		return status;
	read_more(&job);
	status = write_out(&job, o);
	return status ? status : job.snap.sources.n ? EXIT_PARTIAL : EXIT_DONE;
}

const struct cmd cmd_capture = {
	.name = "capture",
	.summary = "write this machine's memory files into one text file",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
