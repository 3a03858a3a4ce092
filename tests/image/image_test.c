/* SPDX-License-Identifier: GPL-2.0-only */
/* An image is the model: read back it says the same, and goes on the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/report.h"
#include "image/image.h"
#include "tests/support/history.h"

static void assert_same(const struct model *a, const struct model *b)
{
	char *one = history_digest(a), *other = history_digest(b);
	size_t len;

	assert_string_equal(one, other);
	free(one);
	free(other);
	assert_int_equal(report_json(a, &one, &len), 0);
	assert_int_equal(report_json(b, &other, &len), 0);
	assert_string_equal(one, other);
	free(one);
	free(other);
}

/* Through bytes and back, which gives the same bytes again. */
static void through_bytes(const struct model *from, struct model *to)
{
	struct buf bytes = {0}, again = {0};

	assert_int_equal(image_encode(from, &bytes), 0);
	assert_int_equal(image_decode(to, bytes.data, bytes.len), 0);
	assert_same(from, to);
	assert_int_equal(image_encode(to, &again), 0);
	assert_int_equal(bytes.len, again.len);
	assert_memory_equal(bytes.data, again.data, bytes.len);
	buf_release(&bytes);
	buf_release(&again);
}

static void feed(const struct history *h, size_t *pos, size_t end, struct session *s)
{
	while (*pos < end)
		assert_int_equal(session_feed(s, history_next(h, pos)), 0);
}

static void goes_on_like_the_original(void **state)
{
	static struct history h;
	struct session original, other;
	size_t pos = 0, other_pos;

	(void)state;
	history_init(&h);
	history_rich(&h);
	assert_int_equal(session_init(&original), 0);
	for (size_t part = 1; part <= 60; part++) {
		feed(&h, &pos, h.len * part / 61, &original);
		through_bytes(&original.model, &other.model);
		other_pos = pos;
		feed(&h, &other_pos, h.len * (part + 1) / 61, &other);
		feed(&h, &pos, h.len * (part + 1) / 61, &original);
		assert_int_equal(pos, other_pos);
		assert_same(&original.model, &other.model);
		session_release(&other);
	}
	session_release(&original);
	history_release(&h);
}

static void rich(struct session *s, struct buf *bytes)
{
	static struct history h;

	history_init(&h);
	history_rich(&h);
	assert_int_equal(session_init(s), 0);
	assert_int_equal(history_feed(&h, NULL, s), 0);
	assert_int_equal(image_encode(&s->model, bytes), 0);
	history_release(&h);
}

/* Of every kind of thing that a model owns there is one, so that no test here is of nothing. */
static void there_is_something_of_everything(void **state)
{
	struct buf bytes = {0};
	struct session s;
	const struct model *m = &s.model;
	const struct pool *lively, *own;
	uint32_t answers = 0, starts = 0, waits = 0, places = 0, tails = 0;

	(void)state;
	rich(&s, &bytes);
	assert_int_equal(m->pools_count, 2);
	lively = &m->pools[0];
	own = &m->pools[1];
	assert_true(lively->tasks_count && lively->funcs_count && lively->jobs_count);
	assert_true(lively->deaths_count && lively->failures_count && lively->findings_count);
	assert_true(lively->profile.count && lively->queues_count && lively->cores_count);
	assert_true(own->traits.unnumbered && own->tasks_count && own->deaths_count);
	for (uint32_t i = 0; i < own->queues_count; i++)
		answers += own->queues[i].answers_count;
	for (uint32_t i = 0; i < lively->workers_count; i++)
		starts += lively->workers[i].start != NULL;
	for (uint32_t i = 0; i < lively->deaths_count; i++)
		tails += lively->deaths[i].stderr_tail != NULL;
	for (uint32_t i = 0; i < m->procs_count; i++) {
		waits += m->procs[i].waits_count;
		starts += m->procs[i].start != NULL;
	}
	for (uint32_t i = 0; i < m->stacks_count; i++)
		places += m->stacks[i].count;
	assert_true(answers && starts && waits && places && tails);
	assert_true(m->traces_count && m->gone_count && m->pending_count && m->events_count);
	assert_true(m->throttles[0].cgroup && m->missing_count && m->cpus_count);
	buf_release(&bytes);
	session_release(&s);
}

static void of_the_empty_is_empty(void **state)
{
	struct model m, other;

	(void)state;
	assert_int_equal(model_init(&m), 0);
	through_bytes(&m, &other);
	model_release(&other);
	model_release(&m);
}

static void cut_short_is_none(void **state)
{
	static const struct model nothing;
	struct buf bytes = {0};
	struct session s;
	struct model m;

	(void)state;
	rich(&s, &bytes);
	for (size_t len = 0; len < bytes.len; len += len < 2000 ? 1 : 97) {
		char *exact = malloc(len + 1); /* so that a sanitizer sees what reads on */

		assert_non_null(exact);
		memcpy(exact, bytes.data, len);
		assert_int_equal(image_decode(&m, exact, len), -EBADMSG);
		assert_memory_equal(&m, &nothing, sizeof(m));
		free(exact);
	}
	buf_add(&bytes, "", 1);
	assert_int_equal(image_decode(&m, bytes.data, bytes.len), -EBADMSG);
	buf_release(&bytes);
	session_release(&s);
}

/* What is let through can be reported and fed on. */
static void turned_bits_do_no_harm(void **state)
{
	struct buf bytes = {0};
	struct session s, other;
	char *text;
	size_t len;
	int ret;

	(void)state;
	rich(&s, &bytes);
	for (size_t i = 0; i < 4000; i++) {
		size_t at = i * 7919 % bytes.len;

		bytes.data[at] ^= (char)(1 << i % 8);
		ret = image_decode(&other.model, bytes.data, bytes.len);
		if (ret == 0) {
			assert_int_equal(report_json(&other.model, &text, &len), 0);
			free(text);
			session_release(&other);
		} else {
			assert_int_equal(ret, -EBADMSG);
		}
		bytes.data[at] ^= (char)(1 << i % 8);
	}
	buf_release(&bytes);
	session_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_like_the_original),
		cmocka_unit_test(there_is_something_of_everything),
		cmocka_unit_test(of_the_empty_is_empty),
		cmocka_unit_test(cut_short_is_none),
		cmocka_unit_test(turned_bits_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
