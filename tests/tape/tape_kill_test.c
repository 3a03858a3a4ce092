/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill -9 of a recorder at random moments. "Fast": it commits without a pause, so that many kills
 * hit a commit; "paced": by the clock, 20,000 frames a second, and what is lost is measured.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tape/tape_reader.h"
#include "tests/tape/scratch.h"

#define SECOND UINT64_C(1000000000)

enum {
	FAST_KILLS = 150,
	PACED_KILLS = 100,
	PACED_AT_ONCE = 10,
	PER_TICK = 200, /* frames; a tick is 10 ms */
};

/* Between a recorder and the test. */
struct shared {
	uint64_t put; /* frames */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

static void put_msgs(struct tape_writer *w, uint64_t t_ns, uint64_t *number)
{
	struct buf frame = {0};

	for (int i = 0; i < PER_TICK; i++) {
		frame.len = 0;
		synth_msg(&frame, t_ns, SYNTH_WORKER + (uint32_t)*number % 7, MSG_READ,
			(int32_t)*number);
		(*number)++;
		if (tape_put(w, (const struct frame *)frame.data) < 0)
			_exit(1);
	}
	buf_release(&frame);
}

/* Records for ever. */
static void hammer(const char *path, const struct tape_opts *opts, bool fast, struct shared *shared)
{
	struct err err;
	struct tape_writer *w = tape_writer_new(path, opts, &err);
	uint64_t number = 0, t_ns = fast ? SYNTH_START_NS : now_ns();
	struct buf session = {0};

	alarm(60);
	if (!w)
		_exit(1);
	synth_session(&session, t_ns);
	tape_put(w, (const struct frame *)session.data);
	for (;;) {
		put_msgs(w, t_ns, &number);
		if (tape_tick(w, t_ns, &err) < 0)
			_exit(1);
		__atomic_store_n(&shared->put, number, __ATOMIC_RELEASE);
		usleep(fast ? 50 : 10000);
		t_ns = fast ? t_ns + SECOND : now_ns();
	}
}

static pid_t start(const char *path, const struct tape_opts *opts, bool fast, struct shared *shared)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		hammer(path, opts, fast, shared);
	return pid;
}

static void kill_now(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("the recorder ended before it was killed");
}

/* Session first, then messages without a hole; returns the number after the last one, and its
 * time. With trimming the first ones may be gone. */
static uint64_t check(const char *path, bool trimmed, uint64_t *ret_last_ns)
{
	const struct frame *f;
	struct source *source;
	struct err err = {0};
	uint64_t next = 0, frames = 0;
	int ret;

	*ret_last_ns = 0;
	if (tape_open(path, false, &source, &err) < 0)
		fail_msg("%s", err.text);
	while ((ret = source_next(source, &f, &err)) == SOURCE_FRAME) {
		const struct frame_msg *msg = (const struct frame_msg *)f;

		assert_int_equal(f->kind, frames ? FRAME_MSG : FRAME_SESSION);
		if (frames++ == 0)
			continue;
		if (trimmed && frames == 2)
			next = (uint64_t)msg->chunk;
		assert_int_equal(msg->chunk, next);
		next++;
		*ret_last_ns = f->t_ns;
	}
	if (ret < 0)
		fail_msg("%s", err.text);
	source_free(source);
	return next;
}

static struct shared *share(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared) * PACED_AT_ONCE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(shared, MAP_FAILED);
	memset(shared, 0, sizeof(*shared) * PACED_AT_ONCE);
	return shared;
}

static bool has_journal(const struct scratch *s)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s-journal", s->path);
	return stat(path, &st) == 0 && st.st_size > 0;
}

static void killed_in_commits(void **state)
{
	const struct tape_opts opts = {.keep_bytes = TAPE_KEEP_MIN, .replace = true};
	struct scratch *s = *state;
	struct shared *shared = share();
	uint64_t seed = 17, last_ns, journals = 0, frames = 0;

	for (int i = 0; i < FAST_KILLS; i++) {
		uint64_t put, got;
		pid_t pid;

		unlink(s->path);
		shared->put = 0;
		pid = start(s->path, &opts, true, shared);
		while (!__atomic_load_n(&shared->put, __ATOMIC_ACQUIRE))
			usleep(500);
		usleep((useconds_t)(synth_random(&seed) % 60000));
		kill_now(pid);
		put = shared->put + PER_TICK;
		journals += has_journal(s);
		got = check(s->path, true, &last_ns);
		assert_true(got <= put);
		frames += got;
	}
	print_message("# %d kills, %llu in a commit, %llu frames read\n", FAST_KILLS,
		(unsigned long long)journals, (unsigned long long)frames);
	assert_true(frames > 10000);
	munmap(shared, sizeof(*shared) * PACED_AT_ONCE);
}

static void kill_some(struct scratch *s, struct shared *shared, uint64_t *seed, uint64_t *worst_ns)
{
	char path[PACED_AT_ONCE][128];
	pid_t pid[PACED_AT_ONCE];

	for (int i = 0; i < PACED_AT_ONCE; i++) {
		snprintf(path[i], sizeof(path[i]), "%s-%d", s->path, i);
		unlink(path[i]);
		pid[i] = start(path[i], NULL, false, &shared[i]);
	}
	usleep(600000);
	for (int i = 0; i < PACED_AT_ONCE; i++) {
		uint64_t last_ns, lost_ns;

		usleep((useconds_t)(synth_random(seed) % 120000));
		lost_ns = now_ns();
		kill_now(pid[i]);
		check(path[i], false, &last_ns);
		lost_ns -= last_ns;
		*worst_ns = lost_ns > *worst_ns ? lost_ns : *worst_ns;
	}
}

static void killed_at_work(void **state)
{
	struct scratch *s = *state;
	struct shared *shared = share();
	uint64_t seed = 23, worst_ns = 0;

	for (int i = 0; i < PACED_KILLS / PACED_AT_ONCE; i++)
		kill_some(s, shared, &seed, &worst_ns);
	print_message("# %d kills, at most %llu ms lost\n", PACED_KILLS,
		(unsigned long long)worst_ns / 1000000);
	assert_true(worst_ns <= SECOND);
	munmap(shared, sizeof(*shared) * PACED_AT_ONCE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed_in_commits),
		TEST(killed_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
