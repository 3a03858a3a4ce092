/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <string.h>

#include "live/counting.h"
#include "live/samples.h"
#include "live/state.h"

static void on_fork(struct live *l, const struct frame *record)
{
	const struct frame_fork *f = (const void *)record;
	struct known *parent = known_get(l, record->pid);
	struct known *k = known_get(l, f->child);

	if (k && k->how == PROC_FOUND && f->start_ns / 20000000 == k->start_ns / 20000000)
		return; /* the scan at attach was faster than its fork's record */
	if (parent)
		throttle_look(l, parent); /* what was before is not the pool's that it may make */
	outbox_put(&l->out, record, sizeof(*f), NULL, 0);
	k = known_add(l, f->child, f->start_ns);
	if (!k)
		return;
	k->ppid = record->pid;
	k->how = PROC_BORN;
	if (!parent)
		return;
	k->family = parent->family;
	known_join_family(l, k);
	known_has_forked(l, parent);
	k->is_python = parent->is_python;
	k->libraries = parent->libraries;
	k->has_mapped = parent->has_mapped;
	if (k->is_python)
		steps_begin(k, record->t_ns);
	k->has_layout = parent->has_layout;
}

static void on_exec(struct live *l, const struct frame *record)
{
	const struct ring_exec *r = (const void *)record;
	struct known *k = known_get(l, record->pid);
	struct frame_exec f = r->exec;
	const char *cmd;

	if (offsetof(struct ring_exec, args) + r->len > record->size)
		return;
	if (!k) {
		if (l->all)
			discover_python(l, record->pid);
		return;
	}
	f.h.kind = FRAME_EXEC;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	/* It may have been looked at between its fork and this: as what it was then. */
	stacks_new_program(l, k);
	sample_forget(l, k);
	k->role = k->role_tries = 0;
	if (!known_announce(l, k)) {
		known_announce_gone(l, k, r);
		return;
	}
	k->libraries = 0;
	k->has_mapped = true;
	steps_begin(k, record->t_ns);
	known_look_again(l, k);
	if (known_get(l, k->ppid))
		known_look_again(l, known_get(l, k->ppid)); /* it closes what it started it with */
	cmd = texts_get(&l->texts, k->cmd);
	if (k->is_python && cmd && !discover_is_helper(cmd))
		known_make_head(l, k);
}

static void on_exit(struct live *l, const struct frame *record)
{
	struct known *k = known_get(l, record->pid);
	struct frame_exit f;

	memcpy(&f, record, sizeof(f));
	if (k)
		throttle_look(l, k);
	if (k && f.rss_peak_bytes < k->usage.rss_peak_bytes)
		f.rss_peak_bytes = k->usage.rss_peak_bytes;
	if (k)
		samples_exit(l, k, &f);
	counting_exit(l, record->pid);
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	if (k)
		known_del(l, k);
}

static void on_thread_exit(struct live *l, const struct frame *record)
{
	outbox_put(&l->out, record, sizeof(struct frame_thread_exit), NULL, 0);
}

static void on_signal(struct live *l, const struct frame *record)
{
	outbox_put(&l->out, record, sizeof(struct frame_signal), NULL, 0);
}

/* The names of cgroups, innermost first, as a path. */
static void cgroup_path(const struct ring_oom *r, char *path, size_t size)
{
	size_t used = 0;

	path[0] = '\0';
	for (int i = OOM_LEVELS - 1; i >= 0; i--) {
		const char *name = r->names[i];
		size_t len = strnlen(name, OOM_NAME);

		if (!len || (len == 1 && name[0] == '/') || used + len + 2 > size)
			continue;
		path[used++] = '/';
		memcpy(path + used, name, len);
		used += len;
		path[used] = '\0';
	}
}

