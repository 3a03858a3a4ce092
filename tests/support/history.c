/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/support/history.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/frames.h"

void history_init(struct history *h)
{
	memset(h, 0, sizeof(*h));
	h->now_ns = HISTORY_START_NS;
	h->interval_ns = HISTORY_S;
	h->known = STATES_ALL & ~(1u << STATE_UNPICKLE) & ~(1u << STATE_PICKLE);
}

void history_release(struct history *h)
{
	for (uint32_t i = 0; i < h->texts; i++)
		free(h->text[i]);
	free(h->bytes);
	memset(h, 0, sizeof(*h));
}

void history_wait(struct history *h, uint64_t ns)
{
	h->now_ns += ns;
}

void history_until(struct history *h, uint64_t after_start_ns)
{
	if (h->now_ns < HISTORY_START_NS + after_start_ns)
		h->now_ns = HISTORY_START_NS + after_start_ns;
}

void history_add(struct history *h, const void *frame)
{
	const struct frame *f = frame;
	struct frame *to;

	if (h->len + f->size > h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 65536;

		while (cap < h->len + f->size)
			cap *= 2;
		h->bytes = realloc(h->bytes, cap);
		if (!h->bytes)
			abort();
		h->cap = cap;
	}
	to = (struct frame *)(h->bytes + h->len);
	memcpy(to, frame, f->size);
	if (!to->t_ns)
		to->t_ns = h->now_ns;
	h->len += f->size;
	h->records++;
}

const struct frame *history_next(const struct history *h, size_t *pos)
{
	const struct frame *f;

	if (*pos >= h->len)
		return NULL;
	f = (const struct frame *)(h->bytes + *pos);
	*pos += f->size;
	return f;
}

int history_feed(const struct history *h, size_t *pos, struct session *s)
{
	size_t at = pos ? *pos : 0;
	const struct frame *f;
	int ret = 0;

	while (!ret && (f = history_next(h, &at)))
		ret = session_feed(s, f);
	if (pos)
		*pos = at;
	return ret;
}

struct history_actor *history_actor(struct history *h, uint32_t pid)
{
	for (uint32_t i = 0; i < h->actors; i++)
		if (h->actor[i].pid == pid)
			return &h->actor[i];
	return NULL;
}

struct history_source {
	struct source source;
	const struct history *history;
	size_t pos;
};

static int array_next(struct source *s, const struct frame **ret_frame, struct err *err)
{
	struct history_source *a = (struct history_source *)s;
	const struct frame *f = history_next(a->history, &a->pos);

	(void)err;
	if (!f)
		return SOURCE_END;
	*ret_frame = f;
	return SOURCE_FRAME;
}

static int array_fd(const struct source *s)
{
	(void)s;
	return -1;
}

static int array_rewind(struct source *s, struct err *err)
{
	(void)err;
	((struct history_source *)s)->pos = 0;
	return 0;
}

static void array_free(struct source *s)
{
	free(s);
}

static const struct source_ops array_ops = {
	.name = "array",
	.next = array_next,
	.fd = array_fd,
	.rewind = array_rewind,
	.free = array_free,
};

struct source *history_source(const struct history *h)
{
	struct history_source *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->source.ops = &array_ops;
	a->history = h;
	return &a->source;
}
