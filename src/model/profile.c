/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

const struct trace *model_trace(const struct model *m, uint32_t id)
{
	return id && id <= m->traces_count && m->traces[id - 1].places ? &m->traces[id - 1] : NULL;
}

static int reach(struct model *m, uint32_t id)
{
	uint32_t cap = m->traces_cap ? m->traces_cap : 64;
	struct trace *traces;

	while (cap < id)
		cap *= 2;
	if (cap > m->traces_cap) {
		traces = reallocarray(m->traces, cap, sizeof(*traces));
		if (!traces)
			return -ENOMEM;
		memset(traces + m->traces_cap, 0, (cap - m->traces_cap) * sizeof(*traces));
		m->traces = traces;
		m->traces_cap = cap;
	}
	if (m->traces_count < id)
		m->traces_count = id;
	return 0;
}

static int fill(struct trace *t, const struct frame_trace *f)
{
	uint32_t count = f->count < MODEL_TRACE_PLACES ? f->count : MODEL_TRACE_PLACES;
	struct trace_place *places = calloc(count, sizeof(*places));

	if (!places)
		return -ENOMEM;
	memcpy(places, f->places, count * sizeof(*places));
	free(t->places);
	*t = (struct trace){f->flags | (count < f->count ? TRACE_MORE : 0), count, places};
	return 0;
}

int apply_trace(struct model *m, const struct frame *frame)
{
	const struct frame_trace *f = (const struct frame_trace *)frame;
	int ret;

	if (!f->id || f->id > MODEL_TRACES || !f->count) {
		m->dropped.stacks++;
		return 0;
	}
	ret = reach(m, f->id);
	return ret ? ret : fill(&m->traces[f->id - 1], f);
}

void traces_release(struct model *m)
{
	for (uint32_t i = 0; i < m->traces_count; i++)
		free(m->traces[i].places);
	free(m->traces);
	m->traces = NULL;
	m->traces_count = m->traces_cap = 0;
}

int traces_copy(struct model *to, const struct model *from)
{
	to->traces = NULL;
	to->traces_count = to->traces_cap = 0;
	if (!from->traces_count)
		return 0;
	to->traces = calloc(from->traces_count, sizeof(*to->traces));
	if (!to->traces)
		return -ENOMEM;
	to->traces_count = to->traces_cap = from->traces_count;
	for (uint32_t i = 0; i < from->traces_count; i++) {
		const struct trace *t = &from->traces[i];

		if (!t->places)
			continue;
		to->traces[i] = *t;
		to->traces[i].places = calloc(t->count, sizeof(*t->places));
		if (!to->traces[i].places)
			return -ENOMEM;
		memcpy(to->traces[i].places, t->places, t->count * sizeof(*t->places));
	}
	return 0;
}

void profile_release(struct profile *p)
{
	free(p->list);
	map_release(&p->by_key);
	memset(p, 0, sizeof(*p));
}

/* The entry of a stack in a class; without room that of all that are not known. */
static struct sampled *entry(struct profile *p, struct sampled want)
{
	uint64_t key = sampled_key(&want);
	uint32_t at;

	if (map_get(&p->by_key, key, &at))
		return &p->list[at];
	if (want.trace && p->count >= MODEL_SAMPLED - 2 * SAMPLE_CLASSES) {
		want.trace = 0;
		return entry(p, want);
	}
	if (vec_grow(&p->list, &p->cap, p->count,
		    (struct vec_shape){sizeof(*p->list), MODEL_SAMPLED}) ||
		map_put(&p->by_key, key, p->count))
		return NULL;
	p->list[p->count] = want;
	return &p->list[p->count++];
}

static void add(struct pool *p, const struct frame_sample *f, bool by_parent)
{
	struct sampled want = {.trace = f->trace, .class = f->class, .by_parent = by_parent};
	struct sampled *s = entry(&p->profile, want);

	if (by_parent)
		p->profile.parent_ns[f->class] += f->ns;
	else
		p->profile.worker_ns[f->class] += f->ns;
	if (!by_parent && f->flags & SAMPLED_GC_KNOWN)
		p->profile.gc_known_ns += f->ns;
	if (!by_parent && f->flags & SAMPLED_GC_KNOWN && f->flags & SAMPLED_GC)
		p->profile.gc_ns += f->ns;
	if (!by_parent && !(f->flags & SAMPLED_MAIN))
		*(f->trace ? &p->profile.side_python_ns : &p->profile.side_native_ns) += f->ns;
	if (!s)
		return;
	s->ns += f->ns;
	s->samples++;
}

