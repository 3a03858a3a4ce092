/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live/ends.h"
#include "live/state.h"

/* Command lines by which CPython's multiprocessing (3.6 to 3.14) and loky start processes that
 * are parts of a pool and no programs of their own. */
static const char *const helper_marks[] = {
	"--multiprocessing-fork",
	"from multiprocessing.",
	"from multiprocess.",
	"loky.backend.",
};

bool discover_is_helper(const char *cmd)
{
	for (size_t i = 0; i < sizeof(helper_marks) / sizeof(helper_marks[0]); i++)
		if (strstr(cmd, helper_marks[i]))
			return true;
	return false;
}

static bool names_python(const char *path, size_t len)
{
	const char *base = memrchr(path, '/', len);

	base = base ? base + 1 : path;
	return !strncmp(base, "python", 6) || !strncmp(base, "pypy", 4);
}

bool discover_is_python(const char *exe, const char *cmd)
{
	if (names_python(exe, strlen(exe)))
		return true;
	/* Another user's executable cannot be read; then its own word must do. */
	return !strcmp(exe, "-") && names_python(cmd, strcspn(cmd, " "));
}

/* A process of the scan, kept until all are read: parents may come after children. */
struct scanned {
	uint32_t pid, ppid;
	uint64_t start_ns;
	bool is_python, is_helper, wanted;
	uint32_t turn; /* in which it came to be watched, from 1; 0: it is not, or was before */
	uint64_t cmd_hash; /* a forked worker has its parent's command line */
};

struct scan {
	struct scanned *procs;
	uint32_t count, cap;
	uint32_t turns;
};

static uint64_t hash_text(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}

static void keep(void *arg, const struct proc_look *look)
{
	struct scan *s = arg;

	if (s->count == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 256;
		struct scanned *procs = realloc(s->procs, cap * sizeof(*procs));

		if (!procs)
			return;
		s->procs = procs;
		s->cap = cap;
	}
	s->procs[s->count++] = (struct scanned){
		.pid = look->pid,
		.ppid = look->ppid,
		.start_ns = look->start_ns,
		.is_python = discover_is_python(look->exe, look->cmd),
		.is_helper = discover_is_helper(look->cmd),
		.cmd_hash = hash_text(look->cmd),
	};
}

static struct scanned *find(struct scan *s, uint32_t pid)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->procs[i].pid == pid)
			return &s->procs[i];
	return NULL;
}

/* Part of the program that its parent is: forked by it, or started by multiprocessing for it. */
static bool is_part(struct scan *s, const struct scanned *p)
{
	const struct scanned *parent = find(s, p->ppid);

	return parent && parent->is_python && (p->is_helper || p->cmd_hash == parent->cmd_hash);
}

/* State of a process whose life was not watched until now: only a wait for a task is certain. */
static void first_state(struct live *l, struct known *k, struct watch *w)
{
	struct in_syscall call;

	w->start_ns = k->start_ns;
	w->since_ns = l->now_ns;
	w->syscall = -1;
	w->state = STATE_RUN;
	w->flags = WATCH_HAND;
	if (!syscall_read(k->pid, &call) || !syscall_is_task_wait(&call))
		return;
	w->state = STATE_WAIT;
	w->flags = 0;
	w->syscall = call.nr;
	if (!call.nr)
		w->ino = ends_ino(k->pid, call.arg[0]);
}

static void watch(struct live *l, struct scan *s, struct scanned *p, bool is_head, uint32_t family)
{
	struct known *k = known_get(l, p->pid);
	struct watch w = {0};

	if (k && k->start_ns == p->start_ns)
		return;
	k = known_add(l, p->pid, p->start_ns);
	if (!k)
		return;
	k->ppid = p->ppid;
	k->how = PROC_FOUND;
	k->family = family;
	first_state(l, k, &w);
	w.group = w.kids_group = 2 * family + 1;
	if (l->probes && probes_watch(l->probes, p->pid, &w)) {
		known_del(l, k);
		return;
	}
	if (is_head)
		known_make_head(l, k);
	p->turn = ++s->turns;
}

