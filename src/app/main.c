/* SPDX-License-Identifier: GPL-2.0-only */
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "config.h"

/*
 * Large pieces go back as soon as they are freed, and tables that are hardly used take no memory:
 * else the C library keeps, once the kernel's types (6 MB) were read, all of this size for itself.
 */
static void keep_little(void)
{
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct err err = {0};
	struct options o;
	int ret;

	keep_little();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error like others */
	signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow */
	ret = options_read(argc, argv, &command, &o, &err);
	if (!ret && o.help) {
		options_help();
		return 0;
	}
	if (!ret && o.version) {
		puts(PACKAGE_STRING);
		return 0;
	}
	if (!ret)
		ret = command->run(&o, &err);
	if ((fflush(stdout) || ferror(stdout)) && ret >= 0)
		ret = err_set(&err, -1, ERR_FAILED, "cannot write to standard output");
	if (ret >= 0)
		return ret;
	fprintf(stderr, "pooltop: %s\n", err.text[0] ? err.text : strerror(-ret));
	return err.class ? err.class : ERR_FAILED;
}
