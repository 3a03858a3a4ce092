/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/segment_coding.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum {
	/* Columns from this size on are packed each with its own code: they are unlike. */
	OWN_BLOCK = 512,
	ZIP_LEVEL = 1, /* higher ones search for repeats, of which columns have few */
	OWN_GROUPS = 16, /* pipes' ends whose messages have a group of their own */
};

static uint64_t kind_key(const struct frame *f)
{
	return f->kind | (uint64_t)f->size << 16;
}

/* Messages through one end of a pipe are alike. */
static uint64_t end_key(const struct frame *f)
{
	const struct frame_msg *msg = (const struct frame_msg *)f;

	return kind_key(f) | (uint64_t)(msg->dir & 3) << 32 | msg->ino << 34;
}

/* The number of the frame's group; a new one if it is the first of its kind. Without memory it
 * fails. */
static int find_group(struct packer *p, const struct frame *f, uint32_t *ret_group)
{
	bool is_msg = f->kind == FRAME_MSG && f->size >= PREDICT_MSG;
	uint64_t key = is_msg ? end_key(f) : kind_key(f);

	if (map_get(&p->group_by_kind, key, ret_group))
		return 0;
	if (is_msg && p->own_groups == OWN_GROUPS) {
		key &= (UINT64_C(1) << 34) - 1;
		if (map_get(&p->group_by_kind, key, ret_group))
			return 0;
	}
	p->own_groups += is_msg && p->own_groups < OWN_GROUPS;
	*ret_group = p->groups_count;
	if (!packer_add_group(p, f->kind, f->size))
		return -ENOMEM;
	return map_put(&p->group_by_kind, key, *ret_group) < 0 ? -ENOMEM : 0;
}

/* Finds the groups; checks that the frames fill the bytes. */
static int find_groups(struct packer *p, const uint8_t *frames, size_t bytes, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (size_t at = 0; at < bytes; count++) {
		const struct frame *f = (const struct frame *)(frames + at);
		uint32_t group;

		if (bytes - at < sizeof(*f) || f->size < sizeof(*f) || f->size % 8 ||
			f->size > bytes - at)
			return -EINVAL;
		if (find_group(p, f, &group) < 0)
			return -ENOMEM;
		p->groups[group].count++;
		at += f->size;
	}
	*ret_count = count;
	return 0;
}

/* Gives each group its columns, all zeros, and returns their end. Text will follow, so that all
 * together is as large as the frames. */
static uint8_t *place_columns(struct packer *p)
{
	uint8_t *at = p->columns.bytes;

	for (uint32_t i = 0; i < p->groups_count; i++) {
		p->groups[i].columns = at;
		at += (size_t)p->groups[i].head * p->groups[i].count;
	}
	memset(p->columns.bytes, 0, (size_t)(at - p->columns.bytes));
	return at;
}

static void store(struct group *g, uint32_t column, uint64_t difference)
{
	uint8_t *to = g->columns + (size_t)column * g->count + g->done;

	for (; difference; difference >>= 8, column++, to += g->count) {
		if (!(difference & 0xff))
			continue;
		*to = (uint8_t)difference;
		g->there[column / 8] |= (uint8_t)(1 << column % 8);
	}
}

/* The words that differ from the guess, into the group's columns. */
static void store_frame(struct packer *p, struct group *g, uint16_t slot, const struct frame *f)
{
	struct frame_msg space;
	const uint8_t *head;
	const uint8_t *like = guess(p, g, slot, &space, &head);
	int64_t later = (int64_t)(f->t_ns - p->predictor->t_ns);

	store(g, HEAD_TIME, (uint64_t)later << 1 ^ (uint64_t)(later >> 63));
	for (uint32_t at = HEAD_PID; at < g->head; at += 4) {
		const uint8_t *from = at < PREDICT_MSG ? head : like;
		uint32_t word, expected = 0;
		int32_t more;

		if (at == HEAD_TIME || at == HEAD_TIME + 4)
			continue;
		memcpy(&word, (const uint8_t *)f + at, sizeof(word));
		if (from)
			memcpy(&expected, from + at, sizeof(expected));
		more = (int32_t)(word - expected);
		if (more)
			store(g, at, (uint32_t)more << 1 ^ (uint32_t)(more >> 31));
	}
}

static uint16_t step_of(const struct packer *p, uint16_t slot)
{
	if (slot == PREDICT_NONE)
		return STEP_NEW;
	if (slot == predictor_expect(p->predictor))
		return STEP_EXPECTED;
	return (uint16_t)(STEP_SLOT + slot);
}

/* Its slot, if that is of its group: keys of slots are hashes. */
static uint16_t find_slot(const struct packer *p, const struct frame *f, uint32_t group)
{
	uint16_t slot = predictor_find(p->predictor, f);

	return slot != PREDICT_NONE && p->predictor->slots[slot].group == group ? slot
										: PREDICT_NONE;
}

/* Fills columns and steps. Text goes behind `text`; returns its end, NULL without memory. */
static uint8_t *take_apart(
	struct packer *p, const uint8_t *frames, uint32_t count, uint8_t *text, uint32_t *ret_new)
{
	uint8_t *steps = p->steps.bytes, *groups = steps + 2 * (size_t)count;
	uint32_t at = 0, fresh = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct frame *f = (const struct frame *)(frames + at);
		uint32_t group;
		uint16_t slot, step;

