/* SPDX-License-Identifier: GPL-2.0-only */
/* Start methods by command line, as ../shared/ref/wire-format.md 7.3 has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

static const struct {
	const char *cmd;
	enum start_method method;
} lines[] = {
	{"python3 -c from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=6, "
	 "pipe_handle=13) --multiprocessing-fork",
		START_SPAWN},
	{"/opt/app/frozen --multiprocessing-fork tracker_fd=6 pipe_handle=13", START_SPAWN},
	/* The fork server works for nobody. */
	{"python3 -c from multiprocessing.forkserver import main; main(8, 9, ['__main__'])",
		START_UNKNOWN},
	{"python3 -c from multiprocessing.resource_tracker import main;main(5)", START_UNKNOWN},
	{"python3 -m joblib.externals.loky.backend.popen_loky_posix --process-name LokyProcess-5 "
	 "--pipe 14",
		START_LOKY},
	{"python3 -m loky.backend.popen_loky_posix --process-name LokyProcess-5", START_LOKY},
	{"python3 job.py", START_FORK},
	{"sh -c true", START_UNKNOWN},
};

static void command_lines(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	for (uint32_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		history_found(&t->h, 200 + i, 100, lines[i].cmd, NULL);
		story_tell(t);
		assert_int_equal(
			start_of(&t->s.model, model_proc(&t->s.model, 200 + i)), lines[i].method);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(command_lines, story_begin, story_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
