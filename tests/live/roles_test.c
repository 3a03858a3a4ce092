/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "live/roles.h"

enum { DEPTH = 8 };

#define MP "/usr/lib/python3.11/multiprocessing/"
#define CF "/usr/lib/python3.11/concurrent/futures/"
#define LOKY "/usr/lib/python3/dist-packages/joblib/externals/loky/"
#define BILLIARD "/usr/lib/python3/dist-packages/billiard/"

struct place {
	const char *function, *file;
};

static const struct owner at_work = {.is_worker = true, .is_main = true, .has_hand = true};
static const struct owner waiting = {.is_worker = true, .is_main = true};
static const struct owner feeder = {.is_worker = true, .has_hand = true};
static const struct owner parent = {.is_main = true};
static const struct owner deep = {
	.is_worker = true, .is_main = true, .has_hand = true, .is_cut = true};

static const struct {
	struct place stack[DEPTH]; /* innermost first */
	const struct owner *owner;
	enum sample_class class;
} rows[] = {
	{{{"SimpleQueue.get", MP "queues.py"}, {"worker", MP "pool.py"}}, &at_work, CLASS_UNPICKLE},
	{{{"get", MP "queues.py"}, {"worker", MP "pool.py"}}, &at_work, CLASS_UNPICKLE},
	{{{"Row.__setstate__", "/srv/etl.py"}, {"SimpleQueue.get", MP "queues.py"},
		 {"worker", MP "pool.py"}},
		&at_work, CLASS_UNPICKLE},
	{{{"Connection._recv", MP "connection.py"},
		 {"_ConnectionBase.recv_bytes", MP "connection.py"},
		 {"SimpleQueue.get", MP "queues.py"}, {"worker", MP "pool.py"}},
		&at_work, CLASS_UNPICKLE},
	{{{"Connection._recv", MP "connection.py"}, {"SimpleQueue.get", MP "queues.py"},
		 {"worker", MP "pool.py"}},
		&waiting, CLASS_RECEIVE},
	{{{"work", "/srv/etl.py"}, {"mapstar", MP "pool.py"}, {"worker", MP "pool.py"}}, &at_work,
		CLASS_TASK},
	{{{"worker", MP "pool.py"}}, &at_work, CLASS_TASK},
	{{{"ForkingPickler.dumps", MP "reduction.py"}, {"SimpleQueue.put", MP "queues.py"},
		 {"worker", MP "pool.py"}},
		&at_work, CLASS_PICKLE},
	{{{"Row.__reduce__", "/srv/etl.py"}, {"ForkingPickler.dumps", MP "reduction.py"},
		 {"SimpleQueue.put", MP "queues.py"}, {"worker", MP "pool.py"}},
		&at_work, CLASS_PICKLE},
	/* Somebody has put a function of his own between. */
	{{{"ForkingPickler.dumps", MP "reduction.py"}, {"timed", "/srv/etl.py"},
		 {"SimpleQueue.put", MP "queues.py"}, {"worker", MP "pool.py"}},
		&at_work, CLASS_PICKLE},
	{{{"Connection._send", MP "connection.py"}, {"Connection._send_bytes", MP "connection.py"},
		 {"SimpleQueue.put", MP "queues.py"}, {"worker", MP "pool.py"}},
		&at_work, CLASS_SEND},
	/* A task that pickles for itself is at its own work. */
	{{{"ForkingPickler.dumps", MP "reduction.py"}, {"work", "/srv/etl.py"},
		 {"worker", MP "pool.py"}},
		&at_work, CLASS_TASK},
	{{{"_find_spec", "<frozen importlib._bootstrap>"}, {"work", "/srv/etl.py"},
		 {"worker", MP "pool.py"}},
		&at_work, CLASS_TASK},
	{{{"_find_spec", "<frozen importlib._bootstrap>"}, {"<module>", "/srv/etl.py"}}, &waiting,
		CLASS_IMPORT},
	{{{"_process_chunk", CF "process.py"}, {"_process_worker", CF "process.py"}}, &at_work,
		CLASS_TASK},
	{{{"Queue.get", MP "queues.py"}, {"_process_worker", CF "process.py"}}, &at_work,
		CLASS_UNPICKLE},
	{{{"dumps", MP "reduction.py"}, {"put", MP "queues.py"},
		 {"_sendback_result", CF "process.py"}, {"_process_worker", CF "process.py"}},
		&at_work, CLASS_PICKLE},
	{{{"dump", "/usr/lib/python3/dist-packages/cloudpickle/cloudpickle.py"},
		 {"dumps", LOKY "backend/reduction.py"},
		 {"SimpleQueue.put", LOKY "backend/queues.py"},
		 {"_sendback_result", LOKY "process_executor.py"},
		 {"_process_worker", LOKY "process_executor.py"}},
		&at_work, CLASS_PICKLE},
	{{{"_recv", BILLIARD "pool.py"}, {"workloop", BILLIARD "pool.py"}}, &at_work,
		CLASS_UNPICKLE},
	/* A bare process: its own code calls the queue. */
	{{{"Queue.get", MP "queues.py"}, {"consume", "/srv/etl.py"}, {"run", MP "process.py"}},
		&at_work, CLASS_UNPICKLE},
	{{{"work", "/srv/etl.py"}, {"consume", "/srv/etl.py"}, {"run", MP "process.py"}}, &at_work,
		CLASS_TASK},
	{{{"dumps", MP "reduction.py"}, {"work", "/srv/etl.py"}, {"work", "/srv/etl.py"}}, &deep,
		CLASS_TASK},
	{{{"dumps", MP "reduction.py"}, {"Queue._feed", MP "queues.py"}, {"run", "/threading.py"}},
		&feeder, CLASS_PICKLE},
	{{{"work", "/srv/etl.py"}, {"run", "/threading.py"}}, &feeder, CLASS_TASK},
	{{{"dumps", MP "reduction.py"}, {"_ConnectionBase.send", MP "connection.py"},
		 {"Pool._handle_tasks", MP "pool.py"}, {"run", "/threading.py"}},
		&parent, CLASS_PICKLE},
	{{{"_ConnectionBase.recv", MP "connection.py"}, {"Pool._handle_results", MP "pool.py"}},
		&parent, CLASS_UNPICKLE},
	{{{"Connection._recv", MP "connection.py"}, {"_ConnectionBase.recv", MP "connection.py"},
		 {"Pool._handle_results", MP "pool.py"}},
		&parent, CLASS_RECEIVE},
	{{{"<module>", "/srv/etl.py"}}, &parent, CLASS_OTHER},
	{{{NULL, NULL}}, &parent, CLASS_OTHER},
	{{{NULL, NULL}}, &at_work, CLASS_TASK},
	/* Names alone say nothing. */
	{{{"get", "/srv/queues.py"}, {"worker", MP "pool.py"}}, &at_work, CLASS_TASK},
	{{{"dumps", "/srv/multiprocessing/json.py"}, {"worker", MP "pool.py"}}, &at_work,
		CLASS_TASK},
};

static void stacks_say_what_is_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t roles[DEPTH];
		uint32_t count = 0;

		for (; count < DEPTH && rows[i].stack[count].function; count++)
			roles[count] = (uint8_t)role_of(
				rows[i].stack[count].function, rows[i].stack[count].file);
		if (roles_class(roles, count, *rows[i].owner) != rows[i].class)
			fail_msg("row %zu is of class %d, not %d", i,
				roles_class(roles, count, *rows[i].owner), rows[i].class);
	}
}

static void odd_names_have_no_role(void **state)
{
	static const char *const names[] = {"", ".", "get.", "..", "worker", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(role_of(names[i], ""), ROLE_OWN);
		assert_int_equal(role_of("get", names[i]), ROLE_OWN);
	}
	assert_int_equal(role_of("get.", MP "queues.py"), ROLE_OWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stacks_say_what_is_done),
		cmocka_unit_test(odd_names_have_no_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