/* A main thread's sample is one of the task that it has in hand. */
static void add_to_function(
	struct model *m, struct pool *p, const struct worker *w, const struct frame_sample *f)
{
	const uint16_t wanted = SAMPLED_MAIN | SAMPLED_HAND;
	struct func *func = NULL;

	if (w && w->hand.has && w->hand.func && (f->flags & wanted) == wanted)
		func = func_get(m, p, w->hand.func);
	if (func)
		func->class_ns[f->class] += f->ns;
}

int apply_sample(struct model *m, const struct frame *frame)
{
	const struct frame_sample *f = (const struct frame_sample *)frame;
	const struct proc *proc = model_find_proc(m, frame->pid);
	struct pool *p = model_parent_pool(m, frame->pid);

	if (f->class >= SAMPLE_CLASSES) {
		m->dropped.bad_frames++;
		return 0;
	}
	if (p)
		add(p, f, true);
	p = proc && proc->pool ? model_find_pool(m, proc->pool) : NULL;
	if (p) {
		add(p, f, false);
		add_to_function(m, p, pool_find_worker(p, proc->worker), f);
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct hot *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int by_time(const void *a, const void *b)
{
	const struct hot *x = a, *y = b;

	return x->ns == y->ns ? by_place(a, b) : x->ns < y->ns ? 1 : -1;
}

/* Every stack's innermost place that stands for tasks' own code. */
static uint32_t gather(const struct model *m, const struct pool *p, struct hot *list)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->profile.count; i++) {
		const struct sampled *s = &p->profile.list[i];
		const struct trace *t = model_trace(m, s->trace);

		if (s->class != CLASS_TASK || s->by_parent || !t)
			continue;
		list[count++] = (struct hot){
			.function = t->places[0].function,
			.file = t->places[0].file,
			.line = t->places[0].line,
			.ns = s->ns,
		};
	}
	return count;
}

/* Adds up neighbours that are of one line; or of one function, whose line is its hottest. */
static uint32_t merge(struct hot *list, uint32_t count, bool functions)
{
	uint64_t best_ns = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct hot *last = n ? &list[n - 1] : NULL;
		struct hot h = list[i];
		bool same = last && last->function == h.function && last->file == h.file;

		if (!same || (!functions && last->line != h.line)) {
			best_ns = h.ns;
			list[n++] = h;
			continue;
		}
		last->ns += h.ns;
		if (h.ns > best_ns) {
			best_ns = h.ns;
			last->line = h.line;
		}
	}
	return n;
}

uint32_t pool_hot(const struct model *m, const struct pool *p, enum hot_by by, struct hot *ret_list,
	uint32_t most)
{
	struct hot *all = p->profile.count ? calloc(p->profile.count, sizeof(*all)) : NULL;
	double sum = (double)p->profile.worker_ns[CLASS_TASK];
	uint32_t count = all ? gather(m, p, all) : 0;

	if (count) {
		qsort(all, count, sizeof(*all), by_place);
		count = merge(all, count, false);
		if (by == HOT_FUNCTIONS)
			count = merge(all, count, true);
		qsort(all, count, sizeof(*all), by_time);
	}
	count = count < most ? count : most;
	for (uint32_t i = 0; i < count; i++) {
		ret_list[i] = all[i];
		ret_list[i].share = sum > 0 ? (double)all[i].ns / sum : 0;
	}
	free(all);
	return count;
}

const char *sample_class_name(enum sample_class class)
{
	static const char *const names[SAMPLE_CLASSES] = {
		[CLASS_OTHER] = "other",
		[CLASS_TASK] = "task",
		[CLASS_UNPICKLE] = "unpickle",
		[CLASS_PICKLE] = "pickle",
		[CLASS_SEND] = "send",
		[CLASS_RECEIVE] = "receive",
		[CLASS_IMPORT] = "import",
	};

	return names[class];
}
