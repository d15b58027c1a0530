/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmem - the kernel's memory, to be read by its own addresses: the one interface that all readers
 * of the census have.
 *
 * Invariants:
 *  - What cannot be read is zero, and counted in failed_bytes.
 *  - A reader changes nothing in the kernel but what it needs to be (a program, a buffer).
 *  - struct page is read without any lock: what is read may be torn, and is checked by its user.
 */
#pragma once

#include "pages/layout.h"

#define MW_BULK_BYTES ((size_t)1 << 20) /* the most of one bulk() */
#define MW_ASK_BYTES 4096		/* the most of one question */
#define MW_BATCH 128 /* pieces of a bulk(), and questions that are asked together */

struct mw_kmem_piece {
	uint64_t address;
	size_t bytes;
};

struct mw_kmem_ask {
	uint64_t address;
	uint32_t bytes;
	void *to;
};

struct mw_kmem {
	/* At most MW_BATCH pieces, in a buffer of the reader, one behind the other, until the next
	 * call; NULL: the reader itself failed. */
	const void *(*bulk)(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n);
	/* Many small pieces at once; negative errno: the reader itself failed. */
	int (*gather)(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n);
	void (*done)(struct mw_kmem *k); /* frees all that it holds; may be NULL */

	const char *name;      /* "bpf" */
	const void *own;       /* where the memory is mapped that the kernel keeps for the reader */
	size_t own_bytes;      /* of it; 0: none */
	uint64_t failed_bytes; /* that could not be read */
	uint64_t read_bytes, calls;
	/* What the reader itself knows of where things are, or who opened it has found; 0: not
	 * yet. */
	uint64_t task;	 /* a struct task_struct; with bpf that of the process that reads */
	uint64_t mm;	 /* struct mm_struct of the process that reads */
	uint64_t frames; /* the array of struct page: where that of frame 0 is, or would be */
	uint64_t direct; /* where physical address 0 is mapped, or would be */
};

static inline const void *mw_kmem_bulk(struct mw_kmem *k, uint64_t address, size_t bytes)
{
	return k->bulk(k, &(struct mw_kmem_piece){ address, bytes }, 1);
}

/* Through gather(): a number, a piece, a text that ends in NUL or at room - 1 bytes. */
uint64_t mw_kmem_u64(struct mw_kmem *k, uint64_t address);
int mw_kmem_read(struct mw_kmem *k, uint64_t address, size_t bytes, void *to);
void mw_kmem_text(struct mw_kmem *k, uint64_t address, size_t room, char *to);

/* Pieces that gather() brings when there are enough of them; r keeps the first error.  Start with
 * .k alone; the last ones come with mw_kmem_batch_end(), which gives r. */
struct mw_kmem_batch {
	struct mw_kmem *k;
	size_t n;
	int r;
	struct mw_kmem_ask ask[MW_BATCH];
};

void mw_kmem_batch_add(struct mw_kmem_batch *b, uint64_t address, uint32_t bytes, void *to);
int mw_kmem_batch_end(struct mw_kmem_batch *b);

/* An address of the kernel, with four or five levels of page tables? */
static inline bool mw_kmem_is_address(uint64_t a)
{
	return a >> 56 == 0xff;
}

/* kmem_bpf.c: a program of type BPF_PROG_TYPE_SYSCALL copies for us.  Negative errno, and what
 * failed in *ret_why. */
int mw_kmem_bpf(const struct mw_layout *layout, struct mw_kmem **ret, const char **ret_why);

/* kmem_kcore.c: /proc/kcore, the same. */
int mw_kmem_kcore(const struct mw_layout *layout, uint64_t frame_bytes, struct mw_kmem **ret,
		  const char **ret_why);
