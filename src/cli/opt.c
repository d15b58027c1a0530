/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <getopt.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)
#define OPTS_MAX 40

const struct opt opt_common[] = {
	{ "root", 'r', "PATH", "read a capture, a directory or an archive instead of this machine",
	  OPT_TEXT, AT(root) },
	{ "json", 'j', NULL, "one JSON document", OPT_FLAG, AT(json) },
	{ "ndjson", 0, NULL, "the same on one line", OPT_FLAG, AT(ndjson) },
	{ "color", 0, "WHEN", "auto, always or never", OPT_TEXT, AT(color) },
	{ "check", 0, NULL, "exit as a monitoring plugin: 0 ok, 1 warning, 2 critical, 3 unknown",
	  OPT_FLAG, AT(check) },
	{ "threshold", 0, "NAME=VALUE", "set a limit above which something is reported",
	  OPT_THRESHOLD, AT(threshold) },
	{ "smaps-budget", 0, "MS", "CPU time that reading smaps_rollup may cost", OPT_NUMBER,
	  AT(smaps_budget_ms) },
	{ "tree-min", 0, "SIZE", "do not look for files in a tmpfs that holds less", OPT_SIZE,
	  AT(tree_min_bytes) },
	{ "save-capture", 0, "FILE", "also write what was read as a capture", OPT_TEXT,
	  AT(save_capture) },
	{ "help", 'h', NULL, "this help; -h: only the commands", OPT_FLAG, AT(help) },
	{ "version", 0, NULL, "the version", OPT_FLAG, AT(version) },
	{ "dump-options", 0, NULL, NULL, OPT_FLAG, AT(dump) },
};

const size_t opt_common_count = sizeof(opt_common) / sizeof(opt_common[0]);

struct options opt_defaults(void)
{
	return (struct options){ .color = "auto",
				 .threshold = mw_thresholds_normal(),
				 .smaps_budget_ms = 1000,
				 .tree_min_bytes = 1 << 20,
				 .top = 5,
				 .try_bytes = UINT64_MAX,
				 .who_frame = UINT64_MAX,
				 .interval_s = 60 };
}

bool opt_parse_size(struct mw_str s, uint64_t *ret)
{
	static const char units[] = "KMGT";
	size_t powers = 0;
	uint64_t v;

	if (s.n)
		powers = mw_str_find(mw_str_of(units), s.p[s.n - 1]) + 1;
	if (powers > sizeof(units) - 1)
		powers = 0;
	s.n -= powers > 0;
	if (mw_str_u64(s, &v) < 0)
		return false;
	for (; powers; powers--)
		if (__builtin_mul_overflow(v, 1024, &v))
			return false;
	*ret = v;
	return true;
}

/* "0.01", "1%", "2.5%": in parts of a million, which is at least one. */
static bool parse_share(struct mw_str s, uint64_t *ret)
{
	struct mw_str whole_text, rest = s;
	uint64_t unit = 1000000, whole = 0, v;

	if (s.n && s.p[s.n - 1] == '%') {
		unit = 10000;
		rest.n--;
	}
	if (!mw_str_cut(&rest, '.', &whole_text) || mw_str_u64(whole_text, &whole) < 0 ||
	    whole > 100)
		return false;
	v = whole * unit;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return false;
		unit /= 10;
		v += (uint64_t)(rest.p[i] - '0') * unit;
	}
	*ret = v;
	return v && v <= 1000000;
}

static bool add(struct opt_list *list, const char *value)
{
	if (list->n == OPT_LIST_MAX)
		return false;
	list->item[list->n++] = value;
	return true;
}

static bool set(struct options *o, const struct opt *opt, const char *value)
{
	char *slot = (char *)o + opt->offset;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)slot = true;
		return true;
	case OPT_TEXT:
	case OPT_PAIR:
		*(const char **)slot = value;
		return true;
	case OPT_LIST:
		return add((struct opt_list *)slot, value);
	case OPT_NUMBER:
		return !mw_str_u64(mw_str_of(value), (uint64_t *)slot);
	case OPT_SIZE:
		return opt_parse_size(mw_str_of(value), (uint64_t *)slot);
	case OPT_SHARE:
		return parse_share(mw_str_of(value), (uint64_t *)slot);
	case OPT_THRESHOLD:
		return !mw_thresholds_set(&o->threshold, mw_str_of(value));
	}
	return false;
}

/* The two tables as getopt_long wants them; val is the index, letters stand in `letters`. */
struct merged {
	const struct opt *opt[OPTS_MAX];
	struct option lng[OPTS_MAX + 1];
	char letters[OPTS_MAX * 2 + 3];
	size_t n;
};

static void merge(struct merged *m, const struct opt *table, size_t n)
{
	size_t at = strlen(m->letters), named = 0;

	while (m->lng[named].name)
		named++;
	for (size_t i = 0; i < n && m->n < OPTS_MAX; i++) {
		const struct opt *o = &table[i];

		m->opt[m->n] = o;
		m->lng[named++] =
			(struct option){ o->name, o->arg ? required_argument : no_argument, NULL,
					 256 + (int)m->n };
		if (o->letter)
			m->letters[at++] = o->letter;
		if (o->letter && o->arg)
			m->letters[at++] = ':';
		m->n++;
	}
}

static const struct opt *chosen(const struct merged *m, int c)
{
	if (c >= 256)
		return m->opt[c - 256];
	for (size_t i = 0; i < m->n; i++)
		if (m->opt[i]->letter == c)
			return m->opt[i];
	return NULL;
}

int opt_parse(struct options *o, const char *command, const struct opt *own, size_t n_own, int argc,
	      char *argv[])
{
	struct merged m = { .letters = "+" };
	int c;

	if (command)
		m.letters[0] = '\0';
	merge(&m, opt_common, opt_common_count);
	merge(&m, own, n_own);
	optind = 0;
	while ((c = getopt_long(argc, argv, m.letters, m.lng, NULL)) != -1) {
		const struct opt *opt = c == '?' ? NULL : chosen(&m, c);

		if (!opt)
			return -1;
		if (!set(o, opt, optarg)) {
			fprintf(stderr, "memwhy: --%s: not understood: %s\n", opt->name, optarg);
			return -1;
		}
		o->help_short |= c == 'h';
		if (opt->kind != OPT_PAIR)
			continue;
		if (optind >= argc) {
			fprintf(stderr, "memwhy: --%s takes %s\n", opt->name, opt->arg);
			return -1;
		}
		((const char **)((char *)o + opt->offset))[1] = argv[optind++];
	}
	return optind;
}

void opt_help(FILE *out, const struct opt *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt *o = &table[i];
		char letter[] = "   ", name[64];

		if (!o->help)
			continue;
		if (o->letter)
			letter[0] = '-', letter[1] = o->letter, letter[2] = ',';
		snprintf(name, sizeof(name), "--%s%s%s", o->name, o->arg ? " " : "",
			 o->arg ? o->arg : "");
		fprintf(out, "  %s %-24s %s\n", letter, name, o->help);
	}
}

void opt_dump(FILE *out, const char *command, const struct opt *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt *o = &table[i];
		char letter[] = "-?";

		letter[1] = o->letter;
		if (!o->help)
			continue;
		fprintf(out, "%s\t--%s\t%s\t%s\n", command, o->name, o->letter ? letter : "",
			o->arg ? o->arg : "");
	}
}
