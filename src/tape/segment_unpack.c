/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/segment_coding.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* What is left of the unzipped bytes. */
struct rest {
	const uint8_t *at;
	size_t len;
};

/* The next n bytes, or NULL: there are not that many. */
static const uint8_t *take(struct rest *rest, size_t n)
{
	const uint8_t *at = rest->at;

	if (n > rest->len)
		return NULL;
	rest->at += n;
	rest->len -= n;
	return at;
}

static bool take_u32(struct rest *rest, uint32_t *ret_n)
{
	const uint8_t *at = take(rest, sizeof(*ret_n));

	if (at)
		memcpy(ret_n, at, sizeof(*ret_n));
	return at;
}

/* What is being put together. */
struct unpacking {
	struct packer *p;
	struct rest rest;
	uint8_t *frames;
	size_t bytes;
	uint32_t count;
	const uint8_t *steps; /* low bytes, then high bytes */
	uint32_t fresh; /* new slots that are left */
	const uint8_t *fresh_groups; /* of the next one */
	const uint8_t *text;
	size_t text_len;
};

static int unzip(struct unpacking *u, const struct packed *packed)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed->data, packed->len);
	size_t got;

	if (size > SEGMENT_PACKED_MAX) /* not known and not right are large too */
		return -EBADMSG;
	if (!u->p->unzip)
		u->p->unzip = ZSTD_createDCtx();
	if (!u->p->unzip)
		return -ENOMEM;
	if (!room_for(&u->p->columns, size))
		return -ENOMEM;
	got = ZSTD_decompressDCtx(
		u->p->unzip, u->p->columns.bytes, size, packed->data, packed->len);
	if (ZSTD_isError(got) || got != size)
		return -EBADMSG;
	u->rest = (struct rest){.at = u->p->columns.bytes, .len = got};
	return 0;
}

static int read_group(struct unpacking *u)
{
	uint32_t kind_size, count;
	const uint8_t *bits;
	struct group *g;

	if (!take_u32(&u->rest, &kind_size) || !take_u32(&u->rest, &count))
		return -EBADMSG;
	g = packer_add_group(u->p, (uint16_t)kind_size, (uint16_t)(kind_size >> 16));
	if (!g)
		return -ENOMEM;
	g->count = count;
	if (g->size < sizeof(struct frame) || g->size % 8 || count > u->count)
		return -EBADMSG;
	bits = take(&u->rest, group_bits(g));
	if (!bits)
		return -EBADMSG;
	memcpy(g->there, bits, group_bits(g));
	return 0;
}

static int read_groups(struct unpacking *u)
{
	uint64_t count = 0, bytes = 0, text = 0;
	uint32_t groups;

	if (!take_u32(&u->rest, &groups) || !take_u32(&u->rest, &u->fresh))
		return -EBADMSG;
	for (uint32_t i = 0; i < groups; i++) {
		const struct group *g;
		int ret = read_group(u);

		if (ret < 0)
			return ret;
		g = &u->p->groups[i];
		count += g->count;
		bytes += (uint64_t)g->count * g->size;
		text += (uint64_t)g->count * (g->size - g->head);
	}
	if (count != u->count || bytes != u->bytes || u->fresh > u->count)
		return -EBADMSG;
	u->text_len = text;
	return 0;
}

/* Lists the words that have columns, and returns how many columns these are. */
static size_t list_words(struct group *g)
{
	size_t columns = 0;

	g->words_count = 0;
	for (uint32_t at = 0, width; at < g->head; at += width) {
		uint8_t there = 0;

		width = at == HEAD_TIME ? 8 : 4;
		for (uint32_t i = 0; i < width; i++) {
			there |= (uint8_t)(group_has(g, at + i) << i);
			columns += (size_t)group_has(g, at + i);
		}
		if (!there)
			continue;
		g->words[g->words_count].at = (uint16_t)at;
		g->words[g->words_count++].columns = there;
	}
	return columns;
}

/* Finds where everything is; it must fill the unzipped bytes. */
static int read_columns(struct unpacking *u)
{
	const uint8_t *steps = take(&u->rest, 2 * (size_t)u->count);

	u->fresh_groups = take(&u->rest, 4 * (size_t)u->fresh);
	if (!steps || !u->fresh_groups)
		return -EBADMSG;
	u->steps = steps;
	for (uint32_t i = 0; i < u->p->groups_count; i++) {
		struct group *g = &u->p->groups[i];

		g->columns = (uint8_t *)take(&u->rest, list_words(g) * g->count);
		if (!g->columns)
			return -EBADMSG;
	}
	u->text = take(&u->rest, u->text_len);
	return u->text && u->rest.len == 0 ? 0 : -EBADMSG;
}

