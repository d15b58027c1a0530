/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/memcall.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "helper.h"

#define GIB ((uint64_t)1 << 30)

static struct mw_call refused(const char *name, const uint64_t *arg, int64_t result)
{
	struct mw_call_registers r = { .number = mw_call_number(MW_X86_64, name),
				       .result = result };
	struct mw_call c;

	memcpy(r.arg, arg, sizeof(r.arg));
	assert_true(mw_call_refused(MW_X86_64, &r, &c));
	assert_string_equal(c.name, name);
	return c;
}

#define REFUSED(name, result, ...) refused(name, (const uint64_t[6]){ __VA_ARGS__ }, result)

static void mappings(void **state)
{
	struct mw_call c = REFUSED("mmap", -ENOMEM, 0, GIB, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_int_equal(c.kind, MW_CALL_MMAP);
	assert_int_equal(c.bytes, GIB);
	assert_int_equal(c.error, ENOMEM);
	assert_true(c.writable && c.anonymous && !c.shared && !c.locked && !c.huge && !c.fixed);
	c = REFUSED("mmap", -EAGAIN, 4096, 4096, PROT_READ,
		    MAP_SHARED | MAP_LOCKED | MAP_FIXED | MAP_NORESERVE, 3, 0);
	assert_true(!c.writable && !c.anonymous && c.shared && c.locked && c.fixed && c.noreserve);
	assert_int_equal(c.error, EAGAIN);
	c = REFUSED("mmap", -ENOMEM, 0, GIB, PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 30 << 26, -1, 0);
	assert_true(c.huge);
	assert_int_equal(c.huge_page_bytes, GIB);
	c = REFUSED("mmap", -ENOMEM, 0, GIB, PROT_WRITE, MAP_PRIVATE | MAP_HUGETLB, -1, 0);
	assert_int_equal(c.huge_page_bytes, 0);
	c = REFUSED("mremap", -ENOMEM, 8192, 4096, GIB, MREMAP_MAYMOVE);
	assert_int_equal(c.bytes, GIB - 4096);
	assert_int_equal(c.new_bytes, GIB);
	assert_true(c.may_move && !c.fixed);
	c = REFUSED("mremap", -ENOMEM, 8192, GIB, 4096, 0);
	assert_int_equal(c.bytes, 0);
	c = REFUSED("pkey_mprotect", -ENOMEM, 8192, 4096, PROT_WRITE, 1);
	assert_true(c.kind == MW_CALL_MPROTECT && c.writable && c.address == 8192);
	c = REFUSED("shmget", -ENOMEM, 0, GIB, SHM_NORESERVE | SHM_HUGETLB);
	assert_true(c.shared && c.noreserve && c.huge && c.bytes == GIB);
}

static void breaks(void **state)
{
	struct mw_call_registers r = { .number = mw_call_number(MW_X86_64, "brk") };
	struct mw_call c = REFUSED("brk", 0x1000, 0x5000);

	(void)state;
	assert_int_equal(c.kind, MW_CALL_BRK);
	assert_int_equal(c.bytes, 0x4000);
	assert_int_equal(c.address, 0x1000);
	assert_int_equal(c.error, ENOMEM);
	/* Where is it?  And one that moved; and back. */
	r.result = 0x5000;
	assert_false(mw_call_refused(MW_X86_64, &r, &c));
	r.arg[0] = 0x5000;
	assert_false(mw_call_refused(MW_X86_64, &r, &c));
	r.arg[0] = 0x4000;
	assert_false(mw_call_refused(MW_X86_64, &r, &c));
}

static void tasks(void **state)
{
	(void)state;
	assert_int_equal(REFUSED("fork", -EAGAIN, 0).kind, MW_CALL_FORK);
	assert_int_equal(REFUSED("clone", -EAGAIN, SIGCHLD).kind, MW_CALL_FORK);
	assert_int_equal(REFUSED("clone", -EAGAIN, CLONE_VM | CLONE_VFORK).kind, MW_CALL_VFORK);
	assert_int_equal(REFUSED("clone", -EAGAIN, CLONE_VM | CLONE_THREAD).kind, MW_CALL_THREAD);
	assert_int_equal(REFUSED("clone3", -ENOMEM, 0x7f0000000000).kind, MW_CALL_FORK);
}

static void others(void **state)
{
	struct mw_call_registers r = { .number = 0, .result = -EAGAIN };
	struct mw_call c;

	(void)state;
	assert_false(mw_call_refused(MW_X86_64, &r, &c)); /* read() */
	r = (struct mw_call_registers){ .number = 9, .result = -EINVAL };
	assert_false(mw_call_refused(MW_X86_64, &r, &c));
	r.result = 0x7f0000000000;
	assert_false(mw_call_refused(MW_X86_64, &r, &c));
	assert_int_equal(mw_call_number(MW_AARCH64, "fork"), UINT32_MAX);
	r = (struct mw_call_registers){ .number = UINT32_MAX, .result = -ENOMEM };
	assert_false(mw_call_refused(MW_AARCH64, &r, &c));
}

/* user_regs_struct of x86_64 in words, and user_pt_regs of aarch64. */
static void of_registers(void **state)
{
	uint64_t set[34];
	struct mw_call_registers r;

	(void)state;
	for (size_t i = 0; i < COUNT(set); i++)
		set[i] = 100 + i;
	assert_true(mw_call_registers(MW_X86_64, set, 27 * 8, &r));
	assert_int_equal(r.number, 115); /* orig_rax */
	assert_int_equal(r.result, 110); /* rax */
	assert_int_equal(r.arg[0], 114); /* rdi */
	assert_int_equal(r.arg[2], 112); /* rdx */
	assert_int_equal(r.arg[3], 107); /* r10 */
	assert_int_equal(r.arg[5], 108); /* r9 */
	assert_true(mw_call_registers(MW_AARCH64, set, 34 * 8, &r));
	assert_int_equal(r.number, 108);
	assert_int_equal(r.result, 100);
	assert_int_equal(r.arg[5], 105);
	/* A program of 32 bits has other registers. */
	assert_false(mw_call_registers(MW_X86_64, set, 17 * 4, &r));
	assert_false(mw_call_registers(MW_AARCH64, set, 18 * 4, &r));
}

/* The table has the numbers of the headers this was built with. */
static void numbers(void **state)
{
	uint32_t list[MW_CALL_NUMBERS];
#if defined(__x86_64__)
	enum mw_machine own = MW_X86_64;
#else
	enum mw_machine own = MW_AARCH64;
#endif

	(void)state;
	assert_int_equal(mw_call_numbers(MW_X86_64, list), 18);
	assert_int_equal(mw_call_numbers(MW_AARCH64, list), 16);
#if defined(__x86_64__) || defined(__aarch64__)
	assert_int_equal(mw_call_number(own, "mmap"), SYS_mmap);
	assert_int_equal(mw_call_number(own, "mprotect"), SYS_mprotect);
	assert_int_equal(mw_call_number(own, "munmap"), SYS_munmap);
	assert_int_equal(mw_call_number(own, "brk"), SYS_brk);
	assert_int_equal(mw_call_number(own, "mremap"), SYS_mremap);
	assert_int_equal(mw_call_number(own, "madvise"), SYS_madvise);
	assert_int_equal(mw_call_number(own, "shmget"), SYS_shmget);
	assert_int_equal(mw_call_number(own, "shmat"), SYS_shmat);
	assert_int_equal(mw_call_number(own, "clone"), SYS_clone);
	assert_int_equal(mw_call_number(own, "clone3"), SYS_clone3);
	assert_int_equal(mw_call_number(own, "execve"), SYS_execve);
	assert_int_equal(mw_call_number(own, "execveat"), SYS_execveat);
	assert_int_equal(mw_call_number(own, "mlock"), SYS_mlock);
	assert_int_equal(mw_call_number(own, "mlock2"), SYS_mlock2);
	assert_int_equal(mw_call_number(own, "mlockall"), SYS_mlockall);
	assert_int_equal(mw_call_number(own, "pkey_mprotect"), SYS_pkey_mprotect);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings), cmocka_unit_test(breaks),
		cmocka_unit_test(tasks),    cmocka_unit_test(others),
		cmocka_unit_test(numbers),  cmocka_unit_test(of_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
