/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A death of which all text is the fuzzer's: the names on its stack, what it wrote to standard
 * error, who killed it. Nothing of it comes out raw, and the JSON is one.
 *
 * fuzz: -max_total_time=60
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/report.h"
#include "tests/support/story.h"

enum { TEXTS = 6, TEXT = 5000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's pieces, which zeros part. */
static void split(const uint8_t *data, size_t size, char texts[TEXTS][TEXT])
{
	for (int i = 0; i < TEXTS; i++) {
		const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
		size_t len = zero ? (size_t)(zero - data) : size;
		size_t used = len < TEXT ? len : TEXT - 1;

		if (used)
			memcpy(texts[i], data, used);
		texts[i][used] = '\0';
		data += len + (zero != NULL);
		size -= len + (zero != NULL);
	}
}

static void tell(struct story *t, uint32_t status, char texts[TEXTS][TEXT])
{
	const struct history_task task = {.job = 4, .func = texts[0], .bytes_out = 60};
	const struct history_place places[] = {
		{texts[1], texts[2], 7, .kind = PLACE_PYTHON},
		{texts[2], texts[1], 9, .kind = PLACE_NATIVE},
		{0},
	};

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 101, &task);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT, places);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT | STACK_NATIVE, places);
	history_stderr(&t->h, 101, texts[3]);
	history_signal(&t->h, 101, 9, 900, texts[4]);
	history_exit(&t->h, 101, status);
	history_ticks(&t->h, 3);
	story_tell(t);
}

/* C0 but for line ends, DEL, C1 and what turns the direction of writing. */
static void check(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i], d = (unsigned char)text[i + 1];

		if ((c < ' ' && c != '\n') || c == 0x7f || (c == 0xc2 && d >= 0x80 && d < 0xa0) ||
			(c == 0xe2 && d == 0x80 && (unsigned char)text[i + 2] >= 0xaa &&
				(unsigned char)text[i + 2] <= 0xae))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char texts[TEXTS][TEXT];
	void *state = NULL;
	json_t *root;
	char *text;
	size_t len;

	if (!size || story_begin(&state))
		return 0;
	split(data + 1, size - 1, texts);
	tell(state, data[0] % 2 ? 9 : 256, texts);
	if (report_text(&((struct story *)state)->s.model, &text, &len))
		abort();
	check(text, len);
	free(text);
	if (report_json(&((struct story *)state)->s.model, &text, &len))
		abort();
	root = json_loads(text, 0, NULL);
	if (!root)
		abort();
	json_decref(root);
	free(text);
	return story_end(&state);
}
