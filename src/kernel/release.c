/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/release.h"

static struct mw_str leading_digits(struct mw_str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return (struct mw_str){ s.p, n };
}

/* With their own number only: other kernels are built for these systems as well, such as
 * "6.1.10-1.el7.elrepo" and "5.4.17-2136.el8uek", and they are what their number says. */
static enum mw_vendor vendor_of(struct mw_str text, const struct mw_release *r)
{
	static const struct {
		const char *mark;
		uint64_t major, minor;
		enum mw_vendor vendor;
	} marks[] = { { ".el6", 2, 6, MW_EL6 },
		      { ".el7", 3, 10, MW_EL7 },
		      { ".el8", 4, 18, MW_EL8 },
		      { ".el9", 5, 14, MW_EL9 },
		      { ".el10", 6, 12, MW_EL10 } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (r->major == marks[i].major && r->minor == marks[i].minor &&
		    mw_str_search(text, marks[i].mark) < text.n)
			return marks[i].vendor;
	return MW_UPSTREAM;
}

struct mw_release mw_release_parse(struct mw_str text)
{
	struct mw_release r = {};
	struct mw_str major = leading_digits(text), minor, patch;

	if (major.n >= text.n || text.p[major.n] != '.')
		return r;
	minor = leading_digits(mw_str_from(text, major.n + 1));
	if (mw_str_u64(major, &r.major) < 0 || mw_str_u64(minor, &r.minor) < 0)
		return (struct mw_release){};
	patch = mw_str_from(text, major.n + 1 + minor.n);
	if (mw_str_starts(patch, "."))
		patch = leading_digits(mw_str_from(patch, 1));
	if (mw_str_u64(patch, &r.patch) < 0)
		r.patch = 0;
	r.vendor = vendor_of(text, &r);
	return r;
}

struct mw_str mw_release_of_version(struct mw_str text)
{
	struct mw_str word;

	if (!mw_str_starts(text, "Linux version "))
		return (struct mw_str){};
	text = mw_str_from(text, 14);
	return mw_str_word(&text, &word) ? word : (struct mw_str){};
}

bool mw_release_is_known(struct mw_release r)
{
	return r.major;
}

bool mw_release_at_least(struct mw_release r, uint64_t major, uint64_t minor)
{
	return r.major > major || (r.major == major && r.minor >= minor);
}
