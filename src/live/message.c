/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <string.h>

#include "live/counting.h"
#include "live/state.h"
#include "pickle/pickle.h"

static const uint8_t shapes[PICKLE_SHAPES] = {
	[PICKLE_UNKNOWN] = SHAPE_UNKNOWN,
	[PICKLE_EMPTY] = SHAPE_EMPTY,
	[PICKLE_NONE] = SHAPE_NONE,
	[PICKLE_INT] = SHAPE_INT,
	[PICKLE_POOL_TASK] = SHAPE_POOL_TASK,
	[PICKLE_POOL_RESULT] = SHAPE_POOL_RESULT,
	[PICKLE_CALL] = SHAPE_CALL,
	[PICKLE_RESULT] = SHAPE_RESULT,
	[PICKLE_BILLIARD_TASK] = SHAPE_BILLIARD_TASK,
	[PICKLE_BILLIARD_ACK] = SHAPE_BILLIARD_ACK,
	[PICKLE_BILLIARD_READY] = SHAPE_BILLIARD_READY,
	[PICKLE_BILLIARD_DEATH] = SHAPE_BILLIARD_DEATH,
	[PICKLE_BILLIARD_UP] = SHAPE_BILLIARD_UP,
	[PICKLE_INDEX] = SHAPE_INDEX,
	[PICKLE_DATA] = SHAPE_DATA,
	[PICKLE_OBJECT] = SHAPE_OBJECT,
};

static const uint16_t item_flags[] = {
	[PICKLE_ITEMS_UNKNOWN] = 0,
	[PICKLE_ITEMS_EXACT] = MSG_ITEMS,
	[PICKLE_ITEMS_ABOUT] = MSG_ITEMS_ABOUT,
};

/* Who takes a message need only be known by job and chunk: its writer told the rest. */
static void read_head(const struct ring_msg *m, struct frame_msg *f)
{
	struct pickle_head head;

	pickle_peek((const char *)(m + 1) + m->skip, m->prefix, m->bytes, &head);
	f->shape = shapes[head.shape];
	f->job = head.job;
	f->chunk = head.chunk;
	f->flags = (head.has_job ? MSG_HAS_JOB : 0) | (head.has_chunk ? MSG_HAS_CHUNK : 0) |
		   (head.is_failed ? MSG_FAILED : 0);
}

static void read_facts(struct live *l, const struct pickle_facts *facts, struct frame_msg *f)
{
	f->shape = shapes[facts->shape];
	f->job = facts->job;
	f->chunk = facts->chunk;
	f->flags = (facts->has_job ? MSG_HAS_JOB : 0) | (facts->has_chunk ? MSG_HAS_CHUNK : 0) |
		   (facts->is_failed ? MSG_FAILED : 0) | (facts->is_last ? MSG_LAST : 0) |
		   (facts->is_chunked ? MSG_CHUNKED : 0) |
		   (facts->is_encoding_error ? MSG_ENCODING : 0) | (facts->is_loky ? MSG_LOKY : 0) |
		   item_flags[facts->items_known];
	f->items = facts->items;
	f->func = texts_id(&l->texts, &l->out, f->h.t_ns, facts->function);
}

/* As Python's own traceback names it. */
static const char *plain_type(const char *type)
{
	static const char builtins[] = "builtins.";

	return strncmp(type, builtins, strlen(builtins)) ? type : type + strlen(builtins);
}

/* The exception's texts are what the user came for: they go on, all other bytes end here. */
static void put_failure(struct live *l, const struct frame_msg *msg, const struct pickle_bytes *in,
	const struct pickle_facts *facts)
{
	char text[PICKLE_EXCEPTION_MAX + PICKLE_MESSAGE_MAX + PICKLE_TRACEBACK_MAX];
	struct frame_failure f = {.h = msg->h, .ino = msg->ino, .job = msg->job};
	const char *type = plain_type(facts->exc_type);
	size_t used;

	f.h.kind = FRAME_FAILURE;
	f.chunk = msg->chunk;
	f.flags = msg->flags;
	f.exc_len = strlen(type);
	f.message_len = strlen(facts->message);
	memcpy(text, type, f.exc_len);
	memcpy(text + f.exc_len, facts->message, f.message_len);
	used = f.exc_len + f.message_len;
	f.traceback_len = pickle_traceback(in, facts, text + used, PICKLE_TRACEBACK_MAX);
	outbox_put(&l->out, &f.h, sizeof(f), text, used + f.traceback_len);
}

