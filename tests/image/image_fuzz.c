/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Images that somebody changed. The input is a list of edits of the image of a story, four bytes
 * each: where, how, and what is put there; so that no corpus grows old when a row is added. What is
 * let through must be as good as any model: reported, drawn, fed on, and an image again.
 *
 * fuzz: -max_len=81 -len_control=0 -max_total_time=60
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/report.h"
#include "image/image.h"
#include "tests/support/history.h"
#include "ui/grid.h"
#include "ui/screen.h"
#include "ui/view.h"

enum { STORIES = 3, EDIT = 4, FED = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The story, at its end and at two places before. */
static const struct buf *story(unsigned int which)
{
	static struct buf images[STORIES];
	static struct history h;
	struct session s;
	size_t pos = 0;

	if (images[which].len)
		return &images[which];
	history_init(&h);
	history_rich(&h);
	if (session_init(&s))
		abort();
	while (pos < h.len * (which + 1) / STORIES)
		session_feed(&s, history_next(&h, &pos));
	if (image_encode(&s.model, &images[which]))
		abort();
	session_release(&s);
	history_release(&h);
	return &images[which];
}

/* One edit: a byte is another, bytes go, or some come. */
static void edit(struct buf *image, const uint8_t *e)
{
	size_t at = image->len ? (e[0] | (size_t)e[1] << 8) % image->len : 0;
	size_t n = e[3] % 16u;

	if (!image->len)
		return;
	if (e[2] % 4 < 2) {
		image->data[at] = (char)e[3];
	} else if (e[2] % 4 == 2) {
		n = n < image->len - at ? n : image->len - at;
		memmove(image->data + at, image->data + at + n, image->len - at - n);
		image->len -= n;
	} else if (!buf_reserve(image, n)) {
		memmove(image->data + at + n, image->data + at, image->len - at);
		image->len += n;
	}
}

static void report(const struct model *m, bool json)
{
	char *text;
	size_t len;

	if (json ? report_json(m, &text, &len) : report_text(m, &text, &len))
		abort();
	free(text);
}

static void draw(const struct model *m, unsigned int which)
{
	unsigned int count = 0;
	struct ui_state ui;
	struct grid g;

	ui_state_init(&ui, 100, 30);
	ui.mode = UI_REPLAY;
	ui_follow(m, &ui);
	if (!ui.pool && m->pools_count)
		ui_choose(&ui, m->pools[0].id);
	if (grid_init(&g, ui.columns, ui.rows, &glyphs_ascii))
		abort();
	while (views[count])
		count++;
	ui_go(&ui, views[which % count]);
	grid_clear(&g);
	screen_draw(m, &ui, &g);
	grid_release(&g);
}

static void feed(struct session *s, void *frame, size_t size)
{
	struct frame *f = frame;

	f->size = (uint16_t)size;
	f->t_ns = s->model.now_ns + 1000;
	if (session_feed(s, f))
		abort();
}

/* Messages on each queue by whoever is there, ends, and ticks. */
static void feed_on(struct session *s)
{
	struct frame_tick tick = {.h = {.kind = FRAME_TICK}};
	struct model *m = &s->model;
	uint32_t pids[FED] = {0};

	for (uint32_t i = 0; i < FED && i < m->procs_count; i++)
		pids[i] = m->procs[i].pid;
	for (uint32_t i = 0; i < FED * FED && m->pools_count; i++) {
		const struct pool *p = &m->pools[i % m->pools_count];
		const struct queue *q = p->queues_count ? &p->queues[i % p->queues_count] : NULL;
		struct frame_msg f = {
			.h = {.kind = FRAME_MSG, .pid = i % 3 ? pids[i % FED] : p->pid},
			.ino = q ? q->ino : 1,
			.bytes = i,
			.job = p->tasks_count ? p->tasks[i % p->tasks_count].key.job : 0,
			.chunk = p->tasks_count ? p->tasks[i % p->tasks_count].key.chunk : 0,
			.dir = (uint8_t)(1 + i / 2 % 2),
			.shape = (uint8_t)(i % 16),
			.flags = MSG_HAS_JOB | MSG_HAS_CHUNK,
		};

		feed(s, &f, sizeof(f));
	}
	feed(s, &tick, sizeof(tick));
	for (uint32_t i = 0; i < FED; i++) {
		struct frame_exit f = {.h = {.kind = FRAME_EXIT, .pid = pids[i]}, .status = i};

		feed(s, &f, sizeof(f));
	}
	feed(s, &tick, sizeof(tick));
}

static void again(const struct model *m, struct buf *image)
{
	struct buf bytes = {0}, once_more = {0};
	struct model copy;

	if (image_encode(m, &bytes) || image_decode(&copy, bytes.data, bytes.len) ||
		image_encode(&copy, &once_more) || bytes.len != once_more.len ||
		memcmp(bytes.data, once_more.data, bytes.len) != 0)
		abort();
	model_release(&copy);
	buf_release(&once_more);
	buf_release(image);
	*image = bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct buf *from = story(size ? data[0] % STORIES : 0);
	struct buf image = {0};
	struct session s;

	if (buf_add(&image, from->data, from->len))
		abort();
	for (size_t at = 1; at + EDIT <= size; at += EDIT)
		edit(&image, data + at);
	if (!image_decode(&s.model, image.data, image.len)) {
		again(&s.model, &image);
		report(&s.model, false);
		draw(&s.model, size ? data[0] / STORIES : 0);
		feed_on(&s);
		report(&s.model, true);
		session_release(&s);
	}
	buf_release(&image);
	return 0;
}
