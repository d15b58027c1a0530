/* SPDX-License-Identifier: Apache-2.0 */
#include "asks.h"

static char said[4 * MIB];

/* The masks that the kernel uses for these. */
static void words_of(const struct ask *a, char *to, size_t bytes)
{
	static const char *const masks[KINDS] = {
		[FAULT] = "GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
		[RING] = "GFP_KERNEL|__GFP_COMP|__GFP_ZERO|__GFP_NOWARN|__GFP_NORETRY",
		[HUGE] = "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_NOWARN|__GFP_RETRY_MAYFAIL|"
			 "__GFP_THISNODE",
		[STACK] = "GFP_KERNEL_ACCOUNT|__GFP_ZERO",
	};
	char policy[24] = "";

	if (a->policy == BIND)
		snprintf(policy, sizeof(policy), " policy=bind:%d", a->node);
	snprintf(to, bytes, "order=%d gfp=%s node=%d%s", a->order, masks[a->kind], a->node, policy);
}

/* It runs and has its memory where it does not matter. */
static bool run(const char *request, int run_on)
{
	size_t n = 0;
	ssize_t k;
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		return false;
	child = fork();
	if (child == 0) {
		set_oom_score_adj(500);
		dup2(ends[1], 1);
		close(ends[0]);
		bind_cpu(run_on);
		set_policy(PREFER, run_on);
		execlp("memwhy", "memwhy", "zones", "--ndjson", "--request", request, NULL);
		_exit(127);
	}
	close(ends[1]);
	while (n + 1 < sizeof(said) && (k = read(ends[0], said + n, sizeof(said) - 1 - n)) > 0)
		n += (size_t)k;
	said[n] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return n && WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == 3);
}

/* What stands behind a key, from `p` on; "": it is not there. */
static const char *behind(const char *p, const char *key)
{
	p = p ? strstr(p, key) : NULL;
	return p ? p + strlen(key) : "";
}

static long least_margin(const char *p)
{
	long least = -1;

	while (*(p = behind(p, "\"margin_pages\": "))) {
		long m = strtol(p, NULL, 10);

		if (*p == 'n')
			continue;
		m = m < 0 ? -m : m;
		if (least < 0 || m < least)
			least = m;
	}
	return least;
}

struct foretold foretell(const struct ask *a, int run_on)
{
	struct foretold f = { .answer = { .node = UNSAID }, .margin = -1 };
	const char *request, *zone, *succeeds;
	char words[256];

	words_of(a, words, sizeof(words));
	if (!run(words, run_on))
		return f;
	request = behind(said, "\"request\": {");
	succeeds = behind(request, "\"succeeds\": ");
	f.margin = least_margin(request);
	if (!strncmp(succeeds, "false", 5)) {
		f.answer.node = NONE;
	} else if (!strncmp(succeeds, "true", 4)) {
		f.answer.node = atoi(behind(request, "\"served_node\": "));
		zone = behind(request, "\"served_zone\": \"");
		snprintf(f.answer.zone, sizeof(f.answer.zone), "%.*s", (int)strcspn(zone, "\""),
			 zone);
	}
	return f;
}
