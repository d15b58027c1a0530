/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snap_text - a capture of any bytes as a root, and what all findings have in common.
 */
#pragma once

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/finding.h"
#include "fuzz.h"
#include "kernel/root.h"

/* No captures without a kernel: memory that is a file for a moment. */
static inline struct mw_root *fuzz_root(struct mw_str text)
{
	struct mw_problem problem;
	struct mw_root *root = NULL;
	int fd = memfd_create("memwhy-fuzz", MFD_CLOEXEC);
	char path[64];

	must(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(!mw_root_open(path, false, &root, &problem));
	close(fd);
	return root;
}

static inline void must_be_findings(const struct mw_findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct mw_finding *one = &f->item[i];

		must(one->id && one->verdict && one->check && one->sure);
		must(one->n_evidence >= 1 && one->n_evidence <= MW_EVIDENCE_MAX);
		must(one->n_fixes <= MW_FIX_MAX);
		must(!i || one[-1].severity >= one->severity);
	}
}
