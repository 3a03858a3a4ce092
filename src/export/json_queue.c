/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"
#include "export/json.h"

static json_t *writers(
	struct jout *j, const struct model *m, const struct pool *p, const struct queue *q)
{
	struct queue_writer list[QUEUE_WRITERS];
	uint32_t count = queue_writers(m, p, q, list);
	json_t *array = jout_array(j);

	for (uint32_t i = 0; i < count; i++) {
		json_t *o = jout_object(j);

		jout_uint(j, o, "pid", list[i].pid);
		jout_uint(j, o, "tid", list[i].tid);
		jout_uint(j, o, "since_ns", list[i].since_ns);
		jout_uint_if(j, o, "write_bytes", list[i].bytes, list[i].bytes);
		jout_push(j, array, o);
	}
	return array;
}

static json_t *queue(
	struct jout *j, const struct model *m, const struct pool *p, const struct queue *q)
{
	const struct worker *w = q->worker ? pool_worker(p, q->worker) : NULL;
	const struct {
		const char *key;
		uint64_t n;
	} rows[] = {
		{"messages", q->written},
		{"taken", q->read},
		{"bytes", q->bytes_written},
		{"bytes_taken", q->bytes_read},
		{"waiting", q->waiting},
		{"waiting_max", q->waiting_max},
		{"waiting_bytes", q->bytes_waiting},
		{"waiting_max_bytes", q->bytes_waiting_max},
		{"blocked_ns", q->blocked_ns},
	};
	bool known = facts_messages(m);
	json_t *o = jout_object(j);

	jout_text(j, o, "role", queue_role_name(q->role));
	jout_uint_if(j, o, "pid", w, w ? w->pid : 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		jout_uint_if(j, o, rows[i].key, known, rows[i].n);
	jout_uint_if(j, o, "bytes_max", known && q->written, q->bytes_max);
	jout_put(j, o, "blocked", writers(j, m, p, q));
	return o;
}

json_t *json_queues(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < p->queues_count; i++)
		jout_push(j, list, queue(j, m, p, &p->queues[i]));
	return list;
}
