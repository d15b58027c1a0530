/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "/run/systemd/journal/socket"

struct line {
	char *p;
	size_t n, bytes;
};

static bool put(struct line *l, const void *bytes, size_t n)
{
	if (n > l->bytes - l->n)
		return false;
	if (n)
		memcpy(l->p + l->n, bytes, n);
	l->n += n;
	return true;
}

/* What would break a line, or a terminal; of raw bytes the escape's own sign too. */
static bool put_escaped(struct line *l, struct mw_str s, bool raw)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char escape[4] = { '\\', 'x', digit[c >> 4], digit[c & 15] };

		if (!(c < 0x20 || c == 0x7f || (raw && c == '\\') ? put(l, escape, 4)
								  : put(l, &s.p[i], 1)))
			return false;
	}
	return true;
}

static bool put_field(struct line *l, const char *name, struct mw_str value)
{
	uint64_t n = value.n; /* little endian on the wire, as all that this is built for */

	if (mw_str_find(value, '\n') == value.n)
		return put(l, name, strlen(name)) && put(l, "=", 1) && put(l, value.p, value.n) &&
		       put(l, "\n", 1);
	return put(l, name, strlen(name)) && put(l, "\n", 1) && put(l, &n, sizeof(n)) &&
	       put(l, value.p, value.n) && put(l, "\n", 1);
}

void mw_journal_open(bool by_person, struct mw_journal *ret)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = SOCKET };

	ret->by_person = by_person;
	ret->fd = by_person ? -1 : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ret->fd >= 0 && connect(ret->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(ret->fd);
		ret->fd = -1;
	}
}

static bool to_journal(struct mw_journal *j, int priority, struct mw_str message,
		       const struct mw_journal_field *field, size_t n)
{
	const char digit[1] = { (char)('0' + priority) };
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	struct line l = { j->buf, 0, sizeof(j->buf) };
	size_t whole;

	put_field(&l, "MESSAGE", message);
	put_field(&l, "PRIORITY", (struct mw_str){ digit, 1 });
	put_field(&l, "SYSLOG_IDENTIFIER", mw_str_of("memwhyd"));
	for (size_t i = 0; i < n; i++) {
		whole = l.n;
		if (!put_field(&l, field[i].name, field[i].value))
			l.n = whole;
	}
	if (send(j->fd, l.p, l.n, MSG_NOSIGNAL) == (ssize_t)l.n)
		return true;
	/* It was started anew meanwhile. */
	return (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) &&
	       !connect(j->fd, (struct sockaddr *)&to, sizeof(to)) &&
	       send(j->fd, l.p, l.n, MSG_NOSIGNAL) == (ssize_t)l.n;
}

void mw_journal_say(struct mw_journal *j, int priority, struct mw_str message,
		    const struct mw_journal_field *field, size_t n)
{
	struct line l = { j->buf, 0, sizeof(j->buf) - 1 };

	if (j->fd >= 0 && to_journal(j, priority, message, field, n))
		return;
	put(&l, "memwhyd: ", 9);
	put_escaped(&l, message, false);
	for (size_t i = 0; i < n && !j->by_person; i++)
		if (!put(&l, " ", 1) || !put(&l, field[i].name, strlen(field[i].name)) ||
		    !put(&l, "=", 1) || !put_escaped(&l, field[i].value, true))
			break;
	l.p[l.n++] = '\n';
	if (write(STDERR_FILENO, l.p, l.n) < 0)
		return; /* nobody reads it any more: the guard goes on */
}
