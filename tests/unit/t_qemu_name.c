/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/qemu_name.h"

#include "helper.h"

static struct mw_arena arena;

#define NAME(cmdline) mw_qemu_name(LIT(cmdline), &arena)

static void names(void **state)
{
	(void)state;
	expect_str(NAME("/usr/bin/qemu-system-x86_64\0-name\0guest=web,debug-threads=on\0-S\0"),
		   "web");
	expect_str(NAME("qemu-kvm\0-m\0004096\0-name\0web\0"), "web");
	expect_str(NAME("/usr/bin/kvm\0-id\000100\0-name\0web,debug-threads=on\0"), "web");
	expect_str(NAME("qemu\0--name\0debug-threads=on,guest=a,,b,process=x"), "a,b");
	expect_str(NAME("qemu\0-name\0a,,,,b,,\0"), "a,,b,");
	expect_str(NAME("qemu\0-name\0a b\n\033\\\0"), "a b\n\033\\");
}

static void none(void **state)
{
	(void)state;
	expect_str(NAME(""), "");
	expect_str(NAME("qemu"), "");
	expect_str(NAME("qemu\0-name"), "");
	expect_str(NAME("qemu\0-name\0"), "");
	expect_str(NAME("qemu\0-name\0process=x,debug-threads=on\0"), "");
	expect_str(NAME("qemu\0-name\0debug-threads=on,web\0"), "");
	expect_str(NAME("/usr/bin/vim\0-name\0web\0"), "");
	expect_str(NAME("/qemu/vim\0-name\0web\0"), "");
	expect_str(NAME("kvmtool\0-name\0web\0"), "");
	/* What follows is another option: no secret of it is taken for a name. */
	expect_str(NAME("qemu\0-name\0-object\0secret,id=s,data=hidden\0"), "");
	expect_str(NAME("qemu\0-object\0secret,guest=hidden\0"), "");
	expect_str(NAME("qemu -name web"), "");
}

static void there_and_back(struct mw_str cmdline)
{
	struct mw_str name = mw_qemu_name(cmdline, &arena);
	struct mw_str text = mw_qemu_name_text(cmdline, &arena);

	assert_int_equal(mw_str_find(text, '\n'), text.n ? text.n - 1 : 0);
	expect_same(mw_qemu_name_of_text(text, &arena), name);
	mw_arena_done(&arena);
	arena = (struct mw_arena){};
}

static void as_text(void **state)
{
	static const char line[] = "/usr/bin/qemu\0-name\0guest=a b,,c\\d,debug-threads=on\0";

	(void)state;
	expect_str(mw_qemu_name_text(LIT(line), &arena), "a\\040b,c\\134d\n");
	each_cut(LIT(line), there_and_back);
	each_mangled(LIT(line), there_and_back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(none),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
