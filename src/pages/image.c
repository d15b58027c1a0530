/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/image.h"

/* "  01000000-01e02866 : Kernel code" */
static bool parse_line(struct mw_str line, struct mw_str *ret_name, uint64_t *ret_from,
		       uint64_t *ret_last)
{
	struct mw_str range, first;

	*ret_name = mw_str_from(line, mw_str_find(line, ':'));
	return mw_str_starts(*ret_name, ": Kernel ") && mw_str_word(&line, &range) &&
	       mw_str_cut(&range, '-', &first) && !mw_str_hex64(first, ret_from) &&
	       !mw_str_hex64(range, ret_last) && *ret_from && *ret_from <= *ret_last &&
	       *ret_last != UINT64_MAX;
}

static uint64_t text_address(struct mw_str kallsyms)
{
	struct mw_str line, word;
	uint64_t address;

	while (mw_str_cut(&kallsyms, '\n', &line))
		if (mw_str_ends(line, " T _text") && mw_str_word(&line, &word))
			return mw_str_hex64(word, &address) < 0 ? 0 : address;
	return 0;
}

void mw_image_of(struct mw_str iomem, struct mw_str kallsyms, struct mw_image *ret)
{
	struct mw_str line, name;
	uint64_t from, last;

	*ret = (struct mw_image){ .text = text_address(kallsyms) };
	while (mw_str_cut(&iomem, '\n', &line)) {
		if (!parse_line(line, &name, &from, &last))
			continue;
		if (mw_str_eq(name, ": Kernel code")) {
			ret->code = from;
		} else if (ret->n < MW_IMAGE_PARTS) {
			ret->part[ret->n].from = from;
			ret->part[ret->n++].to = last + 1;
		}
	}
}

bool mw_image_has(const struct mw_image *i, uint64_t physical, uint64_t *ret_address)
{
	*ret_address = i->code && i->text ? physical - i->code + i->text : 0;
	for (size_t p = 0; p < i->n; p++)
		if (physical - i->part[p].from < i->part[p].to - i->part[p].from)
			return true;
	return false;
}
