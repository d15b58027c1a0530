/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify - tells the service manager how it goes (sd_notify(3)), where one asked.
 */
#pragma once

#include <stdint.h>
#include <sys/un.h>

struct mw_notify {
	int fd; /* -1: nobody asked */
	struct sockaddr_un to;
	unsigned to_bytes;
	uint64_t watchdog_ns; /* 0: none; it wants to hear at least that often */
};

/* From NOTIFY_SOCKET and WATCHDOG_USEC. */
void mw_notify_open(struct mw_notify *ret);

/* "READY=1\nSTATUS=..." */
void mw_notify(const struct mw_notify *n, const char *text);
