/* SPDX-License-Identifier: GPL-2.0-only */
/* An error that a person must understand: what is wrong, where, and what to do, in one line. */
#ifndef POOLTOP_ERR_H
#define POOLTOP_ERR_H

#define ERR_TEXT 512

/* Exit statuses of the program (INTERFACE 1), for errors that decide one. */
enum err_class {
	ERR_FAILED = 1,
	ERR_USAGE = 2,
	ERR_NO_TARGET = 3,
	ERR_PERMISSION = 4,
	ERR_RECORDING = 5,
};

/* Lives with the caller; all zeros is "no error". */
struct err {
	int class; /* enum err_class; 0: none was said, which means ERR_FAILED */
	char text[ERR_TEXT]; /* terminated, one line, without control characters */
};

/*
 * Words an error and returns `ret` (a -errno), so that a line can say `return err_set(...)`.
 * err may be NULL. What does not fit is cut; the text is cleaned as text_clean() does.
 */
int err_set(struct err *err, int ret, int class, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
