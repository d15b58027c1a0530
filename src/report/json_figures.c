/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of a document: those whose ids have a dot in objects of their own.
 */
#include "report/json_write.h"

static void put_strings(struct mw_json *j, const struct mw_figure *f)
{
	if (!f->string) {
		fputs("null", j->out);
		return;
	}
	mw_json_open(j, '[');
	for (size_t i = 0; i < f->n_strings; i++) {
		mw_json_separate(j);
		mw_json_text(j, f->string[i]);
	}
	mw_json_close(j, ']');
}

static void put_figure(struct mw_json *j, const struct mw_figure *f)
{
	switch (f->kind) {
	case MW_FIGURE_NUMBER:
		mw_json_val(j, f->val);
		break;
	case MW_FIGURE_SIGNED:
		mw_json_signed(j, f->val);
		break;
	case MW_FIGURE_BOOL:
		mw_json_bool(j, f->val);
		break;
	case MW_FIGURE_TEXT:
		mw_json_text(j, f->text);
		break;
	case MW_FIGURE_STRINGS:
		put_strings(j, f);
		break;
	}
}

/* Null with a reason: a text or a list that is null has none. */
static bool lacks(const struct mw_figure *f)
{
	switch (f->kind) {
	case MW_FIGURE_NUMBER:
	case MW_FIGURE_SIGNED:
	case MW_FIGURE_BOOL:
		return !mw_known(f->val);
	case MW_FIGURE_TEXT:
	case MW_FIGURE_STRINGS:
		return false;
	}
	return false;
}

/* Of "gfp.mask" that is "gfp"; empty where there is no dot. */
static struct mw_str prefix_of(const struct mw_figure *f)
{
	struct mw_str id = mw_str_of(f->id);
	size_t dot = mw_str_find(id, '.');

	return (struct mw_str){ id.p, dot < id.n ? dot : 0 };
}

static const char *name_in(struct mw_str prefix, const struct mw_figure *f)
{
	return prefix.n ? f->id + prefix.n + 1 : f->id;
}

static const struct mw_figure *next_of(struct mw_str prefix, const struct mw_figure *f)
{
	while (f && !mw_str_same(prefix_of(f), prefix))
		f = f->next;
	return f;
}

/* "why" of the figures with this prefix. */
static void put_figures_why(struct mw_json *j, struct mw_str prefix, const struct mw_figure *first)
{
	bool any = false;

	for (const struct mw_figure *f = first; (f = next_of(prefix, f)); f = f->next) {
		if (!lacks(f))
			continue;
		if (!any) {
			mw_json_key(j, "why");
			mw_json_open(j, '{');
		}
		any = true;
		mw_json_cstr(j, name_in(prefix, f), mw_why_name(f->val.why));
	}
	if (any)
		mw_json_close(j, '}');
}

/* All figures that share a prefix, at the place of the first of them. */
static void put_group(struct mw_json *j, const struct mw_report *r, const struct mw_figure *first)
{
	struct mw_str prefix = prefix_of(first);

	if (next_of(prefix, r->first_figure) != first)
		return;
	mw_json_key_str(j, prefix);
	mw_json_open(j, '{');
	for (const struct mw_figure *f = first; (f = next_of(prefix, f)); f = f->next) {
		mw_json_key(j, name_in(prefix, f));
		put_figure(j, f);
	}
	put_figures_why(j, prefix, first);
	mw_json_close(j, '}');
}

void mw_json_figures(struct mw_json *j, const struct mw_report *r)
{
	for (const struct mw_figure *f = r->first_figure; f; f = f->next) {
		if (prefix_of(f).n) {
			put_group(j, r, f);
			continue;
		}
		mw_json_key(j, f->id);
		put_figure(j, f);
	}
	put_figures_why(j, (struct mw_str){}, r->first_figure);
}
