/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_config.h"

#include <errno.h>

#include "why/guard_config_private.h"

/* One parse: where it is, and what was given already. */
struct reader {
	struct mw_guard_config config;
	struct mw_str section;
	unsigned sections;		   /* begun, as 1 << its place */
	size_t line, given[MW_GUARD_KEYS]; /* the line; 0: not */
};

static const char *in_range(const struct mw_guard_key *k, uint64_t v)
{
	if (!v && k->can_be_off)
		return NULL;
	if (v < k->least)
		return k->can_be_off || v ? "is too little" : "cannot be off";
	return v > k->most ? "is too much" : NULL;
}

static const char *read_number(const struct mw_guard_key *k, struct mw_str value, uint64_t *ret)
{
	uint64_t v = 0;
	const char *wrong;

	wrong = k->kind == MW_GUARD_KEY_SIZE	? mw_guard_size(value, &v)
		: k->kind == MW_GUARD_KEY_SHARE ? mw_guard_share(value, &v)
						: mw_guard_time(value, &v);
	if (wrong)
		return wrong;
	if (k->kind == MW_GUARD_KEY_TIME)
		v /= 1000;
	wrong = in_range(k, v);
	if (!wrong)
		*ret = v;
	return wrong;
}

static const char *read_unit(struct mw_str value, enum mw_guard_unit *ret)
{
	if (!mw_str_eq(value, "process") && !mw_str_eq(value, "group"))
		return "is neither process nor group";
	*ret = mw_str_eq(value, "group") ? MW_GUARD_GROUP : MW_GUARD_PROCESS;
	return NULL;
}

static const char *read_pattern(const struct mw_guard_key *k, struct mw_str value,
				struct mw_guard_patterns *ret)
{
	struct mw_guard_pattern p = { .unit = k->unit };
	const char *wrong = mw_guard_pattern_parse(value, &p);

	if (wrong)
		return wrong;
	if (ret->n == MW_GUARD_PATTERNS_MAX)
		return "is one pattern too many: 64 are read";
	ret->item[ret->n++] = p;
	return NULL;
}

/* A program or a folder: what is meant must not depend on where the daemon was started. */
static const char *read_text(struct mw_str value, struct mw_str *ret)
{
	struct mw_str rest = value, word;
	size_t words = 0;

	while (mw_str_word(&rest, &word))
		words++;
	if (mw_str_eq(value, "off"))
		return *ret = (struct mw_str){}, NULL;
	if (value.p[0] != '/')
		return "must begin with /";
	if (value.n > MW_GUARD_PATH_MAX)
		return "is too long: 400 bytes are read";
	if (words > MW_GUARD_WORDS_MAX)
		return "has too many words: 32 are read";
	*ret = value;
	return NULL;
}

static const char *read_value(const struct mw_guard_key *k, struct mw_str value,
			      struct mw_guard_config *config)
{
	void *at = (char *)config + k->offset;

	switch (k->kind) {
	case MW_GUARD_KEY_SIZE:
	case MW_GUARD_KEY_SHARE:
	case MW_GUARD_KEY_TIME:
		return read_number(k, value, at);
	case MW_GUARD_KEY_TRUTH:
		return mw_guard_truth(value, at);
	case MW_GUARD_KEY_STALL:
		return mw_guard_stall(value, at);
	case MW_GUARD_KEY_UNIT:
		return read_unit(value, at);
	case MW_GUARD_KEY_PATTERN:
		return read_pattern(k, value, at);
	case MW_GUARD_KEY_PATH:
		return read_text(value, at);
	}
	return "";
}

static const char *begin_section(struct reader *r, struct mw_str name)
{
	static const char *const sections[] = { "when", "choose", "steps", "daemon" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!mw_str_eq(name, sections[i]))
			continue;
		if (r->sections & (1U << i))
			return "is given twice";
		r->sections |= 1U << i;
		r->section = name;
		return NULL;
	}
	return "is no section: there are [when] [choose] [steps] [daemon]";
}

static const char *find_key(const struct reader *r, struct mw_str name, size_t *ret)
{
	const char *wrong = "is no key";

	for (size_t i = 0; i < MW_GUARD_KEYS; i++) {
		if (!mw_str_eq(name, mw_guard_keys[i].name))
			continue;
		if (!mw_str_eq(r->section, mw_guard_keys[i].section)) {
			wrong = "belongs into another section";
			continue;
		}
		if (r->given[i] && mw_guard_keys[i].kind != MW_GUARD_KEY_PATTERN)
			return "is given twice";
		*ret = i;
		return NULL;
	}
	return wrong;
}

