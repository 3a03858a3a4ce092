/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of rows: every byte of a struct is some row's, and whatever a row may hold comes back.
 * That each member has its row, by name, is for tests/house/shapes_test.py to say, which reads the
 * headers: a member that fits between two others does not show here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hist.h"
#include "image/shape.h"

enum { ROUNDS = 40, FEW = 5 };

static uint64_t random_number(void)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Below n; n itself never. */
static uint32_t some(uint64_t n)
{
	return n ? (uint32_t)(random_number() % n) : 0;
}

static void set(uint8_t *at, uint32_t size, uint64_t n)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(n >> 8 * i); /* of a little-endian machine */
	memcpy(at, bytes, size);
}

static void set_pointer(uint8_t *at, void *p)
{
	memcpy(at, &p, sizeof(p));
}

static void *get_pointer(const uint8_t *at)
{
	void *p;

	memcpy(&p, at, sizeof(p));
	return p;
}

static uint32_t get(const uint8_t *one, uint32_t offset)
{
	uint32_t n = 0;

	if (offset != NOWHERE)
		memcpy(&n, one + offset, sizeof(n));
	return n;
}

static void *room_for(size_t count, size_t size)
{
	void *room = calloc(count, size);

	assert_non_null(room);
	return room;
}

/* Numbers of all lengths, those at both ends of what is possible, and many zeros. */
static uint64_t a_number(const struct field *f)
{
	uint64_t n = random_number() >> some(64);
	uint64_t all = f->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->size) - 1;

	if (f->kind == FIELD_BOOL)
		return n & 1;
	if (some(4) == 0)
		n = some(2) ? 0 : all;
	if (f->kind == FIELD_SIGNED && f->most)
		return n % 2 ? n % (f->most + 1) : 0 - n % (f->most + 1);
	if (f->most)
		return f->least + n % (f->most - f->least + 1);
	return n & all;
}

static void a_text(char *text, size_t size)
{
	uint32_t len = some(size);

	for (uint32_t i = 0; i < len; i++)
		text[i] = (char)(' ' + some(90));
	text[len] = '\0';
}

static void a_real(uint8_t *at, uint32_t size)
{
	double real = ((double)some(2000) - 1000) / 7;
	float small = (float)real;

	memcpy(at, size == sizeof(real) ? (void *)&real : (void *)&small, size);
}

static void a_hist(struct hist *h)
{
	for (uint32_t n = some(30); n; n--)
		hist_add(h, random_number() >> some(60));
	if (some(4) == 0) {
		free(h->buckets);
		h->buckets = NULL;
	}
}

static const char *a_word(const struct field *f)
{
	unsigned int words = 0;

	while (f->word(words))
		words++;
	return !f->is_needed && some(3) == 0 ? NULL : f->word(some(words));
}

static void fill(const struct shape *s, uint8_t *one);

/* In a ring the oldest stands anywhere. */
static void a_list(const struct field *f, uint8_t *one)
{
	uint32_t most = f->most < FEW ? (uint32_t)f->most : FEW, count = some(most + 1);
	uint32_t room = f->room ? f->room : count + (f->head != NOWHERE ? some(3) : 0);
	uint32_t head = f->head != NOWHERE && room ? some(room) : 0;
	uint8_t *list = NULL;

	if (count || f->is_kept)
		list = room_for(room, f->shape->size);
	for (uint32_t i = 0; i < count; i++)
		fill(f->shape, list + (head + i) % room * f->shape->size);
	set_pointer(one + f->offset, list);
	set(one + f->counted, 4, count);
	if (f->cap != NOWHERE)
		set(one + f->cap, 4, list ? room : 0);
	if (f->head != NOWHERE)
		set(one + f->head, 4, list ? head : 0);
}

static void some_parts(const struct field *f, uint8_t *one)
{
	uint32_t count = f->count;

	if (f->counted != NOWHERE) {
		count = some(f->count + 1);
		set(one + f->counted, 4, count);
	}
	for (uint32_t i = 0; i < count; i++)
		fill(f->shape, one + f->offset + i * f->size);
}

static void one_element(const struct field *f, uint8_t *at)
{
	char text[FEW * FEW];

	if (f->kind <= FIELD_BOOL)
		set(at, f->size, a_number(f));
	else if (f->kind == FIELD_REAL)
		a_real(at, f->size);
	else if (f->kind == FIELD_TEXT)
		a_text((char *)at, f->size);
	else if (f->kind == FIELD_NAME)
		set_pointer(at, (void *)a_word(f));
	else if (f->kind == FIELD_HIST)
		a_hist((void *)at);
	if (f->kind != FIELD_OWNED || (!f->is_needed && some(3) == 0))
		return;
	a_text(text, sizeof(text));
	set_pointer(at, strdup(text));
}

static void fill(const struct shape *s, uint8_t *one)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct field *f = &s->fields[i];
		uint8_t *at = one + f->offset;

		if (f->kind == FIELD_PART)
			some_parts(f, one);
		else if (f->kind == FIELD_LIST)
			a_list(f, one);
		else if (f->kind == FIELD_ONE && some(2))
			set_pointer(at, room_for(1, f->shape->size));
		for (uint32_t k = 0; k < f->count && f->kind != FIELD_PART; k++)
			one_element(f, at + k * f->size);
		if (f->kind == FIELD_ONE && get_pointer(at))
			fill(f->shape, get_pointer(at));
	}
}

