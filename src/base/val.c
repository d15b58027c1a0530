/* SPDX-License-Identifier: Apache-2.0 */
#include "base/val.h"

#include <errno.h>

struct mw_val mw_add(struct mw_val a, struct mw_val b)
{
	uint64_t sum;

	if (!mw_known(a))
		return a;
	if (!mw_known(b))
		return b;
	if (__builtin_add_overflow(a.v, b.v, &sum))
		return mw_no(MW_BAD);
	return mw_ok(sum);
}

struct mw_val mw_sub(struct mw_val a, struct mw_val b)
{
	if (!mw_known(a))
		return a;
	if (!mw_known(b))
		return b;
	return a.v < b.v ? mw_no(MW_RACED) : mw_ok(a.v - b.v);
}

struct mw_val mw_mul(struct mw_val a, uint64_t factor)
{
	uint64_t product;

	if (!mw_known(a))
		return a;
	if (__builtin_mul_overflow(a.v, factor, &product))
		return mw_no(MW_BAD);
	return mw_ok(product);
}

enum mw_why mw_why_of_errno(int r)
{
	switch (r) {
	case 0:
		return MW_OK;
	case -ENOENT:
	case -ENOTDIR:
	case -EOPNOTSUPP:
	case -ENOSYS:
		return MW_ABSENT;
	case -EACCES:
	case -EPERM:
		return MW_DENIED;
	case -ESRCH:  /* a file of a process that is gone */
	case -ENODEV: /* a file of a cgroup that was removed */
		return MW_GONE;
	default:
		return MW_BAD;
	}
}

const char *mw_why_name(enum mw_why why)
{
	switch (why) {
	case MW_UNREAD:
		return "unread";
	case MW_OK:
		return "ok";
	case MW_ABSENT:
		return "absent";
	case MW_DENIED:
		return "denied";
	case MW_GONE:
		return "gone";
	case MW_BAD:
		return "malformed";
	case MW_RACED:
		return "raced";
	}
	return "?";
}
