/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/fmt.h"
#include "report/escape.h"
#include "report/text_table.h"

const char *mw_text_cell(const struct mw_col *col, const struct mw_cell *cell,
			 const struct mw_report_style *style, struct mw_arena *a)
{
	if (!cell->set)
		return "";
	switch (col->type) {
	case MW_TYPE_STR:
	case MW_TYPE_LIST:
		return style->ascii ? mw_escape_ascii(a, cell->str) : mw_escape(a, cell->str);
	case MW_TYPE_BYTES:
		return mw_fmt_val_bytes(a, cell->val);
	case MW_TYPE_COUNT:
		return mw_known(cell->val) ? mw_fmt(a, "%" PRIu64, cell->val.v)
					   : mw_why_name(cell->val.why);
	case MW_TYPE_PERCENT:
		return mw_known(cell->val) ? mw_fmt(a, "%" PRIu64 ".%02" PRIu64, cell->val.v / 100,
						    cell->val.v % 100)
					   : "";
	case MW_TYPE_SIGNED:
		return mw_known(cell->val) ? mw_fmt(a, "%" PRId64, (int64_t)cell->val.v)
					   : mw_why_name(cell->val.why);
	case MW_TYPE_BOOL:
		return !mw_known(cell->val) ? mw_why_name(cell->val.why)
		       : cell->val.v	    ? "yes"
					    : "no";
	}
	return "";
}

bool mw_text_is_right(enum mw_type type)
{
	switch (type) {
	case MW_TYPE_STR:
	case MW_TYPE_LIST:
		return false;
	case MW_TYPE_BYTES:
	case MW_TYPE_COUNT:
	case MW_TYPE_PERCENT:
	case MW_TYPE_SIGNED:
	case MW_TYPE_BOOL:
		return true;
	}
	return false;
}

const char *mw_text_evidence(const struct mw_evidence *e, struct mw_arena *a)
{
	switch (e->unit) {
	case MW_UNIT_BYTES:
		return mw_fmt_val_bytes(a, e->value);
	case MW_UNIT_COUNT:
		return mw_known(e->value) ? mw_fmt(a, "%" PRIu64, e->value.v)
					  : mw_why_name(e->value.why);
	case MW_UNIT_PERMILLE:
		return mw_known(e->value) ? mw_fmt(a, "%" PRIu64 ".%" PRIu64 " %%", e->value.v / 10,
						   e->value.v % 10)
					  : mw_why_name(e->value.why);
	case MW_UNIT_TEXT:
		return mw_escape(a, mw_str_of(e->text ? e->text : ""));
	}
	return "";
}
