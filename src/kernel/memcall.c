/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/memcall.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define NONE UINT32_MAX
#define HUGE_SHIFT 26 /* MAP_HUGE_SHIFT, SHM_HUGE_SHIFT */
#define HUGE_MASK 63

/* arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h */
static const struct {
	const char *name;
	enum mw_call_kind kind;
	uint32_t number[MW_MACHINES];
} calls[] = {
	{ "mmap", MW_CALL_MMAP, { 9, 222 } },
	{ "mprotect", MW_CALL_MPROTECT, { 10, 226 } },
	{ "munmap", MW_CALL_MUNMAP, { 11, 215 } },
	{ "brk", MW_CALL_BRK, { 12, 214 } },
	{ "mremap", MW_CALL_MREMAP, { 25, 216 } },
	{ "madvise", MW_CALL_MADVISE, { 28, 233 } },
	{ "shmget", MW_CALL_SHMGET, { 29, 194 } },
	{ "shmat", MW_CALL_SHMAT, { 30, 196 } },
	{ "clone", MW_CALL_FORK, { 56, 220 } },
	{ "fork", MW_CALL_FORK, { 57, NONE } },
	{ "vfork", MW_CALL_VFORK, { 58, NONE } },
	{ "execve", MW_CALL_EXEC, { 59, 221 } },
	{ "mlock", MW_CALL_MLOCK, { 149, 228 } },
	{ "mlockall", MW_CALL_MLOCKALL, { 151, 230 } },
	{ "execveat", MW_CALL_EXEC, { 322, 281 } },
	{ "mlock2", MW_CALL_MLOCK, { 325, 284 } },
	{ "pkey_mprotect", MW_CALL_MPROTECT, { 329, 288 } },
	{ "clone3", MW_CALL_FORK, { 435, 435 } },
};

#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

_Static_assert(N_CALLS <= MW_CALL_NUMBERS, "mw_call_numbers() has no room");

size_t mw_call_numbers(enum mw_machine machine, uint32_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < N_CALLS; i++)
		if (calls[i].number[machine] != NONE)
			ret[n++] = calls[i].number[machine];
	return n;
}

uint32_t mw_call_number(enum mw_machine machine, const char *name)
{
	for (size_t i = 0; i < N_CALLS; i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].number[machine];
	return NONE;
}

/* Places in struct user_regs_struct (x86_64), struct user_pt_regs (aarch64), in words. */
static const struct layout {
	size_t words, number, result, arg[6];
} layouts[MW_MACHINES] = {
	[MW_X86_64] = { 27, 15, 10, { 14, 13, 12, 7, 9, 8 } }, /* rdi rsi rdx r10 r8 r9 */
	[MW_AARCH64] = { 34, 8, 0, { 0, 1, 2, 3, 4, 5 } },
};

bool mw_call_registers(enum mw_machine machine, const void *regset, size_t bytes,
		       struct mw_call_registers *ret)
{
	const struct layout *l = &layouts[machine];
	uint64_t word[34];

	if (bytes != l->words * sizeof(word[0]))
		return false;
	memcpy(word, regset, bytes);
	ret->number = word[l->number];
	ret->result = (int64_t)word[l->result];
	for (size_t i = 0; i < 6; i++)
		ret->arg[i] = word[l->arg[i]];
	return true;
}

enum mw_call_kind mw_call_clone_kind(uint64_t flags)
{
	if (flags & CLONE_THREAD)
		return MW_CALL_THREAD;
	return flags & CLONE_VM ? MW_CALL_VFORK : MW_CALL_FORK;
}

static void huge(uint64_t flags, struct mw_call *c)
{
	uint64_t shift = flags >> HUGE_SHIFT & HUGE_MASK;

	c->huge = true;
	c->huge_page_bytes = shift ? (uint64_t)1 << shift : 0;
}

static void decode_mmap(const uint64_t *arg, struct mw_call *c)
{
	uint64_t flags = arg[3], type = flags & MAP_TYPE;

	c->address = arg[0];
	c->bytes = arg[1];
	c->writable = arg[2] & PROT_WRITE;
	c->shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
	c->anonymous = flags & MAP_ANONYMOUS;
	c->fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	c->noreserve = flags & MAP_NORESERVE;
	c->locked = flags & MAP_LOCKED;
	if (flags & MAP_HUGETLB)
		huge(flags, c);
}

static void decode_mremap(const uint64_t *arg, struct mw_call *c)
{
	uint64_t flags = arg[3];

	c->address = arg[0];
	c->new_bytes = arg[2];
	c->bytes = arg[2] > arg[1] ? arg[2] - arg[1] : 0;
	if (flags & MREMAP_DONTUNMAP)
		c->bytes = arg[2];
	c->may_move = flags & MREMAP_MAYMOVE;
	c->fixed = flags & MREMAP_FIXED;
}

static void decode_shmget(const uint64_t *arg, struct mw_call *c)
{
	c->bytes = arg[1];
	c->shared = true;
	c->noreserve = arg[2] & SHM_NORESERVE;
	if (arg[2] & SHM_HUGETLB)
		huge(arg[2], c);
}

static void decode(const uint64_t *arg, int64_t result, struct mw_call *c)
{
	switch (c->kind) {
	case MW_CALL_MMAP:
		decode_mmap(arg, c);
		return;
	case MW_CALL_BRK:
		/* It gives the break as it is: short of what was asked for it did not move. */
		c->address = (uint64_t)result;
		c->bytes = arg[0] - (uint64_t)result;
		return;
	case MW_CALL_MREMAP:
		decode_mremap(arg, c);
		return;
	case MW_CALL_MPROTECT:
		c->writable = arg[2] & PROT_WRITE;
		c->address = arg[0];
		c->bytes = arg[1];
		return;
	case MW_CALL_MUNMAP:
	case MW_CALL_MADVISE:
	case MW_CALL_MLOCK:
		c->address = arg[0];
		c->bytes = arg[1];
		return;
	case MW_CALL_MLOCKALL:
		c->flags = arg[0];
		return;
	case MW_CALL_SHMGET:
		decode_shmget(arg, c);
		return;
	case MW_CALL_SHMAT:
		c->segment = arg[0];
		c->address = arg[1];
		return;
	case MW_CALL_FORK:
	case MW_CALL_VFORK:
	case MW_CALL_THREAD:
	case MW_CALL_EXEC:
	case MW_CALL_STACK:
	case MW_CALLS:
		return;
	}
}

/* brk() has no errno of its own; 0 asks where the break is. */
static int error_of(const struct mw_call *c, const struct mw_call_registers *r)
{
	if (c->kind == MW_CALL_BRK)
		return r->arg[0] > (uint64_t)r->result ? ENOMEM : 0;
	return r->result == -ENOMEM || r->result == -EAGAIN ? (int)-r->result : 0;
}

bool mw_call_refused(enum mw_machine machine, const struct mw_call_registers *r,
		     struct mw_call *ret)
{
	for (size_t i = 0; i < N_CALLS; i++) {
		struct mw_call c = { .kind = calls[i].kind, .name = calls[i].name };

		if (calls[i].number[machine] == NONE || calls[i].number[machine] != r->number)
			continue;
		c.error = error_of(&c, r);
		if (!c.error)
			return false;
		if (!strcmp(c.name, "clone")) {
			c.flags = r->arg[0];
			c.kind = mw_call_clone_kind(c.flags);
		}
		decode(r->arg, r->result, &c);
		*ret = c;
		return true;
	}
	return false;
}
