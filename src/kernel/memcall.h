/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcall - a system call that asks for memory or for a task, from its number and registers.
 *
 * Invariants: pure; knows the numbers of x86_64 and aarch64 whatever it was built for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_call_kind {
	MW_CALL_MMAP,
	MW_CALL_BRK,
	MW_CALL_MREMAP,
	MW_CALL_MPROTECT,
	MW_CALL_MUNMAP,
	MW_CALL_MADVISE,
	MW_CALL_MLOCK,
	MW_CALL_MLOCKALL,
	MW_CALL_SHMGET,
	MW_CALL_SHMAT,
	MW_CALL_FORK,  /* with a copy of the address space */
	MW_CALL_VFORK, /* a process that borrows it: vfork(), posix_spawn() */
	MW_CALL_THREAD,
	MW_CALL_EXEC,
	MW_CALL_STACK, /* no call: the stack grows by so much */
	MW_CALLS
};

struct mw_call {
	enum mw_call_kind kind;
	const char *name; /* as in its manual page: "mlock2"; NULL: of no real call */
	uint64_t address; /* 0: none was asked for */
	/* As asked for.  BRK, MREMAP: by so much it would grow; MREMAP: new_bytes is all of it.
	 * Of FORK and its like 0: it follows from who calls. */
	uint64_t bytes, new_bytes;
	bool writable, shared, anonymous; /* MMAP, MPROTECT (writable) */
	bool fixed;			  /* no hole is looked for */
	bool may_move;			  /* MREMAP */
	bool noreserve, locked, huge;
	uint64_t huge_page_bytes; /* 0: the default size */
	uint64_t flags;		  /* raw: of clone(), mlockall() */
	uint64_t segment;	  /* SHMAT: its id; the size is in its table alone */
	int error;		  /* errno that it gave; 0: nobody called yet */
};

/* As AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
enum mw_machine { MW_X86_64, MW_AARCH64, MW_MACHINES };

/* Registers at the end of a call. */
struct mw_call_registers {
	uint64_t number, arg[6];
	int64_t result; /* -errno where it failed */
};

/* The numbers to watch: how many, ret[] has room for MW_CALL_NUMBERS. */
#define MW_CALL_NUMBERS 24
size_t mw_call_numbers(enum mw_machine machine, uint32_t *ret);
uint32_t mw_call_number(enum mw_machine machine, const char *name); /* UINT32_MAX: has none */

/* A regset NT_PRSTATUS; false where it is that of another kind of program (32 bit). */
bool mw_call_registers(enum mw_machine machine, const void *regset, size_t bytes,
		       struct mw_call_registers *ret);

/* A call that was refused: ENOMEM or EAGAIN, or a break that did not move.  False: it was not, or
 * it is none that is watched. */
bool mw_call_refused(enum mw_machine machine, const struct mw_call_registers *r,
		     struct mw_call *ret);

/* What kind clone() and clone3() with these flags are. */
enum mw_call_kind mw_call_clone_kind(uint64_t flags);
