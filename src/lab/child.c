/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab.h"

static _Noreturn void live(const struct lab *lab, const struct lab_body *body, pid_t parent, int fd)
{
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	prctl(PR_SET_NAME, body->comm);
	close(lab->supervisor.fd);
	r = body->group ? lab_group_join(body->group) : 0;
	if (r < 0)
		lab_say(fd, r);
	else
		r = body->run(body->arg, fd);
	_exit(r < 0);
}

int lab_child_start(const struct lab *lab, const struct lab_body *body, struct lab_child *ret)
{
	pid_t parent = getpid(), pid;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (!pid) {
		close(pair[0]);
		live(lab, body, parent, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -EAGAIN;
	}
	*ret = (struct lab_child){ pid, pair[0] };
	return 0;
}

int lab_say(int fd, int64_t word)
{
	ssize_t k;

	do
		k = send(fd, &word, sizeof(word), MSG_NOSIGNAL);
	while (k < 0 && errno == EINTR);
	return k == (ssize_t)sizeof(word) ? 0 : -EPIPE;
}

int lab_hear(int fd, int patience_ms, int64_t *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t word;
	ssize_t k;
	int r;

	do
		r = poll(&p, 1, patience_ms);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r ? -errno : -ETIMEDOUT;
	do
		k = recv(fd, &word, sizeof(word), MSG_WAITALL);
	while (k < 0 && errno == EINTR);
	if (k != (ssize_t)sizeof(word))
		return -EPIPE;
	*ret = word;
	return 0;
}

int lab_child_ready(const struct lab *lab, const struct lab_body *body, struct lab_child *ret)
{
	int64_t word = 0;
	int r = lab_child_start(lab, body, ret);

	if (!r)
		r = lab_hear(ret->fd, LAB_PATIENCE_MS, &word);
	return r < 0 ? r : (int)word;
}

void lab_hold(int fd)
{
	int64_t word;

	while (!lab_hear(fd, -1, &word))
		;
}

static int reap(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got != pid || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status);
}

void lab_child_stop(struct lab_child *c)
{
	if (!c->pid)
		return;
	kill(c->pid, SIGKILL);
	reap(c->pid);
	close(c->fd);
	*c = (struct lab_child){};
}

int lab_child_end(struct lab_child *c)
{
	struct pollfd p = { .fd = c->fd, .events = 0 };
	int r;

	if (!c->pid)
		return -ECHILD;
	shutdown(c->fd, SHUT_WR);
	/* Its end closes when it exits: POLLHUP. */
	do
		r = poll(&p, 1, LAB_PATIENCE_MS);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		kill(c->pid, SIGKILL);
	r = reap(c->pid);
	close(c->fd);
	*c = (struct lab_child){};
	return r;
}

void *lab_eat(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, bytes, MADV_NOHUGEPAGE);
	memset(p, 1, bytes);
	return p;
}
