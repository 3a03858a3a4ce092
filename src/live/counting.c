/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/counting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/form.h"
#include "live/state.h"
#include "live/sum_map.h"

/* So many messages of a pipe must have been written and read before any of it is only added up:
 * by then it is known whose they are. */
enum { SEEN_ENOUGH = 100 };
/* After the level went up again the sums are read for so long. */
#define LINGER_NS UINT64_C(10000000000)
/* What a pipe's forms are kept for though nothing fits them. */
#define IDLE_NS UINT64_C(60000000000)

struct pipe {
	uint64_t ino;
	uint32_t written, read; /* messages seen */
	uint32_t writer; /* who wrote the newest */
	bool has_bytes; /* some were not empty */
	uint32_t rows[FORM_LIST]; /* the newest at [next - 1] */
	uint32_t next;
	uint64_t moved_ns;
};

struct row {
	struct form form;
	uint64_t ino; /* 0: free */
	uint32_t func, items;
	uint16_t flags;
	uint8_t shape;
};

struct counting {
	struct budget budget;
	struct budget_seen seen; /* in all, at the last tick */
	uint64_t ticked_ns; /* 0: not yet */
	uint64_t changed_ns; /* the level; 0: never */
	uint64_t told, summed; /* messages in all */
	struct pipe *pipes; /* FORM_PIPES; NULL: not needed yet */
	uint32_t pipes_count;
	struct map pipe_by_ino;
	struct row *rows; /* FORM_ROWS */
	uint32_t rows_next;
	struct sum *sums; /* as they were told */
	uint32_t sums_count, sums_cap;
	struct map sum_by_key;
};

bool counting_is_on(const struct live *l)
{
	const struct counting *c = l->counting;

	return c && c->pipes && (c->budget.level || l->now_ns < c->changed_ns + LINGER_NS);
}

