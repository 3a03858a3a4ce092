/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A deep copy, for a viewer that wants to step back without folding from the beginning. The copy
 * starts with every pointer NULL, so that at any failure what is there can be released.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

/* `to` points to the pointer. Nothing to copy leaves it NULL. */
static int copy_vec(void *to, const void *from, size_t count, size_t size)
{
	void *copy;

	if (!count)
		return 0;
	copy = reallocarray(NULL, count, size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, from, count * size);
	memcpy(to, &copy, sizeof(copy));
	return 0;
}

static int copy_map(struct map *to, const struct map *from)
{
	*to = (struct map){0};
	if (!from->size)
		return 0;
	if (copy_vec(&to->slots, from->slots, from->size, sizeof(*from->slots)))
		return -ENOMEM;
	to->size = from->size;
	to->count = from->count;
	return 0;
}

static int move_hist(struct hist *to)
{
	struct hist from = *to;

	*to = (struct hist){0};
	return hist_copy(to, &from);
}

static int copy_workers(struct pool *to, const struct pool *from)
{
	int ret = copy_vec(&to->workers, from->workers, from->workers_count, sizeof(*to->workers));

	to->workers_count = to->workers_cap = 0;
	for (uint32_t i = 0; !ret && i < from->workers_count; i++) {
		ret = start_copy(&to->workers[i].start);
		if (move_hist(&to->workers[i].run))
			ret = -ENOMEM;
		to->workers_count = to->workers_cap = i + 1;
	}
	return ret;
}

static int copy_funcs(struct pool *to, const struct pool *from)
{
	int ret = copy_vec(&to->funcs, from->funcs, from->funcs_count, sizeof(*to->funcs));

	to->funcs_count = to->funcs_cap = 0;
	for (uint32_t i = 0; !ret && i < from->funcs_count; i++) {
		ret = move_hist(&to->funcs[i].run);
		to->funcs_count = to->funcs_cap = i + 1;
	}
	return ret;
}

static int copy_queues(struct pool *to, const struct pool *from)
{
	int ret = copy_vec(&to->queues, from->queues, from->queues_count, sizeof(*to->queues));

	to->queues_count = to->queues_cap = 0;
	for (uint32_t i = 0; !ret && i < from->queues_count; i++) {
		const struct queue *q = &from->queues[i];

		to->queues[i].answers = NULL;
		to->queues_count = to->queues_cap = i + 1;
		ret = copy_vec(
			&to->queues[i].answers, q->answers, q->answers_cap, sizeof(*q->answers));
	}
	return ret;
}

static int copy_failures(
	struct failure **to, uint32_t *to_count, const struct failure *from, uint32_t count)
{
	*to = count ? calloc(count, sizeof(**to)) : NULL;
	*to_count = 0;
	if (count && !*to)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct failure *f = &(*to)[i];

		*f = from[i];
		f->exception = strdup(f->exception);
		f->message = strdup(f->message);
		f->traceback = strdup(f->traceback);
		*to_count = i + 1;
		if (!f->exception || !f->message || !f->traceback)
			return -ENOMEM;
	}
	return 0;
}

/* A text that may be absent: `to` holds the original's pointer, and gets its own or NULL. */
static int own_text(char **to)
{
	char *text = *to;

	*to = text ? strdup(text) : NULL;
	return text && !*to ? -ENOMEM : 0;
}

static int copy_deaths(struct pool *to, const struct pool *from)
{
	int ret = copy_vec(&to->deaths, from->deaths, from->deaths_count, sizeof(*to->deaths));

	to->deaths_count = to->deaths_cap = 0;
	for (uint32_t i = 0; !ret && i < from->deaths_count; i++) {
		ret = own_text(&to->deaths[i].stderr_tail);
		to->deaths_count = to->deaths_cap = i + 1;
	}
	return ret;
}

static int copy_procs(struct model *to, const struct model *from)
{
	int ret = copy_vec(&to->procs, from->procs, from->procs_count, sizeof(*to->procs));

	for (uint32_t i = 0; !ret && i < from->procs_count; i++) {
		const struct proc *p = &from->procs[i];

		to->procs[i].waits = NULL;
		ret = start_copy(&to->procs[i].start);
		if (own_text(&to->procs[i].stderr_tail))
			ret = -ENOMEM;
		to->procs_count = to->procs_cap = i + 1;
		if (!ret)
			ret = copy_vec(&to->procs[i].waits, p->waits, p->waits ? MODEL_WAITS : 0,
				sizeof(*p->waits));
	}
	return ret;
}

static int copy_lists(struct pool *to, const struct pool *from)
{
	to->tasks_cap = to->jobs_cap = to->findings_cap = 0;
	if (copy_vec(&to->tasks, from->tasks, from->tasks_count, sizeof(*to->tasks)) ||
		copy_vec(&to->jobs, from->jobs, from->jobs_count, sizeof(*to->jobs)) ||
		copy_vec(&to->findings, from->findings, from->findings_count,
			sizeof(*to->findings)) ||
		copy_vec(&to->cores, from->cores, from->cores_count, sizeof(*to->cores)))
		return -ENOMEM;
	to->tasks_cap = from->tasks_count;
	to->jobs_cap = from->jobs_count;
	to->findings_cap = from->findings_count;
	return 0;
}

