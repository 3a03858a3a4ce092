/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "live/ends.h"
#include "live/limits.h"
#include "live/role.h"
#include "live/samples.h"
#include "live/state.h"
#include "python/version.h"

#define SECOND_LOOK_NS 1000000000ull
#define OLD_NS 10000000000ull /* it has long started */
#define LOOK_AGAIN_NS 100000000ull
#define ROLE_NS 50000000ull /* a forked one is at work by then, most often */

enum { ROLE_TRIES = 12 };

struct known *known_get(struct live *l, uint32_t pid)
{
	uint32_t at;

	return map_get(&l->known_by_pid, pid, &at) ? &l->known[at] : NULL;
}

struct known *known_add(struct live *l, uint32_t pid, uint64_t start_ns)
{
	struct known *k = known_get(l, pid);

	if (k)
		known_del(l, k); /* its exit was lost: the pid is another process now */
	for (uint32_t i = 0; i < LIVE_KNOWN; i++) {
		k = &l->known[i];
		if (k->pid)
			continue;
		if (map_put(&l->known_by_pid, pid, i))
			return NULL;
		memset(k, 0, sizeof(*k));
		k->pid = pid;
		k->start_ns = start_ns;
		k->look_ns = l->now_ns;
		k->moved_ns = l->now_ns;
		k->has_mapped = true;
		l->known_count++;
		if (i >= l->known_top)
			l->known_top = i + 1;
		return k;
	}
	return NULL;
}

void known_del(struct live *l, struct known *k)
{
	if (k->is_head && l->families[k->family].head == k->pid)
		l->families[k->family].head = 0;
	if (k->layout_ns)
		l->layouts_due--;
	native_forget(l, k);
	exact_forget(l, k);
	sample_forget(l, k);
	waits_forget(k);
	samples_forget(l, k);
	map_del(&l->known_by_pid, k->pid);
	k->pid = 0;
	l->known_count--;
	while (l->known_top && !l->known[l->known_top - 1].pid)
		l->known_top--;
}

void known_make_head(struct live *l, struct known *k)
{
	struct watch w;
	uint32_t i = 0;

	if (k->is_head)
		return;
	while (i < LIVE_FAMILIES && l->families[i].head)
		i++;
	if (i == LIVE_FAMILIES)
		return;
	l->families[i] = (struct family){.head = k->pid};
	k->family = i;
	k->is_head = true;
	if (l->probes && probes_get(l->probes, k->pid, &w)) {
		w.flags |= WATCH_ROOT;
		w.group = 2 * i;
		w.kids_group = 2 * i + 1;
		probes_set(l->probes, k->pid, &w);
	}
}

void known_join_family(struct live *l, struct known *k)
{
	uint32_t group = 2 * k->family + 1;
	struct watch w;

	if (!l->probes || k->family >= LIVE_FAMILIES || !probes_get(l->probes, k->pid, &w) ||
		w.group == group)
		return;
	w.group = w.kids_group = group;
	probes_set(l->probes, k->pid, &w);
}

struct announce {
	struct live *l;
	struct known *k;
	bool brief; /* without what takes long to find out */
};

static uint32_t python_of(struct live *l, const struct known *k)
{
	char version[PYTHON_VERSION_MAX] = "";
	struct python_seen *seen;

	for (uint32_t i = 0; i < LIVE_PYTHONS; i++) {
		seen = &l->pythons[i];
		if (seen->exe && seen->exe == k->exe && seen->cgroup == k->cgroup)
			return seen->python;
	}
	if (python_version("/proc", k->pid, version))
		return 0; /* not permitted, or gone: another process may tell */
	seen = &l->pythons[l->pythons_next++ % LIVE_PYTHONS];
	seen->exe = k->exe;
	seen->cgroup = k->cgroup;
	seen->python = texts_id(&l->texts, &l->out, l->now_ns, version);
	return seen->python;
}

/* Once loaded, a library stays. */
static uint32_t libraries_of(struct known *k)
{
	static const struct mapped_name all[] = {
		{"/libtorch", PROC_TORCH},
		{"openblas", PROC_OPENBLAS},
		{"/libmkl_", PROC_MKL},
		{"/libgomp", PROC_OPENMP},
		{"/libiomp5", PROC_OPENMP},
		{"/libomp", PROC_OPENMP},
	};

	k->has_mapped = false;
	if (k->is_python)
		k->libraries |= maps_find(k->pid, all, sizeof(all) / sizeof(all[0]));
	return k->libraries;
}

/* Messages tell what those are that were seen to be born, if there are any: known_look_roles(). */
static uint32_t role_of(struct live *l, struct known *k)
{
	bool asked = k->how == PROC_FOUND || !l->probes;

	if (k->role || !asked || !k->is_python || k->is_head || !known_get(l, k->ppid))
		return k->role;
	k->role = role_read(k->pid);
	return k->role;
}

static void put_proc(void *arg, const struct proc_look *look)
{
	struct announce *a = arg;
	struct live *l = a->l;
	struct known *k = a->k;
	struct frame_proc f = {.h = {.kind = FRAME_PROC, .pid = k->pid, .t_ns = l->now_ns}};
	char folder[LIMITS_FOLDER];

	k->is_python = discover_is_python(look->exe, look->cmd);
	k->ppid = look->ppid;
	f.start_ns = k->start_ns;
	f.ppid = look->ppid;
	f.uid = look->uid;
	f.threads = look->threads;
	f.how = k->how;
	f.cmd = k->cmd = texts_id(&l->texts, &l->out, l->now_ns, look->cmd);
	f.exe = k->exe = texts_id(&l->texts, &l->out, l->now_ns, look->exe);
	f.cgroup = k->cgroup = texts_id(&l->texts, &l->out, l->now_ns, look->cgroup);
	f.python = k->python = k->is_python ? python_of(l, k) : 0;
	f.quota_milli = limits_quota_milli("", k->pid, folder);
	f.quota_cgroup = k->quota_cgroup = texts_id(&l->texts, &l->out, l->now_ns, folder);
	f.flags = a->brief ? 0 : libraries_of(k) | role_of(l, k);
	f.user = texts_id(&l->texts, &l->out, l->now_ns, look->user);
	memcpy(f.comm, look->comm, strnlen(look->comm, sizeof(f.comm)));
	if (k->role & PROC_BARE && l->probes)
		probes_set_bare(l->probes, k->pid);
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	throttle_look(l, k);
}

