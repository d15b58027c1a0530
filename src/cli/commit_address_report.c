/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fmt.h"
#include "cli/commit_address.h"

static const char *hex(struct mw_arena *a, uint64_t v)
{
	return mw_fmt(a, "%#llx", (unsigned long long)v);
}

static const char *str(struct mw_arena *a, struct mw_str s)
{
	return s.n ? mw_arena_cstr(a, s) : NULL;
}

static const char *hole_words(const struct mw_address_facts *f, const struct mw_address *x,
			      struct mw_arena *a)
{
	const char *where = "no mapping has it: an access is a SIGSEGV";

	if (!f->place.has_below && !f->place.has_above)
		return mw_fmt(a, "%s; there is no mapping at all", where);
	if (!f->place.has_above)
		return mw_fmt(a, "%s; above the last mapping, which ends at %s", where,
			      hex(a, x->hole_start));
	return mw_fmt(a, "%s; a hole of %s, from %s to %s", where, mw_fmt_bytes(a, x->hole_bytes.v),
		      hex(a, x->hole_start), hex(a, x->hole_end));
}

static const char *verdict(const struct mw_address_facts *f, const struct mw_address *x,
			   struct mw_arena *a)
{
	const char *who = mw_fmt(a, "PID %llu (%.*s), %s", (unsigned long long)f->pid,
				 (int)f->comm.n, f->comm.p, hex(a, f->address));

	if (x->kind == MW_ADDRESS_UNKNOWN)
		return mw_fmt(a, "%s: its mappings could not be read (%s)", who,
			      mw_why_name(f->maps_why));
	if (x->kind == MW_ADDRESS_HOLE)
		return mw_fmt(a, "%s: %s", who, hole_words(f, x, a));
	return mw_fmt(a, "%s: %s, %s, %s", who, mw_address_kind_name(x->kind),
		      cli_address_promise(x), cli_address_page(x, a));
}

static void mapping_figures(struct mw_report *r, const struct mw_address_facts *f,
			    const struct mw_address *x)
{
	const struct mw_map *m = &f->place.map;
	struct mw_arena *a = r->arena;
	uint64_t offset, inode;

	mw_report_string(r, "mapping.kind", mw_address_kind_name(x->kind));
	mw_report_string(r, "mapping.start", hex(a, m->start));
	mw_report_string(r, "mapping.end", hex(a, m->end));
	mw_report_figure(r, "mapping.size_bytes", mw_ok(m->end - m->start));
	mw_report_string(r, "mapping.perms", str(a, m->perms));
	mw_report_string(r, "mapping.path", str(a, m->path));
	mw_report_figure(r, "mapping.offset_bytes",
			 mw_str_hex64(m->offset, &offset) < 0 ? mw_no(MW_BAD) : mw_ok(offset));
	mw_report_string(r, "mapping.device", str(a, m->dev));
	mw_report_figure(r, "mapping.inode",
			 mw_str_u64(m->inode, &inode) < 0 ? mw_no(MW_BAD) : mw_ok(inode));
	mw_report_bool(r, "counted", x->counted);
	mw_report_bool(r, "noreserve", x->noreserve);
	mw_report_string(r, "promise", mw_promise_name(x->promise));
}

static size_t flag_names(struct mw_val flags, const char *names[64])
{
	size_t n = 0;

	for (unsigned bit = 0; mw_known(flags) && bit < 64; bit++)
		if (flags.v >> bit & 1 && mw_page_flag_name(bit))
			names[n++] = mw_page_flag_name(bit);
	return n;
}

static void page_figures(struct mw_report *r, const struct mw_address_facts *f,
			 const struct mw_address *x)
{
	const char *names[64];
	size_t n = flag_names(x->flags, names);
	bool group = mw_known(x->cgroup_ino) && x->cgroup_ino.v;

	mw_report_string(r, "page.state", mw_page_state_name(x->state));
	mw_report_string(r, "page.state_why", x->state ? NULL : mw_why_name(x->state_why));
	mw_report_figure(r, "page.frame", x->frame);
	mw_report_figure(r, "page.map_count", x->map_count);
	mw_report_bool(r, "page.exclusive", x->exclusive);
	mw_report_bool(r, "page.zero", x->zero);
	mw_report_bool(r, "page.file_page", x->file_page);
	mw_report_bool(r, "page.private_copy", x->copy);
	mw_report_bool(r, "page.huge", x->huge);
	mw_report_bool(r, "page.huge_mapped", x->huge_mapped);
	mw_report_figure(r, "page.block_bytes", x->block_bytes);
	mw_report_figure(r, "page.file_offset_bytes", x->file_offset_bytes);
	mw_report_figure(r, "page.swap_area", x->swap_type);
	mw_report_figure(r, "page.swap_page", x->swap_offset);
	mw_report_bool(r, "page.soft_dirty", x->soft_dirty);
	mw_report_strings(r, "page.flags", mw_known(x->flags) ? names : NULL, n);
	mw_report_bool(r, "page.moved", mw_ok(x->moved));
	mw_report_figure(r, "page.cgroup_inode", x->cgroup_ino);
	mw_report_string(r, "page.cgroup", group ? str(r->arena, f->page_cgroup) : NULL);
}

static void hole_figures(struct mw_report *r, const struct mw_address_facts *f,
			 const struct mw_address *x)
{
	struct mw_arena *a = r->arena;

	mw_report_string(r, "hole.start", hex(a, x->hole_start));
	mw_report_string(r, "hole.end", f->place.has_above ? hex(a, x->hole_end) : NULL);
	mw_report_figure(r, "hole.bytes", x->hole_bytes);
	mw_report_string(r, "hole.below", f->place.has_below ? str(a, f->place.below.range) : NULL);
	mw_report_string(r, "hole.above", f->place.has_above ? str(a, f->place.above.range) : NULL);
}

