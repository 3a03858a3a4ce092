/* SPDX-License-Identifier: GPL-2.0-only */
/* A task as the fields of a table: names and units are for ever, as in the report's JSON. */
#include "export/format.h"

const char *task_outcome_name(enum task_outcome outcome)
{
	static const char *const names[] = {
		[0] = "in flight",
		[OUTCOME_RETURNED] = "returned",
		[OUTCOME_LOST] = "lost",
		[OUTCOME_UNKNOWN] = "unknown",
	};

	return names[outcome];
}

static bool known(uint64_t n, int64_t *ret_number)
{
	*ret_number = n > INT64_MAX ? INT64_MAX : (int64_t)n;
	return n;
}

/* A point in time less an earlier one; messages may overtake one another by microseconds. */
static bool between(uint64_t from_ns, uint64_t to_ns, int64_t *ret_number)
{
	*ret_number = to_ns > from_ns ? (int64_t)(to_ns - from_ns) : 0;
	return from_ns && to_ns;
}

static bool pool(const struct past_task *t, int64_t *ret_number)
{
	return known(t->pool, ret_number);
}

static bool pool_pid(const struct past_task *t, int64_t *ret_number)
{
	return known(t->pool_pid, ret_number);
}

static const char *kind(const struct model *m, const struct past_task *t)
{
	(void)m;
	return t->kind;
}

static bool worker_pid(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.pid, ret_number);
}

static bool job(const struct past_task *t, int64_t *ret_number)
{
	*ret_number = t->task.key.job;
	return task_key_is_numbered(t->task.key);
}

static bool chunk(const struct past_task *t, int64_t *ret_number)
{
	*ret_number = t->task.key.chunk;
	return t->task.key.chunk >= 0;
}

static const char *function(const struct model *m, const struct past_task *t)
{
	return model_text(m, t->task.func, NULL);
}

static const char *outcome(const struct model *m, const struct past_task *t)
{
	(void)m;
	return task_outcome_name(t->outcome);
}

static bool failed(const struct past_task *t, int64_t *ret_number)
{
	*ret_number = t->task.failed;
	return t->task.done_ns;
}

static bool items(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.items, ret_number);
}

static bool bytes_out(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.bytes_out, ret_number);
	return t->task.sent_ns || t->task.taken_ns;
}

static bool bytes_back(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.bytes_back, ret_number);
	return t->task.done_ns;
}

static bool sent_ns(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.sent_ns, ret_number);
}

static bool taken_ns(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.taken_ns, ret_number);
}

static bool done_ns(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.done_ns, ret_number);
}

static bool returned_ns(const struct past_task *t, int64_t *ret_number)
{
	return known(t->task.returned_ns, ret_number);
}

static bool lost_ns(const struct past_task *t, int64_t *ret_number)
{
	return known(t->outcome == OUTCOME_LOST ? t->ended_ns : 0, ret_number);
}

static bool wait_ns(const struct past_task *t, int64_t *ret_number)
{
	return between(t->task.sent_ns, t->task.taken_ns, ret_number);
}

static bool run_ns(const struct past_task *t, int64_t *ret_number)
{
	return between(t->task.taken_ns, t->task.done_ns, ret_number);
}

static bool return_ns(const struct past_task *t, int64_t *ret_number)
{
	return between(t->task.done_ns, t->task.returned_ns, ret_number);
}

static bool send_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.send_ns, ret_number);
	return t->task.times & MSG_TIMES;
}

static bool io_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.io_ns, ret_number);
	return t->task.times & MSG_TIMES;
}

static bool lock_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.lock_ns, ret_number);
	return t->task.times & MSG_TIMES;
}

static bool runq_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.runq_ns, ret_number);
	return t->task.times & MSG_TIMES;
}

static bool unpickle_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.unpickle_ns, ret_number);
	return t->task.times & MSG_EXACT;
}

static bool pickle_ns(const struct past_task *t, int64_t *ret_number)
{
	known(t->task.spent.pickle_ns, ret_number);
	return t->task.times & MSG_EXACT;
}

const struct task_field task_fields[] = {
	{"pool", pool, NULL},
	{"kind", NULL, kind},
	{"pool_pid", pool_pid, NULL},
	{"worker_pid", worker_pid, NULL},
	{"job", job, NULL},
	{"chunk", chunk, NULL},
	{"function", NULL, function},
	{"outcome", NULL, outcome},
	{"failed", failed, NULL},
	{"items", items, NULL},
	{"bytes_out", bytes_out, NULL},
	{"bytes_back", bytes_back, NULL},
	{"sent_ns", sent_ns, NULL},
	{"taken_ns", taken_ns, NULL},
	{"done_ns", done_ns, NULL},
	{"returned_ns", returned_ns, NULL},
	{"lost_ns", lost_ns, NULL},
	{"wait_ns", wait_ns, NULL},
	{"run_ns", run_ns, NULL},
	{"return_ns", return_ns, NULL},
	{"send_ns", send_ns, NULL},
	{"io_ns", io_ns, NULL},
	{"lock_ns", lock_ns, NULL},
	{"runq_ns", runq_ns, NULL},
	{"unpickle_ns", unpickle_ns, NULL},
	{"pickle_ns", pickle_ns, NULL},
	{NULL, NULL, NULL},
};
