/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meta.h"

#include "fuzz.h"

static void lists(struct mw_str text)
{
	struct mw_open_file f;
	struct mw_tree_item item;
	struct mw_folder folder;
	uint64_t number;

	for (struct mw_str rest = text; mw_meta_fds_next(&rest, &f);) {
		must_lie_in(text, f.fd);
		must_lie_in(text, f.dev);
		must_lie_in(text, f.path);
		must(f.dev.n && f.path.n);
		must(!mw_str_u64(f.fd, &number)); /* it stands in commands to paste */
	}
	for (struct mw_str rest = text; mw_meta_folders_next(&rest, &folder);) {
		must_lie_in(text, folder.path);
		must(folder.path.n && folder.path.p[0] == '/');
	}
	for (struct mw_str rest = text; mw_meta_tree_next(&rest, &item);) {
		must_lie_in(text, item.path);
		must(item.path.n);
		must(!item.is_dir || (!item.ino && !item.nlink));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);
	struct mw_file_stat stat;
	struct mw_fs_stat fs;
	struct mw_cached cached;
	struct mw_ns ns;

	if (!mw_meta_cached_parse(text, &cached))
		must_be_val(cached.dirty_bytes);
	must_be_val(mw_meta_disk_speed(text));
	if (!mw_meta_stat_parse(text, &stat))
		must_lie_in(text, stat.dev);
	if (!mw_meta_statfs_parse(text, &fs))
		must_lie_in(text, fs.dev);
	if (!mw_meta_ns_parse(text, &ns)) {
		must(ns.mnt.n);
		must_lie_in(text, ns.mnt);
		must_lie_in(text, ns.ipc);
		must_lie_in(text, ns.root);
	}
	lists(text);
	must_be_val(mw_meta_tree_bytes(text));
	mw_meta_tree_was_cut(text);
	must_be_val(mw_meta_time(text, "realtime_ns"));
	must_be_val(mw_meta_time(text, "boottime_ns"));
	return 0;
}
