/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folded stacks, which flamegraph.pl, speedscope and inferno read: frames from the outermost on,
 * separated by ';', and how often that stack was sampled. Stacks that were read at a death are no
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
	uint64_t count;
};

struct folds {
	struct map by_hash;
	struct fold *folds;
	uint32_t count, size;
	uint64_t others;
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

static void count_stack(struct exporter *e, const char *stack)
{
	struct folds *all = e->folds;
	uint64_t hash = hash_of(stack);
	uint32_t at;

	/* Two texts may share a hash, if somebody wants it so: then the next place is tried. */
	while (map_get(&all->by_hash, hash, &at) && strcmp(all->folds[at].stack, stack))
		hash++;
	if (map_get(&all->by_hash, hash, &at)) {
		all->folds[at].count++;
		return;
	}
	if (all->count == FOLDS_MAX) {
		all->others++;
		return;
	}
	if (!grow(all) || map_put(&all->by_hash, hash, all->count)) {
		e->out.is_short = true;
		return;
	}
	all->folds[all->count] = (struct fold){.stack = strdup(stack), .count = 1};
	if (!all->folds[all->count++].stack)
		e->out.is_short = true;
}

/* A name of a frame: what separates frames and counts cannot be in it. */
static void add_name(struct buf *to, const char *name)
{
	for (; *name; name++)
		buf_add(to, *name == ';' || *name == '\n' ? ":" : name, 1);
}

static void add_place(struct buf *to, const struct model *m, const struct stack_place *place)
{
	const char *file = model_text(m, place->file, "?");
	const char *slash = strrchr(file, '/');

	buf_add(to, ";", 1);
	add_name(to, model_text(m, place->function, "?"));
	buf_add(to, " (", 2);
	add_name(to, slash ? slash + 1 : file);
	if (place->line)
		buf_printf(to, ":%" PRIu32, place->line);
	buf_add(to, ")", 1);
}

static void sample(struct exporter *e, const struct model *m, const struct stack *s)
{
	const struct pool *p = model_pool_of(m, s->pid);
	struct buf folded = {0};

	buf_printf(&folded, "%s [%" PRIu32 "]", p ? p->kind : "process", p ? p->pid : s->pid);
	for (uint32_t i = s->count; i--;)
		if (s->places[i].kind == PLACE_PYTHON)
			add_place(&folded, m, &s->places[i]);
	if (folded.is_short)
		e->out.is_short = true;
	else
		count_stack(e, folded.data);
	buf_release(&folded);
}

/* Each look at a thread is a sample: its stack is told only when it is another one. */
static void frame(struct exporter *e, const struct model *m, const struct frame *f)
{
	bool is_look = f->kind == FRAME_THREAD && f->size >= sizeof(struct frame_thread);
	const struct frame_thread *look = (const struct frame_thread *)f;
	const struct proc *proc = is_look ? model_proc(m, f->pid) : NULL;
	const struct stack *s;

	for (uint32_t n = 0; proc && e->folds && (s = proc_stack_nth(m, proc, n)); n++)
		if (s->t_ns == f->t_ns && (!look->tid || s->tid == look->tid) && s->count)
			sample(e, m, s);
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

	(void)m;
	if (!all || e->out.is_short)
		return;
	if (all->count)
		qsort(all->folds, all->count, sizeof(all->folds[0]), by_stack);
	for (uint32_t i = 0; i < all->count; i++, e->rows++)
		buf_printf(&e->out, "%s %" PRIu64 "\n", all->folds[i].stack, all->folds[i].count);
	if (all->others)
		buf_printf(&e->out, "(others) %" PRIu64 "\n", all->others);
}

static void release(struct exporter *e)
{
	struct folds *all = e->folds;

	for (uint32_t i = 0; all && i < all->count; i++)
		free(all->folds[i].stack);
	if (all) {
		map_release(&all->by_hash);
		free(all->folds);
	}
	free(all);
}

const struct export_format export_folded = {
	.name = "folded",
	.what = "stacks that were sampled, for flame graphs",
	.begin = begin,
	.frame = frame,
	.end = end,
	.release = release,
};