static void put_ends(struct live *l, const struct known *k)
{
	enum { MOST = 65 }; /* one more than the model keeps: so it knows that there are more */
	struct frame_pipe f = {.h = {.kind = FRAME_PIPE, .pid = k->pid, .t_ns = l->now_ns}};
	struct fd_end ends[MOST];
	uint32_t count = 0;

	if (ends_read(k->pid, ends, MOST, &count) || !count)
		return; /* none: not permitted, or it is ending and holds none any more */
	for (uint32_t i = 0; i < count; i++) {
		f.ino = ends[i].ino;
		f.fd = ends[i].fd;
		f.mode = ends[i].mode;
		outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	}
	f.ino = 0;
	f.fd = -1;
	f.mode = 0;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

bool known_announce(struct live *l, struct known *k)
{
	struct announce a = {.l = l, .k = k};
	bool is_new;

	/* A worker closes the ends it does not need right after its start: look once more. */
	is_new = !k->looked_ns && k->start_ns + OLD_NS > l->now_ns;
	k->look_ns = is_new ? l->now_ns + SECOND_LOOK_NS : 0;
	k->looked_ns = l->now_ns;
	if (!procs_look(l->procs, k->pid, put_proc, &a))
		return false;
	put_ends(l, k);
	stacks_meet(l, k);
	native_meet(l, k);
	exact_meet(l, k);
	if (k->how == PROC_BORN && l->probes && !k->role && !k->role_tries && !k->is_head)
		k->role_ns = l->now_ns + ROLE_NS;
	return true;
}

void known_announce_gone(struct live *l, struct known *k, const struct ring_exec *r)
{
	struct frame_proc f = {.h = {.kind = FRAME_PROC, .pid = k->pid, .t_ns = l->now_ns}};
	char cmd[EXEC_ARGS + 1];
	uint32_t len = r->len < EXEC_ARGS ? r->len : EXEC_ARGS;

	while (len && !r->args[len - 1])
		len--;
	for (uint32_t i = 0; i < len; i++)
		cmd[i] = r->args[i] ? r->args[i] : ' ';
	cmd[len] = '\0';
	f.start_ns = k->start_ns;
	f.ppid = k->ppid;
	f.how = k->how;
	f.cmd = k->cmd = texts_id(&l->texts, &l->out, l->now_ns, cmd);
	memcpy(f.comm, r->exec.comm, sizeof(f.comm));
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

void known_announce_briefly(struct live *l, struct known *k)
{
	struct announce a = {.l = l, .k = k, .brief = true};

	k->look_ns = l->now_ns;
	procs_look(l->procs, k->pid, put_proc, &a);
}

void known_look_for_torch(struct live *l, struct known *k)
{
	struct announce a = {.l = l, .k = k};

	if (k->is_python && k->has_mapped && !(k->libraries & PROC_TORCH) &&
		libraries_of(k) & PROC_TORCH)
		procs_look(l->procs, k->pid, put_proc, &a);
}

void known_has_forked(struct live *l, struct known *k)
{
	if (k->looked_ns && l->now_ns - k->looked_ns > LOOK_AGAIN_NS) {
		k->looked_ns = l->now_ns;
		known_look_for_torch(l, k);
	}
	known_look_again(l, k); /* it may have made new pipes for the child */
}

void known_look_again(struct live *l, struct known *k)
{
	/* Late enough to find closed what is closed right after a fork. */
	if (!k->look_ns)
		k->look_ns = l->now_ns + LOOK_AGAIN_NS;
}

void known_look(struct live *l)
{
	uint32_t looks = 0;

	/* The newest first: they may be gone soon. */
	for (uint32_t i = l->known_top; i-- && looks < LIVE_LOOKS;) {
		struct known *k = &l->known[i];

		if (!k->pid || !k->look_ns || k->look_ns > l->now_ns)
			continue;
		known_announce(l, k);
		looks++;
	}
}

static void look_role(struct live *l, struct known *k)
{
	struct announce a = {.l = l, .k = k};
	struct reader *r = k->is_python && known_get(l, k->ppid) ? sample_reader(l, k) : NULL;

	k->role_tries++;
	k->role_ns = k->role_tries < ROLE_TRIES ? l->now_ns + k->role_tries * ROLE_NS : 0;
	/* What its pool did before it was born is known. */
	k->role = r ? role_read_known(r) & (PROC_ROLES | PROC_CELERY) : 0;
	if (!k->role)
		return;
	k->role_ns = 0;
	procs_look(l->procs, k->pid, put_proc, &a);
	put_ends(l, k);
}

void known_look_roles(struct live *l)
{
	uint32_t looks = 0;

	for (uint32_t i = l->known_top; i-- && looks < LIVE_ROLES;) {
		struct known *k = &l->known[i];

		if (!k->pid || !k->role_ns || k->role_ns > l->now_ns)
			continue;
		look_role(l, k);
		looks++;
	}
}