static void on_oom(struct live *l, const struct frame *record)
{
	const struct ring_oom *r = (const void *)record;
	struct known *k = known_get(l, record->pid);
	struct frame_oom f = r->oom;
	char path[OOM_LEVELS * (OOM_NAME + 1) + 1];

	cgroup_path(r, path, sizeof(path));
	f.h.kind = FRAME_OOM;
	f.scope = texts_id(&l->texts, &l->out, f.h.t_ns, path[0] ? path : "machine");
	if (!f.rss_bytes && k)
		f.rss_bytes = k->usage.rss_bytes;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static void on_message(struct live *l, const struct frame *record)
{
	const struct ring_msg *m = (const void *)record;

	if (sizeof(*m) + m->skip + m->prefix + m->tail <= record->size)
		message_put(l, m);
}

static void on_walk(struct live *l, const struct frame *record)
{
	const struct ring_walk *r = (const void *)record;

	if (offsetof(struct ring_walk, bytes) + r->used <= record->size && r->count <= WALK_FRAMES)
		walked_put(l, r);
}

static void on_native(struct live *l, const struct frame *record)
{
	const struct ring_native *r = (const void *)record;

	if (offsetof(struct ring_native, bytes) + r->used <= record->size)
		native_put(l, r);
}

static void on_step(struct live *l, const struct frame *record)
{
	const struct ring_step *r = (const void *)record;

	if (offsetof(struct ring_step, path) + r->len <= record->size)
		steps_put(l, r);
}

static void on_code(struct live *l, const struct frame *record)
{
	const struct ring_code *r = (const void *)record;
	size_t len = (size_t)r->name_len + r->file_len + r->table_len;

	if (offsetof(struct ring_code, bytes) + len <= record->size)
		samples_code(l, r);
}

static void on_sample(struct live *l, const struct frame *record)
{
	const struct ring_sample *r = (const void *)record;

	if (r->count <= SAMPLE_FRAMES &&
		offsetof(struct ring_sample, codes) + r->count * sizeof(r->codes[0]) <=
			record->size)
		samples_put(l, r);
}

static void on_maps(struct live *l, const struct frame *record)
{
	struct known *k = known_get(l, record->pid);

	if (!k)
		return;
	k->has_mapped = true;
	native_changed(l, k);
	exact_meet(l, k);
}

/* The other half first: it is the older one. */
static void on_stderr(struct live *l, const struct frame *record)
{
	const struct ring_stderr *r = (const void *)record;
	struct frame_stderr f = {
		.h = {.kind = FRAME_STDERR, .pid = record->pid, .t_ns = record->t_ns}};
	char text[2 * STDERR_HALF];

	for (uint32_t i = 1; i <= 2; i++) {
		uint32_t half = (r->half + i) & 1, used = r->used[half];

		if (used > STDERR_HALF)
			return;
		memcpy(text + f.len, r->bytes + half * STDERR_HALF, used);
		f.len += used;
	}
	if (f.len && known_get(l, record->pid))
		outbox_put(&l->out, &f.h, sizeof(f), text, f.len);
}

static const struct {
	uint16_t kind;
	uint16_t size; /* at least */
	void (*take)(struct live *l, const struct frame *record);
	bool stirs; /* there is more to look at soon, or it will be too late */
} takers[] = {
	{RING_MSG, sizeof(struct ring_msg), on_message, false},
	{FRAME_FORK, sizeof(struct frame_fork), on_fork, true},
	{RING_EXEC, offsetof(struct ring_exec, args), on_exec, true},
	{FRAME_EXIT, sizeof(struct frame_exit), on_exit, true},
	{FRAME_THREAD_EXIT, sizeof(struct frame_thread_exit), on_thread_exit, false},
	{FRAME_SIGNAL, sizeof(struct frame_signal), on_signal, true},
	{RING_OOM, sizeof(struct ring_oom), on_oom, true},
	{RING_STDERR, sizeof(struct ring_stderr), on_stderr, false},
	{RING_STEP, offsetof(struct ring_step, path), on_step, true},
	{RING_MAPS, sizeof(struct frame), on_maps, true},
	{RING_SAMPLE, offsetof(struct ring_sample, codes), on_sample, false},
	{RING_CODE, offsetof(struct ring_code, bytes), on_code, false},
	{RING_NATIVE, offsetof(struct ring_native, bytes), on_native, false},
	{RING_WALK, offsetof(struct ring_walk, bytes), on_walk, false},
};

static void take(void *arg, const void *record, size_t size)
{
	const struct frame *f = record;
	struct live *l = arg;

	if (size < sizeof(*f))
		return;
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (takers[i].kind != f->kind)
			continue;
		if (takers[i].stirs)
			l->stirred_ns = l->now_ns;
		if (size >= takers[i].size)
			takers[i].take(l, f);
		return;
	}
}

static void tell_lost(struct live *l)
{
	struct frame_lost f = {.h = {.kind = FRAME_LOST, .t_ns = l->now_ns}, .where = LOST_RING};
	struct ring_counts counts;

	probes_counts(l->probes, &counts);
	if (counts.lost <= l->lost)
		return;
	f.count = counts.lost - l->lost;
	f.from_ns = l->polled_ns;
	f.to_ns = l->now_ns;
	l->lost = counts.lost;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

void events_drain(struct live *l)
{
	enum { MANY_BYTES = RING_BYTES / 64 };
	uint64_t bytes = probes_drain(l->probes, take, l);

	l->drained_bytes += bytes;
	if (bytes > MANY_BYTES)
		l->stirred_ns = l->now_ns;
	tell_lost(l);
	l->polled_ns = l->now_ns;
}
