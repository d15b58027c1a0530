/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpage_live - the three files of this machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pages/kpage.h"

struct live {
	struct mw_kpage k; /* first */
	int fd[MW_KPAGE_FILES];
};

static int read_words(struct mw_kpage *k, enum mw_kpage_file file, uint64_t frame, size_t n,
		      uint64_t *ret)
{
	struct live *l = (struct live *)k;
	size_t at = 0, bytes = n * sizeof(*ret);

	while (at < bytes) {
		ssize_t got = pread(l->fd[file], (char *)ret + at, bytes - at,
				    (off_t)(frame * sizeof(*ret) + at));

		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			break;
		at += got > 0 ? (size_t)got : 0;
	}
	k->read_bytes += at;
	for (size_t i = at / sizeof(*ret); i < n; i++)
		ret[i] = MW_KPAGE_NO_PAGE;
	return 0;
}

static void done(struct mw_kpage *k)
{
	struct live *l = (struct live *)k;

	for (int i = 0; i < MW_KPAGE_FILES; i++)
		if (l->fd[i] >= 0)
			close(l->fd[i]);
}

/* Without counts there is no figure for races, without cgroups there are no groups. */
int mw_kpage_open(struct mw_arena *arena, struct mw_kpage **ret, const char **ret_why)
{
	static const char *const path[MW_KPAGE_FILES] = { "/proc/kpageflags", "/proc/kpagecount",
							  "/proc/kpagecgroup" };
	struct live *l = mw_arena_alloc(arena, sizeof(*l));

	if (!l)
		return -ENOMEM;
	*ret_why = "/proc/kpageflags cannot be opened";
	l->k = (struct mw_kpage){ .read = read_words, .done = done };
	for (int i = 0; i < MW_KPAGE_FILES; i++) {
		l->fd[i] = open(path[i], O_RDONLY | O_CLOEXEC);
		l->k.has[i] = l->fd[i] >= 0;
		if (i == MW_KPAGE_FLAGS && l->fd[i] < 0)
			return -errno;
	}
	*ret = &l->k;
	return 0;
}
