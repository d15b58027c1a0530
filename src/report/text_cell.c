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
	}
	return "";
}
