/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_processes - a process that holds a large part of the machine alone.
 */
#include "base/fmt.h"
#include "why/find.h"

static void add_fixes(struct mw_finding *f, const struct mw_owner *o, struct mw_arena *a)
{
	unsigned long long pid = o->pid.v;

	mw_finding_fix(f, (struct mw_fix){ .command = mw_fmt(
						   a, "ps -o pid,user,lstart,rss,cmd -p %llu", pid),
					   .effect = "says what it is and since when it runs",
					   .risk = "none",
					   .undo = "none needed" });
	mw_finding_fix(
		f, (struct mw_fix){
			   .command = mw_fmt(a,
					     "grep -E 'Name|Vm|Rss' /proc/%llu/status; sleep 60; "
					     "grep -E 'VmRSS|VmSwap' /proc/%llu/status",
					     pid, pid),
			   .effect = "shows whether it grows",
			   .risk = "none",
			   .undo = "none needed" });
}

void mw_find_processes(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_class *anon = &c->ledger->class[MW_ANON];

	for (size_t i = 0; i < anon->n_owners; i++) {
		const struct mw_owner *o = &anon->owner[i];
		struct mw_finding f;

		if (!mw_known(o->pid) || !mw_case_is_large(c, o->bytes, c->limit->process_permille))
			continue;
		f = mw_case_finding(c, "MW-PROCESS-DOMINATES", o->bytes, "its anonymous memory",
				    o->note ? "proc/PID/status" : "proc/PID/smaps_rollup");
		f.verdict = mw_fmt(c->arena, "pid %llu (%.*s) alone holds %s of anonymous memory",
				   (unsigned long long)o->pid.v, (int)o->name.n, o->name.p,
				   mw_fmt_bytes(c->arena, o->bytes.v));
		if (o->note)
			mw_finding_text(&f, "measured as", o->note, "proc/PID/status");
		add_fixes(&f, o, c->arena);
		f.check = mw_fmt(c->arena, "grep VmRSS /proc/%llu/status",
				 (unsigned long long)o->pid.v);
		f.sure = "certain of the size; whether that is too much, its own limits say";
		mw_findings_add(all, c->arena, &f);
	}
}
