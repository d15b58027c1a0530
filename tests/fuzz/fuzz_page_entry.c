/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_entry, smaps_block, maps_place and what is concluded from them, of one text.
 */
#include "fuzz.h"
#include "why/address.h"

static void explain(struct mw_str text, struct mw_address_facts *f)
{
	const struct mw_val *v;
	struct mw_address a;

	mw_address_explain(f, &a);
	must(a.kind <= MW_ADDRESS_VSYSCALL && mw_address_kind_name(a.kind));
	must(!a.promise || mw_promise_name(a.promise));
	must(!a.state || mw_page_state_name(a.state));
	must((a.state == MW_PAGE_UNKNOWN) == (a.state_why != MW_OK));
	must(!mw_known(a.frame) || (a.state == MW_PAGE_PRESENT && a.frame.v));
	must(!mw_known(a.hole_bytes) || (a.kind == MW_ADDRESS_HOLE && a.hole_end > a.hole_start));
	for (v = &a.frame; v <= &a.cgroup_ino; v++) {
		must_be_val(*v);
		must(v->why != MW_UNREAD);
	}
	must_lie_in(text, f->place.map.offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);
	struct mw_address_facts f = { .address = 0x7f0000001234, .host.page_bytes = 4096 };
	struct mw_page_bits bits;

	f.page_why = mw_page_entry_parse(text, &f.page) ? MW_BAD : MW_OK;
	f.block_why = mw_smaps_block_parse(text, &f.block) ? MW_BAD : MW_OK;
	f.place = mw_maps_place(text, f.address);
	if (f.page_why == MW_OK) {
		must_be_read(&f.page, sizeof(f.page));
		if (mw_known(f.page.pagemap)) {
			bits = mw_page_bits(f.page.pagemap.v, (struct mw_release){});
			must(!mw_known(bits.frame) || bits.present);
			must(!mw_known(bits.swap_type) || (bits.swap && !bits.present));
		}
	}
	if (f.block_why == MW_OK)
		must_lie_in(text, f.block.flags);
	must(!f.place.mapped || (f.place.map.start <= f.address && f.address < f.place.map.end));
	must(!f.place.has_below || f.place.below.end <= f.address);
	must(!f.place.has_above || f.place.above.start > f.address);
	f.maps_why = MW_OK;
	f.shmem = f.shm_mount = size % 2;
	explain(text, &f);
	return 0;
}
