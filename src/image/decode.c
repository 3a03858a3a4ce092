/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything is doubted: lengths, values by their rows, what is allocated; then sound.c looks at
 * what holds between members. Whatever is there when it ends badly can be released. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/hist.h"
#include "base/map.h"
#include "base/text.h"
#include "image/code.h"
#include "image/image.h"
#include "image/shape.h"
#include "image/sound.h"
#include "model/change.h"

#define REAL_MOST 1e19 /* further from 0 is no time and no share */

struct row {
	uint8_t *at;
	size_t stride;
	uint32_t count;
};

struct decoder {
	struct code_in in;
	size_t memory; /* that may still be taken */
	bool no_memory;
	struct model *model;
	uint64_t now_ns;
};

static void get_shape(struct decoder *d, const struct shape *s, const struct row *row);

/* Zeros; NULL: that is more than an image may have, or there is no memory. */
static void *take(struct decoder *d, size_t count, size_t size)
{
	void *room = NULL;

	if (d->in.is_bad || count > d->memory / size) {
		d->in.is_bad = true;
		return NULL;
	}
	d->memory -= count * size;
	room = calloc(count, size);
	if (!room)
		d->no_memory = d->in.is_bad = true;
	return room;
}

/* A number of elements; 0 if it is too large. */
static uint32_t get_count(struct decoder *d, uint64_t most)
{
	uint64_t n = code_get(&d->in);

	if (n <= most)
		return (uint32_t)n;
	d->in.is_bad = true;
	return 0;
}

static bool is_possible(const struct field *f, uint64_t value)
{
	int64_t n = (int64_t)value;
	uint64_t most = f->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->size) - 1;
	int64_t far = (int64_t)(most / 2);

	if (f->kind == FIELD_BOOL)
		return value <= 1;
	if (f->kind == FIELD_UNSIGNED)
		return value >= f->least && value <= (f->most ? f->most : most);
	if (f->most)
		return n >= -(int64_t)f->most && n <= (int64_t)f->most;
	return n >= -far - 1 && n <= far;
}

static void store(const struct field *f, uint8_t *at, uint64_t value)
{
	uint16_t two = (uint16_t)value;
	uint32_t four = (uint32_t)value;

	if (f->size == 1)
		*at = (uint8_t)value;
	else if (f->size == 2)
		memcpy(at, &two, sizeof(two));
	else if (f->size == 4)
		memcpy(at, &four, sizeof(four));
	else
		memcpy(at, &value, sizeof(value));
}

static void get_numbers(struct decoder *d, const struct field *f, const struct row *row)
{
	bool is_long = f->count > SHAPE_SHORT;
	uint32_t outer = is_long ? row->count : f->count, inner = is_long ? f->count : row->count;

	for (uint32_t o = 0; o < outer && !d->in.is_bad; o++) {
		uint64_t before = f->is_time ? d->now_ns : 0;

		for (uint32_t i = 0; i < inner; i++) {
			uint32_t n = is_long ? o : i, k = is_long ? i : o;
			uint64_t value = code_value(code_get(&d->in), before);

			if (!is_possible(f, value))
				d->in.is_bad = true;
			else
				store(f, row->at + n * row->stride + f->offset + k * f->size,
					value);
			before = value ? value : before;
		}
	}
}

/* What is no number is let through: that there is none is known to who reads it. */
static void get_real(struct decoder *d, const struct field *f, uint8_t *at)
{
	uint64_t bits = code_get(&d->in);
	uint32_t half = (uint32_t)bits;
	double real;
	float small;

	memcpy(&real, &bits, sizeof(real));
	memcpy(&small, &half, sizeof(small));
	if (f->size == sizeof(float) && bits > UINT32_MAX)
		d->in.is_bad = true;
	else if (fabs(f->size == sizeof(float) ? (double)small : real) > REAL_MOST)
		d->in.is_bad = true;
	else
		store(f, at, bits);
}

static void get_reals(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++)
		for (uint32_t k = 0; k < f->count; k++)
			get_real(d, f, row->at + n * row->stride + f->offset + k * f->size);
}

static void get_texts(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++) {
		char *to = (char *)row->at + n * row->stride + f->offset;
		uint32_t len = get_count(d, f->size - 1);
		const char *text = code_bytes(&d->in, len);

		if (text)
			text_clean(to, f->size, text, len, f->has_lines);
	}
}

