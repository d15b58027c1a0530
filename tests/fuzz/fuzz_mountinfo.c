/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/mountinfo.h"

#include "fuzz.h"

#define MOUNTS_MAX 64

static void check_mount(struct mw_str text, const struct mw_mount *m)
{
	const struct mw_str parts[] = { m->id,	    m->parent, m->dev,	  m->root,	   m->point,
					m->options, m->type,   m->source, m->super_options };
	struct mw_str value = {};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		must_lie_in(text, parts[i]);
		must(mw_str_find(parts[i], ' ') == parts[i].n);
	}
	must(m->type.n);
	mw_mount_is_shmem(m);
	if (mw_mount_option(m->super_options, "size", &value))
		must_lie_in(text, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_mount all[MOUNTS_MAX];
	size_t n = 0;

	while (n < MOUNTS_MAX && mw_mountinfo_next(&rest, &all[n]))
		check_mount(text, &all[n++]);
	must(n == MOUNTS_MAX || !rest.n);
	for (size_t i = 0; i < n; i++)
		mw_mount_never_waits(all, n, &all[i]);
	return 0;
}
