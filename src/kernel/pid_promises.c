/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_promises.h"

#include <string.h>

#include "kernel/fields.h"
#include "kernel/smaps_block.h"

/* The lines of a block that are asked for. */
static const struct mw_field fields[] = {
	{ "Rss", 0, MW_FIELD_KIB },
	{ "Pss", sizeof(struct mw_val), MW_FIELD_KIB },
	{ "Anonymous", 2 * sizeof(struct mw_val), MW_FIELD_KIB },
	{ "Swap", 3 * sizeof(struct mw_val), MW_FIELD_KIB },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define FLAGS "VmFlags:"

bool mw_promises_next(struct mw_str *rest, struct mw_promise *ret)
{
	struct mw_val v[N_FIELDS];
	struct mw_smaps_mapping b;

	while (mw_smaps_next(rest, &b)) {
		if (!mw_vm_flags_have(b.flags, "ac"))
			continue;
		mw_fields_parse(b.body, ':', fields, N_FIELDS, v);
		*ret = (struct mw_promise){ .map = b.map,
					    .not_forked = mw_vm_flags_have(b.flags, "dc"),
					    .touched_bytes = mw_add(v[2], v[3]),
					    .shared_bytes = mw_str_eq(b.map.inode, "0")
								    ? mw_sub(v[0], v[1])
								    : mw_no(MW_ABSENT) };
		return true;
	}
	return false;
}

static bool is_wanted(struct mw_str line)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (mw_str_starts(line, fields[i].key) && line.n > strlen(fields[i].key) &&
		    line.p[strlen(fields[i].key)] == ':')
			return true;
	return mw_str_starts(line, FLAGS);
}

static char *put_line(char *p, struct mw_str line)
{
	p = mempcpy(p, line.p, line.n);
	*p++ = '\n';
	return p;
}

struct mw_str mw_promises_of_smaps(struct mw_str smaps, struct mw_arena *arena)
{
	char *text = mw_arena_alloc(arena, smaps.n + 1), *p = text;
	struct mw_str line;
	struct mw_smaps_mapping b;

	while (p && mw_smaps_next(&smaps, &b)) {
		if (!mw_vm_flags_have(b.flags, "ac"))
			continue;
		p = put_line(p, b.head);
		while (mw_str_cut(&b.body, '\n', &line))
			if (is_wanted(line))
				p = put_line(p, line);
	}
	return (struct mw_str){ text, text ? (size_t)(p - text) : 0 };
}