static void forget_pointers(struct pool *p)
{
	p->workers = NULL;
	p->workers_count = 0;
	p->tasks = NULL;
	p->funcs = NULL;
	p->funcs_count = 0;
	p->jobs = NULL;
	p->deaths = NULL;
	p->deaths_count = 0;
	p->failures = NULL;
	p->failures_cap = p->failures_count; /* of the copy */
	p->failures_count = 0;
	p->findings = NULL;
	p->cores = NULL;
	p->server = NULL;
	p->queues = NULL;
	p->queues_count = 0;
	p->profile.list = NULL;
	p->profile.count = p->profile.cap = 0;
	p->profile.by_key = (struct map){0};
	p->tasks_by_key = p->funcs_by_name = p->jobs_by_id = (struct map){0};
	p->wait = p->run = p->back = (struct hist){0};
}

static int copy_profile(struct pool *to, const struct pool *from)
{
	const struct profile *p = &from->profile;

	if (copy_vec(&to->profile.list, p->list, p->count, sizeof(*p->list)) ||
		copy_map(&to->profile.by_key, &p->by_key))
		return -ENOMEM;
	to->profile.count = to->profile.cap = p->count;
	return 0;
}

static int copy_pool(struct pool *to, const struct pool *from)
{
	*to = *from;
	forget_pointers(to);
	to->server = from->server;
	if (start_copy(&to->server) || copy_workers(to, from) || copy_funcs(to, from) ||
		copy_failures(
			&to->failures, &to->failures_count, from->failures, from->failures_count) ||
		copy_deaths(to, from) || copy_queues(to, from) || copy_lists(to, from) ||
		copy_profile(to, from) || copy_map(&to->tasks_by_key, &from->tasks_by_key) ||
		copy_map(&to->funcs_by_name, &from->funcs_by_name) ||
		copy_map(&to->jobs_by_id, &from->jobs_by_id) || hist_copy(&to->wait, &from->wait) ||
		hist_copy(&to->run, &from->run) || hist_copy(&to->back, &from->back))
		return -ENOMEM;
	return 0;
}

static int copy_pools(struct model *to, const struct model *from)
{
	int ret = 0;

	to->pools = from->pools_count ? calloc(from->pools_count, sizeof(*to->pools)) : NULL;
	if (from->pools_count && !to->pools)
		return -ENOMEM;
	for (uint32_t i = 0; !ret && i < from->pools_count; i++) {
		ret = copy_pool(&to->pools[i], &from->pools[i]);
		to->pools_count = to->pools_cap = i + 1;
	}
	return ret;
}

static int copy_texts(struct model *to, const struct model *from)
{
	to->texts = from->texts_cap ? calloc(from->texts_cap, sizeof(*to->texts)) : NULL;
	if (from->texts_cap && !to->texts)
		return -ENOMEM;
	to->texts_cap = from->texts_cap;
	for (uint32_t i = 0; i < from->texts_cap; i++) {
		if (!from->texts[i])
			continue;
		to->texts[i] = strdup(from->texts[i]);
		if (!to->texts[i])
			return -ENOMEM;
	}
	return 0;
}

static int copy_rings(struct model *to, const struct model *from)
{
	to->early_cap = from->early_count;
	to->pending_cap = from->pending_count ? from->pending_cap : 0;
	to->pending_head = from->pending_count ? from->pending_head : 0;
	if (copy_failures(&to->early, &to->early_count, from->early, from->early_count) ||
		copy_vec(&to->events, from->events, MODEL_EVENTS, sizeof(*to->events)) ||
		copy_vec(&to->pending, from->pending, to->pending_cap, sizeof(*to->pending)) ||
		copy_vec(&to->gone, from->gone, from->gone_count ? MODEL_GONE : 0,
			sizeof(*to->gone)))
		return -ENOMEM;
	return 0;
}

int model_copy(struct model *to, const struct model *from)
{
	*to = *from;
	to->texts = NULL;
	to->procs = NULL;
	to->pools = NULL;
	to->cpus = NULL;
	to->events = NULL;
	to->pending = NULL;
	to->early = NULL;
	to->early_count = to->early_cap = 0;
	to->gone = NULL;
	to->past = NULL;
	to->past_count = to->past_cap = 0;
	to->keeps_past = false;
	to->stacks = NULL;
	to->stacks_count = to->stacks_cap = 0;
	to->texts_cap = to->procs_count = to->procs_cap = to->pools_cap = to->pools_count = 0;
	to->procs_by_pid = to->pool_by_ino = (struct map){0};
	to->traces = NULL;
	to->traces_count = to->traces_cap = 0;
	if (copy_texts(to, from) || stacks_copy(to, from) || traces_copy(to, from) ||
		copy_pools(to, from) || copy_rings(to, from) || copy_procs(to, from) ||
		copy_vec(&to->cpus, from->cpus, from->cpus_count, sizeof(*to->cpus)) ||
		copy_map(&to->procs_by_pid, &from->procs_by_pid) ||
		copy_map(&to->pool_by_ino, &from->pool_by_ino)) {
		model_release(to);
		return -ENOMEM;
	}
	return 0;
}
