/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard.h"

const char *mw_guard_verb_name(enum mw_guard_verb v)
{
	static const char *const names[] = {
		[MW_GUARD_WAIT] = "wait",	[MW_GUARD_LOOK] = "look",
		[MW_GUARD_DETAIL] = "detail",	[MW_GUARD_WARN] = "warn",
		[MW_GUARD_RECLAIM] = "reclaim", [MW_GUARD_THROTTLE] = "throttle",
		[MW_GUARD_FREEZE] = "freeze",	[MW_GUARD_TERM] = "term",
		[MW_GUARD_KILL] = "kill",	[MW_GUARD_KILL_GROUP] = "kill-group",
		[MW_GUARD_RESTART] = "restart", [MW_GUARD_RELEASE] = "release",
	};

	return names[v];
}

const char *mw_guard_cause_name(enum mw_guard_cause c)
{
	static const char *const names[] = {
		[MW_GUARD_NO_CAUSE] = "none",
		[MW_GUARD_LOW] = "low",
		[MW_GUARD_PRESSURE] = "pressure",
		[MW_GUARD_OWN_LIMIT] = "own-limit",
		[MW_GUARD_UNTIL] = "until",
		[MW_GUARD_GRACE_OVER] = "grace-over",
		[MW_GUARD_NOBODY_OWNS] = "nobody-owns",
		[MW_GUARD_NOBODY_LEFT] = "nobody-left",
		[MW_GUARD_NEAR] = "near",
	};

	return names[c];
}

const char *mw_guard_safe_name(enum mw_guard_safe s)
{
	static const char *const names[] = {
		[MW_GUARD_MAY_DIE] = "may die",
		[MW_GUARD_SAFE_INIT] = "the first process",
		[MW_GUARD_SAFE_SELF] = "the guard itself",
		[MW_GUARD_SAFE_KERNEL] = "a kernel thread",
		[MW_GUARD_SAFE_ADJ] = "its oom_score_adj is -1000",
		[MW_GUARD_SAFE_BUILTIN] = "protected by the list that comes with memwhy",
		[MW_GUARD_SAFE_AVOID] = "protected by the configuration",
		[MW_GUARD_SAFE_SHARER] = "shares its memory with one that is protected or not seen",
		[MW_GUARD_SAFE_SMALL] = "too small to help",
		[MW_GUARD_SAFE_DYING] = "dying already",
		[MW_GUARD_SAFE_UNKNOWN] = "who it is could not be read",
	};

	return names[s];
}
