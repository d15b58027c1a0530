/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files, and folders of files, in place of libFuzzer: the corpus as a
 * plain test.  Each input lies in a block of its own size, so that a sanitizer sees all.  Links in
 * folders are not followed: fixtures hold some that lead to files of this machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static int run_file(const char *path, size_t bytes)
{
	uint8_t *data = malloc(bytes ? bytes : 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = data && fd >= 0 ? read(fd, data, bytes) : -1;

	if (n >= 0)
		LLVMFuzzerTestOneInput(data, (size_t)n);
	if (fd >= 0)
		close(fd);
	free(data);
	return n < 0 ? -1 : 0;
}

static int by_name(const FTSENT **x, const FTSENT **y)
{
	return strcmp((*x)->fts_name, (*y)->fts_name);
}

/* "fuzz_meminfo" or "replay_meminfo" -> "meminfo" */
static const char *target_name(void)
{
	static const char *const prefixes[] = { "fuzz_", "fuzz-", "replay_", "replay-" };
	const char *own = program_invocation_short_name;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(own, prefixes[i], strlen(prefixes[i])))
			return own + strlen(prefixes[i]);
	return own;
}

int main(int argc, char *argv[])
{
	FTS *tree =
		argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name)
			 : NULL;
	size_t n = 0, failed = 0;
	FTSENT *entry;

	while (tree && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_F) {
			n++;
			failed +=
				run_file(entry->fts_accpath, (size_t)entry->fts_statp->st_size) < 0;
		} else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
			   entry->fts_info != FTS_SL) {
			failed++;
		}
	}
	if (tree)
		fts_close(tree);
	if (!n || failed) {
		printf("not ok fuzz-%s %zu inputs, %zu could not be read\n", target_name(), n,
		       failed);
		return 1;
	}
	printf("ok fuzz-%s %zu inputs\n", target_name(), n);
	return 0;
}
