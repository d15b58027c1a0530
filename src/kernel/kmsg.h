/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmsg - what stands around a line of the kernel's log: takes it off, whatever wrote it.
 *
 * Known: dmesg ([123.456], -T in any language, -x), <4>, [T123] and [C1] of PRINTK_CALLER,
 * records of /dev/kmsg, syslog with and without a host, ISO stamps, journalctl's short, json and
 * export, docker and kubectl (JSON, CRI, prefixes), Android's logcat, mail quoted with "> ".
 *
 * Invariants: pure; what is not known as a prefix stays in the body; names are raw bytes.
 */
#pragma once

#include "base/arena.h"
#include "kernel/stamp.h"

struct mw_kmsg {
	struct mw_str body;   /* may hold several lines, with '\n' between: a JSON message may */
	struct mw_str host;   /* empty: none */
	struct mw_str tag;    /* "kernel", "systemd-oomd"; empty: none */
	struct mw_str caller; /* "T123", "C1"; empty: none */
	struct mw_stamp stamp;
	bool prefixed; /* something was taken off that only the begin of a logged line has */
};

/* line: without its newline.  The slices lie in the line, or in the arena where an escape had to
 * be resolved; out of memory sticks there. */
void mw_kmsg_strip(struct mw_str line, struct mw_arena *arena, struct mw_kmsg *ret);

/* The message of a JSON record of a log (journalctl -o json, docker, kubectl, cloud): false where
 * the line is none.  kmsg_json.c */
bool mw_kmsg_json(struct mw_str line, struct mw_arena *arena, struct mw_kmsg *ret);
