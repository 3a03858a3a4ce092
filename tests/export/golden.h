/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts that are kept beside the tests. */
#ifndef POOLTOP_TESTS_EXPORT_GOLDEN_H
#define POOLTOP_TESTS_EXPORT_GOLDEN_H

/*
 * True if the text is what tests/export/golden/<name> holds; otherwise says on standard error
 * where they part. With POOLTOP_GOLDEN=write the file is written instead: look at what changed
 * before committing it.
 */
int golden_is(const char *name, const char *text);

#endif
