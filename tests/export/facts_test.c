/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/export/stories.h"

static void test_session(void **state)
{
	struct model m = {0};

	(void)state;
	assert_int_equal(facts_duration_ns(&m), 0);
	assert_false(facts_probes(&m));
	m.session.h.kind = FRAME_SESSION;
	m.session.h.t_ns = 100;
	m.session.mode = MODE_BPF;
	m.now_ns = 300;
	assert_int_equal(facts_duration_ns(&m), 200);
	m.newest_ns = 350;
	assert_int_equal(facts_duration_ns(&m), 250);
	m.done = true;
	m.done_ns = 320;
	assert_int_equal(facts_duration_ns(&m), 220);
	m.done_ns = 0;
	m.now_ns = m.newest_ns = 50;
	assert_int_equal(facts_duration_ns(&m), 0);

	m.tick.h.kind = FRAME_TICK;
	assert_false(facts_probes(&m));
	m.tick.probe_runs = 1;
	assert_true(facts_probes(&m));
	assert_true(facts_messages(&m));
	m.session.mode = MODE_PROC;
	m.tick.probe_runs = 0;
	assert_true(facts_probes(&m));
	assert_false(facts_messages(&m));
}

static void test_core(void **state)
{
	struct pool_core cores[2] = {{.workers_ns = 50, .parent_ns = 20}, {0}};
	struct cpu cpus[3] = {
		{.seen = true, .busy_ns = 100, .idle_ns = 30, .steal_ns = 5},
		{0},
		{.seen = true, .busy_ns = 7},
	};
	struct model m = {.cpus = cpus, .cpus_count = 3, .session.mode = MODE_BPF};
	struct pool p = {.cores = cores, .cores_count = 2};
	struct facts_core c;

	(void)state;
	assert_true(facts_core(&m, &p, 0, &c));
	assert_true(c.is_pool_known && c.is_cpu_known);
	assert_int_equal(c.other_ns, 30);
	assert_int_equal(c.idle_ns, 30);
	assert_int_equal(c.steal_ns, 5);
	cpus[0].busy_ns = 60; /* counted a little later than the pool's own */
	assert_true(facts_core(&m, &p, 0, &c));
	assert_int_equal(c.other_ns, 0);
	assert_false(facts_core(&m, &p, 1, &c));
	assert_true(facts_core(&m, &p, 2, &c));
	assert_false(c.is_pool_known);
	assert_true(c.is_cpu_known);
	assert_false(facts_core(&m, &p, 3, &c));

	m.session.mode = MODE_PROC;
	assert_true(facts_core(&m, &p, 0, &c));
	assert_true(c.is_pool_known);
	cores[0] = (struct pool_core){0};
	assert_true(facts_core(&m, &p, 0, &c));
	assert_false(c.is_pool_known);
}

static void test_start(void **state)
{
	struct model m = {.now_ns = 1000};
	struct worker w = {
		.born_ns = 100,
		.watched_ns = 100,
		.state = STATE_WAIT,
		.state_since_ns = 400,
		.state_ns = {[STATE_START] = 300},
		.known = 1u << STATE_START,
	};
	uint64_t ns = 0;

	(void)state;
	assert_true(facts_start_ns(&m, &w, &ns));
	assert_int_equal(ns, 300);
	w.watched_ns = 200;
	assert_false(facts_start_ns(&m, &w, &ns));
	w.watched_ns = 100;
	w.known = 0;
	assert_false(facts_start_ns(&m, &w, &ns));
}

static void test_shared(void **state)
{
	struct session s;
	uint64_t bytes = 0;

	(void)state;
	story_lively(&s);
	assert_false(facts_shared(&s.model, &s.model.pools[0], &bytes));
	s.model.pools[0].shared.h.kind = FRAME_SHARED;
	assert_true(facts_shared(&s.model, &s.model.pools[0], &bytes));
	assert_int_equal(bytes, 0);
	s.model.pools[0].shared_most_bytes = 4096;
	assert_true(facts_shared(&s.model, &s.model.pools[0], &bytes));
	assert_int_equal(bytes, 4096);
	session_release(&s);
}

static void test_end(void **state)
{
	struct session s;
	struct pool *p;
	struct death d;

	(void)state;
	story_lively(&s);
	p = &s.model.pools[0];
	d = facts_end(&s.model, p, &p->workers[2]);
	assert_int_equal(d.pid, 4303);
	assert_memory_equal(&d, &p->deaths[0], sizeof(d));
	d = facts_end(&s.model, p, &p->workers[1]);
	assert_int_equal(d.pid, 4302);
	assert_int_equal(d.end, END_RECYCLED);
	assert_int_equal(d.replaced_by, 4311);
	assert_true(d.status_known);
	assert_int_equal(d.age_ns, p->workers[1].ended_ns - p->workers[1].born_ns);

	/* A record that made room for another worker's is not taken for this one's. */
	p->deaths[0].worker = 77;
	p->deaths[0].generation = 99;
	d = facts_end(&s.model, p, &p->workers[2]);
	assert_int_equal(d.pid, 4303);
	assert_int_equal(d.end, END_SIGNAL);
	assert_int_not_equal(d.generation, 99);
	session_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
