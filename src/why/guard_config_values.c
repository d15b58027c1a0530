/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_config.h"
#include "why/guard_config_private.h"

static const char *const field_names[] = {
	[MW_GUARD_COMM] = "comm", [MW_GUARD_EXE] = "exe",	[MW_GUARD_CMDLINE] = "cmdline",
	[MW_GUARD_UID] = "uid",	  [MW_GUARD_CGROUP] = "cgroup", [MW_GUARD_SYSTEMD_UNIT] = "unit",
};

const char *mw_guard_field_name(enum mw_guard_field f)
{
	return field_names[f];
}

/* The digits at the front; the rest is the unit. */
static bool split(struct mw_str s, uint64_t *ret_number, struct mw_str *ret_unit)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	*ret_unit = mw_str_from(s, n);
	return n && !mw_str_u64((struct mw_str){ s.p, n }, ret_number);
}

const char *mw_guard_size(struct mw_str s, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	struct mw_str unit;
	uint64_t v = 0;
	size_t power = 0;

	if (mw_str_eq(s, "off"))
		return *ret_bytes = 0, NULL;
	if (!split(s, &v, &unit))
		return "is no size: write 64M or 2G";
	if (unit.n) {
		power = mw_str_find(mw_str_of(units), unit.p[0]) + 1;
		if (unit.n > 1 || power > sizeof(units) - 1)
			return "is no size: write 64M or 2G";
	}
	for (; power; power--)
		if (__builtin_mul_overflow(v, 1024, &v))
			return "is too large";
	*ret_bytes = v;
	return NULL;
}

const char *mw_guard_share(struct mw_str s, uint64_t *ret_permille)
{
	uint64_t whole = 0, tenths = 0;
	struct mw_str rest;

	if (mw_str_eq(s, "off"))
		return *ret_permille = 0, NULL;
	if (!split(s, &whole, &rest))
		return "is no share: write 5% or 2.5%";
	if (rest.n == 3 && rest.p[0] == '.' && rest.p[1] >= '0' && rest.p[1] <= '9') {
		tenths = (uint64_t)(rest.p[1] - '0');
		rest = mw_str_from(rest, 2);
	}
	if (!mw_str_eq(rest, "%"))
		return "is no share: write 5% or 2.5%";
	if (whole > 100 || (whole == 100 && tenths))
		return "is more than all";
	*ret_permille = whole * 10 + tenths;
	return NULL;
}

const char *mw_guard_time(struct mw_str s, uint64_t *ret_us)
{
	static const struct {
		const char *unit;
		uint64_t us;
	} units[] = {
		{ "ms", 1000 },
		{ "s", 1000000 },
		{ "m", 60 * 1000000ULL },
		{ "h", 3600 * 1000000ULL },
	};
	struct mw_str unit;
	uint64_t v = 0;

	if (mw_str_eq(s, "off"))
		return *ret_us = 0, NULL;
	if (!split(s, &v, &unit))
		return "is no time: write 500ms or 30s";
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!mw_str_eq(unit, units[i].unit))
			continue;
		if (__builtin_mul_overflow(v, units[i].us, &v))
			return "is too long";
		*ret_us = v;
		return NULL;
	}
	return "is no time: write 500ms or 30s";
}

const char *mw_guard_truth(struct mw_str s, bool *ret)
{
	bool yes = mw_str_eq(s, "yes");

	if (!yes && !mw_str_eq(s, "no"))
		return "is neither yes nor no";
	*ret = yes;
	return NULL;
}

const char *mw_guard_stall(struct mw_str s, struct mw_guard_pressure *ret)
{
	struct mw_str rest = s, stall, of, window;
	struct mw_guard_pressure p = {};
	uint64_t permille;
	const char *wrong;

	if (mw_str_eq(s, "off"))
		return *ret = p, NULL;
	if (!mw_str_word(&rest, &stall) || !mw_str_word(&rest, &of) ||
	    !mw_str_word(&rest, &window) || mw_str_trim(rest).n || !mw_str_eq(of, "of"))
		return "is no stall: write 40% of 2s";
	wrong = mw_guard_time(window, &p.window_us);
	if (wrong)
		return wrong;
	/* What a trigger of the kernel takes (psi_trigger_create(), kernel/sched/psi.c). */
	if (p.window_us < 500000 || p.window_us > 10000000)
		return "has a window that is not between 500ms and 10s";
	if (!mw_guard_share(stall, &permille))
		p.stall_us = permille * (p.window_us / 1000);
	else if (mw_guard_time(stall, &p.stall_us))
		return "is no stall: write 40% of 2s";
	if (!p.stall_us || p.stall_us > p.window_us)
		return "must be more than nothing and at most its window";
	*ret = p;
	return NULL;
}

/* Each [ has its ], with something between. */
static bool is_glob(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '[')
			continue;
		size_t end = mw_str_find(mw_str_from(s, i + 2), ']');

		if (i + 2 + end >= s.n)
			return false;
		i += 2 + end;
	}
	return s.n > 0;
}

const char *mw_guard_pattern_parse(struct mw_str s, struct mw_guard_pattern *ret)
{
	struct mw_str glob = mw_str_from(s, mw_str_find(s, ':') + 1);
	struct mw_str field = { s.p, mw_str_find(s, ':') };
	uint64_t uid;

	for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++) {
		if (!mw_str_eq(field, field_names[i]))
			continue;
		if (i == MW_GUARD_UID && mw_str_u64(glob, &uid) < 0)
			return "is no user: write uid:1000";
		if (!is_glob(glob))
			return "is no pattern: empty, or a [ without its ]";
		ret->field = (enum mw_guard_field)i;
		ret->glob = glob;
		return NULL;
	}
	return "begins with no field: comm: exe: cmdline: uid: cgroup: unit:";
}
