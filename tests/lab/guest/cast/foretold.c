/* SPDX-License-Identifier: Apache-2.0 */
/* Asks memwhy who will die, and reads its answer: one line of JSON. */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "cast.h"

#define ANSWER_BYTES ((size_t)4 << 20)

/* Past the value that begins at p: a string, a number, a word, or all between brackets. */
static const char *past_value(const char *p)
{
	int depth = 0;
	bool quoted = false;

	for (; *p; p++) {
		if (quoted) {
			if (*p == '\\' && p[1])
				p++;
			else if (*p == '"')
				quoted = false;
			continue;
		}
		if (*p == '"')
			quoted = true;
		else if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && depth-- <= 1)
			return depth < 0 ? p : p + 1;
		else if (*p == ',' && depth == 0)
			return p;
	}
	return p;
}

/* The value of a key of the object that begins at p ("{"); NULL: it has none. */
static const char *value_of(const char *p, const char *key)
{
	size_t n = strlen(key);

	for (p++; *p == '"';) {
		const char *name = p + 1, *end = strchr(name, '"'); /* no key holds a quote */
		const char *value;

		if (!end)
			return NULL;
		value = end + 1 + strspn(end + 1, ": ");
		if ((size_t)(end - name) == n && !strncmp(name, key, n))
			return value;
		p = past_value(value);
		p += strspn(p, ", ");
	}
	return NULL;
}

static long number_of(const char *object, const char *key)
{
	const char *v = value_of(object, key);

	return v && (*v == '-' || (*v >= '0' && *v <= '9')) ? strtol(v, NULL, 10) : -1;
}

static void read_answer(const char *text, struct foretold *ret)
{
	const char *p = text[0] == '{' ? value_of(text, "victims") : NULL;

	if (!p || *p != '[')
		return;
	ret->answered = true;
	p = value_of(text, "asker_dies");
	ret->asker_dies = p && !strncmp(p, "true", 4);
	p = value_of(text, "victims");
	for (p++; *p == '{' && ret->n < MAX_FORETOLD; p += strspn(p, ", ")) {
		const char *certain = value_of(p, "certain");
		int i = ret->n++;

		const char *doubt = value_of(p, "doubt");

		if (i == 0 && doubt && *doubt == '"')
			snprintf(ret->doubt, sizeof(ret->doubt), "%.*s",
				 (int)strcspn(doubt + 1, "\"\\"), doubt + 1);
		ret->victims[i].pid = (pid_t)number_of(p, "pid");
		ret->victims[i].badness = number_of(p, "badness");
		ret->victims[i].certain = !certain || strncmp(certain, "false", 5);
		ret->victims[i].model = number_of(p, "oom_score_model");
		ret->victims[i].kernel = number_of(p, "oom_score_kernel");
		p = past_value(p);
	}
}

static void ask(const char *memwhy, const char *option, const char *value, int out)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0), dup2(out, 1), dup2(null, 2);
	execlp(memwhy, "memwhy", "victims", "--ndjson", option, value, NULL);
	_exit(127);
}

static void hear(int fd, char *text)
{
	double end = seconds() + PATIENCE_S;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n + 1 < ANSWER_BYTES && seconds() < end) {
		ssize_t k = poll(&p, 1, 1000) > 0 ? read(fd, text + n, ANSWER_BYTES - 1 - n) : -1;

		if (k == 0)
			break;
		if (k > 0)
			n += (size_t)k;
	}
	text[n] = '\0';
}

void foretell(const char *memwhy, const char *option, const char *value, struct foretold *ret)
{
	static char *text; /* one for all sets: the director's size stays as it is */
	int ends[2], status = -1;
	pid_t pid;

	ret->n = 0;
	ret->doubt[0] = '\0';
	ret->answered = ret->asker_dies = false;
	ret->status = -1;
	if (!text)
		text = map_private(ANSWER_BYTES);
	if (!text || pipe2(ends, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		ask(memwhy, option, value, ends[1]);
	close(ends[1]);
	hear(ends[0], text);
	close(ends[0]);
	if (pid > 0) {
		if (waitpid(pid, &status, WNOHANG) == 0) {
			sleep_ms(20);
			if (waitpid(pid, &status, WNOHANG) == 0) {
				kill(pid, SIGKILL);
				waitpid(pid, &status, 0);
			}
		}
		ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	read_answer(text, ret);
}