static void compare(const struct shape *s, const uint8_t *a, const uint8_t *b);

static void compare_list(const struct field *f, const uint8_t *a, const uint8_t *b)
{
	const uint8_t *left = get_pointer(a + f->offset), *right = get_pointer(b + f->offset);
	uint32_t room = f->room ? f->room : f->cap == NOWHERE ? 0 : get(a, f->cap);
	uint32_t head = get(a, f->head), count = get(a, f->counted);

	assert_int_equal(count, get(b, f->counted));
	assert_int_equal(get(b, f->head), 0);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = f->head == NOWHERE ? i : (head + i) % room;

		compare(f->shape, left + at * f->shape->size, right + i * f->shape->size);
	}
}

static void compare_hists(const struct hist *a, const struct hist *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->min_ns, b->min_ns);
	assert_int_equal(a->max_ns, b->max_ns);
	assert_int_equal(a->total_ns, b->total_ns);
	assert_int_equal(!a->buckets, !b->buckets);
	if (a->buckets)
		assert_memory_equal(a->buckets, b->buckets, HIST_BUCKETS * sizeof(*a->buckets));
}

static void compare_texts(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void compare_field(const struct field *f, const uint8_t *a, const uint8_t *b)
{
	const uint8_t *left = a + f->offset, *right = b + f->offset;
	uint32_t parts = f->counted == NOWHERE ? f->count : get(a, f->counted);

	if (f->kind <= FIELD_REAL)
		assert_memory_equal(left, right, (size_t)f->size * f->count);
	else if (f->kind == FIELD_TEXT)
		assert_string_equal((const char *)left, (const char *)right);
	else if (f->kind == FIELD_OWNED)
		compare_texts(get_pointer(left), get_pointer(right));
	else if (f->kind == FIELD_NAME)
		compare_texts(get_pointer(left), get_pointer(right));
	else if (f->kind == FIELD_HIST)
		compare_hists((const void *)left, (const void *)right);
	else if (f->kind == FIELD_LIST)
		compare_list(f, a, b);
	else if (f->kind == FIELD_COUNT)
		assert_memory_equal(left, right, f->size);
	for (uint32_t i = 0; f->kind == FIELD_PART && i < parts; i++)
		compare(f->shape, left + i * f->size, right + i * f->size);
	if (f->kind != FIELD_ONE)
		return;
	assert_int_equal(!get_pointer(left), !get_pointer(right));
	if (get_pointer(left))
		compare(f->shape, get_pointer(left), get_pointer(right));
}

static void compare(const struct shape *s, const uint8_t *a, const uint8_t *b)
{
	for (uint32_t i = 0; i < s->count; i++)
		compare_field(&s->fields[i], a, b);
}

static void drop(const struct shape *s, uint8_t *one);

static void drop_list(const struct field *f, uint8_t *one)
{
	uint8_t *list = get_pointer(one + f->offset);
	uint32_t room = f->room ? f->room : f->cap == NOWHERE ? 0 : get(one, f->cap);
	uint32_t head = get(one, f->head), count = get(one, f->counted);

	for (uint32_t i = 0; i < count; i++)
		drop(f->shape, list + (room ? (head + i) % room : i) * f->shape->size);
	free(list);
}

static void drop(const struct shape *s, uint8_t *one)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct field *f = &s->fields[i];
		uint8_t *at = one + f->offset;

		for (uint32_t k = 0; f->kind == FIELD_PART && k < f->count; k++)
			drop(f->shape, at + k * f->size);
		if (f->kind == FIELD_LIST)
			drop_list(f, one);
		else if (f->kind == FIELD_ONE || f->kind == FIELD_OWNED)
			free(get_pointer(at));
		else if (f->kind == FIELD_HIST)
			hist_release((void *)at);
	}
}

static void every_byte_has_a_row(void **state)
{
	const struct shape *s;

	(void)state;
	for (unsigned int i = 0; (s = shape_at(i)); i++) {
		uint32_t end = 0;

		for (uint32_t k = 0; k < s->count; k++) {
			const struct field *f = &s->fields[k];

			if (f->offset < end || f->offset - end >= 8)
				fail_msg("struct %s: the row before or at `%s` is wrong: add the "
					 "new member's row in src/image/shape_*.c",
					s->name, f->name);
			end = f->offset + f->size * f->count;
		}
		if (s->size < end || s->size - end >= 8)
			fail_msg("struct %s ends in what has no row", s->name);
	}
}

static void what_goes_in_comes_out(void **state)
{
	const struct shape *s;

	(void)state;
	for (unsigned int i = 0; (s = shape_at(i)); i++) {
		for (int round = 0; s != &shape_model && round < ROUNDS; round++) {
			uint8_t *in = room_for(1, s->size), *out = room_for(1, s->size);
			struct buf bytes = {0};

			fill(s, in);
			assert_int_equal(shape_put(s, in, &bytes), 0);
			if (shape_get(s, out, bytes.data, bytes.len))
				fail_msg("struct %s is not read back", s->name);
			compare(s, in, out);
			drop(s, in);
			drop(s, out);
			free(in);
			free(out);
			buf_release(&bytes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_has_a_row),
		cmocka_unit_test(what_goes_in_comes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
