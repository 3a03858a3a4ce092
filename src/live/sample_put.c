/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/sample_put.h"

#include <string.h>

static uint64_t hash_places(const struct stack_place *places, uint32_t count)
{
	const unsigned char *bytes = (const unsigned char *)places;
	uint64_t h = 0xcbf29ce484222325u + count;

	for (size_t i = 0; i < count * sizeof(*places); i++)
		h = (h ^ bytes[i]) * 0x100000001b3u;
	return h ? h : 1;
}

static uint64_t told_hash(const struct sampled *s, uint32_t tid)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->told[i].tid == tid)
			return s->told[i].hash;
	return 0;
}

static uint32_t places_of(struct live *l, const struct reader *r, const struct py_thread *t,
	struct stack_place places[static SAMPLE_PLACES])
{
	uint32_t count = t->count < SAMPLE_PLACES ? t->count : SAMPLE_PLACES;

	for (uint32_t i = 0; i < count; i++) {
		const struct py_frame *frame = &r->frames[t->frames + i];
		const struct code *code = &r->codes.codes[frame->code];

		places[i] = (struct stack_place){
			.function = texts_id(&l->texts, &l->out, l->now_ns, code->function),
			.file = texts_id(&l->texts, &l->out, l->now_ns, code->file),
			.line = frame->line > 0 ? (uint32_t)frame->line : 0,
			.kind = PLACE_PYTHON,
		};
	}
	return count;
}

/* Returns the hash of its stack, as it was told. */
static uint64_t put_stack(
	struct live *l, const struct known *k, const struct py_thread *t, uint64_t t_ns)
{
	struct frame_stack f = {
		.h = {.kind = FRAME_STACK, .pid = k->pid, .t_ns = t_ns},
		.tid = t->tid,
	};
	struct stack_place places[SAMPLE_PLACES];
	uint64_t hash;

	f.count = places_of(l, &k->sampled->reader, t, places);
	f.flags = t->is_cut || f.count < t->count ? STACK_MORE : 0;
	hash = hash_places(places, f.count);
	if (hash != told_hash(k->sampled, t->tid))
		outbox_put(&l->out, &f.h, sizeof(f), places, f.count * sizeof(places[0]));
	return hash;
}

static const uint32_t gil_flags[] = {
	[PY_GIL_UNKNOWN] = 0,
	[PY_GIL_FREE] = THREAD_GIL_KNOWN,
	[PY_GIL_HELD] = THREAD_GIL_KNOWN | THREAD_GIL_HELD,
	[PY_GIL_WAITING] = THREAD_GIL_KNOWN | THREAD_GIL_WAITING,
};

static void put_thread(
	struct live *l, const struct known *k, const struct py_thread *t, uint64_t t_ns)
{
	struct frame_thread f = {
		.h = {.kind = FRAME_THREAD, .pid = k->pid, .t_ns = t_ns},
		.tid = t->tid,
		.flags = gil_flags[t->gil],
		.syscall = t->call.is_running ? -1 : t->call.nr,
	};

	f.flags |= t->on_cpu ? THREAD_ON_CPU : 0;
	f.flags |= t->whole == PY_TORN ? THREAD_TORN : 0;
	memcpy(f.comm, t->name, strnlen(t->name, sizeof(f.comm)));
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

bool sample_put(struct live *l, struct known *k)
{
	struct sampled *s = k->sampled;
	struct told told[SAMPLE_THREADS] = {0};
	uint32_t count = 0;
	uint64_t t_ns = live_now();
	bool whole = true;

	for (uint32_t i = 0; i < s->reader.threads_count && count < SAMPLE_THREADS; i++) {
		const struct py_thread *t = &s->reader.threads[i];
		uint64_t hash = told_hash(s, t->tid);

		whole = whole && t->whole != PY_TORN;
		if (!t->count && t->whole != PY_TORN)
			continue; /* in no Python function */
		if (t->count)
			hash = put_stack(l, k, t, t_ns);
		put_thread(l, k, t, t_ns);
		told[count++] = (struct told){t->tid, hash};
	}
	memcpy(s->told, told, sizeof(s->told));
	s->count = count;
	return whole;
}

void sample_put_same(struct live *l, const struct known *k)
{
	struct frame_thread f = {
		.h = {.kind = FRAME_THREAD, .pid = k->pid, .t_ns = live_now()}, .syscall = -1};

	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}
