/* SPDX-License-Identifier: GPL-2.0-only */
/* Text from a target, a recording or the kernel is hostile: it goes through here before it is
 * stored for showing or printed. */
#ifndef POOLTOP_TEXT_H
#define POOLTOP_TEXT_H

#include <stddef.h>

/*
 * Copies at most len bytes of src (stops at a NUL) into dst[size], terminated. Control characters
 * (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 become '?'; never cuts
 * inside a character. With keep_lines, '\n' stays and '\t' becomes a blank; else both become a
 * blank. Returns the bytes written without the terminator. size > 0.
 */
size_t text_clean(char *dst, size_t size, const char *src, size_t len, int keep_lines);

/* The same into new memory (free()), at most `limit` bytes; NULL without memory. */
char *text_clean_dup(const char *src, size_t len, size_t limit, int keep_lines);

#endif