/* The difference in the columns of one word; *from is the first of them that is there. */
static uint64_t load(const struct group *g, uint8_t columns, const uint8_t **from)
{
	uint64_t difference = 0;

	for (unsigned int shift = 0; columns; columns >>= 1, shift += 8) {
		if (!(columns & 1))
			continue;
		difference |= (uint64_t)(*from)[g->done] << shift;
		*from += g->count;
	}
	return difference;
}

/* As the guess, where nothing is known zeros. */
static void load_guess(const struct packer *p, const struct group *g, uint16_t slot, uint8_t *to)
{
	size_t near = g->head < PREDICT_MSG ? g->head : PREDICT_MSG;
	struct frame_msg space;
	const uint8_t *head;
	const uint8_t *like = guess(p, g, slot, &space, &head);

	if (!like) {
		memset(to, 0, g->head);
		return;
	}
	memcpy(to, head, near);
	memcpy(to + near, like + near, g->head - near);
}

/* Most words of most frames are as they were guessed: only the others are looked at. */
static void load_frame(const struct packer *p, const struct group *g, uint16_t slot, uint8_t *to)
{
	struct frame *f = (struct frame *)to;
	const uint8_t *from = g->columns;

	load_guess(p, g, slot, to);
	f->t_ns = p->predictor->t_ns;
	for (uint32_t i = 0; i < g->words_count; i++) {
		uint32_t at = g->words[i].at, word;
		uint64_t more = load(g, g->words[i].columns, &from);

		if (at == HEAD_TIME) {
			f->t_ns += more >> 1 ^ -(more & 1);
			continue;
		}
		memcpy(&word, to + at, sizeof(word));
		word += (uint32_t)more >> 1 ^ -((uint32_t)more & 1);
		memcpy(to + at, &word, sizeof(word));
	}
	f->kind = g->kind;
	f->size = g->size;
}

/* The slot and the group that the next frame is in. */
static bool read_step(struct unpacking *u, uint32_t i, uint16_t *ret_slot, uint32_t *ret_group)
{
	const struct predictor *pr = u->p->predictor;
	uint16_t step = (uint16_t)(u->steps[i] | u->steps[u->count + i] << 8);
	uint32_t slot;

	if (step == STEP_NEW) {
		if (u->fresh == 0)
			return false;
		u->fresh--;
		memcpy(ret_group, u->fresh_groups, sizeof(*ret_group));
		u->fresh_groups += sizeof(*ret_group);
		*ret_slot = PREDICT_NONE;
		return *ret_group < u->p->groups_count;
	}
	slot = step == STEP_EXPECTED ? predictor_expect(pr) : (uint32_t)step - STEP_SLOT;
	if (slot >= PREDICT_SLOTS || slot >= pr->slots_made)
		return false;
	*ret_slot = (uint16_t)slot;
	*ret_group = pr->slots[slot].group;
	return true;
}

static int read_frame(struct unpacking *u, uint32_t i, uint32_t *at)
{
	struct group *g;
	uint32_t group;
	uint16_t slot;

	if (!read_step(u, i, &slot, &group))
		return -EBADMSG;
	g = &u->p->groups[group];
	if (g->done == g->count) /* so the frames cannot be more than the bytes either */
		return -EBADMSG;
	load_frame(u->p, g, slot, u->frames + *at);
	memcpy(u->frames + *at + g->head, u->text, g->size - g->head);
	u->text += g->size - g->head;
	g->done++;
	g->last = *at + 1;
	if (slot == PREDICT_NONE) {
		slot = predictor_next_slot(u->p->predictor);
		if (predictor_add(u->p->predictor, *at, group) < 0)
			return -ENOMEM;
	}
	predictor_learn(u->p->predictor, slot, *at);
	*at += g->size;
	return 0;
}

int segment_unpack(struct packer *p, const struct packed *packed, void *frames)
{
	struct unpacking u = {
		.p = p,
		.frames = frames,
		.bytes = packed->bytes,
		.count = packed->count,
	};
	uint32_t at = 0;
	int ret;

	p->groups_count = 0;
	if (u.bytes > SEGMENT_MAX || u.count > u.bytes / sizeof(struct frame))
		return -EBADMSG;
	ret = unzip(&u, packed);
	if (ret == 0)
		ret = read_groups(&u);
	if (ret == 0)
		ret = read_columns(&u);
	if (ret == 0)
		ret = predictor_start(p->predictor, frames, u.bytes);
	for (uint32_t i = 0; ret == 0 && i < u.count; i++)
		ret = read_frame(&u, i, &at);
	return ret;
}
