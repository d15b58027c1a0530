/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot of a capture of any bytes: zones compared with what they are computed from, and
 * searched for findings. */
#include "why/zone_parts.h"
#include "why/zones.h"

#include "snap_text.h"

static void check_zone(const struct mw_zone_compared *c, size_t *compared)
{
	bool differs = false;

	for (size_t i = 0; i < MW_FIGURES; i++) {
		bool known = mw_known(c->kernel_pages[i]) && mw_known(c->computed_pages[i]);

		must_be_val(c->kernel_pages[i]);
		must_be_val(c->computed_pages[i]);
		must(known == (c->figure[i] != MW_NOT_COMPARED));
		*compared += known;
		differs |= c->figure[i] == MW_PARTS_DIFFER;
	}
	must(differs == (c->all == MW_PARTS_DIFFER));
}

static void search(const struct mw_snap *snap, struct mw_arena *arena)
{
	const struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_findings found = {};
	struct mw_zone_map map;

	mw_zones_build(snap, snap->host.release, arena, &map);
	mw_find_zones(&map, &limit, arena, &found);
	must_be_findings(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES | MW_WANT_OVERCOMMIT };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_root *root = NULL;
	struct mw_zone_parts parts;
	struct mw_problem problem;
	struct mw_snap snap;
	char path[64];
	int fd = memfd_create("memwhy-fuzz", MFD_CLOEXEC);
	size_t compared = 0;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!mw_root_open(path, false, &root, &problem) &&
	    !mw_snap_take(root, &options, &arena, &snap)) {
		must(!mw_zone_parts(&snap, &arena, &parts));
		must(parts.n_zones == parts.n_agree + parts.n_differ + parts.n_not_compared);
		for (size_t i = 0; i < parts.n_zones; i++)
			check_zone(&parts.zone[i], &compared);
		must(compared == parts.n_figures);
		must_be_val(parts.min_free_at_boot_kib);
		search(&snap, &arena);
	}
	mw_root_free(root);
	close(fd);
	return 0;
}
