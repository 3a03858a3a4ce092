/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine stack of a thread that crashed, with its Python frames where they stand in it. */
#include <stdlib.h>
#include <string.h>

#include "live/interleave.h"
#include "live/maps.h"
#include "live/state.h"
#include "live/unwind.h"

enum {
	UNWINDS = 8, /* a tick: each takes tens of milliseconds */
	LOOKS = 8, /* processes whose maps are read again, a poll */
	MAPS_BYTES = 32 << 20, /* of all processes */
};

struct native {
	struct unwinder *unwinder;
	uint32_t left; /* unwinds, of this tick */
	uint32_t changed; /* processes whose maps have changed */
	size_t maps_bytes;
	/* The newest walk of a thread that its end began in. */
	uint32_t tid, count;
	struct stack_place walk[WALK_FRAMES];
	bool entry[WALK_FRAMES];
	struct unwound unwound[UNWIND_PLACES];
	struct interleaved mixed[UNWIND_PLACES + WALK_FRAMES];
	struct stack_place merged[UNWIND_PLACES + WALK_FRAMES];
};

static struct native *native_of(struct live *l)
{
	struct native *n = l->native;

	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->left = UNWINDS;
	n->unwinder = unwinder_new();
	if (!n->unwinder) {
		free(n);
		return NULL;
	}
	l->native = n;
	return n;
}

void native_release(struct live *l)
{
	if (!l->native)
		return;
	unwinder_free(l->native->unwinder);
	free(l->native);
	l->native = NULL;
}

void native_forget(struct live *l, struct known *k)
{
	if (k->maps && l->native)
		l->native->maps_bytes -= strlen(k->maps);
	free(k->maps);
	k->maps = NULL;
	if (k->maps_changed)
		l->native->changed--;
	k->maps_changed = false;
}

/* A fork that has loaded nothing since has its parent's maps, and keeps none of its own. */
void native_meet(struct live *l, struct known *k)
{
	struct native *n = l->probes && probes_walker(l->probes, NULL) ? native_of(l) : NULL;
	const struct known *parent = known_get(l, k->ppid);
	char *maps = n && k->is_python ? maps_read(k->pid) : NULL;

	if (!maps && k->maps_changed) {
		l->native->changed--;
		k->maps_changed = false;
	}
	if (!maps)
		return; /* what was read before is better than nothing */
	native_forget(l, k);
	if ((parent && parent->maps && !strcmp(parent->maps, maps)) ||
		n->maps_bytes + strlen(maps) > MAPS_BYTES) {
		free(maps);
		return;
	}
	k->maps = maps;
	n->maps_bytes += strlen(maps);
}

void native_changed(struct live *l, struct known *k)
{
	struct native *n = native_of(l);

	if (n && !k->maps_changed)
		n->changed++;
	k->maps_changed = n;
}

void native_look(struct live *l)
{
	struct native *n = l->native;
	uint32_t looks = 0;

	for (uint32_t i = l->known_top; n && n->changed && i-- && looks < LOOKS;) {
		struct known *k = &l->known[i];

		if (!k->pid || !k->maps_changed)
			continue;
		native_meet(l, k);
		looks++;
	}
}

void native_tick(struct live *l)
{
	if (l->native)
		l->native->left = UNWINDS;
}

void native_walked(struct live *l, const struct ring_walk *r, const struct stack_place *places)
{
	struct native *n = native_of(l);

	if (!n)
		return;
	n->tid = r->tid;
	n->count = r->count;
	memcpy(n->walk, places, r->count * sizeof(*places));
	for (uint32_t i = 0; i < r->count; i++)
		n->entry[i] = r->frames[i].entry;
}

static struct stack_place place_of(struct live *l, uint64_t t_ns, const struct unwound *u)
{
	return (struct stack_place){
		.function = texts_id(&l->texts, &l->out, t_ns, u->function),
		.file = texts_id(&l->texts, &l->out, t_ns, u->module),
		.kind = PLACE_NATIVE,
		.offset = u->offset,
	};
}

static uint32_t merge(struct live *l, const struct ring_native *r, size_t unwound)
{
	struct native *n = l->native;
	struct python_frames frames = {n->entry, n->tid == r->tid ? n->count : 0};
	size_t count = interleave(n->unwound, unwound, &frames, n->mixed);

	for (size_t i = 0; i < count; i++)
		n->merged[i] = n->mixed[i].is_python
				       ? n->walk[n->mixed[i].at]
				       : place_of(l, r->h.t_ns, &n->unwound[n->mixed[i].at]);
	return (uint32_t)count;
}

static const char *maps_of(struct live *l, const struct known *k)
{
	const struct known *parent = known_get(l, k->ppid);

	if (k->maps)
		return k->maps;
	return parent ? parent->maps : NULL;
}

void native_put(struct live *l, const struct ring_native *r)
{
	struct frame_stack f = {
		.h = {.kind = FRAME_STACK, .pid = r->h.pid, .t_ns = r->h.t_ns},
		.tid = r->tid,
		.flags = STACK_AT_DEATH | STACK_CULPRIT | STACK_NATIVE,
	};
	const struct known *k = known_get(l, r->h.pid);
	const char *maps = k ? maps_of(l, k) : NULL;
	struct unwind_from from = {
		.maps = maps, .tid = r->tid, .sp = r->sp, .bytes = r->bytes, .used = r->used};
	struct native *n = native_of(l);
	size_t unwound;
	bool is_whole;

	if (!n || !maps || !n->left)
		return;
	n->left--;
	memcpy(from.regs, r->regs, sizeof(from.regs));
	unwound = unwinder_run(n->unwinder, &from, n->unwound, &is_whole);
	if (!unwound)
		return;
	f.count = merge(l, r, unwound);
	outbox_put(&l->out, &f.h, sizeof(f), n->merged, f.count * sizeof(n->merged[0]));
}
