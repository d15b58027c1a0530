/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html_write.h"

#include "report/escape.h"

/* NULL: the byte may stand as it is. */
static const char *entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

void mw_html_str(FILE *out, struct mw_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = mw_utf8_shown(mw_str_from(s, i));
		const char *e = entity(s.p[i]);

		if (!n)
			fprintf(out, "\\x%02x", (unsigned char)s.p[i]);
		else if (e)
			fputs(e, out);
		else
			fwrite(s.p + i, 1, n, out);
		i += n ? n : 1;
	}
}

void mw_html_text(FILE *out, const char *s)
{
	mw_html_str(out, mw_str_of(s ? s : ""));
}