		if (find_group(p, f, &group) < 0)
			return NULL;
		slot = find_slot(p, f, group);
		step = step_of(p, slot);
		steps[i] = (uint8_t)step;
		steps[count + i] = (uint8_t)(step >> 8);
		if (slot == PREDICT_NONE)
			memcpy(groups + 4 * (size_t)fresh++, &group, sizeof(group));
		store_frame(p, &p->groups[group], slot, f);
		text = mempcpy(text, (const uint8_t *)f + p->groups[group].head,
			f->size - p->groups[group].head);
		p->groups[group].done++;
		p->groups[group].last = at + 1;
		if (slot == PREDICT_NONE) {
			slot = predictor_next_slot(p->predictor);
			if (predictor_add(p->predictor, at, group) < 0)
				return NULL;
		}
		predictor_learn(p->predictor, slot, at);
		at += f->size;
	}
	*ret_new = fresh;
	return text;
}

/* zstd's output, filled piece by piece. */
struct sink {
	ZSTD_CCtx *zip;
	ZSTD_outBuffer out;
	bool is_bad;
};

static void put(struct sink *s, const void *bytes, size_t len, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = {.src = bytes, .size = len};
	size_t left;

	do {
		left = ZSTD_compressStream2(s->zip, &s->out, &in, how);
		if (ZSTD_isError(left) || (s->out.pos == s->out.size && left))
			s->is_bad = true;
	} while (!s->is_bad && (how == ZSTD_e_continue ? in.pos < in.size : left));
}

static void put_column(struct sink *s, const void *bytes, size_t len)
{
	if (len >= OWN_BLOCK)
		put(s, NULL, 0, ZSTD_e_flush);
	put(s, bytes, len, len >= OWN_BLOCK ? ZSTD_e_flush : ZSTD_e_continue);
}

static size_t zipped_size(const struct packer *p, uint32_t count, uint32_t fresh, size_t text)
{
	size_t size = COLUMNS_HEADER + 2 * (size_t)count + 4 * (size_t)fresh + text;

	for (uint32_t i = 0; i < p->groups_count; i++) {
		const struct group *g = &p->groups[i];

		size += GROUP_HEADER + group_bits(g);
		for (uint32_t c = 0; c < g->head; c++)
			size += group_has(g, c) ? g->count : 0;
	}
	return size;
}

static void put_groups(struct sink *s, const struct packer *p, uint32_t fresh)
{
	uint32_t header[2] = {p->groups_count, fresh};

	put(s, header, sizeof(header), ZSTD_e_continue);
	for (uint32_t i = 0; i < p->groups_count; i++) {
		const struct group *g = &p->groups[i];

		put(s, &g->kind, sizeof(g->kind), ZSTD_e_continue);
		put(s, &g->size, sizeof(g->size), ZSTD_e_continue);
		put(s, &g->count, sizeof(g->count), ZSTD_e_continue);
		put(s, g->there, group_bits(g), ZSTD_e_continue);
	}
}

static void put_columns(struct sink *s, const struct packer *p)
{
	for (uint32_t i = 0; i < p->groups_count; i++) {
		const struct group *g = &p->groups[i];

		for (uint32_t c = 0; c < g->head; c++)
			if (group_has(g, c))
				put_column(s, g->columns + (size_t)c * g->count, g->count);
	}
}

static int start_zip(struct packer *p, size_t size, struct sink *s)
{
	/* Columns with a block of their own have its header besides. */
	size_t bound = ZSTD_compressBound(size) + size / 32 + 4096;

	if (!room_for(&p->packed, bound))
		return -ENOMEM;
	if (!p->zip) {
		p->zip = ZSTD_createCCtx();
		if (!p->zip)
			return -ENOMEM;
		ZSTD_CCtx_setParameter(p->zip, ZSTD_c_compressionLevel, ZIP_LEVEL);
	}
	ZSTD_CCtx_reset(p->zip, ZSTD_reset_session_only);
	*s = (struct sink){.zip = p->zip, .out = {.dst = p->packed.bytes, .size = bound}};
	return ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(p->zip, size)) ? -ENOMEM : 0;
}

int segment_pack(struct packer *p, const void *frames, size_t bytes, const void **ret_packed,
	size_t *ret_len)
{
	struct sink s = {0};
	uint32_t count, fresh;
	uint8_t *text, *end;
	int ret;

	p->groups_count = p->own_groups = 0;
	map_release(&p->group_by_kind);
	if (bytes > SEGMENT_MAX)
		return -EINVAL;
	ret = find_groups(p, frames, bytes, &count);
	if (ret < 0)
		return ret;
	if (!room_for(&p->columns, bytes) || !room_for(&p->steps, 6 * (size_t)count) ||
		predictor_start(p->predictor, frames, bytes) < 0)
		return -ENOMEM;
	text = place_columns(p);
	end = take_apart(p, frames, count, text, &fresh);
	if (!end)
		return -ENOMEM;
	ret = start_zip(p, zipped_size(p, count, fresh, (size_t)(end - text)), &s);
	if (ret < 0)
		return ret;
	put_groups(&s, p, fresh);
	put_column(&s, p->steps.bytes, count);
	put_column(&s, p->steps.bytes + count, count);
	put_column(&s, p->steps.bytes + 2 * (size_t)count, 4 * (size_t)fresh);
	put_columns(&s, p);
	put(&s, text, (size_t)(end - text), ZSTD_e_end);
	if (s.is_bad)
		return -ENOMEM;
	*ret_packed = p->packed.bytes;
	*ret_len = s.out.pos;
	return 0;
}
