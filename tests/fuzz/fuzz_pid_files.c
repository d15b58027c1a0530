/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smaps of any bytes: what is made of it can be read again, line by line.
 */
#include "kernel/pid_files.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size), made = mw_pid_files_of_smaps(text, &arena);
	struct mw_pid_file f;
	size_t lines = 0, read = 0;

	for (struct mw_str rest = text; mw_pid_files_next(&rest, &f);) {
		must_lie_in(text, f.dev);
		must_lie_in(text, f.path);
	}
	for (size_t i = 0; i < made.n; i++)
		lines += made.p[i] == '\n';
	for (struct mw_str rest = made; mw_pid_files_next(&rest, &f); read++)
		must_lie_in(made, f.path);
	must(read == lines);
	must(!arena.failed);
	return 0;
}
