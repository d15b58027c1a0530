/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zone_ask.h"

#include "base/fmt.h"
#include "kernel/number_list.h"

struct reading {
	struct mw_arena *arena;
	struct mw_release release;
	uint64_t page_bytes;
	struct mw_zone_ask *ask;
	bool has_order, has_size;
};

static const char *wrong(struct reading *r, const char *what, struct mw_str word)
{
	return mw_fmt(r->arena, "%s: %.*s", what, (int)(word.n < 80 ? word.n : 80), word.p);
}

static bool parse_count(struct mw_str text, struct mw_val *ret)
{
	uint64_t v;

	if (mw_str_u64(text, &v) < 0)
		return false;
	*ret = mw_ok(v);
	return true;
}

static const char *set_order(struct reading *r, struct mw_str value)
{
	struct mw_val order;

	if (!parse_count(value, &order) || order.v >= MW_ORDERS)
		return wrong(r, mw_fmt(r->arena, "order= takes 0 to %d, not", MW_ORDERS - 1),
			     value);
	r->ask->order = (unsigned)order.v;
	r->has_order = true;
	return NULL;
}

/* The smallest block that holds it: what kmalloc() and alloc_pages_exact() ask for. */
static const char *set_size(struct reading *r, struct mw_str value)
{
	static const char units[] = "KMG";
	struct mw_str digits = value;
	struct mw_val bytes;
	size_t unit = value.n ? mw_str_find(mw_str_of(units), value.p[value.n - 1]) + 1 : 0;
	unsigned order = 0;

	if (unit > sizeof(units) - 1)
		unit = 0;
	digits.n -= unit > 0;
	if (!parse_count(digits, &bytes) || !bytes.v)
		return wrong(r, "size= takes bytes, as 16384 or 16K, not", value);
	bytes = mw_mul(bytes, UINT64_C(1) << 10 * unit);
	while (order < MW_ORDERS && mw_known(bytes) && r->page_bytes << order < bytes.v)
		order++;
	if (!mw_known(bytes) || order == MW_ORDERS)
		return wrong(r, "size= is more than a block can be", value);
	r->ask->order = order;
	r->has_size = true;
	return NULL;
}

static const char *set_gfp(struct reading *r, struct mw_str value)
{
	struct mw_str piece;

	if (mw_gfp_of_names(value, r->release, r->arena, &r->ask->gfp_mask, &piece))
		return NULL;
	return wrong(r,
		     "gfp= takes names of flags that this kernel has, joined by |, or 0xMASK, not",
		     piece);
}

bool mw_zone_ask_policy(struct mw_str policy, struct mw_zone_ask *ask)
{
	struct mw_str mode = { policy.p, mw_str_find(policy, ':') };
	struct mw_str nodes = mw_str_from(policy, mode.n + 1);
	/* "bind=static:1" */
	bool bind = mw_str_starts(mode, "bind"), prefer = mw_str_eq(mode, "prefer");

	if (mw_str_eq(policy, "default") || mw_str_eq(policy, "local"))
		return true;
	if ((!bind && !prefer) || !mw_list_is_valid(nodes))
		return false;
	if (bind)
		ask->bind = nodes;
	return bind || parse_count(nodes, &ask->node);
}

static const char *set_list(struct reading *r, struct mw_str key, struct mw_str value)
{
	if (mw_str_eq(key, "mems")) {
		r->ask->mems = value;
		return mw_list_is_valid(value)
			       ? NULL
			       : wrong(r, "mems= takes nodes, as 0-1,3, not", value);
	}
	return mw_zone_ask_policy(value, r->ask)
		       ? NULL
		       : wrong(r, "policy= takes default, local, bind:NODES or prefer:NODE, not",
			       value);
}

static const char *set_number(struct reading *r, struct mw_str key, struct mw_str value)
{
	struct mw_val *slot = mw_str_eq(key, "cpu")    ? &r->ask->cpu
			      : mw_str_eq(key, "node") ? &r->ask->node
						       : &r->ask->pid;

	return parse_count(value, slot)
		       ? NULL
		       : wrong(r, mw_fmt(r->arena, "%.*s= takes a number, not", (int)key.n, key.p),
			       value);
}

static const char *set(struct reading *r, struct mw_str word)
{
	struct mw_str key = { word.p, mw_str_find(word, '=') };
	struct mw_str value = mw_str_from(word, key.n + 1);

	if (mw_str_eq(key, "order"))
		return set_order(r, value);
	if (mw_str_eq(key, "size"))
		return set_size(r, value);
	if (mw_str_eq(key, "gfp"))
		return set_gfp(r, value);
	if (mw_str_eq(key, "mems") || mw_str_eq(key, "policy"))
		return set_list(r, key, value);
	if (mw_str_eq(key, "cpu") || mw_str_eq(key, "node") || mw_str_eq(key, "pid"))
		return set_number(r, key, value);
	return wrong(r, "takes order= or size=, gfp=, cpu=, node=, mems=, policy= and pid=, not",
		     word);
}

const char *mw_zone_ask_parse(struct mw_str text, struct mw_release release, uint64_t page_bytes,
			      struct mw_arena *arena, struct mw_zone_ask *ret)
{
	struct mw_zone_ask ask = {};
	struct reading r = { arena, release, page_bytes, &ask, false, false };
	const char *error = set_gfp(&r, mw_str_of("GFP_KERNEL"));
	struct mw_str word;

	while (!error && mw_str_word(&text, &word))
		error = set(&r, word);
	if (!error && r.has_order && r.has_size)
		error = "one of order= and size=";
	if (!error)
		*ret = ask;
	return error;
}
