/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trap/words.h"

static void numbers_are_round(void **state)
{
	(void)state;
	assert_true(round_down(0.2) == 1);
	assert_true(round_down(7.9) == 7);
	assert_true(round_down(99) == 99);
	assert_true(round_down(1259) == 1200);
	assert_true(round_down(98765) == 98000);
	assert_true(round_down(-3) == 1);
	assert_true(round_down(__builtin_nan("")) == 1);
	assert_true(round_down(1e300) == 1e12);
}

static const char *advised(struct pool *p, struct func *func)
{
	static char buf[WORDS_MAX];

	return words_chunk(buf, p, func, 40);
}

static void chunks_are_told_in_the_words_of_their_kind(void **state)
{
	struct job job = {.func = 7, .sent = 3};
	struct func func = {.name = 7};
	struct pool p = {.kind = "Pool"};

	(void)state;
	assert_non_null(strstr(advised(&p, &func), "with map(..., chunksize=40)"));
	p.jobs = &job;
	p.jobs_count = 1;
	assert_string_equal(advised(&p, &func), "pass chunksize=40 to map");
	p.jobs_count = 0;
	func.pace.chunked = 1;
	assert_string_equal(advised(&p, &func), "pass chunksize=40 to map");
	p.kind = "loky";
	assert_string_equal(advised(&p, &func), "pass batch_size=40 to Parallel");
	p.kind = "DataLoader";
	assert_string_equal(advised(&p, &func), "pass batch_size=40 to DataLoader");
}

static const char *script_of(const char *command)
{
	static char buf[WORDS_MAX];
	char text[80], *texts[] = {NULL, text};
	struct model m = {.texts = texts, .texts_cap = 2};
	struct pool p = {.command = 1};

	snprintf(text, sizeof(text), "%s", command);
	return words_script(buf, &m, &p);
}

static void scripts_are_told_without_their_folders(void **state)
{
	(void)state;
	assert_string_equal(script_of("/usr/bin/python3 /srv/jobs/etl.py --all x.csv"), "etl.py");
	assert_string_equal(script_of("python3 job.py"), "job.py");
	assert_string_equal(script_of("python3 .py -c"), "python3 .py -c");
	assert_string_equal(script_of("celery -A orders worker"), "celery -A orders worker");
	assert_string_equal(script_of(""), "");
}

static void deaths_are_told_by_their_cause(void **state)
{
	struct death d = {.pid = 9, .end = END_SIGNAL, .status = 9};
	char buf[WORDS_MAX];

	(void)state;
	assert_string_equal(words_death(buf, &d), "was killed (SIGKILL)");
	d.sender = (struct signal_seen){.seen = true, .sender = 9};
	assert_string_equal(words_death(buf, &d), "killed itself (SIGKILL)");
	d.sender = (struct signal_seen){.seen = true, .sender = 900, .comm = "bash"};
	assert_string_equal(words_death(buf, &d), "was killed (SIGKILL, by bash [900])");
	d = (struct death){.end = END_EXIT, .status = 3 << 8};
	assert_string_equal(words_death(buf, &d), "exited with status 3");
	d = (struct death){.end = END_OOM, .status = 9, .oom = {.limit_bytes = 2ull << 30}};
	assert_string_equal(words_death(buf, &d),
		"was killed (SIGKILL, by the OOM killer, cgroup limit 2.0 GiB)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_round),
		cmocka_unit_test(chunks_are_told_in_the_words_of_their_kind),
		cmocka_unit_test(deaths_are_told_by_their_cause),
		cmocka_unit_test(scripts_are_told_without_their_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
