/* SPDX-License-Identifier: GPL-2.0-only */
#include "build.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pickled_raw(struct pickled *p, const void *bytes, size_t len)
{
	assert_int_equal(buf_add(&p->b, bytes, len), 0);
}

static void put_byte(struct pickled *p, uint8_t byte)
{
	pickled_raw(p, &byte, 1);
}

static void put_number(struct pickled *p, uint64_t num, size_t bytes)
{
	pickled_raw(p, &num, bytes);
}

static void memoize(struct pickled *p)
{
	uint32_t index = p->memo++;

	if (p->proto >= 4) {
		put_byte(p, 0x94);
	} else if (index < 256) {
		put_byte(p, 'q');
		put_byte(p, (uint8_t)index);
	} else {
		put_byte(p, 'r');
		put_number(p, index, 4);
	}
}

void pickled_begin(struct pickled *p, int proto)
{
	p->proto = proto;
	p->memo = 0;
	put_byte(p, 0x80);
	put_byte(p, (uint8_t)proto);
	if (proto >= 4) {
		put_byte(p, 0x95);
		put_number(p, 0, 8);
	}
}

void pickled_end(struct pickled *p)
{
	uint64_t frame;

	put_byte(p, '.');
	frame = p->b.len - 11;
	if (p->proto >= 4)
		memcpy(p->b.data + 3, &frame, sizeof(frame));
}

void pickled_release(struct pickled *p)
{
	buf_release(&p->b);
}

void pickled_ops(struct pickled *p, const char *opcodes)
{
	for (; *opcodes; opcodes++) {
		put_byte(p, (uint8_t)*opcodes);
		if (strchr("t]}R\x81\x85\x86\x87", *opcodes))
			memoize(p);
	}
}

void pickled_int(struct pickled *p, int64_t num)
{
	size_t size = num >= 0 && num < 256 ? 1 : num >= 0 && num < 65536 ? 2 : 4;

	if (num != (int32_t)num) {
		put_byte(p, 0x8a);
		put_byte(p, 8);
		put_number(p, (uint64_t)num, 8);
		return;
	}
	put_byte(p, size == 1 ? 'K' : size == 2 ? 'M' : 'J');
	put_number(p, (uint64_t)num, size);
}

static void put_text_head(struct pickled *p, uint32_t len)
{
	bool is_short = p->proto >= 4 && len < 256;

	put_byte(p, is_short ? 0x8c : 'X');
	put_number(p, len, is_short ? 1 : 4);
}

void pickled_text(struct pickled *p, const char *text)
{
	put_text_head(p, (uint32_t)strlen(text));
	pickled_raw(p, text, strlen(text));
	memoize(p);
}

void pickled_blob(struct pickled *p, uint32_t len)
{
	put_text_head(p, len);
	assert_int_equal(buf_reserve(&p->b, len), 0);
	memset(p->b.data + p->b.len, 'x', len);
	p->b.len += len;
	memoize(p);
}

void pickled_global(struct pickled *p, const char *module, const char *name)
{
	if (p->proto >= 4) {
		pickled_text(p, module);
		pickled_text(p, name);
		put_byte(p, 0x93);
	} else {
		assert_int_equal(buf_printf(&p->b, "c%s\n%s\n", module, name), 0);
	}
	memoize(p);
}

void pickled_task(struct pickled *p, int64_t job, int64_t chunk)
{
	pickled_ops(p, "(");
	pickled_int(p, job);
	pickled_int(p, chunk);
}

void pickled_task_end(struct pickled *p)
{
	pickled_ops(p, "}t");
	pickled_end(p);
}

/* Memory of exactly that size, so that a sanitizer sees the byte behind it. */
static void *copy(const char *bytes, size_t len)
{
	char *memory = malloc(len ? len : 1);

	assert_non_null(memory);
	if (len)
		memcpy(memory, bytes, len);
	return memory;
}

static struct pickle_bytes parts_of(const struct pickled *p, size_t prefix, size_t tail)
{
	if (prefix > p->b.len)
		prefix = p->b.len;
	if (tail > p->b.len)
		tail = p->b.len;
	return (struct pickle_bytes){
		.prefix = copy(p->b.data, prefix),
		.prefix_len = prefix,
		.tail = copy(tail ? p->b.data + p->b.len - tail : NULL, tail),
		.tail_len = tail,
		.full_len = p->b.len,
	};
}

void pickled_read_part(
	const struct pickled *p, size_t prefix, size_t tail, struct pickle_facts *ret)
{
	struct pickle_bytes in = parts_of(p, prefix, tail);

	pickle_read(&in, ret);
	free((void *)in.prefix);
	free((void *)in.tail);
}

void pickled_read(const struct pickled *p, struct pickle_facts *ret)
{
	pickled_read_part(p, p->b.len, 0, ret);
}

size_t pickled_traceback(
	const struct pickled *p, size_t prefix, size_t tail, char *text, size_t size)
{
	struct pickle_bytes in = parts_of(p, prefix, tail);
	struct pickle_facts facts;
	size_t len;

	pickle_read(&in, &facts);
	len = pickle_traceback(&in, &facts, text, size);
	free((void *)in.prefix);
	free((void *)in.tail);
	return len;
}

static void corpus_path(char *path, size_t size, const char *name)
{
	const char *src = getenv("POOLTOP_SRC");

	snprintf(path, size, "%s/tests/pickle/corpus/%s", src ? src : ".", name);
}

char *corpus_message(const char *name, size_t *ret_len)
{
	char path[4096];
	char bytes[8192];
	FILE *file;

	corpus_path(path, sizeof(path), name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s cannot be opened", path);
	*ret_len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return copy(bytes, *ret_len);
}

void corpus_each(void (*call)(const char *name, const char *bytes, size_t len))
{
	char path[4096];
	unsigned int seen = 0;
	struct dirent *entry;
	DIR *dir;

	corpus_path(path, sizeof(path), "");
	dir = opendir(path);
	if (!dir)
		fail_msg("%s cannot be opened", path);
	while ((entry = readdir(dir))) {
		size_t len;
		char *bytes;

		if (!strstr(entry->d_name, ".bin"))
			continue;
		bytes = corpus_message(entry->d_name, &len);
		call(entry->d_name, bytes, len);
		free(bytes);
		seen++;
	}
	closedir(dir);
	assert_true(seen >= 60);
}
