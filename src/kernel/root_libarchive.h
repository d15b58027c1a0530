/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_libarchive - the functions of libarchive (3.3.3 or later) that are used, loaded when first
 * needed.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>

struct mw_libarchive {
	__typeof__(archive_read_new) *new;
	__typeof__(archive_read_free) *free;
	__typeof__(archive_read_support_filter_all) *filter_all;
	__typeof__(archive_read_support_filter_gzip) *filter_gzip;
	__typeof__(archive_read_support_filter_xz) *filter_xz;
	__typeof__(archive_read_support_filter_zstd) *filter_zstd;
	__typeof__(archive_read_support_filter_bzip2) *filter_bzip2;
	__typeof__(archive_read_support_format_tar) *format_tar;
	__typeof__(archive_read_support_format_raw) *format_raw;
	__typeof__(archive_read_support_format_empty) *format_empty;
	__typeof__(archive_read_open) *open;
	__typeof__(archive_read_open_fd) *open_fd;
	__typeof__(archive_read_next_header) *next_header;
	__typeof__(archive_read_data) *data;
	__typeof__(archive_read_data_block) *data_block;
	__typeof__(archive_errno) *error;
	__typeof__(archive_format) *format;
	__typeof__(archive_filter_bytes) *filter_bytes;
	__typeof__(archive_filter_code) *filter_code;
	__typeof__(archive_entry_pathname) *pathname;
	__typeof__(archive_entry_symlink) *symlink;
	__typeof__(archive_entry_hardlink) *hardlink;
	__typeof__(archive_entry_size) *size;
	__typeof__(archive_entry_filetype) *filetype;
};

/* 0, or -ENOSYS: libarchive is not installed. */
int mw_libarchive_load(struct mw_libarchive *ret);
