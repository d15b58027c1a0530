/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

static int connect_to(const struct sockaddr_un *to)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static int listen_at(int fd, const struct sockaddr_un *at)
{
	mode_t old = umask(0177);
	int r = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

	umask(old);
	return r < 0 ? r : listen(fd, 4) < 0 ? -errno : 0;
}

int mw_control_open(const char *path, struct mw_control *ret)
{
	struct mw_control c = { -1, -1, path };
	struct sockaddr_un at;
	int r = address(path, &at), other;

	*ret = c;
	if (r < 0)
		return r;
	other = connect_to(&at);
	if (other >= 0) {
		close(other);
		return -EADDRINUSE;
	}
	if (other == -ECONNREFUSED)
		unlink(path); /* left by one that was killed */
	c.listen = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c.listen < 0)
		return -errno;
	r = listen_at(c.listen, &at);
	if (r < 0)
		close(c.listen);
	else
		*ret = c;
	return r;
}

static void hang_up(struct mw_control *c)
{
	if (c->client >= 0)
		close(c->client);
	c->client = -1;
}

void mw_control_close(struct mw_control *c)
{
	hang_up(c);
	if (c->listen < 0)
		return;
	close(c->listen);
	unlink(c->path);
	c->listen = -1;
}

void mw_control_accept(struct mw_control *c)
{
	int fd = accept4(c->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	hang_up(c);
	c->client = fd;
}

bool mw_control_question(struct mw_control *c, char *buf, size_t bytes, struct mw_str *ret)
{
	ssize_t n = recv(c->client, buf, bytes, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		hang_up(c);
		return false;
	}
	*ret = (struct mw_str){ buf, (size_t)n };
	return true;
}

void mw_control_answer(struct mw_control *c, struct mw_str text)
{
	if (c->client >= 0 && send(c->client, text.p, text.n, MSG_NOSIGNAL) < 0 && errno == EINTR)
		send(c->client, text.p, text.n, MSG_NOSIGNAL);
	hang_up(c);
}

int mw_control_ask(const char *path, const char *question, char *buf, size_t bytes,
		   struct mw_str *ret)
{
	const struct timeval wait = { .tv_sec = 10 };
	struct sockaddr_un to;
	ssize_t n = -1;
	int r = address(path, &to), fd;

	if (r < 0)
		return r;
	fd = connect_to(&to);
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (send(fd, question, strlen(question), MSG_NOSIGNAL) > 0)
		n = recv(fd, buf, bytes, 0);
	r = n < 0 ? -errno : 0;
	close(fd);
	if (!r)
		*ret = (struct mw_str){ buf, (size_t)n };
	return r;
}
