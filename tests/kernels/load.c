/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load: loads and attaches every kernel program that pooltop has, as pooltop does, with libbpf's
 * log where one is refused. A line for each object: its name, and "ok" or what is wrong. Exit
 * status: how many did not load. Linked with --wrap=libbpf_set_print.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "live/exact_probes.h"
#include "live/probes.h"

enum { LOG_MAX = 8 << 20, SHOWN = 6000 };

void __real_libbpf_set_print(libbpf_print_fn_t fn);
void __wrap_libbpf_set_print(libbpf_print_fn_t fn);

/* The verifier's last words are what tells; the first say which program it is. */
static int show(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char *text = level == LIBBPF_DEBUG ? NULL : malloc(LOG_MAX);
	size_t len;

	if (!text)
		return 0;
	vsnprintf(text, LOG_MAX, fmt, args);
	len = strlen(text);
	if (len > SHOWN)
		printf("%.300s\n[...]\n%s", text, text + len - SHOWN);
	else
		printf("%s", text);
	free(text);
	return 0;
}

void __wrap_libbpf_set_print(libbpf_print_fn_t fn)
{
	(void)fn;
	__real_libbpf_set_print(show);
}

static int say(const char *name, bool ok, const struct err *why)
{
	printf("object %s %s\n", name, ok ? "ok" : why->text);
	return !ok;
}

int main(void)
{
	struct err why = {0};
	struct probes *p = probes_open(&why);
	struct exact_probes *exact;
	int bad = say("core", p, &why);

	if (!p)
		return bad;
	why = (struct err){0};
	bad += say("walker", probes_walker(p, &why), &why);
	why = (struct err){0};
	bad += say("sampler", probes_sampler(p, &why), &why);
	why = (struct err){0};
	exact = exact_probes_open(probes_watches_fd(p), probes_procs_fd(p), &why);
	bad += say("exact", exact, &why);
	exact_probes_free(exact);
	probes_free(p);
	return bad;
}
