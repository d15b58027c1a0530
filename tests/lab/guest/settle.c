/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle - holds memory on the nodes that are said, runs on CPUs that are said, and knows what it
 * wrote.
 *
 *	settle [-b | -t] NAME CPU MIB0 MIB1
 *
 * CPU: "any" leaves it all.  MIB0 on node 0, MIB1 on node 1; -b: bound there by policy, else only
 * put there; -t: in huge pages where there are any.  Prints {"settled":{"NAME":PID}}; on SIGUSR1
 * compares all with what it wrote, prints {"intact":{"NAME":true}}, and ends.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "guest.h"

#define POLICY_DEFAULT 0
#define POLICY_BIND 2

static uint64_t word_of(uint64_t seed, size_t i)
{
	return (seed + i) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t *put(size_t bytes, unsigned node, char how, uint64_t seed)
{
	unsigned long mask = 1ul << node;
	uint64_t *p = map_private(bytes ? bytes : PAGE);

	if (!p || (bytes && syscall(SYS_mbind, p, bytes, POLICY_BIND, &mask, 64ul, 0)))
		return NULL;
	if (how == 't')
		madvise(p, bytes, MADV_HUGEPAGE);
	for (size_t i = 0; i < bytes / sizeof(*p); i++)
		p[i] = word_of(seed, i);
	if (bytes && how != 'b' && syscall(SYS_mbind, p, bytes, POLICY_DEFAULT, NULL, 0ul, 0))
		return NULL;
	return p;
}

static bool is_intact(const uint64_t *p, size_t bytes, uint64_t seed)
{
	for (size_t i = 0; i < bytes / sizeof(*p); i++)
		if (p[i] != word_of(seed, i))
			return false;
	return true;
}

static bool run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) == 0;
}

int main(int argc, char *argv[])
{
	char how = argc > 1 && argv[1][0] == '-' ? argv[1][1] : 0;
	char **arg = argv + 1 + !!how;
	uint64_t *part[2], seed;
	size_t bytes[2];
	sigset_t set;
	int signal;

	if (argc - !!how != 5)
		return 2;
	if (how != 't')
		no_huge_pages();
	set_oom_score_adj(0);
	prctl(PR_SET_NAME, arg[0]);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	seed = (uint64_t)getpid() << 32;
	for (unsigned k = 0; k < 2; k++) {
		bytes[k] = (size_t)atol(arg[2 + k]) * MIB;
		part[k] = put(bytes[k], k, how, seed + k);
		if (!part[k])
			return 1;
	}
	if (strcmp(arg[1], "any") && !run_on(atoi(arg[1])))
		return 1;
	printf("{\"settled\":{\"%s\":%d}}\n", arg[0], (int)getpid());
	fflush(stdout);
	sigwait(&set, &signal);
	printf("{\"intact\":{\"%s\":%s}}\n", arg[0],
	       is_intact(part[0], bytes[0], seed) && is_intact(part[1], bytes[1], seed + 1)
		       ? "true"
		       : "false");
	return 0;
}
