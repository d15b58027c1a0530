/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version - the version of the program, as in meson.build.
 */
#pragma once

#ifndef MEMWHY_VERSION
#define MEMWHY_VERSION "unknown"
#endif
