/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of any content, into a session. The first byte says whether a small pool is there
 * already, so that frames with its pids and pipes meet somebody; the rest are frames, one after
 * another, each handed over in memory of just its size.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void small_pool(struct session *s)
{
	static const struct history_pool pool = {.pid = 1, .task_ino = 10, .result_ino = 11};
	static const struct history_task task = {.func = "a.b", .bytes_out = 9, .bytes_back = 7};
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	history_init(h);
	h->now_ns = 1000;
	history_session(h, MODE_BPF);
	history_found(h, 1, 0, "x.py", "3.11.7");
	history_start_pool(h, &pool, 2, 3);
	history_send(h, &pool, &task);
	history_take(h, &pool, 2, &task);
	history_tick(h);
	if (history_feed(h, NULL, s))
		abort();
	history_release(h);
	free(h);
}

static void feed(struct session *s, const uint8_t *data, size_t size)
{
	struct frame head;

	while (size >= sizeof(head)) {
		struct frame *f;

		memcpy(&head, data, sizeof(head));
		if (head.size < sizeof(head) || head.size % 8 || head.size > size)
			return;
		f = malloc(head.size);
		if (!f)
			abort();
		memcpy(f, data, head.size);
		if (session_feed(s, f))
			abort();
		free(f);
		data += head.size;
		size -= head.size;
	}
}

static void hold(const struct model *m)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct pool *p = &m->pools[i];
		uint32_t alive = 0;

		for (uint32_t w = 0; w < p->workers_count; w++)
			alive += !p->workers[w].ended_ns;
		if (alive != p->workers_alive || p->tasks_returned > p->tasks_count ||
			p->findings_count > MODEL_FINDINGS || p->tasks_count > MODEL_TASKS)
			abort();
		pool_waiting(p, m->now_ns, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session s;
	struct model copy;
	char *one, *other;

	if (!size)
		return 0;
	if (session_init(&s))
		abort();
	if (data[0] & 1)
		small_pool(&s);
	feed(&s, data + 1, size - 1);
	hold(&s.model);
	if (model_copy(&copy, &s.model))
		abort();
	one = history_digest(&s.model);
	other = history_digest(&copy);
	if (strcmp(one, other))
		abort();
	free(one);
	free(other);
	model_release(&copy);
	session_release(&s);
	return 0;
}
