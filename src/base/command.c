/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *after_slash(const char *word, size_t len)
{
	const char *from = word;

	for (size_t i = 0; i < len; i++)
		if (word[i] == '/')
			from = word + i + 1;
	return from;
}

static const char *next_word(const char *word)
{
	word += strcspn(word, " ");
	return word + strspn(word, " ");
}

static bool is_python(const char *word)
{
	const char *name = after_slash(word, strcspn(word, " "));

	return !strncmp(name, "python", 6) || !strncmp(name, "pypy", 4);
}

const char *command_short(const char *command)
{
	const char *word = command;

	if (is_python(word) && *next_word(word)) {
		word = next_word(word);
		/* -m and -c say what follows, so they stay; other options say nothing. */
		while (*word == '-' && word[1] != 'm' && word[1] != 'c' && *next_word(word))
			word = next_word(word);
	}
	return *word == '-' ? word : after_slash(word, strcspn(word, " "));
}

char *command_program(char *buf, size_t size, const char *command)
{
	const char *word = command_short(command);
	size_t len = strcspn(word, " ");

	if (!strncmp(word, "-m ", 3))
		len += 1 + strcspn(next_word(word), " ");
	snprintf(buf, size, "%.*s", (int)(len < size ? len : size), word);
	return buf;
}
