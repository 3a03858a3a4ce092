/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frames STREAM.tsv: feeds a run's system calls, as strace saw them, through the framing that the
 * kernel program uses (bpf/framing.h), and prints a line for each message: when it was whole, the
 * thread, what it did, the pipe (the number of the call that made it), the message's bytes, and
 * the first of them as hexadecimal digits. The columns of a stream are: enter and exit in
 * microseconds, thread, call, descriptor, bytes asked, result, -, data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/framing.h"

enum {
	COLUMNS = 9,
	LINE_MAX_BYTES = 1 << 16,
	THREADS_MAX = 1024,
	FDS_MAX = 1024,
	DATA_MAX = 12, /* bytes of a call that are kept */
	SHOWN_MAX = 8, /* bytes of a message */
};

enum column { US_ENTER, US_EXIT, TID, CALL, FD, ASKED, RET, UNUSED, DATA };

struct process {
	int pipes[FDS_MAX]; /* by descriptor; 0: something else */
};

/* A descriptor as one thread reads or writes it. */
struct use {
	struct framing framing;
	int pipe;
	unsigned char kept[SHOWN_MAX];
	size_t kept_bytes;
};

struct thread {
	long tid;
	struct process *process;
	struct use uses[FDS_MAX][2]; /* of which one reads, one writes */
};

struct run {
	struct thread *threads[THREADS_MAX];
	int threads_count;
	int pipes;
};

struct call {
	char *columns[COLUMNS];
	struct framing_call call;
	unsigned char data[DATA_MAX]; /* its first bytes: strace cuts it */
	struct thread *thread;
	struct use *use;
};

static void *must(void *memory)
{
	if (!memory) {
		perror("frames");
		exit(1);
	}
	return memory;
}

static struct thread *find_thread(struct run *run, long tid, struct process *process)
{
	struct thread *t;

	for (int i = run->threads_count - 1; i >= 0; i--)
		if (run->threads[i]->tid == tid)
			return run->threads[i];
	if (run->threads_count == THREADS_MAX) {
		fprintf(stderr, "frames: too many threads\n");
		exit(1);
	}
	t = must(calloc(1, sizeof(*t)));
	t->tid = tid;
	t->process = process ? process : must(calloc(1, sizeof(*process)));
	run->threads[run->threads_count++] = t;
	return t;
}

static int is_call(const struct call *c, const char *name)
{
	return strcmp(c->columns[CALL], name) == 0;
}

static void on_clone(struct run *run, struct call *c)
{
	struct process *process = c->thread->process;
	long tid = atol(c->columns[RET]);

	if (tid <= 0)
		return;
	if (strcmp(c->columns[DATA], "thread") != 0) {
		process = must(malloc(sizeof(*process)));
		memcpy(process, c->thread->process, sizeof(*process));
	}
	find_thread(run, tid, process);
}

static void set_pipe(struct call *c, long fd, int pipe)
{
	if (fd >= 0 && fd < FDS_MAX)
		c->thread->process->pipes[fd] = pipe;
}

static void on_pipe(struct run *run, struct call *c)
{
	char *second;
	long first = strtol(c->columns[DATA], &second, 10);

	run->pipes++;
	set_pipe(c, first, run->pipes);
	set_pipe(c, atol(second), run->pipes);
}

static size_t from_hex(const char *hex, unsigned char *bytes, size_t max)
{
	size_t n = 0;

	while (n < max && sscanf(hex + 2 * n, "%2hhx", &bytes[n]) == 1)
		n++;
	return n;
}

static void keep(struct use *u, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n && u->kept_bytes < SHOWN_MAX; i++)
		u->kept[u->kept_bytes++] = bytes[i];
}

static void print(struct call *c, __u64 bytes)
{
	struct use *u = c->use;

	printf("%s\t%s\t%s\t%d\t%llu\t", c->columns[US_EXIT], c->columns[TID], c->columns[CALL],
		u->pipe, (unsigned long long)bytes);
	for (size_t i = 0; i < u->kept_bytes && i < bytes; i++)
		printf("%02x", u->kept[i]);
	printf("\n");
	u->kept_bytes = 0;
}

static void take(struct call *c)
{
	struct use *u = c->use;
	__u64 bytes;
	size_t skip;
	bool is_whole = framing_take(&u->framing, &c->call, &bytes, &skip);

	if (skip != 0)
		u->kept_bytes = 0; /* no more of the message before */
	if (skip < c->call.data_bytes)
		keep(u, c->data + skip, c->call.data_bytes - skip);
	if (is_whole)
		print(c, bytes);
}

static void on_io(struct call *c, enum msg_dir dir)
{
	long fd = atol(c->columns[FD]), done = atol(c->columns[RET]);
	int pipe = fd >= 0 && fd < FDS_MAX ? c->thread->process->pipes[fd] : 0;

	if (!pipe || done <= 0)
		return;
	c->use = &c->thread->uses[fd][dir == MSG_WRITE];
	if (c->use->pipe != pipe)
		*c->use = (struct use){.pipe = pipe};
	c->call.io.asked = strtoull(c->columns[ASKED], NULL, 10);
	c->call.io.done = done;
	c->call.io.dir = dir;
	c->call.data = c->data;
	c->call.data_bytes = from_hex(c->columns[DATA], c->data, DATA_MAX);
	take(c);
}

static void on_call(struct run *run, struct call *c)
{
	c->thread = find_thread(run, atol(c->columns[TID]), NULL);
	if (is_call(c, "read"))
		on_io(c, MSG_READ);
	else if (is_call(c, "write"))
		on_io(c, MSG_WRITE);
	else if (is_call(c, "pipe2"))
		on_pipe(run, c);
	else if (is_call(c, "close"))
		set_pipe(c, atol(c->columns[FD]), 0);
	else if (is_call(c, "openat"))
		set_pipe(c, atol(c->columns[RET]), 0);
	else if (is_call(c, "clone") || is_call(c, "clone3") || is_call(c, "vfork"))
		on_clone(run, c);
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES];
	struct run run = {0};
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file) {
		fprintf(stderr, "usage: frames STREAM.tsv (which must be there)\n");
		return 2;
	}
	while (fgets(line, sizeof(line), file)) {
		struct call c = {0};
		char *rest = line;
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (n < COLUMNS && rest)
			c.columns[n++] = strsep(&rest, "\t");
		if (n == COLUMNS && line[0] >= '0' && line[0] <= '9')
			on_call(&run, &c);
	}
	fclose(file);
	return 0; /* what it holds goes with it */
}
