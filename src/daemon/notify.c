/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

static uint64_t watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t n;

	if (!usec || mw_str_u64(mw_str_of(usec), &n) < 0 || n > UINT64_MAX / 1000)
		return 0;
	n *= 1000;
	if (pid) {
		uint64_t own;

		if (mw_str_u64(mw_str_of(pid), &own) < 0 || own != (uint64_t)getpid())
			return 0;
	}
	return n;
}

void mw_notify_open(struct mw_notify *ret)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;

	*ret = (struct mw_notify){ .fd = -1, .to.sun_family = AF_UNIX };
	if (n < 2 || n >= sizeof(ret->to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(ret->to.sun_path, path, n);
	if (path[0] == '@')
		ret->to.sun_path[0] = '\0';
	ret->to_bytes = (unsigned)(offsetof(struct sockaddr_un, sun_path) + n);
	ret->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret->watchdog_ns = watchdog_ns();
}

void mw_notify(const struct mw_notify *n, const char *text)
{
	if (n->fd >= 0)
		sendto(n->fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&n->to,
		       n->to_bytes);
}
