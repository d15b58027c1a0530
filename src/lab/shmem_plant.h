/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shmem_plant - shared memory of five kinds, held by two processes of the group.
 */
#pragma once

#include "lab/lab.h"

#define LAB_PLANT_BIG (48 * LAB_MIB)
#define LAB_PLANT_SMALL (16 * LAB_MIB)
#define LAB_PLANT_FILE "big.bin"
#define LAB_PLANT_UNLINKED "gone.bin"
#define LAB_PLANT_MEMFD "memwhy_lab"

struct lab_plant {
	const char *folder; /* where its tmpfs is mounted, in the namespace of pid */
	pid_t pid, partner_pid;
	int segment; /* its shmid */
};

/* 0 once all of it is there, or negative errno.  Stop the child in any case. */
int lab_plant_start(struct lab *lab, struct lab_plant *ret, struct lab_child *ret_child);
