/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/actor.h"

#include <string.h>

#include "kernel/oom_score_adj.h"
#include "lab/lab.h"

static bool parse_name(struct mw_str s, char *ret, size_t size)
{
	if (!s.n || s.n >= size)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-_", s.p[i], 38))
			return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

const char *lab_actor_parse(struct mw_str text, struct lab_actor *ret)
{
	struct lab_actor a = {};
	struct mw_str name, size;
	uint64_t mib;

	if (!mw_str_cut(&text, ':', &name) || !parse_name(name, a.name, sizeof(a.name)))
		return "the name takes 1 to 15 of a-z, 0-9, - and _";
	if (!strcmp(a.name, "grower"))
		return "there is a grower already";
	if (!mw_str_cut(&text, ':', &size) || mw_str_u64(size, &mib) < 0 || !mib || mib > 1024)
		return "NAME:MIB:ADJ: the size is a number of MiB";
	if (mw_oom_score_adj_parse(text, &a.adj) < 0)
		return "NAME:MIB:ADJ: the adjustment goes from -1000 to 1000";
	a.bytes = mib * LAB_MIB;
	*ret = a;
	return NULL;
}
