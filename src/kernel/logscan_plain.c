/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logscan_plain - for machines without vector code here.
 */
#include "kernel/logscan_private.h"

bool mw_logscan_vector_find(struct mw_str text, size_t from, size_t *ret_at, size_t *ret_found)
{
	*ret_at = from;
	*ret_found = text.n;
	return false;
}

bool mw_logscan_vector_lines(struct mw_str text, size_t *ret_at, size_t *ret_lines)
{
	*ret_at = 0;
	*ret_lines = 0;
	(void)text;
	return false;
}
