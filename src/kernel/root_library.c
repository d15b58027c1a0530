/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/root_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int mw_library_load(const char *soname, const struct mw_symbol *symbols, size_t n, void *ret)
{
	void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return -ENOSYS;
	for (size_t i = 0; i < n; i++) {
		void *f = dlsym(handle, symbols[i].name);

		if (!f)
			return -ENOSYS;
		memcpy((char *)ret + symbols[i].offset, &f, sizeof(f));
	}
	return 0;
}
