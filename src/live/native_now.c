/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/native_now.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "live/maps.h"
#include "live/perf_stack.h"
#include "live/regs.h"

enum {
	STACK_PAGE = 4096,
	STACK_MOST = 512 * 1024, /* bytes of one thread */
	PLACES_MOST = 100 * 1000, /* of all processes */
};

/* A row of them, which grows and never moves. */
struct stacks {
	struct stacks *before;
	struct native_stack stack;
};

struct native_now {
	struct reader_taker taker;
	struct unwinder *unwinder;
	struct regs *regs; /* NULL: not to be had */
	uint32_t pid;
	char *maps; /* of that process; NULL: none */
	uint32_t places_left;
	struct stacks *newest;
	struct stacks *others; /* the newest of the processes before */
	/* What was copied last. */
	struct unwind_from from;
	unsigned char bytes[STACK_MOST];
	struct ring_native sampled;
	struct unwound unwound[UNWIND_PLACES];
	bool is_entry[READ_FRAMES];
	struct interleaved mixed[UNWIND_PLACES + READ_FRAMES];
};

/* Page by page, for one that is missing fails a whole read. */
static void copy(void *arg, uint32_t tid, const struct task_call *call)
{
	struct native_now *n = arg;
	uint64_t at = call->stack - NATIVE_RED_ZONE;

	n->from = (struct unwind_from){
		.tid = tid, .is_in_call = true, .sp = at, .bytes = n->bytes, .used = 0};
	if (n->regs && regs_read(n->regs, tid, n->from.regs) &&
		n->from.regs[UNWIND_SP] == call->stack && n->from.regs[UNWIND_PC] == call->code)
		n->from.is_in_call = false;
	n->from.regs[UNWIND_SP] = call->stack;
	n->from.regs[UNWIND_PC] = call->code;
	while (call->stack && n->from.used < STACK_MOST) {
		size_t len = STACK_PAGE - at % STACK_PAGE;
		struct iovec here = {n->bytes + n->from.used, len}, there;

		if (len > STACK_MOST - n->from.used)
			len = here.iov_len = STACK_MOST - n->from.used;
		there = (struct iovec){(void *)(uintptr_t)at, len};
		if (process_vm_readv((pid_t)n->pid, &here, 1, &there, 1, 0) != (ssize_t)len)
			return;
		n->from.used += len;
		at += len;
	}
}

static bool sample(struct native_now *n, uint32_t tid)
{
	if (!perf_stack_take(tid, &n->sampled))
		return false;
	n->from = (struct unwind_from){.tid = tid,
		.sp = n->sampled.sp,
		.bytes = n->sampled.bytes,
		.used = n->sampled.used};
	memcpy(n->from.regs, n->sampled.regs, sizeof(n->from.regs));
	return true;
}

static void *dup(const void *from, size_t count, size_t size)
{
	void *to = count ? malloc(count * size) : NULL;

	if (to)
		memcpy(to, from, count * size);
	return to;
}

static void clean(char *text, size_t size)
{
	char dirty[UNWIND_FILE];

	memcpy(dirty, text, size);
	text_clean(text, size, dirty, size, 0);
}

static void put(struct native_now *n, const struct native_stack *stack)
{
	struct stacks *s = calloc(1, sizeof(*s));

	if (!s)
		return;
	s->stack = *stack;
	s->stack.places = dup(n->unwound, stack->count, sizeof(n->unwound[0]));
	s->stack.mixed = dup(n->mixed, stack->mixed_count, sizeof(n->mixed[0]));
	if (!s->stack.places)
		s->stack.count = s->stack.mixed_count = 0;
	if (!s->stack.mixed)
		s->stack.mixed_count = 0;
	for (uint32_t i = 0; i < s->stack.count; i++) {
		clean(s->stack.places[i].function, sizeof(s->stack.places[i].function));
		clean(s->stack.places[i].module, sizeof(s->stack.places[i].module));
	}
	s->before = n->newest;
	n->newest = s;
	n->places_left -= s->stack.count;
}

static bool keep(void *arg, const struct reader *r, const struct py_thread *t, bool is_copied)
{
	struct native_now *n = arg;
	struct python_frames frames = {n->is_entry, t->count};
	struct native_stack stack = {.tid = t->tid};
	bool fits;

	if (!n->maps || n->places_left < UNWIND_PLACES || (!is_copied && !sample(n, t->tid)))
		return true;
	n->from.pid = n->pid;
	n->from.maps = n->maps;
	stack.count = (uint32_t)unwinder_run(n->unwinder, &n->from, n->unwound, &stack.is_whole);
	for (uint32_t i = 0; i < t->count; i++)
		n->is_entry[i] = r->frames[t->frames + i].is_entry;
	/* Of the outermost ones, those that are not in the one are not missed in the other. */
	fits = interleave_fits(n->unwound, stack.count, &frames);
	if (fits || (is_copied && !stack.is_whole))
		stack.mixed_count =
			(uint32_t)interleave(n->unwound, stack.count, &frames, n->mixed);
	if (!fits && !is_copied)
		return false;
	put(n, &stack);
	return true;
}

static void free_stacks(struct stacks *s)
{
	while (s) {
		struct stacks *before = s->before;

		free(s->stack.places);
		free(s->stack.mixed);
		free(s);
		s = before;
	}
}

void native_now_free(struct native_now *n)
{
	if (!n)
		return;
	free_stacks(n->newest);
	unwinder_free(n->unwinder);
	regs_free(n->regs);
	free(n->maps);
	free(n);
}

struct native_now *native_now_new(void)
{
	struct utsname machine;
	struct native_now *n;

	if (uname(&machine) || strcmp(machine.machine, "x86_64"))
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->taker = (struct reader_taker){.arg = n, .copy = copy, .keep = keep};
	n->places_left = PLACES_MOST;
	n->unwinder = unwinder_new();
	n->regs = regs_open();
	if (n->unwinder)
		return n;
	native_now_free(n);
	return NULL;
}

const struct reader_taker *native_now_of(struct native_now *n, uint32_t pid)
{
	n->pid = pid;
	n->others = n->newest;
	free(n->maps);
	n->maps = maps_read_live(pid);
	return &n->taker;
}

const struct native_stack *native_now_get(const struct native_now *n, uint32_t tid)
{
	for (const struct stacks *s = n->newest; s != n->others; s = s->before)
		if (s->stack.tid == tid)
			return &s->stack;
	return NULL;
}
