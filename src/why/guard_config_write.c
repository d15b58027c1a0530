/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "why/guard_config.h"
#include "why/guard_config_private.h"

static void put_size(struct mw_textbuf *t, uint64_t bytes)
{
	static const char *const units[] = { "", "K", "M", "G", "T" };
	size_t unit = 0;

	for (; bytes && bytes % 1024 == 0 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		bytes /= 1024;
	mw_textbuf_u64(t, bytes);
	mw_textbuf_say(t, units[unit]);
}

static void put_share(struct mw_textbuf *t, uint64_t permille)
{
	mw_textbuf_u64(t, permille / 10);
	if (permille % 10) {
		mw_textbuf_say(t, ".");
		mw_textbuf_u64(t, permille % 10);
	}
	mw_textbuf_say(t, "%");
}

static void put_time(struct mw_textbuf *t, uint64_t ms)
{
	mw_textbuf_u64(t, ms % 1000 ? ms : ms / 1000);
	mw_textbuf_say(t, ms % 1000 ? "ms" : "s");
}

static void put_stall(struct mw_textbuf *t, const struct mw_guard_pressure *p)
{
	if (!p->stall_us) {
		mw_textbuf_say(t, "off");
		return;
	}
	if (p->stall_us % 1000 == 0)
		put_time(t, p->stall_us / 1000);
	else
		put_share(t, p->stall_us / (p->window_us / 1000));
	mw_textbuf_say(t, " of ");
	put_time(t, p->window_us / 1000);
}

static void put_pattern(struct mw_textbuf *t, const struct mw_guard_pattern *p)
{
	mw_textbuf_say(t, mw_guard_field_name(p->field));
	mw_textbuf_say(t, ":");
	mw_textbuf_put(t, p->glob);
}

static uint64_t number_at(const void *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static void put_number(struct mw_textbuf *t, const struct mw_guard_key *k, uint64_t v)
{
	if (!v && k->can_be_off)
		mw_textbuf_say(t, "off");
	else if (k->kind == MW_GUARD_KEY_SIZE)
		put_size(t, v);
	else if (k->kind == MW_GUARD_KEY_SHARE)
		put_share(t, v);
	else
		put_time(t, v);
}

static void put_value(struct mw_textbuf *t, const struct mw_guard_key *k, const void *at)
{
	const struct mw_str *path = at;

	switch (k->kind) {
	case MW_GUARD_KEY_SIZE:
	case MW_GUARD_KEY_SHARE:
	case MW_GUARD_KEY_TIME:
		put_number(t, k, number_at(at));
		break;
	case MW_GUARD_KEY_TRUTH:
		mw_textbuf_say(t, *(const bool *)at ? "yes" : "no");
		break;
	case MW_GUARD_KEY_STALL:
		put_stall(t, at);
		break;
	case MW_GUARD_KEY_UNIT:
		mw_textbuf_say(t, *(const enum mw_guard_unit *)at == MW_GUARD_GROUP ? "group"
										    : "process");
		break;
	case MW_GUARD_KEY_PATH:
		mw_textbuf_put(t, path->n ? *path : mw_str_of("off"));
		break;
	case MW_GUARD_KEY_PATTERN:
		break;
	}
}

static void put_line(struct mw_textbuf *t, const char *prefix, const struct mw_guard_key *k,
		     const void *at, const struct mw_guard_pattern *p)
{
	mw_textbuf_say(t, prefix);
	mw_textbuf_say(t, k->name);
	mw_textbuf_say(t, " = ");
	if (p)
		put_pattern(t, p);
	else
		put_value(t, k, at);
	mw_textbuf_say(t, "\n");
}

/* Patterns by kill_group and by kill_process stand in one list, in the order of the file: what
 * comes first decides, so a change of key must not reorder them. */
static void put_patterns(struct mw_textbuf *t, const char *prefix, const struct mw_guard_key *k,
			 const struct mw_guard_patterns *list)
{
	bool groups = mw_str_eq(mw_str_of(k->name), "kill_group");

	if (mw_str_eq(mw_str_of(k->name), "kill_process"))
		return;
	for (size_t i = 0; i < list->n; i++) {
		bool single = groups && list->item[i].unit == MW_GUARD_PROCESS;

		put_line(t, prefix, single ? k + 1 : k, NULL, &list->item[i]);
	}
}

/* Without what it goes with, it would be refused. */
static bool is_void(const struct mw_guard_config *c, const struct mw_guard_key *k)
{
	struct mw_str name = mw_str_of(k->name);

	return (mw_str_eq(name, "prefer_more") && !c->prefer.n) ||
	       (mw_str_eq(name, "pressure_available") && !c->full.stall_us && !c->some.stall_us);
}

void mw_guard_config_write(const struct mw_guard_config *config, const char *prefix,
			   struct mw_textbuf *t)
{
	const char *section = "";

	for (size_t i = 0; i < MW_GUARD_KEYS; i++) {
		const struct mw_guard_key *k = &mw_guard_keys[i];
		const void *at = (const char *)config + k->offset;

		if (strcmp(section, k->section) != 0) {
			section = k->section;
			mw_textbuf_say(t, prefix);
			mw_textbuf_say(t, "[");
			mw_textbuf_say(t, section);
			mw_textbuf_say(t, "]\n");
		}
		if (k->kind == MW_GUARD_KEY_PATTERN)
			put_patterns(t, prefix, k, at);
		else if (!is_void(config, k))
			put_line(t, prefix, k, at, NULL);
	}
}
