/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qemu_name - the name that a virtual machine was given, out of /proc/PID/cmdline of its qemu.
 *
 * A command line may hold secrets: of it proc/PID/meta/vm holds this name alone, escaped as \ooo,
 * and nothing where the process is no qemu or has no name.
 */
#pragma once

#include "base/arena.h"

/* Of "-name NAME" or "-name guest=NAME,...", where the program's own name begins with "qemu" or is
 * "kvm"; a ",," in it is a comma.  Empty: there is none.  Any bytes but NUL. */
struct mw_str mw_qemu_name(struct mw_str cmdline, struct mw_arena *arena);

/* The text of proc/PID/meta/vm. */
struct mw_str mw_qemu_name_text(struct mw_str cmdline, struct mw_arena *arena);
struct mw_str mw_qemu_name_of_text(struct mw_str text, struct mw_arena *arena);
