/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/root_libarchive.h"

#include <stddef.h>

#include "kernel/root_library.h"

static const struct mw_symbol symbols[] = {
	{ "archive_read_new", offsetof(struct mw_libarchive, new) },
	{ "archive_read_free", offsetof(struct mw_libarchive, free) },
	{ "archive_read_support_filter_all", offsetof(struct mw_libarchive, filter_all) },
	{ "archive_read_support_filter_gzip", offsetof(struct mw_libarchive, filter_gzip) },
	{ "archive_read_support_filter_xz", offsetof(struct mw_libarchive, filter_xz) },
	{ "archive_read_support_filter_zstd", offsetof(struct mw_libarchive, filter_zstd) },
	{ "archive_read_support_filter_bzip2", offsetof(struct mw_libarchive, filter_bzip2) },
	{ "archive_read_support_format_tar", offsetof(struct mw_libarchive, format_tar) },
	{ "archive_read_support_format_raw", offsetof(struct mw_libarchive, format_raw) },
	{ "archive_read_support_format_empty", offsetof(struct mw_libarchive, format_empty) },
	{ "archive_read_open", offsetof(struct mw_libarchive, open) },
	{ "archive_read_open_fd", offsetof(struct mw_libarchive, open_fd) },
	{ "archive_read_next_header", offsetof(struct mw_libarchive, next_header) },
	{ "archive_read_data", offsetof(struct mw_libarchive, data) },
	{ "archive_read_data_block", offsetof(struct mw_libarchive, data_block) },
	{ "archive_errno", offsetof(struct mw_libarchive, error) },
	{ "archive_format", offsetof(struct mw_libarchive, format) },
	{ "archive_filter_bytes", offsetof(struct mw_libarchive, filter_bytes) },
	{ "archive_filter_code", offsetof(struct mw_libarchive, filter_code) },
	{ "archive_entry_pathname", offsetof(struct mw_libarchive, pathname) },
	{ "archive_entry_symlink", offsetof(struct mw_libarchive, symlink) },
	{ "archive_entry_hardlink", offsetof(struct mw_libarchive, hardlink) },
	{ "archive_entry_size", offsetof(struct mw_libarchive, size) },
	{ "archive_entry_filetype", offsetof(struct mw_libarchive, filetype) },
};

int mw_libarchive_load(struct mw_libarchive *ret)
{
	return mw_library_load("libarchive.so.13", symbols, sizeof(symbols) / sizeof(symbols[0]),
			       ret);
}
