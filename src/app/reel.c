/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/reel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tape/base.h"
#include "tape/kinds.h"
#include "tape/segment.h"

enum {
	PIECES_MAX = 4096,
	PACKED_MAX = 12 << 20, /* bytes of packed frames */
	COPY_EVERY = 8, /* pieces from one copy of the model to the next: at most 8 MiB to fold */
	TICKS_MAX = 1 << 17,
};

/* Frames that were read one after another. */
struct piece {
	void *packed;
	size_t len;
	uint32_t count;
	size_t bytes; /* unpacked */
	uint64_t last_tick_ns; /* newest tick up to its end, 0: none yet */
	struct model *start; /* as it was before its first frame; NULL: go on from an earlier one */
};

struct reel {
	struct packer *packer;
	struct piece *pieces; /* PIECES_MAX */
	uint32_t pieces_count;
	uint32_t since_copy; /* pieces since the newest copy */
	size_t packed_bytes;
	struct piece open; /* being filled: its frames are in `frames` */
	unsigned char *frames; /* SEGMENT_MAX */
	unsigned char *unpacked; /* SEGMENT_MAX */
	struct buf base; /* what must stay of the pieces that went */
	uint64_t *ticks; /* times, ascending */
	uint32_t ticks_first, ticks_count, ticks_cap;
};

static void drop_model(struct model *m)
{
	if (m)
		model_release(m);
	free(m);
}

static struct model *copy_model(const struct model *from)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m || !model_copy(m, from))
		return m;
	free(m);
	return NULL;
}

struct reel *reel_new(void)
{
	struct reel *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->packer = packer_new();
	h->pieces = calloc(PIECES_MAX, sizeof(*h->pieces));
	h->frames = malloc(SEGMENT_MAX);
	h->unpacked = malloc(SEGMENT_MAX);
	if (h->packer && h->pieces && h->frames && h->unpacked)
		return h;
	reel_free(h);
	return NULL;
}

static void drop_piece(struct piece *p)
{
	drop_model(p->start);
	free(p->packed);
	memset(p, 0, sizeof(*p));
}

static void drop_all(struct reel *h)
{
	for (uint32_t i = 0; i < h->pieces_count; i++)
		drop_piece(&h->pieces[i]);
	drop_piece(&h->open);
	h->pieces_count = h->since_copy = 0;
	h->packed_bytes = 0;
	buf_release(&h->base);
	h->ticks_first = h->ticks_count = 0;
}

void reel_free(struct reel *h)
{
	if (!h)
		return;
	if (h->pieces)
		drop_all(h);
	packer_free(h->packer);
	free(h->pieces);
	free(h->frames);
	free(h->unpacked);
	free(h->ticks);
	free(h);
}

/* Calls visit for the frames of a piece until it does not return 0. */
static int each_of(struct reel *h, const struct piece *p,
	int (*visit)(void *arg, const struct frame *f), void *arg)
{
	struct packed packed = {
		.data = p->packed, .len = p->len, .count = p->count, .bytes = p->bytes};
	const unsigned char *frames = p == &h->open ? h->frames : h->unpacked;
	int ret = p == &h->open ? 0 : segment_unpack(h->packer, &packed, h->unpacked);

	for (size_t at = 0; !ret && at < p->bytes;) {
		const struct frame *f = (const void *)(frames + at);

		ret = visit(arg, f);
		at += f->size;
	}
	return ret;
}

static int keep_structural(void *arg, const struct frame *f)
{
	return tape_kind(f->kind)->structural ? buf_add(arg, f, f->size) : 0;
}

/* The oldest pieces go, up to one that starts with a copy of the model. Without memory their base
 * is a poorer one: a recording of this lacks some names. */
static void drop_oldest(struct reel *h)
{
	uint32_t n = 1;
	uint64_t last_ns;

	while (n < h->pieces_count && !h->pieces[n].start)
		n++;
	last_ns = h->pieces[n - 1].last_tick_ns;
	for (uint32_t i = 0; i < n; i++) {
		each_of(h, &h->pieces[i], keep_structural, &h->base);
		h->packed_bytes -= h->pieces[i].len;
		drop_piece(&h->pieces[i]);
	}
	base_compact(&h->base, BASE_MAX);
	h->pieces_count -= n;
	memmove(h->pieces, h->pieces + n, h->pieces_count * sizeof(*h->pieces));
	while (h->ticks_first < h->ticks_count && h->ticks[h->ticks_first] <= last_ns)
		h->ticks_first++;
}

/* Packs the open piece away. */
static int close_piece(struct reel *h)
{
	struct piece *p = &h->open;
	const void *packed;
	size_t len;
	int ret = segment_pack(h->packer, h->frames, p->bytes, &packed, &len);

	if (ret)
		return ret;
	p->packed = malloc(len);
	if (!p->packed)
		return -ENOMEM;
	memcpy(p->packed, packed, len);
	p->len = len;
	h->packed_bytes += len;
	while (h->pieces_count && (h->pieces_count == PIECES_MAX || h->packed_bytes > PACKED_MAX))
		drop_oldest(h);
	h->pieces[h->pieces_count++] = *p;
	memset(p, 0, sizeof(*p));
	p->last_tick_ns = h->pieces[h->pieces_count - 1].last_tick_ns;
	h->since_copy++;
	return 0;
}

