/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/search.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK = 64 << 10,
	OVERLAP = 32, /* more than a version string and the byte before it */
	SCAN_MAX = 64 << 20, /* bytes of one file that are searched, in all */
	MINOR_FIRST = 6, /* plausible ones, where the file's name says nothing */
	MINOR_LAST = 30,
};

struct search {
	struct version_promise promise;
	uint64_t left; /* bytes that may still be searched */
	char found[PYTHON_VERSION_MAX]; /* empty: nothing yet */
	bool ambiguous;
};

/* Up to two digits. Returns how many. */
static size_t take_number(const char *s, const char *end, unsigned int *ret)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; s + i < end && isdigit((unsigned char)s[i]); i++) {
		if (i == 2)
			return 0;
		n = n * 10 + (unsigned int)(s[i] - '0');
	}
	if (i)
		*ret = n;
	return i;
}

struct version_promise version_promise(const char *name)
{
	const char *end = name + strlen(name);
	struct version_promise p = {0};
	size_t n;

	if (!strncmp(name, "lib", 3))
		name += 3;
	if (strncmp(name, "python", 6) || !isdigit((unsigned char)name[6]) || name[7] != '.')
		return p;
	p.major = (unsigned int)(name[6] - '0');
	n = take_number(name + 8, end, &p.minor);
	p.known = n > 0;
	return p;
}

/* Length of "a1", "rc12" or "+" or both or neither at s; the NUL must follow. */
static size_t take_suffix(const char *s, const char *end)
{
	const char *at = s;
	unsigned int serial;
	size_t n = 0;

	if (at < end && (*at == 'a' || *at == 'b'))
		n = 1;
	else if (end - at >= 2 && !memcmp(at, "rc", 2))
		n = 2;
	if (n) {
		size_t digits = take_number(at + n, end, &serial);

		if (!digits)
			return SIZE_MAX;
		at += n + digits;
	}
	if (at < end && *at == '+')
		at++;
	return at < end && !*at ? (size_t)(at - s) : SIZE_MAX;
}

/*
 * The text at s, whose preceding byte is `before`, is a whole version string. It need not start
 * after a NUL, since linkers merge it with the tail of a longer one ("/opt/3.9.18"); but "13.0.0",
 * which is Unicode's, has no Python's in it.
 */
static void try_at(struct search *s, char before, const char *at, const char *end)
{
	unsigned int major = (unsigned int)(at[0] - '0'), minor = 0, micro;
	const char *p = at + 2;
	size_t n;

	if (isdigit((unsigned char)before) || before == '.')
		return;
	n = take_number(p, end, &minor);
	p += n;
	if (!n || p >= end || *p++ != '.')
		return;
	n = take_number(p, end, &micro);
	p += n;
	if (!n)
		return;
	n = take_suffix(p, end);
	if (n == SIZE_MAX || (size_t)(p - at) + n >= sizeof(s->found))
		return;
	if (s->promise.known ? major != s->promise.major || minor != s->promise.minor
			     : major != 3 || minor < MINOR_FIRST || minor > MINOR_LAST)
		return;
	if (*s->found && strcmp(s->found, at))
		s->ambiguous = true;
	else
		memcpy(s->found, at, (size_t)(p - at) + n + 1);
}

/* Looks at every start in buf[1..starts]; buf[len..] is not there. */
static void search_window(struct search *s, const char *buf, size_t starts, size_t len)
{
	const char *end = buf + len;
	const char *at = buf + 1;
	const char *last = buf + starts;

	while (at <= last + 1 && end - at > 2) {
		at = memchr(at, '.', (size_t)(end - at));
		if (!at)
			return;
		if (at - 1 > buf && at - 1 <= last && (at[-1] == '3' || at[-1] == '2'))
			try_at(s, at[-2], at - 1, end);
		at++;
	}
}

/* Reads a segment through a window whose first byte is the one before the first possible start. */
static void search_segment(struct search *s, int fd, const struct elf_load *l, char *buf)
{
	uint64_t done = 0, size = l->size < s->left ? l->size : s->left;
	size_t have = 1;
	ssize_t n;

	s->left -= size;
	buf[0] = '\0';
	while (done < size) {
		size_t want = size - done < CHUNK ? (size_t)(size - done) : CHUNK;

		n = pread(fd, buf + have, want, (off_t)(l->offset + done));
		if (n <= 0)
			return;
		done += (uint64_t)n;
		have += (size_t)n;
		if (done >= size) {
			search_window(s, buf, have - 1, have);
		} else if (have > OVERLAP) {
			search_window(s, buf, have - OVERLAP, have);
			memmove(buf, buf + have - OVERLAP, OVERLAP);
			have = OVERLAP;
		}
	}
}

int search_version(const struct elf_file *e, struct version_promise promise,
	char ret[static PYTHON_VERSION_MAX])
{
	struct search s = {.promise = promise, .left = SCAN_MAX};
	uint64_t vaddr;
	unsigned int i;
	char *buf;

	/* Else any program of a version 3.x.y would be taken for a Python. */
	if (!promise.known && elf_file_symbol(e, "Py_GetVersion", &vaddr))
		return -ENOENT;
	buf = malloc(CHUNK + OVERLAP);
	if (!buf)
		return -ENOMEM;
	for (i = 0; i < e->loads_count; i++)
		if (!(e->loads[i].flags & PF_W))
			search_segment(&s, e->fd, &e->loads[i], buf);
	free(buf);
	if (!*s.found || s.ambiguous)
		return -ENOENT;
	memcpy(ret, s.found, sizeof(s.found));
	return 0;
}
