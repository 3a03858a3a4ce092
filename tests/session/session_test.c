/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

static const struct pool *tell(struct story *t)
{
	history_lively(&t->h);
	assert_int_equal(history_feed(&t->h, NULL, &t->s), 0);
	assert_int_equal(t->s.model.pools_count, 1);
	return &t->s.model.pools[0];
}

static void lively_pool_is_a_pool(void **state)
{
	struct story *t = *state;
	const struct pool *p = tell(t);

	assert_string_equal(p->kind, "Pool");
	assert_int_equal(p->pid, 4242);
	assert_int_equal(p->task_ino, history_lively_pool.task_ino);
	assert_int_equal(p->result_ino, history_lively_pool.result_ino);
	assert_true(p->from_start);
	assert_int_equal(p->state, POOL_BUSY);
	assert_int_equal(p->start_method, START_FORK);
	assert_int_equal(p->workers_count, 6);
	assert_int_equal(p->workers_alive, 4);
	assert_int_equal(p->first_size, 4);
	assert_string_equal(model_text(&t->s.model, p->command, ""), "python3 etl.py --all");
	assert_string_equal(model_text(&t->s.model, p->python, ""), "3.11.7");
}

/* What the history itself says was written and read. */
static void lively_totals_are_exact(void **state)
{
	struct story *t = *state;
	const struct pool *p = tell(t);
	struct totals want = {0};
	const struct frame *f;
	size_t pos = 0;

	while ((f = history_next(&t->h, &pos))) {
		const struct frame_msg *msg = (const struct frame_msg *)f;

		if (f->kind != FRAME_MSG)
			continue;
		if (msg->ino == p->task_ino && msg->dir == MSG_WRITE) {
			want.sent++;
			want.items += msg->items;
			want.bytes_out += msg->bytes;
		}
		want.taken += msg->ino == p->task_ino && msg->dir == MSG_READ;
		want.returned += msg->ino == p->result_ino && msg->dir == MSG_READ;
		if (msg->ino == p->result_ino && msg->dir == MSG_WRITE) {
			want.done++;
			want.bytes_back += msg->bytes;
			want.failed += (msg->flags & MSG_FAILED) != 0;
		}
	}
	assert_true(want.sent > 100);
	assert_int_equal(p->totals.sent, want.sent);
	assert_int_equal(p->totals.taken, want.taken);
	assert_int_equal(p->totals.done, want.done);
	assert_int_equal(p->totals.returned, want.returned);
	assert_int_equal(p->totals.failed, 2);
	assert_int_equal(want.failed, 2);
	assert_int_equal(p->totals.lost, 1);
	assert_int_equal(p->totals.items, want.items);
	assert_false(p->totals.items_about);
	assert_int_equal(p->totals.bytes_out, want.bytes_out);
	assert_int_equal(p->totals.bytes_back, want.bytes_back);
	assert_int_equal(pool_in_flight(p), want.sent - want.returned - 1);
	assert_int_equal(p->funcs_count, 3);
}

static void lively_ends_are_told_apart(void **state)
{
	struct story *t = *state;
	const struct pool *p = tell(t);
	const struct death *d = &p->deaths[0];

	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->ends[END_SIGNAL], 1);
	assert_int_equal(p->ends[END_RECYCLED], 1);
	assert_int_equal(d->pid, 4303);
	assert_int_equal(d->end, END_SIGNAL);
	assert_int_equal(d->status & 0x7f, 9);
	assert_true(d->sender.seen);
	assert_int_equal(d->sender.sender, 900);
	assert_string_equal(d->sender.comm, "bash");
	assert_true(d->hand.has);
	assert_string_equal(model_text(&t->s.model, d->hand.func, ""), "etl.transform");
	assert_int_equal(d->replaced_by, 4310);
	assert_non_null(strstr(d->consequence, "of etl.transform is lost"));
	assert_int_equal(p->workers[4].pid, 4310);
	assert_int_equal(p->workers[4].generation, 2);
	assert_int_equal(p->workers[5].pid, 4311);
	assert_int_equal(p->workers[5].generation, 2);
}

static void lively_states_add_up(void **state)
{
	struct story *t = *state;
	const struct pool *p = tell(t);

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t now_ns = t->s.model.now_ns, sum_ns = 0;

		for (unsigned int s = 0; s < WORKER_STATES; s++)
			sum_ns += worker_state_ns(w, (enum worker_state)s, now_ns);
		assert_true(sum_ns * 100 >= worker_life_ns(w, now_ns) * 99);
		assert_true(sum_ns * 99 <= worker_life_ns(w, now_ns) * 100);
	}
}

static void lively_findings(void **state)
{
	struct story *t = *state;
	const struct pool *p = tell(t);

	assert_non_null(story_finding(p, "worker-died"));
	assert_non_null(story_finding(p, "lost-task"));
	assert_non_null(story_finding(p, "task-failed"));
	assert_null(story_finding(p, "respawn-loop"));
	assert_null(story_finding(p, "queue-lock-lost"));
	assert_non_null(strstr(story_finding(p, "worker-died")->text,
		"4303 was killed (SIGKILL, by bash [900]) with task 1/"));
}

static void bad_frames_are_counted(void **state)
{
	struct story *t = *state;
	struct frame_msg cut = {.h = {.kind = FRAME_MSG, .size = 56}};
	struct frame_msg unknown = {.h = {.kind = 999, .size = sizeof(unknown)}};

	assert_int_equal(session_feed(&t->s, &cut.h), 0);
	assert_int_equal(session_feed(&t->s, &unknown.h), 0);
	assert_int_equal(t->s.model.dropped.bad_frames, 1);
	assert_int_equal(t->s.model.dropped.unknown_frames, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lively_pool_is_a_pool, story_begin, story_end),
		cmocka_unit_test_setup_teardown(lively_totals_are_exact, story_begin, story_end),
		cmocka_unit_test_setup_teardown(lively_ends_are_told_apart, story_begin, story_end),
		cmocka_unit_test_setup_teardown(lively_states_add_up, story_begin, story_end),
		cmocka_unit_test_setup_teardown(lively_findings, story_begin, story_end),
		cmocka_unit_test_setup_teardown(bad_frames_are_counted, story_begin, story_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
