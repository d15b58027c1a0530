/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promises - what counts in Committed_AS: does each thing that docs/commit.md speaks of, and says
 * by how much the promises moved.
 *
 *	promises counts LABEL	of each thing what it adds
 *	promises refused LABEL	leaves 16 MiB below CommitLimit, then asks for 32 MiB in every way
 *	promises hold		things of known sizes, until standard input ends
 *
 * {"promises":{"LABEL":{"NAME":{"own":KIB,"all":KIB,"anon":KIB}}}}: since the thing began, what the
 * flags "ac" of its own mappings sum to, Committed_AS, and the anonymous pages that are there.
 * {"refused":{"LABEL":{"NAME":"ENOMEM"}}}, "ok" where it succeeds.
 *
 * It changes no setting, and touches at most 32 MiB at a time.
 */
#include <sys/wait.h>

#include "promises.h"

const char *label;

void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "promises: %s: %s\n", what, strerror(errno));
	_exit(1);
}

void say_error(const char *kind, const char *name, bool ok)
{
	printf("{\"%s\":{\"%s\":{\"%s\":\"%s\"}}}\n", kind, label, name,
	       ok ? "ok" : strerrorname_np(errno));
}

char *map(int prot, int flags, int fd)
{
	void *p = mmap(NULL, SIZE, prot, flags, fd, 0);

	need(p != MAP_FAILED, "mmap");
	return p;
}

void unmap(char *p)
{
	need(!munmap(p, SIZE), "munmap");
}

void fill(int fd, size_t bytes)
{
	static char zeros[MIB];

	for (size_t n = 0; n < bytes; n += MIB)
		need(write(fd, zeros, MIB) == (ssize_t)MIB, "write");
}

void await(pid_t pid)
{
	int status;

	need(waitpid(pid, &status, 0) == pid && status == 0, "child");
}

int main(int argc, char *argv[])
{
	static char buf[BUFSIZ];

	if (argc < 2)
		return 2;
	setvbuf(stdout, buf, _IOFBF, sizeof(buf));
	no_huge_pages();
	label = argc > 2 ? argv[2] : "";
	if (!strcmp(argv[1], "counts"))
		counts();
	else if (!strcmp(argv[1], "refused"))
		refused();
	else if (!strcmp(argv[1], "hold"))
		hold();
	else
		return strcmp(argv[1], "nothing") ? 2 : 0;
	return 0;
}
