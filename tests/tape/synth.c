/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/tape/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TASK_INO = 77001, RESULT_INO = 77002, FUNCS = 5 };

uint64_t synth_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Exponentially distributed. */
static uint64_t about(uint64_t *seed, uint64_t mean)
{
	double u = (double)(synth_random(seed) >> 11) / (double)(UINT64_C(1) << 53);

	return (uint64_t)(-log(1.0 - u) * (double)mean);
}

static void add(struct buf *frames, const void *frame)
{
	if (buf_add(frames, frame, ((const struct frame *)frame)->size) < 0)
		abort();
}

static struct frame head(uint16_t kind, size_t size, uint32_t pid, uint64_t t_ns)
{
	return (struct frame){.kind = kind, .size = (uint16_t)size, .pid = pid, .t_ns = t_ns};
}

void synth_session(struct buf *frames, uint64_t t_ns)
{
	struct frame_session f = {
		.h = head(FRAME_SESSION, sizeof(f), 0, t_ns),
		.format = WIRE_FORMAT,
		.mode = MODE_BPF,
		.cpus = 4,
		.interval_ms = 1000,
		.wall_ns = SYNTH_WALL_NS + (t_ns - SYNTH_START_NS),
		.version = "0.1.0",
		.host = "there",
		.kernel = "6.1.0",
	};

	add(frames, &f);
}

void synth_text(struct buf *frames, uint64_t t_ns, uint32_t id, const char *text)
{
	uint64_t space[64] = {0};
	struct frame_text *f = (struct frame_text *)space;
	size_t len = strnlen(text, 200);

	f->h = head(FRAME_TEXT, (sizeof(*f) + len + 7) / 8 * 8, 0, t_ns);
	f->id = id;
	f->len = (uint32_t)len;
	memcpy(f->text, text, len);
	add(frames, f);
}

void synth_process(struct buf *frames, uint64_t t_ns, uint32_t pid)
{
	struct frame_fork fork = {
		.h = head(FRAME_FORK, sizeof(fork), SYNTH_PARENT, t_ns),
		.child = pid,
		.tid = SYNTH_PARENT,
		.start_ns = t_ns,
	};
	struct frame_proc proc = {
		.h = head(FRAME_PROC, sizeof(proc), pid, t_ns + 1000),
		.start_ns = t_ns,
		.ppid = SYNTH_PARENT,
		.how = PROC_BORN,
		.cmd = 1,
	};
	struct frame_pipe pipe = {
		.h = head(FRAME_PIPE, sizeof(pipe), pid, t_ns + 2000),
		.ino = TASK_INO,
		.fd = 3,
		.mode = PIPE_READ,
	};

	memcpy(proc.comm, "python3", 8);
	add(frames, &fork);
	add(frames, &proc);
	add(frames, &pipe);
	pipe.ino = RESULT_INO;
	pipe.fd = 6;
	pipe.mode = PIPE_WRITE;
	add(frames, &pipe);
}

void synth_exit(struct buf *frames, uint64_t t_ns, uint32_t pid)
{
	struct frame_exit f = {.h = head(FRAME_EXIT, sizeof(f), pid, t_ns), .status = 9};

	add(frames, &f);
}

void synth_tick(struct buf *frames, uint64_t t_ns, uint64_t seq)
{
	struct frame_tick f = {
		.h = head(FRAME_TICK, sizeof(f), 0, t_ns),
		.seq = seq,
		.wall_ns = SYNTH_WALL_NS + (t_ns - SYNTH_START_NS),
		.self_cpu_ns = seq * 12345678,
	};

	add(frames, &f);
}

void synth_done(struct buf *frames, uint64_t t_ns)
{
	struct frame_done f = {.h = head(FRAME_DONE, sizeof(f), 0, t_ns)};

	add(frames, &f);
}

void synth_msg(struct buf *frames, uint64_t t_ns, uint32_t pid, enum msg_dir dir, int32_t chunk)
{
	bool task = (pid == SYNTH_PARENT) == (dir == MSG_WRITE);
	struct frame_msg f = {
		.h = head(FRAME_MSG, sizeof(f), pid, msg_in_steps(t_ns)),
		.ino = task ? TASK_INO : RESULT_INO,
		.bytes = task ? 60 + (uint64_t)chunk % 11 : 25,
		.job = 3,
		.chunk = chunk,
		.tid = pid,
		.func = task ? 2 + (uint32_t)chunk * 7 % FUNCS : 0,
		.items = 1,
		.dir = (uint8_t)dir,
		.shape = task ? SHAPE_POOL_TASK : SHAPE_POOL_RESULT,
		.flags = MSG_HAS_JOB | MSG_HAS_CHUNK,
		.blocked_us = chunk % 64 ? 0 : (uint32_t)(t_ns >> 9 & 7), /* seldom */
	};

	add(frames, &f);
}

