/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `memwhy commit --address` says in words: the promise, the page, notes, what to type next.
 */
#include "base/fmt.h"
#include "cli/commit_address.h"

const char *cli_address_promise(const struct mw_address *x)
{
	switch (x->promise) {
	case MW_PROMISE_MAPPING:
		return "promised (counted in Committed_AS)";
	case MW_PROMISE_OBJECT:
		return "promised (the object is counted in Committed_AS in full)";
	case MW_PROMISE_BLOCKS:
		return "promised page by page (counted in Committed_AS once it has a page)";
	case MW_PROMISE_POOL:
		return "not in Committed_AS (hugetlb reserves from its own pool)";
	case MW_PROMISE_NONE:
		return mw_or(x->noreserve, 0) ? "not promised (MAP_NORESERVE)"
					      : "not promised (not in Committed_AS)";
	case MW_PROMISE_UNKNOWN:
		break;
	}
	return "promised or not is not known";
}

static const char *mapped(const struct mw_address *x, struct mw_arena *a)
{
	if (mw_known(x->map_count))
		return x->map_count.v == 1 ? ", mapped once"
					   : mw_fmt(a, ", mapped %llu times",
						    (unsigned long long)x->map_count.v);
	/* The bit is 0 where nobody else's business is counted, too. */
	if (mw_known(x->exclusive) && !x->exclusive.v)
		return ", not mapped by this process alone";
	return "";
}

static const char *present(const struct mw_address *x, struct mw_arena *a)
{
	const char *frame = mw_known(x->frame)
				    ? mw_fmt(a, " in frame %#llx", (unsigned long long)x->frame.v)
				    : mw_fmt(a, " (frame: %s)", mw_why_name(x->frame.why));

	if (mw_or(x->zero, 0))
		return mw_fmt(a, "only read so far: the kernel's page of zeros%s", frame);
	return mw_fmt(
		a, "present%s%s%s%s", mw_or(x->copy, 0) ? " as a copy of its own" : "", frame,
		mw_or(x->huge, 0) && mw_known(x->block_bytes)
			? mw_fmt(a, ", part of a block of %s", mw_fmt_bytes(a, x->block_bytes.v))
			: "",
		mapped(x, a));
}

const char *cli_address_page(const struct mw_address *x, struct mw_arena *a)
{
	switch (x->state) {
	case MW_PAGE_PRESENT:
		return present(x, a);
	case MW_PAGE_SWAPPED:
		return mw_known(x->swap_type) ? mw_fmt(a, "swapped out to area %llu, page %llu",
						       (unsigned long long)x->swap_type.v,
						       (unsigned long long)mw_or(x->swap_offset, 0))
					      : "swapped out";
	case MW_PAGE_UNTOUCHED:
		return "no page behind it: never touched, or given back";
	case MW_PAGE_UNMAPPED:
		return "not in this process's page table: not touched by it, or taken out again";
	case MW_PAGE_GUARD:
		return "a guard page: an access is a SIGSEGV";
	case MW_PAGE_SPECIAL:
		return "being moved at this moment, on a device, or marked as unusable";
	case MW_PAGE_OUTSIDE:
		return "no page of the process";
	case MW_PAGE_UNKNOWN:
		break;
	}
	return mw_fmt(a, "its page is not known (%s)", mw_why_name(x->state_why));
}

static const char *noreserve_note(const struct mw_address_facts *f, struct mw_arena *a)
{
	if (!mw_known(f->overcommit_mode))
		return "nr: made with MAP_NORESERVE, in a mode of vm.overcommit_memory that "
		       "obeys it";
	switch (f->overcommit_mode.v) {
	case 2:
		return "nr: made with MAP_NORESERVE before vm.overcommit_memory became 2, and "
		       "still not counted; a mapping that is made now is counted all the same";
	case 1:
		return "nr: made with MAP_NORESERVE: not counted; in mode 1 of "
		       "vm.overcommit_memory nothing is refused for its size anyway";
	default:
		return mw_fmt(a,
			      "nr: made with MAP_NORESERVE: mode %llu of vm.overcommit_memory "
			      "neither counts nor refuses it; mode 2 would ignore the flag",
			      (unsigned long long)f->overcommit_mode.v);
	}
}