static void put_pointer(const struct field *f, uint8_t *at, const void *p)
{
	memcpy(at + f->offset, &p, sizeof(p));
}

/* NULL: it did not come. */
static char *get_text(struct decoder *d, uint32_t most, bool has_lines)
{
	uint32_t len = get_count(d, most);
	const char *text = code_bytes(&d->in, len);
	char *copy = text ? take(d, len + 1, 1) : NULL;

	if (copy)
		text_clean(copy, len + 1, text, len, has_lines);
	return copy;
}

static void get_owned(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++) {
		uint8_t *at = row->at + n * row->stride;

		if (get_count(d, 1))
			put_pointer(f, at, get_text(d, (uint32_t)f->most, f->has_lines));
		else if (f->is_needed)
			d->in.is_bad = true;
	}
}

static void get_names(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++) {
		uint32_t want = get_count(d, 255), i = 0;

		while (i < want && f->word(i))
			i++;
		if (i < want || (!want && f->is_needed))
			d->in.is_bad = true;
		else if (want)
			put_pointer(f, row->at + n * row->stride, f->word(want - 1));
	}
}

static void set_member(uint8_t *at, uint32_t offset, uint32_t n)
{
	if (offset != NOWHERE)
		memcpy(at + offset, &n, sizeof(n));
}

static void get_parts(struct decoder *d, const struct field *f, const struct row *row)
{
	struct row part = {.stride = row->stride, .count = row->count};

	for (uint32_t k = 0; k < f->count && f->counted == NOWHERE; k++) {
		part.at = row->at + f->offset + k * f->size;
		get_shape(d, f->shape, &part);
	}
	for (uint32_t n = 0; n < row->count && f->counted != NOWHERE; n++) {
		uint8_t *at = row->at + n * row->stride;

		part = (struct row){at + f->offset, f->size, get_count(d, f->count)};
		set_member(at, f->counted, part.count);
		get_shape(d, f->shape, &part);
	}
}

/* The count is there as soon as the elements are, so that they can be released. */
static void get_list(struct decoder *d, const struct field *f, uint8_t *at)
{
	uint32_t count = get_count(d, f->most);
	uint32_t rest = f->head == NOWHERE ? 0 : get_count(d, count);
	uint32_t room = f->room && (count || f->is_kept) ? f->room : count;
	struct row list = {NULL, f->shape->size, count - rest}, last = {NULL, list.stride, rest};

	if (!room)
		return;
	list.at = take(d, room, f->shape->size);
	if (!list.at)
		return;
	put_pointer(f, at, list.at);
	set_member(at, f->counted, count);
	set_member(at, f->cap, count);
	last.at = list.at + list.count * list.stride;
	get_shape(d, f->shape, &list);
	get_shape(d, f->shape, &last);
}

static void get_lists(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++)
		get_list(d, f, row->at + n * row->stride);
}

static void get_ones(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++) {
		struct row one = {NULL, 0, 1};

		one.at = get_count(d, 1) ? take(d, 1, f->shape->size) : NULL;
		put_pointer(f, row->at + n * row->stride, one.at);
		if (one.at)
			get_shape(d, f->shape, &one);
	}
}

static void get_buckets(struct decoder *d, uint32_t *buckets)
{
	uint32_t used = get_count(d, HIST_BUCKETS), at = 0;
	uint64_t before = 0;
	struct code_in gaps = d->in;

	for (uint32_t i = 0; i < used; i++)
		code_get(&d->in);
	for (uint32_t i = 0; i < used && !d->in.is_bad; i++) {
		uint64_t gap = code_get(&gaps), value = code_value(code_get(&d->in), before);

		if (gap >= HIST_BUCKETS - at || (i && !gap) || value > UINT32_MAX) {
			d->in.is_bad = true;
			return;
		}
		at += (uint32_t)gap;
		buckets[at] = (uint32_t)value;
		before = value;
	}
}

static void get_hists(struct decoder *d, const struct field *f, const struct row *row)
{
	for (uint32_t n = 0; n < row->count && !d->in.is_bad; n++) {
		struct hist *h = (void *)(row->at + n * row->stride + f->offset);

		h->count = code_get(&d->in);
		if (!h->count)
			continue;
		h->min_ns = code_get(&d->in);
		h->max_ns = code_get(&d->in);
		h->total_ns = code_get(&d->in);
		if (!get_count(d, 1))
			continue;
		h->buckets = take(d, HIST_BUCKETS, sizeof(*h->buckets));
		if (h->buckets)
			get_buckets(d, h->buckets);
	}
}

