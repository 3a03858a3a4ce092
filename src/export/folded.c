/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folded stacks, which flamegraph.pl, speedscope and inferno read: frames from the outermost on,
 * separated by ';', and a weight: of the workers, the microseconds on a core that the clock's
 * samples of that stack stand for. A recording without a clock (the /proc mode, older ones) has the
 * looks at all threads instead: how often a stack was seen. Stacks that were read at a death are no
 * samples and are left out.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "export/format.h"

enum { FOLDS_MAX = 1 << 16 }; /* different stacks; the rest count as "(others)" */

struct fold {
	char *stack; /* owned */
	uint64_t weight; /* nanoseconds, or looks */
};

struct folds {
	struct map by_hash;
	struct fold *folds;
	uint32_t count, size;
	uint64_t others;
	bool by_clock; /* else by looks */
};

static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return hash;
}

static bool grow(struct folds *all)
{
	uint32_t size = all->size ? 2 * all->size : 64;
	struct fold *grown;

	if (all->count < all->size)
		return true;
	grown = reallocarray(all->folds, size, sizeof(*grown));
	if (!grown)
		return false;
	all->folds = grown;
	all->size = size;
	return true;
}

static void add_stack(struct exporter *e, const char *stack, uint64_t weight)
{
	struct folds *all = e->folds;
	uint64_t hash = hash_of(stack);
	uint32_t at;

	/* Two texts may share a hash, if somebody wants it so: then the next place is tried. */
	while (map_get(&all->by_hash, hash, &at) && strcmp(all->folds[at].stack, stack))
		hash++;
	if (map_get(&all->by_hash, hash, &at)) {
		all->folds[at].weight += weight;
		return;
	}
	if (all->count == FOLDS_MAX) {
		all->others += weight;
		return;
	}
	if (!grow(all) || map_put(&all->by_hash, hash, all->count)) {
		e->out.is_short = true;
		return;
	}
	all->folds[all->count] = (struct fold){.stack = strdup(stack), .weight = weight};
	if (!all->folds[all->count++].stack)
		e->out.is_short = true;
}

/* A name of a frame: what separates frames and counts cannot be in it. */
static void add_name(struct buf *to, const char *name)
{
	for (; *name; name++)
		buf_add(to, *name == ';' || *name == '\n' ? ":" : name, 1);
}

static void add_place(struct buf *to, const struct model *m, struct trace_place place)
{
	const char *file = model_text(m, place.file, "?");
	const char *slash = strrchr(file, '/');

	buf_add(to, ";", 1);
	add_name(to, model_text(m, place.function, "?"));
	buf_add(to, " (", 2);
	add_name(to, slash ? slash + 1 : file);
	if (place.line)
		buf_printf(to, ":%" PRIu32, place.line);
	buf_add(to, ")", 1);
}

static void begin_stack(struct buf *to, const struct pool *p, uint32_t pid)
{
	buf_printf(to, "%s [%" PRIu32 "]", p ? p->kind : "process", p ? p->pid : pid);
}

static void end_stack(struct exporter *e, struct buf *folded, uint64_t weight)
{
	if (folded->is_short)
		e->out.is_short = true;
	else
		add_stack(e, folded->data, weight);
	buf_release(folded);
}

static void seen(struct exporter *e, const struct model *m, const struct stack *s)
{
	struct buf folded = {0};

	begin_stack(&folded, model_pool_of(m, s->pid), s->pid);
	for (uint32_t i = s->count; i--;)
		if (s->places[i].kind == PLACE_PYTHON)
			add_place(&folded, m,
				(struct trace_place){.function = s->places[i].function,
					.file = s->places[i].file,
					.line = s->places[i].line});
	end_stack(e, &folded, 1);
}

/* Each look at a thread is a sample: its stack is told only when it is another one. */
static void look(struct exporter *e, const struct model *m, const struct frame *f)
{
	const struct frame_thread *thread = (const struct frame_thread *)f;
	const struct proc *proc = model_proc(m, f->pid);
	const struct stack *s;

	for (uint32_t n = 0; proc && (s = proc_stack_nth(m, proc, n)); n++)
		if (s->t_ns == f->t_ns && (!thread->tid || s->tid == thread->tid) && s->count)
			seen(e, m, s);
}

static void clear(struct folds *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		free(all->folds[i].stack);
	map_release(&all->by_hash);
	free(all->folds);
	*all = (struct folds){0};
}

static void sample(struct exporter *e, const struct model *m, const struct frame *f)
{
	const struct frame_sample *s = (const struct frame_sample *)f;
	const struct proc *proc = model_proc(m, f->pid);
	const struct trace *t = model_trace(m, s->trace);
	struct buf folded = {0};

	if (!proc || !proc->pool)
		return;
	if (!e->folds->by_clock)
		clear(e->folds);
	e->folds->by_clock = true;
	begin_stack(&folded, model_pool(m, proc->pool), f->pid);
	if (!t || t->flags & TRACE_MORE)
		buf_printf(&folded, ";%s", t ? "..." : "(no Python)");
	for (uint32_t i = t ? t->count : 0; i--;)
		add_place(&folded, m, t->places[i]);
	if (s->flags & SAMPLED_GC_KNOWN && s->flags & SAMPLED_GC)
		buf_printf(&folded, ";(garbage collector)");
	end_stack(e, &folded, s->ns);
}

static void frame(struct exporter *e, const struct model *m, const struct frame *f)
{
	if (!e->folds)
		return;
	if (f->kind == FRAME_SAMPLE && f->size >= sizeof(struct frame_sample))
		sample(e, m, f);
	else if (f->kind == FRAME_THREAD && f->size >= sizeof(struct frame_thread) &&
		 !e->folds->by_clock)
		look(e, m, f);
}

static void begin(struct exporter *e)
{
	e->folds = calloc(1, sizeof(*e->folds));
	if (!e->folds)
		e->out.is_short = true;
}

static int by_stack(const void *a, const void *b)
{
	return strcmp(((const struct fold *)a)->stack, ((const struct fold *)b)->stack);
}

static void end(struct exporter *e, const struct model *m)
{
	struct folds *all = e->folds;
	uint64_t unit = all && all->by_clock ? 1000 : 1;

	(void)m;
	if (!all || e->out.is_short)
		return;
	if (all->count)
		qsort(all->folds, all->count, sizeof(all->folds[0]), by_stack);
	for (uint32_t i = 0; i < all->count; i++, e->rows++)
		buf_printf(&e->out, "%s %" PRIu64 "\n", all->folds[i].stack,
			all->folds[i].weight / unit);
	if (all->others)
		buf_printf(&e->out, "(others) %" PRIu64 "\n", all->others / unit);
}

static void release(struct exporter *e)
{
	struct folds *all = e->folds;

	if (all)
		clear(all);
	free(all);
}

const struct export_format export_folded = {
	.name = "folded",
	.what = "sampled stacks of workers, by time, for flame graphs",
	.begin = begin,
	.frame = frame,
	.end = end,
	.release = release,
};
