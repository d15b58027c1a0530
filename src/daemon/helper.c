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

#define MESSAGE_BYTES 4096
#define WORDS_MAX 32

/* The message: program, a NUL, "NAME=value" and a NUL each. */
static void run(char *message, size_t n)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *argv[WORDS_MAX] = {}, *env[WORDS_MAX] = { path };
	size_t n_args = 0, n_env = 1, at = strlen(message) + 1;
	char *rest = message, *word;

	while (n_args + 1 < WORDS_MAX && (word = strtok_r(rest, " \t", &rest)))
		argv[n_args++] = word;
	for (; at < n && n_env + 1 < WORDS_MAX; at += strlen(message + at) + 1)
		env[n_env++] = message + at;
	alarm(MW_HELPER_SECONDS);
	if (n_args)
		execvpe(argv[0], argv, env);
	_exit(127);
}

static _Noreturn void serve(int fd)
{
	static char message[MESSAGE_BYTES + 1];
	ssize_t n;

	prctl(PR_SET_NAME, "memwhyd-hooks");
	signal(SIGCHLD, SIG_IGN);
	mw_rights_keep(0, NULL);
	while ((n = recv(fd, message, MESSAGE_BYTES, 0)) != 0) {
		if (n < 0)
			continue;
		message[n] = '\0';
		if (!fork()) {
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

int mw_helper_run(struct mw_helper *h, struct mw_str program, const struct mw_str *env, size_t n)
{
	char message[MESSAGE_BYTES];
	size_t at = 0;

	if (h->fd < 0)
		return -ENOENT;
	for (size_t i = 0; i <= n; i++) {
		struct mw_str s = i ? env[i - 1] : program;

		if (s.n >= sizeof(message) - at)
			return -E2BIG;
		memcpy(message + at, s.p, s.n);
		at += s.n;
		message[at++] = '\0';
	}
	return send(h->fd, message, at, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
