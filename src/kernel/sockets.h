/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets - socket buffers by protocol, from /proc/net/protocols (proto_seq_printf(),
 * net/core/sock.c): pages accounted to each protocol, over all network namespaces.
 */
#pragma once

#include "base/str.h"

struct mw_protocol {
	struct mw_str name; /* "TCP"; "TCPv6" prints the same counter again */
	uint64_t sockets;
	uint64_t memory_pages;
};

/* The next protocol that keeps such a counter; others are skipped.  False at the end. */
bool mw_protocols_next(struct mw_str *rest, struct mw_protocol *ret);
