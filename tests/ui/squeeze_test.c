/* SPDX-License-Identifier: GPL-2.0-only */
/* Fewer bytes, and the same picture on a terminal that knows these few sequences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/squeeze.h"

static void gives(const char *from, const char *wanted)
{
	char *bytes = strdup(from);
	size_t len;

	assert_non_null(bytes);
	len = squeeze(bytes, strlen(from));
	bytes[len] = '\0';
	assert_string_equal(bytes, wanted);
	free(bytes);
}

static void moves(void **state)
{
	(void)state;
	gives("\033[3;5Ha\033[3;50Hb\033[4;1Hc", "\033[3;5Ha\033[50Gb\033[4;1Hc");
	gives("\033[3;5Ha\r\033[3;50Hb", "\033[3;5Ha\r\033[50Gb");
	gives("\033[3;5Ha\n\033[3;50Hb", "\033[3;5Ha\n\033[3;50Hb");
	gives("\033[3;5Ha\033[2Sx\033[3;50Hb", "\033[3;5Ha\033[2Sx\033[3;50Hb");
	gives("\033[3;5Ha\033[4dx\033[3;9Hb", "\033[3;5Ha\033[4dx\033[3;9Hb");
	gives("\033[3;5Ha\033M\033[3;9Hb", "\033[3;5Ha\033M\033[3;9Hb");
	gives("\033[3;5Ha\033[K\033[4X\033[3;9Hb", "\033[3;5Ha\033[K\033[4X\033[9Gb");
	gives("\033[H\033[2J\033[1;3Ha\033[1;7Hb", "\033[H\033[2J\033[1;3Ha\033[7Gb");
}

static void attributes(void **state)
{
	(void)state;
	gives("\033[39m\033(B\033[mx", "\033(B\033[mx");
	gives("a\033(B\033[m\033(B\033[0;1m\033[38;5;71mx", "a\033(B\033[0;1;38;5;71mx");
	gives("\033(B\033[m\033[38;5;71mx", "\033(B\033[0;38;5;71mx");
	gives("\033[38;5;71m\033[48;5;1mx", "\033[38;5;71;48;5;1mx");
	gives("\033(Ba\033(Bb", "\033(Bab");
	gives("\033[1m\033[2;2H\033[mx", "\033[1m\033[2;2H\033[mx");
	gives("x\033[39m", "x\033[39m");
	/* no more numbers in one than any terminal takes */
	gives("\033[38;5;1m\033[48;5;2m\033[38;5;3m\033[48;5;4m\033[38;5;5mx",
		"\033[38;5;1;48;5;2;38;5;3;48;5;4m\033[38;5;5mx");
}

static void others_stay(void **state)
{
	static const char *const same[] = {"", "\033", "\033[", "\033[3", "\033[3;", "\033[?25h",
		"\033]0;x\a", "\033(0", "\033[;H", "\033[3;5;7H", "\033[999999999999;5H",
		"\033[0;5H", "\303\244\342\226\210"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		gives(same[i], same[i]);
}

/* A terminal: what stands where, with which attributes. */
enum { ROWS = 6, COLUMNS = 20 };

struct screen {
	int row, column;
	char sgr[256]; /* all since the last reset */
	char text[ROWS][COLUMNS];
	char look[ROWS][COLUMNS][256];
};

static void show_sgr(struct screen *s, const char *numbers, size_t len)
{
	bool resets = !len || (numbers[0] == '0' && (len == 1 || numbers[1] == ';'));
	size_t skip = resets && len ? len == 1 ? 1 : 2 : 0;
	size_t used;

	if (resets)
		s->sgr[0] = '\0';
	used = strlen(s->sgr);
	if (len > skip)
		snprintf(s->sgr + used, sizeof(s->sgr) - used, "%.*s;", (int)(len - skip),
			numbers + skip);
}

static size_t show_control(struct screen *s, const char *from)
{
	size_t n = 2 + strspn(from + 2, "0123456789;");
	int a = 1, b = 1;

	if (from[n] == 'm') {
		show_sgr(s, from + 2, n - 2);
	} else if (from[n] == 'H') {
		sscanf(from + 2, "%d;%d", &a, &b);
		s->row = a - 1;
		s->column = b - 1;
	} else {
		assert_int_equal(from[n], 'G');
		sscanf(from + 2, "%d", &b);
		s->column = b - 1;
	}
	return n + 1;
}

static void show(struct screen *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (bytes[i] != '\033') {
			assert_in_range(s->column, 0, COLUMNS - 1);
			s->text[s->row][s->column] = bytes[i++];
			memcpy(s->look[s->row][s->column++], s->sgr, sizeof(s->sgr));
		} else {
			i += bytes[i + 1] == '[' ? show_control(s, bytes + i) : 3;
		}
	}
}

static size_t put_random(char *to, size_t size)
{
	static const char *const looks[] = {"\033(B\033[m", "\033[39m", "\033(B\033[0;1m",
		"\033[38;5;71m", "\033[48;5;24m", "\033[39;49m"};

	if (rand() % 3 == 0)
		return (size_t)snprintf(
			to, size, "\033[%d;%dH", 1 + rand() % ROWS, 1 + rand() % (COLUMNS - 2));
	if (rand() % 2)
		return (size_t)snprintf(to, size, "%s", looks[rand() % 6]);
	return (size_t)snprintf(to, size, "\033[%d;%dH%c", 1 + rand() % ROWS,
		1 + rand() % (COLUMNS - 2), 'a' + rand() % 26);
}

/* Whatever is written: the same characters with the same attributes in the same places. */
static void same_picture(void **state)
{
	static struct screen before, after;

	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		char bytes[4096];
		size_t len = 0, shorter;

		memset(&before, 0, sizeof(before));
		memset(&after, 0, sizeof(after));
		for (int i = 0; i < 60; i++)
			len += put_random(bytes + len, sizeof(bytes) - len);
		show(&before, bytes, len);
		shorter = squeeze(bytes, len);
		assert_true(shorter <= len);
		show(&after, bytes, shorter);
		assert_memory_equal(before.text, after.text, sizeof(before.text));
		for (int i = 0; i < ROWS * COLUMNS; i++)
			assert_string_equal(before.look[i / COLUMNS][i % COLUMNS],
				after.look[i / COLUMNS][i % COLUMNS]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves),
		cmocka_unit_test(attributes),
		cmocka_unit_test(others_stay),
		cmocka_unit_test(same_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
