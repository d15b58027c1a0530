/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promises - what the parts of the program share.
 */
#pragma once

#include "../guest.h"

#define SIZE (32 * MIB)
#define PART (8 * MIB)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)

extern const char *label; /* of all lines that are said */

/* Ends the program where it is not so. */
void need(bool ok, const char *what);

/* {"KIND":{"LABEL":{"NAME":"ok"}}}, or the name of errno. */
void say_error(const char *kind, const char *name, bool ok);

/* Maps SIZE. */
char *map(int prot, int flags, int fd);
void unmap(char *p);

/* Waits for a child to end well. */
void await(pid_t pid);

/* Writes zeros. */
void fill(int fd, size_t bytes);

void counts(void);
void refused(void);
void hold(void);
