/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line of any bytes: its name comes back from one line of text.
 */
#include "kernel/qemu_name.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str cmdline = fuzz_text(data, size);
	struct mw_str name = mw_qemu_name(cmdline, &arena);
	struct mw_str text = mw_qemu_name_text(cmdline, &arena);

	must(name.n <= size && mw_str_find(name, '\0') == name.n);
	must(mw_str_find(text, '\n') == (text.n ? text.n - 1 : 0));
	must(mw_str_same(mw_qemu_name_of_text(text, &arena), name));
	mw_qemu_name_of_text(cmdline, &arena);
	must(!arena.failed);
	return 0;
}
