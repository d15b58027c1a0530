/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_write.h"

#include <inttypes.h>

#include "report/escape.h"

void mw_json_string(struct mw_json *j, struct mw_str s)
{
	fputc('"', j->out);
	for (size_t i = 0; i < s.n;) {
		size_t n = mw_utf8_valid(mw_str_from(s, i));
		unsigned char c = (unsigned char)s.p[i];

		if (!n)
			fprintf(j->out, "\\udc%02x", c);
		else if (c == '"' || c == '\\')
			fprintf(j->out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", j->out);
		else if (c < 0x20 || c == 0x7f)
			fprintf(j->out, "\\u%04x", c);
		else
			fwrite(s.p + i, 1, n, j->out);
		i += n ? n : 1;
	}
	fputc('"', j->out);
}

void mw_json_separate(struct mw_json *j)
{
	if (j->comma)
		fputc(',', j->out);
	if (j->compact || j->level > 4)
		fputs(j->comma ? " " : "", j->out);
	else if (j->level)
		fprintf(j->out, "\n%*s", (int)j->level * 2, "");
	j->comma = true;
}

void mw_json_key_str(struct mw_json *j, struct mw_str name)
{
	mw_json_separate(j);
	mw_json_string(j, name);
	fputs(": ", j->out);
}

void mw_json_key(struct mw_json *j, const char *name)
{
	mw_json_key_str(j, mw_str_of(name));
}

void mw_json_open(struct mw_json *j, char c)
{
	fputc(c, j->out);
	j->level++;
	j->comma = false;
}

void mw_json_close(struct mw_json *j, char c)
{
	j->level--;
	if (j->comma && !j->compact && j->level <= 3)
		fprintf(j->out, "\n%*s", (int)j->level * 2, "");
	fputc(c, j->out);
	j->comma = true;
}

void mw_json_val(struct mw_json *j, struct mw_val v)
{
	if (mw_known(v))
		fprintf(j->out, "%" PRIu64, v.v);
	else
		fputs("null", j->out);
}

void mw_json_signed(struct mw_json *j, struct mw_val v)
{
	if (mw_known(v))
		fprintf(j->out, "%" PRId64, (int64_t)v.v);
	else
		fputs("null", j->out);
}

void mw_json_bool(struct mw_json *j, struct mw_val v)
{
	fputs(!mw_known(v) ? "null" : v.v ? "true" : "false", j->out);
}

void mw_json_text(struct mw_json *j, const char *s)
{
	if (s)
		mw_json_string(j, mw_str_of(s));
	else
		fputs("null", j->out);
}

void mw_json_field(struct mw_json *j, const char *name, struct mw_str s)
{
	mw_json_key(j, name);
	mw_json_string(j, s);
}

void mw_json_cstr(struct mw_json *j, const char *name, const char *s)
{
	mw_json_field(j, name, mw_str_of(s ? s : ""));
}
