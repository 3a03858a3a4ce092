/* SPDX-License-Identifier: GPL-2.0-only */
/* What lies in the pool's pipes, and who waits for room in them. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "export/facts.h"
#include "export/text.h"

enum { QUEUES = 12 }; /* that are shown */

static const struct page_cell name = {.width = 24};
static const struct page_cell number = {.width = 9, .right = true};

static void put(struct page *out, const char *text)
{
	page_add(out, " ");
	page_cell(out, &number, text);
}

static void writers(
	struct page *out, const struct model *m, const struct pool *p, const struct queue *q)
{
	struct queue_writer list[QUEUE_WRITERS];
	uint32_t count = queue_writers(m, p, q, list);
	char buf[FMT_MAX], bytes[FMT_MAX];

	for (uint32_t i = 0; i < count; i++) {
		uint64_t ns = m->now_ns > list[i].since_ns ? m->now_ns - list[i].since_ns : 0;

		page_add(out, "    it is full: %s%" PRIu32 " has waited for room for %s",
			list[i].pid == p->pid ? "the parent, thread " : "", list[i].tid,
			fmt_duration(buf, ns));
		if (list[i].bytes)
			page_add(out, ", with a write of %s", fmt_bytes(bytes, list[i].bytes));
		page_end(out);
	}
}

static void queue(
	struct page *out, const struct model *m, const struct pool *p, const struct queue *q)
{
	const struct worker *w = q->worker ? pool_worker(p, q->worker) : NULL;
	char buf[FMT_MAX], who[64];

	if (w && q->role == QUEUE_TASKS)
		snprintf(who, sizeof(who), "%s for %" PRIu32, queue_role_name(q->role), w->pid);
	else if (w)
		snprintf(who, sizeof(who), "%s of %" PRIu32, queue_role_name(q->role), w->pid);
	else
		snprintf(who, sizeof(who), "%s", queue_role_name(q->role));
	page_to(out, 2);
	page_cell(out, &name, who);
	put(out, fmt_count(buf, q->written));
	put(out, fmt_bytes(buf, q->bytes_written));
	put(out, q->waiting ? fmt_count(buf, q->waiting) : "-");
	put(out, q->waiting ? fmt_bytes(buf, q->bytes_waiting) : "-");
	put(out, fmt_count(buf, q->waiting_max));
	put(out, fmt_bytes(buf, q->bytes_waiting_max));
	put(out, q->blocked_ns ? fmt_duration(buf, q->blocked_ns) : "-");
	page_end(out);
	writers(out, m, p, q);
}

void text_queues(struct page *out, const struct model *m, const struct pool *p)
{
	static const char *const columns[] = {
		"messages", "bytes", "waiting", "in bytes", "at most", "in bytes", "blocked"};
	uint32_t shown = p->queues_count < QUEUES ? p->queues_count : QUEUES;

	if (!shown || !facts_messages(m))
		return;
	text_title(out, "Queues");
	page_to(out, 2);
	page_cell(out, &name, "");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		put(out, columns[i]);
	page_end(out);
	for (uint32_t i = 0; i < shown; i++)
		queue(out, m, p, &p->queues[i]);
	if (p->queues_count > shown) {
		page_add(out, "  and %" PRIu32 " more", p->queues_count - shown);
		page_end(out);
	}
}
