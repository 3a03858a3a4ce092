/* SPDX-License-Identifier: GPL-2.0-only */
/* billiard/pool.py: messages are (type, (...)). UP is of celery/concurrency/asynpool.py. */
#include "pickle/reader.h"

/* Each reads what stands behind the type, from piece 1 on; false: it is something else. */

static bool read_job_chunk(struct reader *r, const struct pieces *p)
{
	if (!is_int(piece(p, 1)))
		return false;
	reader_job(r, piece(p, 1));
	return reader_chunk(r, piece(p, 2));
}

static bool read_task(struct reader *r, const struct pieces *p)
{
	if (!read_job_chunk(r, p) || !may_be_function(p, 3))
		return false;
	task_read_celery(r, p, 3);
	return true;
}

static bool read_pid(struct reader *r, const struct value *v)
{
	if (!is_int(v) || v->num <= 0 || v->num > INT32_MAX)
		return false;
	r->facts->pid = (uint32_t)v->num;
	return true;
}

/* (job, chunk, time, pid, fd) */
static bool read_ack(struct reader *r, const struct pieces *p)
{
	if (!read_job_chunk(r, p) || piece(p, 3)->kind != VALUE_FLOAT)
		return false;
	read_pid(r, piece(p, 4));
	return true;
}

static bool is_info(const struct machine *m, const struct value *v)
{
	return global_is(m, value_global(m, v), NULL, "ExceptionInfo");
}

/* (job, chunk, (ok, value), fd) */
static bool read_ready(struct reader *r, const struct pieces *p)
{
	struct pieces result = *p;
	struct pieces value;

	if (!read_job_chunk(r, p))
		return false;
	pieces_open(&result, 3);
	if (piece(&result, 3)->kind != VALUE_BOOL)
		return false;
	value = result;
	pieces_open(&value, 4);
	/* Celery's value is (failed, value, runtime), and for the pool that is no failure. */
	if (is_int(piece(&value, 4)) && is_info(r->m, piece(&value, 5)))
		result_read(r, &value, 5, false);
	else
		result_read(r, &result, 4, piece(&result, 3)->num);
	return true;
}

/* (pid, status) */
static bool read_death(struct reader *r, const struct pieces *p)
{
	return p->n == 3 && is_int(piece(p, 2)) && read_pid(r, piece(p, 1));
}

/* (pid,) */
static bool read_up(struct reader *r, const struct pieces *p)
{
	return p->n == 2 && read_pid(r, piece(p, 1));
}

struct type {
	int64_t number;
	enum pickle_shape shape;
	bool (*read)(struct reader *r, const struct pieces *p);
};

static const struct type types[] = {
	{0, PICKLE_BILLIARD_ACK, read_ack},
	{1, PICKLE_BILLIARD_READY, read_ready},
	{2, PICKLE_BILLIARD_TASK, read_task},
	{4, PICKLE_BILLIARD_DEATH, read_death},
	{15, PICKLE_BILLIARD_UP, read_up},
};

bool billiard_read(struct reader *r, const struct pieces *p)
{
	struct pieces open = *p;

	if (!is_int(piece(p, 0)))
		return false;
	if (piece(p, 1)->kind != VALUE_TUPLE && !pieces_has_mark(p, 1))
		return false;
	pieces_open(&open, 1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].number != piece(p, 0)->num)
			continue;
		if (!types[i].read(r, &open))
			break;
		r->facts->shape = types[i].shape;
		return true;
	}
	r->facts->has_job = r->facts->has_chunk = false;
	return false;
}
