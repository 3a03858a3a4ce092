/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that were gone before watching began: FRAME_DEPARTED. Children that nobody has waited
 * for are still there to be looked at; of others the kernel's log may tell. Only of programs that
 * were found with children, and once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/departed.h"
#include "live/kernel_log.h"
#include "live/log_clock.h"
#include "live/state.h"

enum {
	RECORDS = 4096, /* of the log, at a time */
	KIN = 256, /* processes that its names are held against */
	MOST = 64, /* frames of either sort */
	/* Fields of /proc/PID/stat, as proc(5) counts. */
	FLAGS_FIELD = 9,
	EXIT_FIELD = 52,
	NO_EXEC = 0x40, /* PF_FORKNOEXEC (include/linux/sched.h) */
};

/* A process that may have had the same parent, or is that. */
struct kin {
	uint32_t head;
	uint32_t uid;
	char comm[WIRE_COMM + 1];
	char cgroup[LOG_CGROUP]; /* memory */
};

struct departed {
	int fd; /* of the log; -1: it is read, or cannot be */
	uint32_t told; /* frames by the log */
	struct log_clock clock;
	struct kernel_log log;
	struct kin *kin; /* NULL: not needed yet */
	uint32_t kin_count;
	char record[LOG_RECORD];
};

static bool read_file(const char *name, uint32_t pid, char *buf, size_t size)
{
	char path[64];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[n] = '\0';
	return n;
}

/* Of "4:memory:/path", else of "0::/path". */
static void memory_cgroup(uint32_t pid, char ret[static LOG_CGROUP])
{
	char text[4096], *save = NULL;

	ret[0] = '\0';
	if (!read_file("cgroup", pid, text, sizeof(text)))
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		if (strcmp(names, ":memory") && (names[1] || ret[0]))
			continue;
		snprintf(ret, LOG_CGROUP, "%s", path);
	}
}

static void look_at(const struct live *l, const struct known *k, struct kin *ret)
{
	char path[64];
	struct stat s;

	*ret = (struct kin){.head = l->families[k->family].head, .uid = UINT32_MAX};
	snprintf(path, sizeof(path), "/proc/%u", k->pid);
	if (!stat(path, &s))
		ret->uid = s.st_uid;
	if (read_file("comm", k->pid, ret->comm, sizeof(ret->comm)))
		ret->comm[strcspn(ret->comm, "\n")] = '\0';
	memory_cgroup(k->pid, ret->cgroup);
}

static void find_kin(struct live *l, struct departed *d)
{
	d->kin = calloc(KIN, sizeof(*d->kin));
	for (uint32_t i = 0; d->kin && i < l->known_top && d->kin_count < KIN; i++) {
		const struct known *k = &l->known[i];

		if (k->pid && k->is_python && k->family < LIVE_FAMILIES)
			look_at(l, k, &d->kin[d->kin_count++]);
	}
}

/* Of a crash the log has a name alone, which any program may have: the model holds it against who
 * was started right after. */
static bool is_kin(const struct kin *kin, const struct log_death *d)
{
	if (!kin->comm[0] || strncmp(kin->comm, d->comm, sizeof(kin->comm)))
		return false;
	return !d->is_oom || (d->has_uid && kin->uid == d->uid && d->cgroup[0] &&
				     !strcmp(kin->cgroup, d->cgroup));
}

/* False: it was before that program began. */
static bool put_logged(struct live *l, const struct departed *d, const struct log_death *death,
	const struct kin *kin)
{
	const struct known *head = known_get(l, kin->head);
	struct frame_departed f = {
		.h = {.kind = FRAME_DEPARTED, .pid = death->pid, .t_ns = l->now_ns},
		.limit_bytes = death->limit_bytes,
		.rss_bytes = death->rss_bytes,
		.parent = kin->head,
		.status = death->sig,
		.flags = DEPARTED_LOGGED | (death->is_oom ? DEPARTED_OOM : DEPARTED_THREAD),
	};

	f.ended_ns = log_clock_convert(&d->clock, death->t_ns, (uint64_t *)&f.error_ns);
	if (head && f.ended_ns + f.error_ns < head->start_ns)
		return false;
	if (death->is_oom)
		f.scope = texts_id(
			&l->texts, &l->out, l->now_ns, death->scope[0] ? death->scope : "machine");
	memcpy(f.comm, death->comm, sizeof(f.comm));
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	return true;
}

