/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - memory of which the census knows nobody, with holders that are known: a ring of a packet
 * socket (64 blocks of 64 KiB, in a vector of 512 bytes: their addresses), and full pipes (64 of
 * 64 KiB, in vectors of 640 bytes: their struct pages).
 *
 * Says "ring BYTES" and "pipes BYTES", then "ready", and waits for its input to end.
 */
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCKS 64
#define BLOCK_BYTES 65536
#define PIPES 64

static size_t make_ring(void)
{
	struct tpacket_req ring = { .tp_block_size = BLOCK_BYTES,
				    .tp_block_nr = BLOCKS,
				    .tp_frame_size = 2048,
				    .tp_frame_nr = BLOCKS * (BLOCK_BYTES / 2048) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)) < 0) {
		perror("held: packet ring");
		return 0;
	}
	return (size_t)BLOCKS * BLOCK_BYTES;
}

static size_t fill_pipe(void)
{
	static char bytes[65536];
	int fd[2];
	ssize_t n;

	if (pipe(fd) < 0)
		return 0;
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	n = write(fd[1], bytes, sizeof(bytes));
	return n > 0 ? (size_t)n : 0;
}

int main(void)
{
	size_t pipes = 0;
	char c;

	printf("ring %zu\n", make_ring());
	for (int i = 0; i < PIPES; i++)
		pipes += fill_pipe();
	printf("pipes %zu\nready\n", pipes);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
