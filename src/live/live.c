/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/live.h"

#include <errno.h>
#include <stdlib.h>

#include "live/counting.h"
#include "live/sampler.h"
#include "live/samples.h"
#include "live/state.h"

static int next_frame(struct source *s, const struct frame **ret_frame, struct err *err)
{
	struct live *l = (struct live *)s;
	const struct frame *f = outbox_next(&l->out);

	(void)err;
	if (!f)
		return SOURCE_LATER;
	*ret_frame = f;
	return SOURCE_FRAME;
}

static int no_fd(const struct source *s)
{
	(void)s;
	return -1;
}

static void free_nothing(struct source *s)
{
	(void)s; /* live_free() does it: the source is a part of struct live */
}

static const struct source_ops live_ops = {
	.name = "live",
	.next = next_frame,
	.fd = no_fd,
	.free = free_nothing,
};

static int watch_targets(struct live *l, const struct live_options *o, struct err *err)
{
	for (uint32_t i = 0; i < o->pids_count; i++)
		if (discover_tree(l, o->pids[i]))
			return err_set(err, -ESRCH, ERR_NO_TARGET,
				"there is no process %u: see `pooltop list`", o->pids[i]);
	if (o->all)
		discover_all(l);
	return 0;
}

static void open_probes(struct live *l, const struct live_options *o)
{
	struct err why = {0};

	if (o->no_bpf) {
		err_set(&why, 0, 0, "leave --no-bpf out, as root");
	} else {
		l->probes = probes_open(&why);
		if (l->probes) {
			probes_set_write_bytes(l->probes, l->write_bytes);
			probes_set_mark_salt(l->probes, machine_salt());
		}
	}
	/* To load the kernel programs takes a while, in which nothing is seen. */
	l->now_ns = l->polled_ns = l->started_ns = live_now();
	machine_session(l, o->version);
	if (!l->probes)
		machine_missing(l, "BPF", "tasks, bytes, queues, exact times and causes of death",
			why.text);
	else if (!probes_walker(l->probes, &why))
		machine_missing(l, "last-stack", "what a worker was doing when it died", why.text);
	if (l->probes && !probes_sampler(l->probes, &why))
		machine_missing(l, "sampler",
			"which part of a task is pickling, and the hot functions", why.text);
}

int live_open(const struct live_options *o, struct live **ret_live, struct err *err)
{
	struct live *l = calloc(1, sizeof(*l));
	int ret = -ENOMEM;

	if (!l)
		goto fail;
	l->source.ops = &live_ops;
	l->all = o->all;
	l->interval_ms = o->interval_ms;
	l->write_bytes = RING_DATA;
	l->cost_scale = 1;
	l->now_ns = live_now();
	l->known = calloc(LIVE_KNOWN, sizeof(*l->known));
	l->procs = procs_new(err);
	if (!l->known || !l->procs || shared_begin(l))
		goto fail;
	open_probes(l, o);
	/* Without probes nothing but these looks tells what a process is. */
	l->first_looks = o->first_looks || !l->probes ? o->first_looks : LIVE_FIRST_LOOKS;
	if (!l->probes) {
		l->shares = calloc(LIVE_FAMILIES * LIVE_CPUS, sizeof(*l->shares));
		if (!l->shares)
			goto fail;
	} else if (steps_open(l)) {
		goto fail;
	} else if (o->all) {
		probes_set_all_execs(l->probes, true);
	}
	if (l->probes && counting_open(l, o->budget ? o->budget : BUDGET_WHOLE))
		goto fail;
	if (o->exact && exact_open(l))
		goto fail;
	sums_begin(l);
	ret = watch_targets(l, o, err);
	if (!ret)
		ret = departed_begin(l);
	if (ret)
		goto fail;
	*ret_live = l;
	return 0;
fail:
	if (ret == -ENOMEM && err && !err->text[0])
		err_set(err, ret, ERR_FAILED, "out of memory");
	live_free(l);
	return ret;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	exact_release(l);
	counting_release(l);
	departed_release(l);
	probes_free(l->probes);
	procs_free(l->procs);
	outbox_release(&l->out);
	texts_release(&l->texts);
	map_release(&l->known_by_pid);
	for (uint32_t i = 0; l->known && i < l->known_top; i++) {
		native_forget(l, &l->known[i]);
		sample_forget(l, &l->known[i]);
		waits_forget(&l->known[i]);
	}
	native_release(l);
	steps_release(l);
	samples_release(l);
	free(l->known);
	free(l->shared);
	free(l->shares);
	free(l);
}

struct source *live_source(struct live *l)
{
	return &l->source;
}

int live_add(struct live *l, uint32_t pid)
{
	l->now_ns = live_now();
	return discover_tree(l, pid);
}

void live_poll(struct live *l)
{
	if (!l->probes)
		return;
	l->now_ns = live_now();
	machine_measure(l);
	events_drain(l);
	known_look(l);
	known_look_roles(l);
	stacks_look(l);
	native_look(l);
	steps_look(l);
	exact_look(l);
	departed_look(l);
}

int live_wake_fd(const struct live *l)
{
	return l->probes ? probes_wake_fd(l->probes) : -1;
}

void live_drain(struct live *l)
{
	l->now_ns = live_now();
	if (l->probes)
		events_drain(l);
}

bool live_is_calm(const struct live *l)
{
	enum { WHILE_NS = 2000 * 1000 * 1000 };

	return l->now_ns > l->started_ns + WHILE_NS && l->now_ns > l->stirred_ns + WHILE_NS;
}

void live_tick(struct live *l)
{
	l->now_ns = live_now();
	if (l->probes) {
		events_drain(l);
		known_look(l);
		sums_put(l);
		usage_put(l);
		native_tick(l);
		counting_tick(l);
		if (probes_sampler(l->probes, NULL))
			sampler_adapt(probes_sampler(l->probes, NULL), l->now_ns);
	} else {
		procmode_tick(l);
	}
	departed_look(l);
	shared_put(l);
	throttle_put(l);
	sample_tick(l);
	waits_put(l);
	machine_tick(l);
}

void live_done(struct live *l, int status)
{
	struct frame_done f = {.h = {.kind = FRAME_DONE, .t_ns = l->now_ns}, .status = status};

	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

bool live_is_alive(const struct live *l)
{
	return l->all || l->known_count;
}