/* To each program that it may have been a part of: the model knows more of them. */
static void take_death(struct live *l, struct departed *d, const struct log_death *death)
{
	uint32_t last = 0;

	if (!d->kin)
		find_kin(l, d);
	if (known_get(l, death->pid))
		return; /* its number is another's now */
	for (uint32_t i = 0; i < d->kin_count && d->told < MOST; i++) {
		if (!d->kin[i].head || d->kin[i].head == last || !is_kin(&d->kin[i], death))
			continue;
		last = d->kin[i].head;
		d->told += put_logged(l, d, death, &d->kin[i]);
	}
}

void departed_look(struct live *l)
{
	struct departed *d = l->departed;
	struct log_death death;

	if (!d || d->fd < 0)
		return;
	for (int i = 0; i < RECORDS; i++) {
		ssize_t n = read(d->fd, d->record, sizeof(d->record));

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* what came next was overwritten */
		if (n <= 0) {
			departed_release(l);
			return;
		}
		if (kernel_log_take(&d->log, d->record, (size_t)n, &death))
			take_death(l, d, &death);
	}
}

/* Of one that runs the program it was forked in. Of others' children the status reads 0. */
static bool zombie_status(uint32_t pid, uint32_t *ret_status, char ret_comm[static WIRE_COMM])
{
	char text[1024], *open, *at;
	unsigned long flags = 0;

	if (!read_file("stat", pid, text, sizeof(text)))
		return false;
	open = strchr(text, '(');
	at = strrchr(text, ')');
	if (!open || !at || at < open)
		return false;
	*at = '\0';
	strncpy(ret_comm, open + 1, WIRE_COMM - 1);
	for (int i = 3; at && i <= EXIT_FIELD; i++) {
		at = strchr(at + 1, ' ');
		if (at && i == FLAGS_FIELD)
			flags = strtoul(at, NULL, 10);
	}
	*ret_status = at ? (uint32_t)strtoul(at, NULL, 10) : 0;
	return at && flags & NO_EXEC;
}

struct zombies {
	struct live *l;
	uint32_t told;
};

static void put_zombie(void *arg, const struct proc_sample *s)
{
	struct zombies *z = arg;
	struct live *l = z->l;
	const struct known *parent = s->state == 'Z' ? known_get(l, s->ppid) : NULL;
	struct frame_departed f = {
		.h = {.kind = FRAME_DEPARTED, .pid = s->pid, .t_ns = l->now_ns},
		.start_ns = s->start_ns,
		.parent = s->ppid,
		.flags = DEPARTED_CHILD,
	};
	char comm[WIRE_COMM] = "";

	/* Who was seen to live dies before our eyes. */
	if (!parent || parent->how != PROC_FOUND || known_get(l, s->pid) || z->told >= MOST ||
		!zombie_status(s->pid, &f.status, comm) || !f.status)
		return;
	memcpy(f.comm, comm, sizeof(f.comm));
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	z->told++;
}

static bool has_family(const struct live *l)
{
	for (uint32_t i = 0; i < l->known_top; i++)
		if (l->known[i].pid && l->known[i].how == PROC_FOUND && !l->known[i].is_head &&
			l->known[i].family < LIVE_FAMILIES)
			return true;
	return false;
}

int departed_open_log(struct err *why)
{
	static const char first[] = "pid:[4026531836]";
	char link[32] = "", byte[LOG_RECORD];
	int fd;

	/* Its numbers are those of the first PID namespace (include/linux/proc_ns.h). */
	if (readlink("/proc/self/ns/pid", link, sizeof(link) - 1) <= 0 || strcmp(link, first))
		return err_set(why, -ENOENT, ERR_FAILED,
			"run pooltop outside of the container, on the host");
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && read(fd, byte, sizeof(byte)) < 0 && errno == EPERM) {
		close(fd);
		fd = -1;
	} else if (fd >= 0) {
		lseek(fd, 0, SEEK_SET);
	}
	if (fd < 0)
		return err_set(why, -EPERM, ERR_PERMISSION,
			"sudo pooltop, or: sudo setcap cap_syslog+ep /path/to/pooltop");
	return fd;
}

/* 0 or -ENOMEM. */
int departed_begin(struct live *l)
{
	struct zombies z = {.l = l};
	struct departed *d;
	struct err why = {0};

	if (!has_family(l))
		return 0;
	procs_sample_all(l->procs, put_zombie, &z);
	d = l->departed = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	log_clock_read(&d->clock);
	d->fd = departed_open_log(&why);
	if (d->fd < 0)
		machine_missing(l, "kernel-log",
			"who was killed before watching began, and by what", why.text);
	return 0;
}

void departed_release(struct live *l)
{
	struct departed *d = l->departed;

	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	free(d->kin);
	free(d);
	l->departed = NULL;
}
