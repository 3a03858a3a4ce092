/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `check`: what this kernel, this user and these Pythons allow, as JSON (INTERFACE 4) and as text.
 * Who looks at the machine fills the rows; all of it is borrowed. Texts need not be clean.
 */
#ifndef POOLTOP_CHECK_H
#define POOLTOP_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct feature_row {
	const char *name;
	bool ok;
	const char *lost; /* what is lost without it; NULL: not said */
	const char *fix; /* the one command that grants it; NULL: there is none, or it is there */
};

struct python_row {
	const char *path;
	const char *version; /* NULL: not known */
	bool ok;
	const char *why; /* if not ok; NULL otherwise */
};

struct check {
	const char *kernel;
	bool btf;
	const struct feature_row *features;
	size_t features_count;
	const struct python_row *pythons;
	size_t pythons_count;
};

/* The text is the caller's, to free(). 0 or -ENOMEM. */
int check_json(const struct check *c, char **ret_text, size_t *ret_len);
int check_text(const struct check *c, char **ret_text, size_t *ret_len);

#endif
