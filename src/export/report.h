/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report: all pools of a model, as JSON (INTERFACE 4) or as a page for a person. Nothing is
 * printed; the text is the caller's, to free(), and ends with a newline.
 */
#ifndef POOLTOP_REPORT_H
#define POOLTOP_REPORT_H

#include <stddef.h>

struct model;

enum { REPORT_FORMAT = 1, REPORT_WIDTH = 100 };

/* 0 or -ENOMEM. */
int report_json(const struct model *m, char **ret_text, size_t *ret_len);

/* Lines are at most REPORT_WIDTH columns wide, but for words that are longer. The wall clock is
 * local time. 0 or -ENOMEM. */
int report_text(const struct model *m, char **ret_text, size_t *ret_len);

#endif
