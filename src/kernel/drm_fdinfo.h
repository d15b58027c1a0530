/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drm_fdinfo - graphics memory of one open file of a DRM device, from /proc/PID/fdinfo/N
 * (Documentation/gpu/drm-usage-stats.rst).
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_drm_client {
	struct mw_str driver;	    /* "i915" */
	struct mw_str client_id;    /* with the device: counts one client once */
	struct mw_str device;	    /* drm-pdev, may be empty */
	struct mw_val system_bytes; /* resident (else total) in regions of system memory */
};

/* Pure: 0, or -ENODATA when it is no DRM file.  Slices of text. */
int mw_drm_fdinfo_parse(struct mw_str text, struct mw_drm_client *ret);

/* Do this driver's buffers live in shmem objects (and so inside Shmem)? */
bool mw_drm_uses_shmem(struct mw_str driver);
