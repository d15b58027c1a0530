/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch_psi - sets a trigger on a pressure file and waits for its first event.
 *
 *	watch_psi LABEL FILE "some 150000 1000000" SECONDS
 *
 * {"psi":{"LABEL":{"fired":true|false,"after_ms":N}}} or {"psi":{"LABEL":{"error":"errno"}}}
 */
#include <poll.h>

#include "guest.h"

int main(int argc, char *argv[])
{
	struct pollfd p = { .events = POLLPRI };
	double start = seconds();
	int n;

	if (argc != 5)
		return 2;
	mlockall(MCL_CURRENT);
	p.fd = open(argv[2], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (p.fd < 0 || write(p.fd, argv[3], strlen(argv[3]) + 1) < 0) {
		printf("{\"psi\":{\"%s\":{\"error\":\"%s\"}}}\n", argv[1], strerrorname_np(errno));
		return 1;
	}
	n = poll(&p, 1, atoi(argv[4]) * 1000);
	printf("{\"psi\":{\"%s\":{\"fired\":%s,\"after_ms\":%.0f}}}\n", argv[1],
	       n == 1 && (p.revents & POLLPRI) ? "true" : "false", (seconds() - start) * 1000);
	return 0;
}