struct evidence {
	struct mw_report *r;
	struct mw_table *t;
	unsigned long long pid;
};

static void say(struct evidence *e, const char *what, const char *value, const char *from)
{
	struct mw_row *row = mw_report_row(e->r, e->t, 0, MW_IN_TEXT);

	mw_cell_str(row, 0, mw_str_of(what));
	mw_cell_str(row, 1, mw_str_of(value));
	mw_cell_str(row, 2, mw_str_of(from));
}

static void say_pid(struct evidence *e, const char *what, const char *value, const char *file)
{
	say(e, what, value, mw_fmt(e->r->arena, "proc/%llu/%s", e->pid, file));
}

/* The value, or why there is none; what a page cannot have is left out. */
static void say_val(struct evidence *e, const char *what, struct mw_val v, const char *format,
		    const char *from)
{
	if (mw_known(v))
		say(e, what, format, from);
	else if (v.why != MW_ABSENT)
		say(e, what, mw_why_name(v.why), from);
}

static const char *map_words(const struct mw_map *m, struct mw_arena *a)
{
	return mw_fmt(a, "%.*s %.*s %s%s%.*s", (int)m->range.n, m->range.p, (int)m->perms.n,
		      m->perms.p, mw_fmt_bytes(a, m->end - m->start), m->path.n ? " " : "",
		      (int)m->path.n, m->path.p);
}

static void page_rows(struct evidence *e, const struct mw_address_facts *f,
		      const struct mw_address *x)
{
	struct mw_arena *a = e->r->arena;
	const char *names[64], *text = "";
	size_t n = flag_names(x->flags, names);

	for (size_t i = 0; i < n; i++)
		text = mw_fmt(a, "%s%s%s", text, i ? " " : "", names[i]);
	say_pid(e, "page", cli_address_page(x, a), "pagemap");
	say_val(e, "mapped", x->map_count, mw_fmt(a, "%llu", (unsigned long long)x->map_count.v),
		mw_known(f->page.count) && !x->moved ? "proc/kpagecount"
						     : mw_fmt(a, "proc/%llu/pagemap", e->pid));
	say_val(e, "page flags", x->flags, text, "proc/kpageflags");
	say_val(e, "block", x->block_bytes, mw_fmt_val_bytes(a, x->block_bytes), "proc/kpageflags");
	if (mw_known(x->cgroup_ino) && !x->cgroup_ino.v)
		say(e, "charged to", "no cgroup", "proc/kpagecgroup");
	else
		say_val(e, "charged to", x->cgroup_ino,
			f->page_cgroup.n
				? mw_arena_cstr(a, f->page_cgroup)
				: mw_fmt(a, "a cgroup that is not seen from here, inode %llu",
					 (unsigned long long)x->cgroup_ino.v),
			"proc/kpagecgroup");
}

static void evidence_table(struct mw_report *r, const struct mw_address_facts *f,
			   const struct mw_address *x)
{
	static const struct mw_col cols[] = {
		{ NULL, "WHAT", MW_TYPE_STR },
		{ NULL, "VALUE", MW_TYPE_STR },
		{ NULL, "FROM", MW_TYPE_STR },
	};
	struct evidence e = {
		.r = r,
		.t = mw_report_table(
			r, (struct mw_table){ .col = cols, .n_cols = 3, .title = "The evidence:" }),
		.pid = f->pid
	};
	struct mw_arena *a = r->arena;

	if (f->place.mapped) {
		say_pid(&e, "mapping", map_words(&f->place.map, a), "maps");
		say_pid(&e, "promise",
			x->promise ? cli_address_promise(x) : mw_why_name(x->counted.why), "smaps");
		if (mw_known(x->file_offset_bytes))
			say_pid(&e, "file offset", hex(a, x->file_offset_bytes.v), "maps");
		page_rows(&e, f, x);
	}
	if (x->kind == MW_ADDRESS_HOLE && f->place.has_below)
		say_pid(&e, "below", map_words(&f->place.below, a), "maps");
	if (x->kind == MW_ADDRESS_HOLE && f->place.has_above)
		say_pid(&e, "above", map_words(&f->place.above, a), "maps");
}

static void flags_table(struct mw_report *r, const struct mw_address_facts *f)
{
	static const struct mw_col cols[] = {
		{ "code", "FLAG", MW_TYPE_STR },
		{ "meaning", "MEANING", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "flags",
				      .col = cols,
				      .n_cols = 2,
				      .title = "The flags of the mapping (VmFlags):" });
	struct mw_str rest = f->block.flags, code;

	while (f->block_why == MW_OK && mw_str_word(&rest, &code)) {
		const char *words = mw_vm_flag_words(code);
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, code);
		mw_cell_str(row, 1, mw_str_of(words ? words : "not known to memwhy"));
	}
}

void cli_address_report(struct mw_report *r, const struct mw_address_facts *f,
			const struct mw_address *x)
{
	r->verdict = verdict(f, x, r->arena);
	mw_report_figure(r, "pid", mw_ok(f->pid));
	mw_report_string(r, "comm", str(r->arena, f->comm));
	mw_report_string(r, "address", hex(r->arena, f->address));
	mw_report_figure(r, "overcommit_mode", f->overcommit_mode);
	if (f->place.mapped) {
		mapping_figures(r, f, x);
		page_figures(r, f, x);
	}
	if (x->kind == MW_ADDRESS_HOLE)
		hole_figures(r, f, x);
	cli_address_notes(r, f, x);
	evidence_table(r, f, x);
	flags_table(r, f);
	cli_address_next(r, f, x);
}
