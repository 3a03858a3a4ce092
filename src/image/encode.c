/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>

#include "base/hist.h"
#include "base/map.h"
#include "image/code.h"
#include "image/image.h"
#include "image/shape.h"

/* Structs in a row. */
struct row {
	const uint8_t *at;
	size_t stride;
	uint32_t count;
};

struct encoder {
	struct buf *to;
	const struct model *model;
	size_t limit; /* of to->len: beyond it the rest is not worth the time */
};

static void put_shape(struct encoder *e, const struct shape *s, const struct row *row);

static uint64_t load(const struct field *f, const uint8_t *at)
{
	bool is_signed = f->kind == FIELD_SIGNED;
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	if (f->size == 1)
		return *at;
	if (f->size == 2) {
		memcpy(&two, at, sizeof(two));
		return two;
	}
	if (f->size == 4) {
		memcpy(&four, at, sizeof(four));
		return is_signed ? (uint64_t)(int64_t)(int32_t)four : four;
	}
	memcpy(&eight, at, sizeof(eight));
	return eight;
}

static void put_text(struct encoder *e, const char *text, size_t len)
{
	code_put(e->to, len);
	buf_add(e->to, text, len);
}

/* One column: of a short array its first element of all, then its second; of a long one all of the
 * first struct's, then of the second's. */
static void put_numbers(struct encoder *e, const struct field *f, const struct row *row)
{
	bool is_long = f->count > SHAPE_SHORT;
	uint32_t outer = is_long ? row->count : f->count, inner = is_long ? f->count : row->count;

	for (uint32_t o = 0; o < outer; o++) {
		uint64_t before = f->is_time ? e->model->now_ns : 0;

		for (uint32_t i = 0; i < inner; i++) {
			uint32_t n = is_long ? o : i, k = is_long ? i : o;
			uint64_t value =
				load(f, row->at + n * row->stride + f->offset + k * f->size);

			code_put(e->to, code_of(value, before));
			before = value ? value : before;
		}
	}
}

static void put_reals(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++)
		for (uint32_t k = 0; k < f->count; k++)
			code_put(e->to,
				load(f, row->at + n * row->stride + f->offset + k * f->size));
}

static void put_texts(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		const char *text = (const char *)row->at + n * row->stride + f->offset;

		put_text(e, text, strnlen(text, f->size - 1));
	}
}

static const void *pointer(const struct field *f, const uint8_t *at)
{
	const void *p;

	memcpy(&p, at + f->offset, sizeof(p));
	return p;
}

static void put_owned(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		const char *text = pointer(f, row->at + n * row->stride);

		code_put(e->to, text != NULL);
		if (text)
			put_text(e, text, strlen(text));
	}
}

static void put_names(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		const char *name = pointer(f, row->at + n * row->stride);
		unsigned int i = 0;

		while (name && f->word(i) && strcmp(f->word(i), name) != 0)
			i++;
		code_put(e->to, name ? i + 1 : 0);
	}
}

static uint32_t member(const uint8_t *at, uint32_t offset)
{
	uint32_t n;

	memcpy(&n, at + offset, sizeof(n));
	return n;
}

static void put_parts(struct encoder *e, const struct field *f, const struct row *row)
{
	struct row part = {.stride = row->stride, .count = row->count};

	for (uint32_t k = 0; k < f->count && f->counted == NOWHERE; k++) {
		part.at = row->at + f->offset + k * f->size;
		put_shape(e, f->shape, &part);
	}
	for (uint32_t n = 0; n < row->count && f->counted != NOWHERE; n++) {
		const uint8_t *at = row->at + n * row->stride;

		part = (struct row){at + f->offset, f->size, member(at, f->counted)};
		code_put(e->to, part.count);
		put_shape(e, f->shape, &part);
	}
}

/* A ring comes as it is read: its oldest first. */
static void put_lists(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		const uint8_t *at = row->at + n * row->stride;
		struct row list = {pointer(f, at), f->shape->size, member(at, f->counted)};
		uint32_t head = f->head == NOWHERE ? 0 : member(at, f->head);
		uint32_t room = f->room ? f->room : f->cap == NOWHERE ? 0 : member(at, f->cap);
		struct row rest = {list.at, list.stride, 0};

		code_put(e->to, list.count);
		if (head && list.count > room - head) {
			rest.count = list.count - (room - head);
			list.count = room - head;
		}
		/* Two columns of what a wrapped ring holds: the reader is told where it breaks. */
		if (f->head != NOWHERE)
			code_put(e->to, rest.count);
		if (list.count)
			list.at += head * list.stride;
		put_shape(e, f->shape, &list);
		put_shape(e, f->shape, &rest);
	}
}

static void put_ones(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		struct row one = {pointer(f, row->at + n * row->stride), 0, 1};

		code_put(e->to, one.at != NULL);
		if (one.at)
			put_shape(e, f->shape, &one);
	}
}