static const char *read_pair(struct reader *r, struct mw_str line, struct mw_str *word)
{
	size_t equals = mw_str_find(line, '='), i = 0;
	struct mw_str value = mw_str_trim(mw_str_from(line, equals + 1));
	const char *wrong;

	*word = mw_str_trim((struct mw_str){ line.p, equals });
	if (equals == line.n)
		return "is neither key = value nor [section]";
	if (!r->section.n)
		return "stands before the first [section]";
	wrong = find_key(r, *word, &i);
	if (wrong)
		return wrong;
	if (!value.n)
		return "has no value: leave the line out, or write off";
	*word = value;
	if (mw_str_search(value, " #") < value.n || mw_str_search(value, "\t#") < value.n)
		return "holds a comment: a comment has a line of its own";
	r->given[i] = r->line;
	return read_value(&mw_guard_keys[i], value, &r->config);
}

static bool has_control(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return true;
	return false;
}

static const char *read_line(struct reader *r, struct mw_str line, struct mw_str *word)
{
	*word = line = mw_str_trim(line);
	if (has_control(line))
		return "holds a control character";
	if (!line.n || line.p[0] == '#' || line.p[0] == ';')
		return NULL;
	if (line.p[0] != '[')
		return read_pair(r, line, word);
	if (line.p[line.n - 1] != ']')
		return "is no [section]";
	*word = (struct mw_str){ line.p + 1, line.n - 2 };
	return begin_section(r, *word);
}

static size_t given(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < MW_GUARD_KEYS; i++)
		if (mw_str_eq(mw_str_of(name), mw_guard_keys[i].name))
			return r->given[i];
	return 0;
}

/* Who says only `available` says enough. */
static void follow(struct reader *r)
{
	struct mw_guard_config *c = &r->config;
	uint64_t more = c->available_permille + c->available_permille / 2;

	if (!given(r, "warn") && c->warn_available_permille < more)
		c->warn_available_permille = more < 950 ? more : 950;
	if (!given(r, "pressure_available") && c->pressure_available_permille < more)
		c->pressure_available_permille = more < 950 ? more : 950;
}

/* What each line allows and all together do not: the key to blame, what is wrong with it. */
static const char *contradicts(const struct reader *r, const char **ret_key)
{
	const struct mw_guard_config *c = &r->config;
	const struct {
		bool is;
		const char *key, *text;
	} wrong[] = {
		{ !c->available_permille && !c->available_least_bytes && !c->full.stall_us &&
			  !c->some.stall_us,
		  "available", "is off, and nothing else is left to step in for" },
		{ c->available_most_bytes && c->available_least_bytes > c->available_most_bytes,
		  "available_least", "is more than available_most" },
		{ c->warn_available_permille && c->warn_available_permille < c->available_permille,
		  "warn", "is less than available: no warning would come before a kill" },
		{ c->until_available_permille &&
			  c->until_available_permille < c->available_permille,
		  "until", "is less than available" },
		{ c->pressure_available_permille < c->available_permille &&
			  (c->full.stall_us || c->some.stall_us),
		  "pressure_available", "is less than available: pressure would decide nothing" },
		{ given(r, "pressure_available") && !c->full.stall_us && !c->some.stall_us,
		  "pressure_available", "has no meaning while full and some are off" },
		{ c->term_permille && !c->term_grace_ms, "term_below",
		  "has no meaning while term is off" },
		{ c->term_permille && c->term_permille >= c->available_permille, "term_below",
		  "is not less than available: SIGTERM would never be sent" },
		{ given(r, "prefer_more") && !c->prefer.n, "prefer_more",
		  "has no meaning without prefer" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (wrong[i].is)
			return *ret_key = wrong[i].key, wrong[i].text;
	return NULL;
}

int mw_guard_config_parse(struct mw_str text, struct mw_guard_config *ret,
			  struct mw_guard_config_error *ret_error)
{
	struct reader r = {};
	struct mw_str line, word = {};
	const char *wrong = NULL, *key = NULL;

	mw_guard_config_normal(&r.config);
	while (!wrong && mw_str_cut(&text, '\n', &line)) {
		r.line++;
		wrong = read_line(&r, line, &word);
	}
	if (!wrong) {
		follow(&r);
		wrong = contradicts(&r, &key);
		word = mw_str_of(wrong ? key : "");
		r.line = wrong ? given(&r, key) : 0;
	}
	if (wrong) {
		*ret_error = (struct mw_guard_config_error){ r.line, word, wrong };
		return -EINVAL;
	}
	*ret = r.config;
	return 0;
}
