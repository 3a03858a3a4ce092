/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/squeeze.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	SEQUENCE = 64, /* bytes of one; longer ones are copied */
	SGR_NUMBERS = 12, /* that terminals take in one sequence: at least 16 */
	ROWS = 100000,
};

struct squeezer {
	char *to;
	size_t out;
	int row; /* that the cursor is in, 0: not known */
	/* SGR that has not been written yet: the next one may add to it, or undo it. */
	char sgr[2 * SEQUENCE];
	size_t sgr_len;
	int sgr_numbers;
	bool has_charset; /* ESC ( B was there; once is enough */
};

static void put(struct squeezer *s, const char *bytes, size_t len)
{
	memmove(s->to + s->out, bytes, len);
	s->out += len;
}

static void put_sgr(struct squeezer *s)
{
	if (!s->sgr_numbers)
		return;
	put(s, "\033[", 2);
	put(s, s->sgr, s->sgr_len);
	put(s, "m", 1);
	s->sgr_len = 0;
	s->sgr_numbers = 0;
}

/* Numbers and semicolons between `ESC [` and the final byte. Returns the length of all of it, 0:
 * no such sequence. */
static size_t control_len(const char *from, size_t len)
{
	size_t n = 2;

	if (len < 3 || from[0] != '\033' || from[1] != '[')
		return 0;
	while (n < len && n < SEQUENCE && ((from[n] >= '0' && from[n] <= '9') || from[n] == ';'))
		n++;
	return n < len && n < SEQUENCE && from[n] >= '@' && from[n] <= '~' ? n + 1 : 0;
}

static int numbers_of(const char *text, size_t len)
{
	int n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == ';';
	return n;
}

static void take_sgr(struct squeezer *s, const char *numbers, size_t len)
{
	int count = numbers_of(numbers, len);
	bool resets = !len || (numbers[0] == '0' && (len == 1 || numbers[1] == ';'));

	if (resets) { /* all that was set before it is gone */
		s->sgr_len = 0;
		s->sgr_numbers = 0;
	} else if (s->sgr_numbers &&
		   (s->sgr_numbers + count > SGR_NUMBERS || s->sgr_len + len + 2 > SEQUENCE)) {
		put_sgr(s);
	}
	if (s->sgr_numbers) {
		if (!s->sgr_len)
			s->sgr[s->sgr_len++] = '0'; /* an empty one means that, and alone */
		s->sgr[s->sgr_len++] = ';';
	}
	memcpy(s->sgr + s->sgr_len, numbers, len);
	s->sgr_len += len;
	s->sgr_numbers += count;
}

/* ESC [ row ; column H. Within a row the column alone says it. */
static bool take_move(struct squeezer *s, const char *from, size_t len)
{
	char numbers[SEQUENCE];
	int row = 0, column = 0, used = 0;

	memcpy(numbers, from + 2, len - 3);
	numbers[len - 3] = '\0';
	if (sscanf(numbers, "%6d;%6d%n", &row, &column, &used) != 2 || (size_t)used != len - 3 ||
		row < 1 || row > ROWS || column < 1 || row != s->row) {
		s->row = row < ROWS ? row : 0;
		return false;
	}
	used = snprintf(numbers, sizeof(numbers), "\033[%dG", column);
	put(s, numbers, (size_t)used);
	return true;
}

/* After these the cursor is in the row where it was. */
static bool stays_in_row(char final)
{
	return strchr("@CDGKPX", final);
}

static size_t take_control(struct squeezer *s, const char *from, size_t len)
{
	size_t n = control_len(from, len);

	if (!n)
		return 0;
	if (from[n - 1] == 'm') {
		take_sgr(s, from + 2, n - 3);
		return n;
	}
	put_sgr(s);
	if (from[n - 1] == 'H' && take_move(s, from, n))
		return n;
	if (from[n - 1] != 'H' && !stays_in_row(from[n - 1]))
		s->row = 0;
	put(s, from, n);
	return n;
}

/* The usual character set, which nothing here ever leaves: said once, after somebody else's. */
static size_t take_charset(struct squeezer *s, const char *from, size_t len)
{
	if (len < 3 || memcmp(from, "\033(B", 3))
		return 0;
	if (!s->has_charset)
		put(s, from, 3);
	s->has_charset = true;
	return 3;
}

size_t squeeze(char *bytes, size_t len)
{
	struct squeezer s = {.to = bytes};
	size_t at = 0;

	while (at < len) {
		size_t n = take_charset(&s, bytes + at, len - at);

		if (!n)
			n = take_control(&s, bytes + at, len - at);
		if (!n) {
			put_sgr(&s);
			if ((unsigned char)bytes[at] < ' ' && bytes[at] != '\r')
				s.row = 0; /* also what begins with an escape */
			put(&s, bytes + at, 1);
			n = 1;
		}
		at += n;
	}
	put_sgr(&s);
	return s.out;
}
