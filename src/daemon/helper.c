/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/helper.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/thread.h"
#include "base/textbuf.h"

#define MESSAGE_BYTES 4096

/* The message: words with a NUL after each, an empty one, "NAME=value" with a NUL after each. */
static size_t take_words(char *message, size_t n, size_t *at, char **ret)
{
	size_t n_words = 0;

	while (*at < n && message[*at] && n_words < MW_HELPER_WORDS) {
		ret[n_words++] = message + *at;
		*at += strlen(message + *at) + 1;
	}
	++*at;
	return n_words;
}

static void cannot_run(const char *program, int error)
{
	char line[512];
	struct mw_textbuf t = { .p = line, .size = sizeof(line) };

	mw_textbuf_say(&t, "<4>cannot run ");
	mw_textbuf_word(&t, mw_str_of(program));
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, strerror(error));
	mw_textbuf_say(&t, "\n");
	(void)!write(2, line, t.n);
}

static _Noreturn void run(char *message, size_t n)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *argv[MW_HELPER_WORDS + 1] = {}, *env[MW_HELPER_WORDS + 2] = { path };
	size_t at = 0;

	if (!take_words(message, n, &at, argv))
		_exit(127);
	take_words(message, n, &at, env + 1);
	alarm(MW_HELPER_SECONDS);
	execvpe(argv[0], argv, env);
	cannot_run(argv[0], errno);
	_exit(127);
}

static _Noreturn void serve(int fd)
{
	static char message[MESSAGE_BYTES + 1];
	ssize_t n;
	pid_t pid;

	prctl(PR_SET_NAME, "memwhyd-hooks");
	signal(SIGCHLD, SIG_IGN);
	mw_rights_keep(0, NULL);
	while ((n = recv(fd, message, MESSAGE_BYTES, 0)) != 0) {
		if (n < 0)
			continue;
		message[n] = '\0';
		pid = fork();
		if (pid < 0)
			cannot_run(message, errno);
		if (!pid) {
			sigset_t none;

			sigemptyset(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
			signal(SIGCHLD, SIG_DFL);
			run(message, (size_t)n);
		}
	}
	_exit(0);
}

int mw_helper_start(struct mw_helper *h)
{
	int pair[2];

	*h = (struct mw_helper){ -1, -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	h->pid = fork();
	if (!h->pid) {
		close(pair[0]);
		serve(pair[1]);
	}
	close(pair[1]);
	h->fd = pair[0];
	return h->pid < 0 ? -errno : 0;
}

void mw_helper_stop(struct mw_helper *h)
{
	if (h->fd < 0)
		return;
	close(h->fd); /* it ends by that */
	waitpid(h->pid, NULL, 0);
	*h = (struct mw_helper){ -1, -1 };
}

/* An empty word would end the list. */
static bool put_words(char message[MESSAGE_BYTES], size_t *at, const struct mw_str *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!words[i].n || words[i].n + 2 > MESSAGE_BYTES - *at ||
		    memchr(words[i].p, '\0', words[i].n))
			return false;
		memcpy(message + *at, words[i].p, words[i].n);
		*at += words[i].n;
		message[(*at)++] = '\0';
	}
	return true;
}

int mw_helper_run(struct mw_helper *h, const struct mw_str *words, size_t n_words,
		  const struct mw_str *env, size_t n_env)
{
	char message[MESSAGE_BYTES];
	size_t at = 0;

	if (h->fd < 0)
		return -ENOENT;
	if (!n_words || n_words > MW_HELPER_WORDS || n_env > MW_HELPER_WORDS ||
	    !put_words(message, &at, words, n_words))
		return -EINVAL;
	message[at++] = '\0';
	if (!put_words(message, &at, env, n_env))
		return -EINVAL;
	return send(h->fd, message, at, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
