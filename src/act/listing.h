/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing - the names in a folder, one after the other, without allocating (readdir(3) does).
 */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

struct mw_listing {
	int fd;
	size_t at, n;
	_Alignas(struct dirent64) char buf[4096];
};

/* dir: AT_FDCWD or a descriptor.  0 or negative errno. */
int mw_listing_open(int dir, const char *path, struct mw_listing *ret);
void mw_listing_close(struct mw_listing *l);

/* NULL at the end; valid until the next call. */
const struct dirent64 *mw_listing_next(struct mw_listing *l);

/* The next name that is a number above 0 and no larger than a pid can be; 0 at the end. */
int mw_listing_next_pid(struct mw_listing *l);
