/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Standard error stays: there it says what it could not remove. */
static void detach(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	prctl(PR_SET_NAME, "memwhy-lab-keep");
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

static _Noreturn void keep(int fd, struct lab_leftovers *left)
{
	ssize_t k;
	char c;

	detach();
	do
		k = read(fd, &c, 1);
	while (k > 0 || (k < 0 && errno == EINTR));
	_exit(lab_leftovers_remove(left) < 0);
}

int lab_supervisor_start(struct lab_supervisor *ret)
{
	struct lab_supervisor s = { .left = lab_leftovers_new() };
	int fd[2];

	if (!s.left)
		return -ENOMEM;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	s.pid = fork();
	if (!s.pid) {
		close(fd[1]);
		keep(fd[0], s.left);
	}
	close(fd[0]);
	s.fd = fd[1];
	if (s.pid < 0) {
		close(fd[1]);
		return -EAGAIN;
	}
	*ret = s;
	return 0;
}

int lab_supervisor_finish(struct lab_supervisor *s)
{
	int status = 0;
	pid_t pid;

	close(s->fd);
	do
		pid = waitpid(s->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (pid == s->pid && WIFEXITED(status))
		return WEXITSTATUS(status) ? -EBUSY : 0;
	/* Somebody killed it: then it is for us to do. */
	return lab_leftovers_remove(s->left);
}
