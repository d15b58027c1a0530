/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/qemu_name.h"

#include "base/fmt.h"

/* The next key=value of an option; a comma in it stands twice. */
static bool cut_part(struct mw_str *rest, struct mw_str *ret)
{
	size_t n = 0;

	if (!rest->n)
		return false;
	for (; n < rest->n; n++)
		if (rest->p[n] == ',') {
			if (n + 1 == rest->n || rest->p[n + 1] != ',')
				break;
			n++;
		}
	*ret = (struct mw_str){ rest->p, n };
	*rest = mw_str_from(*rest, n + 1);
	return true;
}

static struct mw_str without_double_commas(struct mw_str s, struct mw_arena *arena)
{
	struct mw_str copy = mw_arena_copy(arena, s);
	char *p = (char *)copy.p;
	size_t n = 0;

	for (size_t i = 0; i < copy.n; i++) {
		p[n++] = p[i];
		i += p[i] == ',' && i + 1 < copy.n;
	}
	copy.n = n;
	return copy;
}

static bool is_qemu(struct mw_str program)
{
	size_t slash = mw_str_rfind(program, '/');
	struct mw_str name = slash < program.n ? mw_str_from(program, slash + 1) : program;

	return mw_str_starts(name, "qemu") || mw_str_eq(name, "kvm");
}

/* Only the first part may go without its key, which is "guest" then. */
static struct mw_str guest_of(struct mw_str value, struct mw_arena *arena)
{
	struct mw_str part;

	for (bool first = true; cut_part(&value, &part); first = false) {
		if (mw_str_starts(part, "guest="))
			return without_double_commas(mw_str_from(part, 6), arena);
		if (first && mw_str_find(part, '=') == part.n)
			return without_double_commas(part, arena);
	}
	return (struct mw_str){};
}

struct mw_str mw_qemu_name(struct mw_str cmdline, struct mw_arena *arena)
{
	struct mw_str arg;

	if (!mw_str_cut(&cmdline, '\0', &arg) || !is_qemu(arg))
		return (struct mw_str){};
	while (mw_str_cut(&cmdline, '\0', &arg))
		if (mw_str_eq(arg, "-name") || mw_str_eq(arg, "--name"))
			return mw_str_cut(&cmdline, '\0', &arg) && !mw_str_starts(arg, "-")
				       ? guest_of(arg, arena)
				       : (struct mw_str){};
	return (struct mw_str){};
}

struct mw_str mw_qemu_name_text(struct mw_str cmdline, struct mw_arena *arena)
{
	struct mw_str name = mw_fmt_octal(arena, mw_qemu_name(cmdline, arena));

	return name.n ? mw_str_of(mw_fmt(arena, "%.*s\n", (int)name.n, name.p)) : name;
}

struct mw_str mw_qemu_name_of_text(struct mw_str text, struct mw_arena *arena)
{
	struct mw_str name = mw_fmt_unoctal(arena, mw_str_trim(text));

	name.n = mw_str_find(name, '\0');
	return name;
}