static int add_tick(struct reel *h, uint64_t t_ns)
{
	if (h->ticks_count == TICKS_MAX) {
		h->ticks_count -= h->ticks_first ? h->ticks_first : TICKS_MAX / 2;
		memmove(h->ticks, h->ticks + TICKS_MAX - h->ticks_count,
			h->ticks_count * sizeof(*h->ticks));
		h->ticks_first = 0;
	}
	if (h->ticks_count == h->ticks_cap) {
		uint32_t cap = h->ticks_cap ? h->ticks_cap * 2 : 256;
		uint64_t *ticks = realloc(h->ticks, cap * sizeof(*ticks));

		if (!ticks)
			return -ENOMEM;
		h->ticks = ticks;
		h->ticks_cap = cap;
	}
	h->ticks[h->ticks_count++] = t_ns;
	return 0;
}

static int add(struct reel *h, const struct frame *f, const struct model *before)
{
	int ret = 0;

	if (h->open.bytes + f->size > SEGMENT_BYTES)
		ret = close_piece(h);
	if (!ret && !h->open.bytes && (!h->pieces_count || h->since_copy >= COPY_EVERY)) {
		h->open.start = copy_model(before);
		h->since_copy = 0;
		ret = h->open.start ? 0 : -ENOMEM;
	}
	if (!ret && f->kind == FRAME_TICK)
		ret = add_tick(h, f->t_ns);
	if (ret)
		return ret;
	memcpy(h->frames + h->open.bytes, f, f->size);
	h->open.bytes += f->size;
	h->open.count++;
	if (f->kind == FRAME_TICK)
		h->open.last_tick_ns = f->t_ns;
	return 0;
}

void reel_add(struct reel *h, const struct frame *f, const struct model *before)
{
	if (add(h, f, before))
		drop_all(h);
}

uint64_t reel_first_tick(const struct reel *h)
{
	return h->ticks_first < h->ticks_count ? h->ticks[h->ticks_first] : 0;
}

uint64_t reel_last_tick(const struct reel *h)
{
	return h->ticks_first < h->ticks_count ? h->ticks[h->ticks_count - 1] : 0;
}

/* Index of the first tick after t_ns. */
static uint32_t after(const struct reel *h, uint64_t t_ns)
{
	uint32_t low = h->ticks_first, high = h->ticks_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (h->ticks[mid] <= t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint64_t reel_tick_before(const struct reel *h, uint64_t t_ns)
{
	uint32_t at = t_ns ? after(h, t_ns - 1) : h->ticks_first;

	return at > h->ticks_first ? h->ticks[at - 1] : 0;
}

uint64_t reel_tick_after(const struct reel *h, uint64_t t_ns)
{
	uint32_t at = after(h, t_ns);

	return at < h->ticks_count ? h->ticks[at] : 0;
}

struct folding {
	struct session *s;
	uint64_t t_ns;
};

/* 1: that was the tick. */
static int fold(void *arg, const struct frame *f)
{
	const struct folding *to = arg;
	int ret = session_feed(to->s, f);

	return !ret && f->kind == FRAME_TICK && f->t_ns >= to->t_ns ? 1 : ret;
}

/* The piece from which on frames must be folded in to come to the tick at t_ns. */
static uint32_t start_piece(const struct reel *h, uint64_t t_ns)
{
	uint32_t start = 0;

	for (uint32_t i = 1; i <= h->pieces_count; i++) {
		const struct piece *p = i < h->pieces_count ? &h->pieces[i] : &h->open;

		if (h->pieces[i - 1].last_tick_ns >= t_ns)
			break;
		if (p->start)
			start = i;
	}
	return start;
}

int reel_seek(struct reel *h, uint64_t t_ns, struct session *s)
{
	uint64_t tick_ns = reel_tick_before(h, t_ns + 1);
	struct folding to = {.s = s, .t_ns = tick_ns};
	uint32_t at = start_piece(h, tick_ns);
	const struct piece *p = at < h->pieces_count ? &h->pieces[at] : &h->open;
	int ret = tick_ns && p->start ? 0 : -ENOENT;

	if (ret)
		return ret;
	model_release(&s->model);
	memset(&s->model, 0, sizeof(s->model));
	ret = model_copy(&s->model, p->start);
	for (; !ret && at <= h->pieces_count; at++)
		ret = each_of(h, at < h->pieces_count ? &h->pieces[at] : &h->open, fold, &to);
	return ret < 0 ? ret : 0;
}

int reel_each(struct reel *h, int (*visit)(void *arg, const struct frame *f), void *arg)
{
	const struct piece *oldest = h->pieces_count ? &h->pieces[0] : &h->open;
	int ret = oldest->bytes ? 0 : -ENOENT;

	for (size_t at = 0; !ret && at < h->base.len;) {
		const struct frame *f = (const void *)(h->base.data + at);

		at += f->size;
		ret = visit(arg, f);
	}
	for (uint32_t i = 0; !ret && i < h->pieces_count; i++)
		ret = each_of(h, &h->pieces[i], visit, arg);
	return ret ? ret : each_of(h, &h->open, visit, arg);
}