static void put_level(struct live *l, uint64_t cost_ns, uint64_t passed_ns)
{
	const struct budget *b = &l->counting->budget;
	struct frame_level f = {
		.h = {.kind = FRAME_LEVEL, .t_ns = l->now_ns},
		.every = budget_every(b->level),
		.level = b->level,
		.levels = budget_levels(),
		.budget = b->share,
		.cost_ns = cost_ns,
		.passed_ns = passed_ns,
	};

	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

int counting_open(struct live *l, uint32_t share)
{
	l->counting = calloc(1, sizeof(*l->counting));
	if (!l->counting)
		return -ENOMEM;
	l->counting->budget.share = share;
	l->counting->budget.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	put_level(l, 0, 0);
	return 0;
}

void counting_release(struct live *l)
{
	struct counting *c = l->counting;

	if (!c)
		return;
	map_release(&c->pipe_by_ino);
	map_release(&c->sum_by_key);
	free(c->pipes);
	free(c->rows);
	free(c->sums);
	free(c);
	l->counting = NULL;
}

static struct pipe *pipe_of(struct counting *c, uint64_t ino)
{
	uint32_t at;

	if (map_get(&c->pipe_by_ino, ino, &at))
		return &c->pipes[at];
	if (c->pipes_count == FORM_PIPES || map_put(&c->pipe_by_ino, ino, c->pipes_count))
		return NULL;
	c->pipes[c->pipes_count] = (struct pipe){.ino = ino};
	return &c->pipes[c->pipes_count++];
}

/* One that is free; 0: none is. */
static uint32_t free_row(struct counting *c)
{
	for (uint32_t i = 1; i < FORM_ROWS; i++) {
		uint32_t row = 1 + (c->rows_next + i) % (FORM_ROWS - 1);

		if (c->rows[row].ino)
			continue;
		c->rows_next = row;
		return row;
	}
	return 0;
}

/* Newest first: they are the likeliest. A form that makes room keeps its row, whose sums may still
 * have to be told. */
static void add_to_list(struct live *l, struct pipe *p, uint32_t row)
{
	struct form_list list = {{0}};

	memmove(p->rows + 1, p->rows, (FORM_LIST - 1) * sizeof(p->rows[0]));
	p->rows[0] = row;
	memcpy(list.rows, p->rows, sizeof(list.rows));
	probes_set_forms(l->probes, p->ino, &list);
}

static bool is_known(const struct counting *c, const struct pipe *p, const struct form_ends *ends)
{
	for (uint32_t i = 0; i < FORM_LIST && p->rows[i]; i++)
		if (form_fits(&c->rows[p->rows[i]].form, ends))
			return true;
	return false;
}

/* One that made room and is wanted again; 0: there is none. */
static uint32_t same_row(const struct counting *c, const struct row *r)
{
	for (uint32_t i = 1; i < FORM_ROWS; i++)
		if (c->rows[i].ino == r->ino && c->rows[i].func == r->func &&
			!memcmp(&c->rows[i].form, &r->form, sizeof(r->form)))
			return i;
	return 0;
}

/* An executor's wake-ups are added up when its calls are, and of a pipe where nothing else was. */
static bool is_wakeup(const struct counting *c, const struct pipe *p)
{
	for (uint32_t i = 0; i < c->pipes_count && !p->has_bytes; i++)
		if (c->pipes[i].writer == p->writer &&
			c->rows[c->pipes[i].rows[0]].shape == SHAPE_CALL)
			return true;
	return false;
}

static void learn(struct live *l, struct pipe *p, const struct form_message *m)
{
	struct counting *c = l->counting;
	struct form_ends ends;
	struct row r = {.ino = p->ino,
		.func = m->frame->func,
		.items = m->frame->items,
		.flags = m->frame->flags & MSG_CHUNKED,
		.shape = m->frame->shape};
	uint32_t row;

	if (!m->frame->bytes && !is_wakeup(c, p))
		return;
	form_see(m, &ends);
	if (is_known(c, p, &ends) || !form_of(m, &r.form) || !form_fits(&r.form, &ends))
		return;
	row = same_row(c, &r);
	if (!row) {
		row = free_row(c);
		if (!row || probes_set_form(l->probes, row, &r.form))
			return;
		c->rows[row] = r;
	}
	add_to_list(l, p, row);
}

void counting_see(
	struct live *l, const struct ring_msg *m, const struct frame_msg *f, const char *function)
{
	struct counting *c = l->counting;
	const unsigned char *data = (const unsigned char *)(m + 1) + m->skip;
	struct form_message message = {
		.bytes = data, .len = m->prefix, .frame = f, .function = function};
	struct pipe *p;

	if (!c)
		return;
	c->told += !(m->flags & MSG_SUMMED);
	p = c->pipes && c->budget.level ? pipe_of(c, m->ino) : NULL;
	if (!p || m->flags & MSG_SUMMED)
		return;
	p->moved_ns = l->now_ns;
	p->read += m->dir == MSG_READ;
	p->written += m->dir == MSG_WRITE;
	p->has_bytes |= m->bytes > 0;
	if (m->dir == MSG_WRITE)
		p->writer = f->h.pid;
	if (m->dir != MSG_WRITE || p->read < SEEN_ENOUGH || p->written < SEEN_ENOUGH)
		return;
	message.tail = data;
	message.tail_len = m->prefix;
	if (m->prefix < m->bytes) {
		message.tail = data + m->prefix;
		message.tail_len = m->tail;
	}
	learn(l, p, &message);
}

static struct sum *told_of(struct counting *c, const struct sum *sum)
{
	uint32_t at;

	if (map_get(&c->sum_by_key, sum->key, &at))
		return &c->sums[at];
	if (c->sums_count == c->sums_cap) {
		uint32_t cap = c->sums_cap ? 2 * c->sums_cap : 64;
		struct sum *grown = realloc(c->sums, cap * sizeof(*grown));

		if (!grown)
			return NULL;
		c->sums = grown;
		c->sums_cap = cap;
	}
	if (map_put(&c->sum_by_key, sum->key, c->sums_count))
		return NULL;
	c->sums[c->sums_count] = (struct sum){.key = sum->key, .tgid = sum->tgid, .row = sum->row};
	return &c->sums[c->sums_count++];
}

static void put_sum(void *arg, const struct sum *sum)
{
	struct live *l = arg;
	struct counting *c = l->counting;
	const struct row *r = &c->rows[sum->row % FORM_ROWS];
	const struct row *task = sum->task_row ? &c->rows[sum->task_row % FORM_ROWS] : r;
	struct sum *told = told_of(c, sum);
	struct frame_sum f = {.h = {.kind = FRAME_SUM, .pid = sum->tgid, .t_ns = l->now_ns}};
	uint32_t at;

	if (!told || sum->messages == told->messages)
		return;
	f.ino = r->ino;
	f.messages = sum->messages - told->messages;
	f.bytes = sum->bytes - told->bytes;
	f.bytes_max = sum->bytes_max;
	f.blocked_ns = sum->blocked_ns - told->blocked_ns;
	f.newest_ns = sum->newest_ns;
	f.func = task->func;
	f.items = task->items;
	f.dir = (uint8_t)sum->dir;
	f.shape = r->shape;
	f.flags = task->flags;
	*told = *sum;
	c->summed += f.messages;
	if (map_get(&c->pipe_by_ino, r->ino, &at))
		c->pipes[at].moved_ns = l->now_ns;
	waits_moved(known_get(l, sum->tgid), f.newest_ns);
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static void drop_told(struct counting *c, uint32_t at)
{
	struct sum *last = &c->sums[--c->sums_count];

	map_del(&c->sum_by_key, c->sums[at].key);
	if (last == &c->sums[at])
		return;
	c->sums[at] = *last;
	map_put(&c->sum_by_key, last->key, at); /* it is there: takes no memory */
}

void counting_exit(struct live *l, uint32_t pid)
{
	struct counting *c = l->counting;

	if (!counting_is_on(l))
		return;
	sum_map_each(probes_sum_map(l->probes), put_sum, l);
	for (uint32_t i = c->sums_count; i--;) {
		if (c->sums[i].tgid != pid)
			continue;
		sum_map_drop(probes_sum_map(l->probes), c->sums[i].key);
		drop_told(c, i);
	}
}

/* It has been used for nothing for long: its forms and sums make room. What is added up until the
 * kernel has heard of it is told by the second reading. */
static void forget_pipe(struct live *l, uint32_t at)
{
	struct counting *c = l->counting;
	struct pipe p = c->pipes[at];

	probes_set_forms(l->probes, p.ino, NULL);
	sum_map_each(probes_sum_map(l->probes), put_sum, l);
	for (uint32_t i = c->sums_count; i--;) {
		if (c->rows[c->sums[i].row].ino != p.ino)
			continue;
		sum_map_drop(probes_sum_map(l->probes), c->sums[i].key);
		drop_told(c, i);
	}
	for (uint32_t row = 1; row < FORM_ROWS; row++)
		if (c->rows[row].ino == p.ino)
			c->rows[row].ino = 0;
	map_del(&c->pipe_by_ino, p.ino);
	c->pipes[at] = c->pipes[--c->pipes_count];
	if (at < c->pipes_count)
		map_put(&c->pipe_by_ino, c->pipes[at].ino, at);
}

static void forget_idle(struct live *l)
{
	struct counting *c = l->counting;

	for (uint32_t i = c->pipes_count; i--;)
		if (c->pipes[i].moved_ns + IDLE_NS < l->now_ns)
			forget_pipe(l, i);
}

static int make_room(struct live *l)
{
	struct counting *c = l->counting;
	int ret = sum_map_fill(probes_sum_map(l->probes));

	if (ret || c->pipes)
		return ret;
	c->rows = calloc(FORM_ROWS, sizeof(*c->rows));
	c->pipes = c->rows ? calloc(FORM_PIPES, sizeof(*c->pipes)) : NULL;
	return c->pipes ? 0 : -ENOMEM;
}

static struct budget_seen seen_now(const struct live *l)
{
	return (struct budget_seen){
		.passed_ns = l->now_ns,
		.own_ns = machine_own_ns(),
		.told = l->counting->told,
		.summed = l->counting->summed,
	};
}

void counting_tick(struct live *l)
{
	struct counting *c = l->counting;
	struct budget_seen now, since;

	if (!c)
		return;
	if (counting_is_on(l)) {
		sum_map_each(probes_sum_map(l->probes), put_sum, l);
		forget_idle(l);
	}
	now = seen_now(l);
	since = (struct budget_seen){
		.passed_ns = now.passed_ns - c->seen.passed_ns,
		.own_ns = now.own_ns - c->seen.own_ns,
		.told = now.told - c->seen.told,
		.summed = now.summed - c->seen.summed,
	};
	c->seen = now;
	/* The first seconds go to finding out what is there. */
	if (l->tick_seq < 3 || !budget_next(&c->budget, &since))
		return;
	if (make_room(l)) {
		c->budget.level = 0;
		return;
	}
	c->changed_ns = l->now_ns;
	put_level(l, budget_cost_ns(&since), since.passed_ns);
	probes_set_every(l->probes, budget_every(c->budget.level));
}