static void add_second(struct buf *frames, struct synth *s, uint64_t t_ns, uint32_t second)
{
	for (uint32_t w = 0; w < s->workers; w++) {
		struct frame_work work = {
			.h = head(FRAME_WORK, sizeof(work), SYNTH_WORKER + w, t_ns + w * 900),
			.start_ns = SYNTH_START_NS + w,
			.since_ns = t_ns - about(&s->seed, s->run_ns),
			.known = 0x3ff,
			.state = STATE_RUN,
			.cpu_ns = second * 900000000ull + about(&s->seed, 1000000),
			.syscall = -1,
		};
		struct frame_usage usage = {
			.h = head(
				FRAME_USAGE, sizeof(usage), SYNTH_WORKER + w, t_ns + w * 900 + 400),
			.start_ns = SYNTH_START_NS + w,
			.rss_bytes = 4096 * (5000 + synth_random(&s->seed) % 50),
			.threads = 1,
		};

		work.state_ns[STATE_RUN] = second * 800000000ull + about(&s->seed, 100000000);
		work.state_ns[STATE_WAIT] = second * 200000000ull - about(&s->seed, 1000000);
		add(frames, &work);
		add(frames, &usage);
	}
	synth_tick(frames, t_ns + 100000, second);
}

/* Without the time, which is the key. */
static int by_time(const void *a, const void *b)
{
	const struct frame_msg *left = a, *right = b;

	return (left->h.t_ns > right->h.t_ns) - (left->h.t_ns < right->h.t_ns);
}

/* The four messages of each task, as queues and workers that are busy make them. */
static void add_tasks(struct buf *msgs, struct synth *s, uint64_t count)
{
	uint64_t *free_ns = calloc(s->workers, sizeof(*free_ns));
	uint64_t sent = SYNTH_START_NS + 10000000, back = 0;

	if (!free_ns)
		abort();
	for (uint64_t i = 0; i < count; i++) {
		uint64_t taken, done;
		uint32_t w = 0;

		for (uint32_t k = 1; k < s->workers; k++)
			if (free_ns[k] < free_ns[w])
				w = k;
		sent += about(&s->seed, UINT64_C(1000000000) / s->tasks_per_s);
		taken = (sent > free_ns[w] ? sent : free_ns[w]) + 4000 + about(&s->seed, 3000);
		done = taken + s->run_ns / 2 + about(&s->seed, s->run_ns / 2);
		free_ns[w] = done;
		back = (done > back ? done : back) + 5000 + about(&s->seed, 4000);
		synth_msg(msgs, sent, SYNTH_PARENT, MSG_WRITE, (int32_t)i);
		synth_msg(msgs, taken, SYNTH_WORKER + w, MSG_READ, (int32_t)i);
		synth_msg(msgs, done, SYNTH_WORKER + w, MSG_WRITE, (int32_t)i);
		synth_msg(msgs, back, SYNTH_PARENT, MSG_READ, (int32_t)i);
	}
	free(free_ns);
	qsort(msgs->data, 4 * count, sizeof(struct frame_msg), by_time);
}

uint64_t synth_pool(struct buf *frames, struct synth *s)
{
	uint64_t count = s->tasks_per_s * s->seconds;
	const struct frame_msg *msg;
	struct buf msgs = {0};
	uint32_t second = 0;

	synth_session(frames, SYNTH_START_NS);
	synth_text(frames, SYNTH_START_NS, 1, "python3 etl.py --all");
	for (uint32_t i = 0; i < FUNCS; i++)
		synth_text(frames, SYNTH_START_NS, 2 + i, &"jobs.etl.transform_rows"[i * 2]);
	for (uint32_t w = 0; w < s->workers; w++)
		synth_process(frames, SYNTH_START_NS + w * 700000, SYNTH_WORKER + w);
	add_tasks(&msgs, s, count);
	msg = (const struct frame_msg *)msgs.data;
	for (uint64_t i = 0; i < 4 * count; i++) {
		while (msg[i].h.t_ns > SYNTH_START_NS + (second + 1) * UINT64_C(1000000000)) {
			second++;
			add_second(
				frames, s, SYNTH_START_NS + second * UINT64_C(1000000000), second);
		}
		add(frames, &msg[i]);
	}
	buf_release(&msgs);
	return count;
}

void synth_noise(struct buf *frames, uint64_t *seed, uint32_t count)
{
	static const uint16_t kinds[] = {1, 2, 5, 10, 16, 20, 20, 20, 21, 30, 31, 33, 99, 4000};

	for (uint32_t i = 0; i < count; i++) {
		uint64_t space[128];
		struct frame *f = (struct frame *)space;
		bool small = synth_random(seed) % 4;

		for (size_t w = 0; w < 128; w++)
			space[w] = synth_random(seed) >> (small ? 52 : synth_random(seed) % 64);
		f->kind = kinds[synth_random(seed) % (sizeof(kinds) / sizeof(kinds[0]))];
		f->size = (uint16_t)(16 + synth_random(seed) % (small ? 8 : 126) * 8);
		if (synth_random(seed) % 3)
			f->size = 64;
		f->pid = (uint32_t)synth_random(seed) % 6;
		add(frames, f);
	}
}

const struct frame *synth_next(const struct buf *frames, size_t *at)
{
	const struct frame *f;

	if (*at >= frames->len)
		return NULL;
	f = (const struct frame *)(frames->data + *at);
	*at += f->size;
	return f;
}