static void get_all_texts(struct decoder *d, const struct field *f, const struct row *row)
{
	struct model *m = d->model;
	uint32_t count = get_count(d, MODEL_TEXTS), last = get_count(d, MODEL_TEXTS - 1);

	(void)f;
	(void)row;
	m->texts = count ? take(d, last + 1, sizeof(*m->texts)) : NULL;
	m->texts_cap = m->texts ? last + 1 : 0;
	for (uint32_t i = 0, id = 0; i < count && !d->in.is_bad; i++) {
		id += get_count(d, last - id);
		if (!id || m->texts[id])
			d->in.is_bad = true;
		else
			m->texts[id] = get_text(d, WIRE_TEXT_MAX, false);
		if (m->texts[id])
			m->texts_bytes += strlen(m->texts[id]) + 1;
	}
}

static void get_maps(struct decoder *d, const struct field *f, const struct row *row)
{
	struct map *m = (void *)(row->at + f->offset);
	uint32_t count = get_count(d, f->most);
	uint64_t key = 0, value = 0;

	for (uint32_t i = 0; i < count && !d->in.is_bad; i++) {
		key += code_get(&d->in);
		value = code_value(code_get(&d->in), value);
		if (value > UINT32_MAX || map_get(m, key, NULL))
			d->in.is_bad = true;
		else if (map_put(m, key, (uint32_t)value) < 0)
			d->no_memory = d->in.is_bad = true;
	}
}

static void get_nothing(struct decoder *d, const struct field *f, const struct row *row)
{
	(void)d;
	(void)f;
	(void)row;
}

static void (*const get[FIELD_KINDS])(
	struct decoder *d, const struct field *f, const struct row *row) = {
	[FIELD_UNSIGNED] = get_numbers,
	[FIELD_SIGNED] = get_numbers,
	[FIELD_BOOL] = get_numbers,
	[FIELD_REAL] = get_reals,
	[FIELD_TEXT] = get_texts,
	[FIELD_OWNED] = get_owned,
	[FIELD_NAME] = get_names,
	[FIELD_PART] = get_parts,
	[FIELD_LIST] = get_lists,
	[FIELD_ONE] = get_ones,
	[FIELD_HIST] = get_hists,
	[FIELD_TEXTS] = get_all_texts,
	[FIELD_MAP] = get_maps,
	[FIELD_COUNT] = get_nothing,
	[FIELD_DERIVED] = get_nothing,
	[FIELD_LEFT_OUT] = get_nothing,
};

static void get_shape(struct decoder *d, const struct shape *s, const struct row *row)
{
	for (uint32_t i = 0; i < s->count && row->count && !d->in.is_bad; i++)
		get[s->fields[i].kind](d, &s->fields[i], row);
}

int shape_get(const struct shape *s, void *one, const void *bytes, size_t len)
{
	const struct row row = {one, s->size, 1};
	struct decoder d = {
		.in = {.at = bytes, .end = (const uint8_t *)bytes + len},
		.memory = IMAGE_MEMORY_MAX,
	};

	get_shape(&d, s, &row);
	return d.no_memory ? -ENOMEM : d.in.is_bad || d.in.at != d.in.end ? -EBADMSG : 0;
}

int image_decode(struct model *m, const void *bytes, size_t len)
{
	const struct row row = {(uint8_t *)m, sizeof(*m), 1};
	struct decoder d = {
		.in = {.at = bytes, .end = (const uint8_t *)bytes + len},
		.memory = IMAGE_MEMORY_MAX,
		.model = m,
	};
	int ret = 0;

	memset(m, 0, sizeof(*m));
	d.now_ns = code_get(&d.in);
	get_shape(&d, &shape_model, &row);
	if (d.no_memory)
		ret = -ENOMEM;
	else if (d.in.is_bad || d.in.at != d.in.end || d.now_ns != m->now_ns || !is_sound(m))
		ret = -EBADMSG;
	if (!ret)
		ret = model_remap(m);
	if (ret)
		model_release(m);
	return ret;
}