/* Few of its buckets have anything: the gaps between those that have, then what they have. */
static void put_buckets(struct encoder *e, const uint32_t *buckets)
{
	uint32_t used = 0, last = 0;
	uint64_t before = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		used += buckets[i] != 0;
	code_put(e->to, used);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		code_put(e->to, i - last);
		last = i;
	}
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		code_put(e->to, code_of(buckets[i], before));
		before = buckets[i];
	}
}

static void put_hists(struct encoder *e, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count; n++) {
		const struct hist *h = (const void *)(row->at + n * row->stride + f->offset);

		code_put(e->to, h->count);
		if (!h->count)
			continue;
		code_put(e->to, h->min_ns);
		code_put(e->to, h->max_ns);
		code_put(e->to, h->total_ns);
		code_put(e->to, h->buckets != NULL);
		if (h->buckets)
			put_buckets(e, h->buckets);
	}
}

static void put_all_texts(struct encoder *e, const struct field *f, const struct row *row)
{
	const struct model *m = e->model;
	uint32_t count = 0, last = 0;

	(void)f;
	(void)row;
	for (uint32_t i = 0; i < m->texts_cap; i++) {
		count += m->texts[i] != NULL;
		last = m->texts[i] ? i : last;
	}
	code_put(e->to, count);
	code_put(e->to, last);
	last = 0;
	for (uint32_t i = 0; i < m->texts_cap; i++) {
		if (!m->texts[i])
			continue;
		code_put(e->to, i - last);
		put_text(e, m->texts[i], strlen(m->texts[i]));
		last = i;
	}
}

static int by_key(const void *a, const void *b)
{
	const struct map_slot *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void put_maps(struct encoder *e, const struct field *f, const struct row *row)
{
	const struct map *m = (const void *)(row->at + f->offset);
	struct map_slot *slots = calloc(m->count + 1, sizeof(*slots));
	const struct map_slot *slot;
	uint64_t key = 0, value = 0;
	uint32_t pos = 0, n = 0;

	if (!slots) {
		e->to->is_short = true;
		return;
	}
	while ((slot = map_next(m, &pos)))
		slots[n++] = *slot;
	qsort(slots, n, sizeof(*slots), by_key);
	code_put(e->to, n);
	for (uint32_t i = 0; i < n; i++) {
		code_put(e->to, slots[i].key - key);
		code_put(e->to, code_of(slots[i].value, value));
		key = slots[i].key;
		value = slots[i].value;
	}
	free(slots);
}

static void put_nothing(struct encoder *e, const struct field *f, const struct row *row)
{
	(void)e;
	(void)f;
	(void)row;
}

static void (*const put[FIELD_KINDS])(
	struct encoder *e, const struct field *f, const struct row *row) = {
	[FIELD_UNSIGNED] = put_numbers,
	[FIELD_SIGNED] = put_numbers,
	[FIELD_BOOL] = put_numbers,
	[FIELD_REAL] = put_reals,
	[FIELD_TEXT] = put_texts,
	[FIELD_OWNED] = put_owned,
	[FIELD_NAME] = put_names,
	[FIELD_PART] = put_parts,
	[FIELD_LIST] = put_lists,
	[FIELD_ONE] = put_ones,
	[FIELD_HIST] = put_hists,
	[FIELD_TEXTS] = put_all_texts,
	[FIELD_MAP] = put_maps,
	[FIELD_COUNT] = put_nothing,
	[FIELD_DERIVED] = put_nothing,
	[FIELD_LEFT_OUT] = put_nothing,
};

static void put_shape(struct encoder *e, const struct shape *s, const struct row *row)
{
	for (uint32_t i = 0; i < s->count && row->count && e->to->len <= e->limit; i++)
		put[s->fields[i].kind](e, &s->fields[i], row);
}

int shape_put(const struct shape *s, const void *one, struct buf *to)
{
	static const struct model nothing;
	struct encoder e = {.to = to, .model = &nothing, .limit = to->len + IMAGE_BYTES_MAX};
	const struct row row = {one, s->size, 1};

	put_shape(&e, s, &row);
	return to->is_short ? -ENOMEM : 0;
}

int image_encode(const struct model *m, struct buf *to)
{
	struct encoder e = {.to = to, .model = m, .limit = to->len + IMAGE_BYTES_MAX};
	const struct row row = {(const uint8_t *)m, sizeof(*m), 1};
	bool was_short = to->is_short;

	to->is_short = false;
	code_put(to, m->now_ns); /* times are told by it */
	put_shape(&e, &shape_model, &row);
	if (to->is_short)
		return -ENOMEM;
	to->is_short = was_short;
	return to->len > e.limit ? -E2BIG : 0;
}
