/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names from outside on their way to people: escaped for a terminal, quoted for a shell, in the
 * kernel's own octal, and as paths.
 */
#include "base/fmt.h"
#include "fuzz.h"
#include "kernel/errname.h"
#include "kernel/path.h"
#include "report/escape.h"

static void escape(struct mw_arena *arena, struct mw_str s)
{
	struct mw_str out = mw_str_of(mw_escape(arena, s));

	must(out.n >= s.n && out.n <= s.n * 4);
	while (out.n) {
		size_t n = mw_utf8_shown(out);

		must(n && n == mw_utf8_valid(out));
		out = mw_str_from(out, n);
	}
}

static void quote(struct mw_arena *arena, struct mw_str s)
{
	for (const char *q = mw_fmt_shell(arena, s); *q; q++)
		must((unsigned char)*q >= 0x20 && (unsigned char)*q < 0x7f);
}

static void octal(struct mw_arena *arena, struct mw_str s)
{
	struct mw_str escaped = mw_fmt_octal(arena, s);

	must(mw_str_same(mw_fmt_unoctal(arena, escaped), s));
	for (size_t i = 0; i < escaped.n; i++)
		must((unsigned char)escaped.p[i] > 0x20 && escaped.p[i] != 0x7f);
	must(mw_fmt_unoctal(arena, s).n <= s.n);
}

static void path(struct mw_arena *arena, struct mw_str s)
{
	struct mw_str out = mw_path_join(arena, mw_str_from(s, s.n / 2), s, s), part;

	must(!mw_path_climbs(out));
	must(!mw_str_starts(out, "/") && !mw_str_ends(out, "/"));
	while (mw_str_cut(&out, '/', &part))
		must(part.n && !mw_str_eq(part, "."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str s = fuzz_text(data, size);
	int r = mw_errname_parse(s);

	escape(&arena, s);
	quote(&arena, s);
	octal(&arena, s);
	path(&arena, s);
	must(!r || mw_errname_parse(mw_errname(r, &arena)) == r);
	return 0;
}