static void smaps_note(struct mw_report *r, const struct mw_address_facts *f)
{
	const size_t n = f->place.n_below;

	if (f->block_why == MW_UNREAD)
		mw_report_note(
			r,
			mw_fmt(r->arena,
			       "VmFlags not read: that could cost %llu ms of CPU time, as smaps "
			       "walks all pages up to this mapping; --smaps-budget %llu allows it",
			       (unsigned long long)f->smaps_cost_us / 1000 + 1,
			       (unsigned long long)f->smaps_cost_us / 1000 + 1));
	else if (f->block_why == MW_OK && n)
		mw_report_note(r, mw_fmt(r->arena,
					 "VmFlags are from smaps, read as far as this mapping: the "
					 "kernel walked the pages of the %zu below it too",
					 n));
}

static void hole_notes(struct mw_report *r, const struct mw_address_facts *f)
{
	if (f->place.has_above && mw_str_eq(f->place.above.path, "[stack]"))
		mw_report_note(r, "the mapping above is the stack, which grows down to an access "
				  "below it, as far as RLIMIT_STACK lets it");
}

void cli_address_notes(struct mw_report *r, const struct mw_address_facts *f,
		       const struct mw_address *x)
{
	struct mw_arena *a = r->arena;

	if (x->kind == MW_ADDRESS_HOLE)
		hole_notes(r, f);
	if (!f->place.mapped)
		return;
	if (mw_or(x->noreserve, 0) && x->kind != MW_ADDRESS_HUGETLB)
		mw_report_note(r, noreserve_note(f, a));
	if (f->page_why == MW_ABSENT)
		mw_report_note(r, "nothing of this page was recorded, or the kernel has no "
				  "/proc/PID/pagemap");
	if (x->moved)
		mw_report_note(r, "the page moved while it was read: ask again");
	if (mw_or(x->map_count, 0) > 1)
		mw_report_note(r, mw_fmt(a,
					 "mapped %llu times: by as many processes, unless one maps "
					 "the page twice",
					 (unsigned long long)x->map_count.v));
	if (x->state == MW_PAGE_UNMAPPED && f->shmem)
		mw_report_note(r, "the object may have the page nonetheless, in memory or in swap");
	else if (x->state == MW_PAGE_UNMAPPED && mw_known(x->file_offset_bytes))
		mw_report_note(r, "the file's page may be in the page cache nonetheless");
	if (x->charged_elsewhere)
		mw_report_note(r, mw_fmt(a,
					 "the process is in cgroup %.*s, but this page is charged "
					 "to %.*s",
					 (int)f->own_cgroup.n, f->own_cgroup.p,
					 (int)f->page_cgroup.n, f->page_cgroup.p));
	smaps_note(r, f);
}

static void next(struct mw_report *r, struct mw_table *t, const char *command, const char *shows)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_str(row, 0, mw_str_of(command));
	mw_cell_str(row, 1, mw_str_of(shows));
}

void cli_address_next(struct mw_report *r, const struct mw_address_facts *f,
		      const struct mw_address *x)
{
	static const struct mw_col cols[] = {
		{ "command", "COMMAND", MW_TYPE_STR },
		{ "shows", "SHOWS", MW_TYPE_STR },
	};
	struct mw_arena *a = r->arena;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "next", .col = cols, .n_cols = 2, .title = "What to type next:" });
	const unsigned long long pid = f->pid, at = f->address;

	if (x->state_why == MW_DENIED || x->frame.why == MW_DENIED ||
	    x->swap_type.why == MW_DENIED || x->flags.why == MW_DENIED)
		next(r, t, mw_fmt(a, "sudo memwhy commit --address %llu %#llx", pid, at),
		     "the frame, who maps it, and which cgroup pays");
	if (f->place.mapped)
		next(r, t,
		     mw_fmt(a, "sed -n '/^%.*s /,/^VmFlags/p' /proc/%llu/smaps",
			    (int)f->place.map.range.n, f->place.map.range.p, pid),
		     "how much of the whole mapping is present, shared, swapped");
	else if (f->maps_why == MW_OK)
		next(r, t, mw_fmt(a, "cat /proc/%llu/maps", pid), "all mappings");
	if (x->state == MW_PAGE_SWAPPED)
		next(r, t, "swapon --show", "the swap areas");
	if (f->cgroup_folder.n && mw_known(x->cgroup_ino))
		next(r, t,
		     mw_fmt(a, "cat %s",
			    mw_fmt_shell(a, mw_str_of(mw_fmt(a, "/%.*s/memory.stat",
							     (int)f->cgroup_folder.n,
							     f->cgroup_folder.p)))),
		     "what else is charged to that cgroup");
}
