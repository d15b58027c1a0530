/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boundary - the largest private mapping that succeeds now, by bisection to the page.
 *
 *	boundary [-u UID] LABEL
 *
 * {"boundary":{"LABEL":{"max_kib":N,"limit_kib":N,"committed_kib":N,"own_kib":N,"free_kib":N}}}:
 * limit and committed as meminfo says just before, own: this process's address space.
 */
#include "guest.h"

static bool can_map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, bytes);
	return true;
}

static size_t largest(void)
{
	size_t low = 0, high = (size_t)64 << 30;

	while (high - low > PAGE) {
		size_t middle = (low + high) / 2 / PAGE * PAGE;

		if (can_map(middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

int main(int argc, char *argv[])
{
	long limit, committed, own, avail;
	char statm[64];
	int c;

	while ((c = getopt(argc, argv, "u:")) != -1)
		if (c != 'u' || setgid((gid_t)atoi(optarg)) || setuid((uid_t)atoi(optarg)))
			return 1;
	if (optind >= argc)
		return 2;
	limit = meminfo_kib("CommitLimit");
	committed = meminfo_kib("Committed_AS");
	avail = meminfo_kib("MemFree");
	own = atol(read_file("/proc/self/statm", statm, sizeof(statm))) * 4;
	printf("{\"boundary\":{\"%s\":{\"max_kib\":%zu,\"limit_kib\":%ld,\"committed_kib\":%ld,"
	       "\"own_kib\":%ld,\"free_kib\":%ld}}}\n",
	       argv[optind], largest() / 1024, limit, committed, own, avail);
	return 0;
}