static struct task_times spent_in_steps(const struct task_times *t)
{
	return (struct task_times){
		.send_ns = msg_in_steps(t->send_ns),
		.io_ns = msg_in_steps(t->io_ns),
		.lock_ns = msg_in_steps(t->lock_ns),
		.runq_ns = msg_in_steps(t->runq_ns),
		.unpickle_ns = msg_in_steps(t->unpickle_ns),
		.pickle_ns = msg_in_steps(t->pickle_ns),
	};
}

/* What is not known is not sent. */
static void put_written(struct live *l, const struct ring_msg *m, struct frame_msg *f)
{
	size_t size = sizeof(*f);

	f->flags |= m->flags;
	f->spent = spent_in_steps(&m->spent);
	if (!(m->flags & MSG_TIMES))
		size = offsetof(struct frame_msg, spent);
	outbox_put(&l->out, &f->h, size, NULL, 0);
}

/* Nobody but a worker of that kind reads or writes such. */
static bool tells_role(const struct frame_msg *f)
{
	if (f->dir == MSG_READ)
		return f->shape == SHAPE_POOL_TASK || f->shape == SHAPE_CALL ||
		       f->shape == SHAPE_BILLIARD_TASK;
	return f->shape == SHAPE_POOL_RESULT || f->shape == SHAPE_RESULT ||
	       f->shape == SHAPE_BILLIARD_READY;
}

/* What it works as need not be looked up any more, or best at once: who sends is at work. */
static void see_role(struct live *l, const struct frame_msg *f)
{
	struct known *k = known_get(l, f->h.pid);

	if (!k || !k->role_ns)
		return;
	if (tells_role(f))
		k->role_ns = 0;
	else if (f->dir == MSG_WRITE)
		k->role_ns = l->now_ns;
}

/* It looks like a DataLoader's; what is loaded may be so since a moment ago. */
static void see_loader(struct live *l, const struct frame_msg *f)
{
	bool is_like = f->shape == SHAPE_INDEX || f->shape == SHAPE_DATA;
	struct known *k = is_like ? known_get(l, f->h.pid) : NULL;

	if (k)
		known_look_for_torch(l, k);
}

/* Where tasks are only added up, no writer may have told what one is that is read. */
static void put_read(struct live *l, const struct ring_msg *m, struct frame_msg *f)
{
	struct pickle_facts facts;
	const struct pickle_bytes in = {.prefix = (const char *)(m + 1) + m->skip,
		.prefix_len = m->prefix,
		.full_len = m->bytes};

	if (!counting_is_on(l)) {
		read_head(m, f);
	} else {
		pickle_read(&in, &facts);
		read_facts(l, &facts, f);
		f->flags |= m->flags & MSG_SUMMED;
	}
	see_role(l, f);
	see_loader(l, f);
	counting_see(l, m, f, "");
	outbox_put(&l->out, &f->h, offsetof(struct frame_msg, spent), NULL, 0);
}

void message_put(struct live *l, const struct ring_msg *m)
{
	const unsigned char *data = (const unsigned char *)(m + 1) + m->skip;
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .pid = m->h.pid, .t_ns = msg_in_steps(m->h.t_ns)}};
	struct pickle_facts facts;
	struct pickle_bytes in;

	waits_moved(known_get(l, f.h.pid), f.h.t_ns);
	f.ino = m->ino;
	f.bytes = m->bytes;
	f.tid = m->tid;
	f.dir = m->dir;
	f.blocked_us = m->blocked_us;
	f.head_mark = m->head_mark;
	f.tail_mark = m->tail_mark;
	if (m->dir == MSG_READ) {
		put_read(l, m, &f);
		return;
	}
	in = (struct pickle_bytes){.prefix = data,
		.prefix_len = m->prefix,
		.tail = data + m->prefix,
		.tail_len = m->tail,
		.full_len = m->bytes};
	pickle_read(&in, &facts);
	read_facts(l, &facts, &f);
	see_role(l, &f);
	see_loader(l, &f);
	counting_see(l, m, &f, facts.function);
	put_written(l, m, &f);
	if (facts.is_failed)
		put_failure(l, &f, &in, &facts);
}
