/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: one table of commands, one of options; help and errors are made from them. */
#ifndef POOLTOP_OPTIONS_H
#define POOLTOP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct options {
	bool ascii;
	bool no_color;
	bool once;
	bool no_bpf;
	bool exact;
	bool json;
	bool verbose;
	bool help;
	bool version;
	unsigned int columns, rows; /* 0: the terminal's */
	uint32_t interval_ms;
	uint32_t budget; /* millionths of the machine's time */
	const char *output; /* NULL: none; "-": standard output */
	uint64_t duration_ns; /* 0: no end */
	uint64_t keep_ns, keep_bytes; /* 0: all */
	const char *format; /* of export; NULL: none was given */
	const char *listen; /* of serve; NULL: none was given */
	const char *view; /* NULL: the first */
	char **args; /* what is left, NULL-terminated; borrowed from argv */
	int args_count;
};

struct command {
	const char *name; /* "" is the dashboard: no word at all, or a PID */
	const char *args; /* as the help shows them */
	const char *what;
	const char *accepts; /* letters of the options that make sense here, besides h and V */
	int (*run)(const struct options *o, struct err *err); /* exit status */
};

/* Every command; ends with a row whose run is NULL. */
extern const struct command commands[];

/*
 * Finds the command and reads its options. Options end at the first argument of `run` or `record`
 * that follows "--". 0, or -EINVAL with *err worded (class ERR_USAGE).
 */
int options_read(int argc, char **argv, const struct command **ret_command,
	struct options *ret_options, struct err *err);

/* The help text on standard output. */
void options_help(void);

/* For a command that takes no arguments: 0, or -EINVAL with *err worded if there are some. */
int options_no_args(const struct options *o, const char *command, struct err *err);

/* "4242": 0, or -EINVAL with *err worded. */
int options_pid(const char *text, uint32_t *ret_pid, struct err *err);

#endif
