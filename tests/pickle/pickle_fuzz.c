/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The input is a message. It is read whole, and in parts that are cut where its bytes say, so
 * that any captured message is an input. So many bytes are more than any bound of the reader's.
 * fuzz: -max_len=8192
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pickle/pickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t hash(const uint8_t *data, size_t size)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * 16777619;
	return h;
}

/* Terminated, and nothing in it that a second cleaning would take out. */
static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);
	char *again = len < size ? text_clean_dup(text, len, size, 1) : NULL;

	if (!again || strcmp(again, text) != 0)
		abort();
	free(again);
}

/* Each part in memory of exactly its size. */
static void *copy(const uint8_t *bytes, size_t len)
{
	void *memory = malloc(len ? len : 1);

	if (!memory)
		abort();
	memcpy(memory, bytes, len);
	return memory;
}

static void read_parts(const uint8_t *data, size_t size, size_t prefix, size_t tail)
{
	struct pickle_bytes in = {
		.prefix = copy(data, prefix),
		.prefix_len = prefix,
		.tail = copy(data + size - tail, tail),
		.tail_len = tail,
		.full_len = size,
	};
	struct pickle_facts facts;
	struct pickle_head head;
	char text[1024];

	pickle_read(&in, &facts);
	if (facts.shape >= PICKLE_SHAPES)
		abort();
	check_text(facts.function, sizeof(facts.function));
	check_text(facts.exc_type, sizeof(facts.exc_type));
	check_text(facts.message, sizeof(facts.message));
	if (pickle_traceback(&in, &facts, text, 1 + size % sizeof(text)) != strlen(text))
		abort();
	check_text(text, sizeof(text));
	pickle_peek(in.prefix, prefix, size, &head);
	if (head.shape >= PICKLE_SHAPES)
		abort();
	free((void *)in.prefix);
	free((void *)in.tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t h = hash(data, size);

	read_parts(data, size, size, 0);
	if (!size)
		return 0;
	read_parts(data, size, h % size, 0);
	read_parts(data, size, h % size, (h >> 8) % size);
	return 0;
}