static int by_turn(const void *a, const void *b)
{
	uint32_t x = ((const struct scanned *)a)->turn, y = ((const struct scanned *)b)->turn;

	return x < y ? -1 : x > y;
}

/* To read all that is to be told of a process takes milliseconds. Not before all are watched:
 * what its parent sends it meanwhile would be seen, and that it takes it would not. */
static void announce(struct live *l, struct scan *s)
{
	uint32_t most = l->first_looks ? l->first_looks : UINT32_MAX;

	if (s->turns)
		qsort(s->procs, s->count, sizeof(*s->procs), by_turn);
	for (uint32_t i = 0; i < s->count; i++) {
		struct known *k = s->procs[i].turn ? known_get(l, s->procs[i].pid) : NULL;

		if (k && s->procs[i].turn <= most)
			known_announce(l, k);
		else if (k)
			known_announce_briefly(l, k);
	}
}

/* Watches what is wanted, parents before children, as deep as the tree goes. */
static void watch_scan(struct live *l, struct scan *s)
{
	for (int again = 1, depth = 0; again && depth < 64; depth++) {
		again = 0;
		for (uint32_t i = 0; i < s->count; i++) {
			struct scanned *p = &s->procs[i];
			struct known *parent = known_get(l, p->ppid);
			bool part = is_part(s, p);

			if (!p->wanted || (part && !parent))
				continue;
			watch(l, s, p, !part && p->is_python,
				part ? parent->family : LIVE_FAMILIES);
			p->wanted = false;
			again = 1;
		}
	}
	announce(l, s);
}

void discover_all(struct live *l)
{
	struct scan s = {0};

	procs_look_all(l->procs, keep, &s);
	for (uint32_t i = 0; i < s.count; i++)
		s.procs[i].wanted = s.procs[i].is_python;
	watch_scan(l, &s);
	free(s.procs);
}

static int scan_tree(struct live *l, uint32_t pid)
{
	struct scan s = {0};
	struct scanned *root;
	int ret = -ESRCH;

	procs_look_all(l->procs, keep, &s);
	root = find(&s, pid);
	if (!root)
		goto out;
	watch(l, &s, root, true, LIVE_FAMILIES);
	for (int again = 1, depth = 0; again && depth < 64; depth++) {
		again = 0;
		for (uint32_t i = 0; i < s.count; i++) {
			struct scanned *parent = find(&s, s.procs[i].ppid);

			if (s.procs[i].wanted || !parent || (parent != root && !parent->wanted))
				continue;
			s.procs[i].wanted = true;
			again = 1;
		}
	}
	watch_scan(l, &s);
	ret = 0;
out:
	free(s.procs);
	return ret;
}

int discover_tree(struct live *l, uint32_t pid)
{
	int ret = scan_tree(l, pid);

	/* Again, for what was forked after the first scan and before its parent was watched. */
	return ret ? ret : scan_tree(l, pid);
}

void discover_python(struct live *l, uint32_t pid)
{
	struct scan s = {0};

	if (procs_look(l->procs, pid, keep, &s) && s.count && s.procs[0].is_python)
		watch(l, &s, &s.procs[0], true, LIVE_FAMILIES);
	announce(l, &s);
	free(s.procs);
}

uint32_t live_program_of(uint32_t pid)
{
	struct procs *procs = procs_new(NULL);
	const struct scanned *p = NULL;
	struct scan s = {0};

	if (procs)
		procs_look_all(procs, keep, &s);
	p = find(&s, pid);
	for (int depth = 0; p && depth < 64 && is_part(&s, p); depth++)
		p = find(&s, p->ppid);
	pid = p ? p->pid : 0;
	free(s.procs);
	procs_free(procs);
	return pid;
}
