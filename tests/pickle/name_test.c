/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "build.h"

/* A function, as it is pickled, and what it is called. */
struct row {
	const char *name;
	void (*put)(struct pickled *p);
};

static void put_plain(struct pickled *p)
{
	pickled_global(p, "etl.load", "transform");
}

static void put_spawned(struct pickled *p)
{
	pickled_global(p, "__mp_main__", "work");
}

static void put_partial(struct pickled *p)
{
	pickled_global(p, "multiprocessing.reduction", "_rebuild_partial");
	put_spawned(p);
	pickled_blob(p, 300);
	pickled_ops(p, "\x85}\x87R");
}

/* functools.partial's own pickle, which others than multiprocessing write. */
static void put_functools(struct pickled *p)
{
	pickled_global(p, "functools", "partial");
	put_plain(p);
	pickled_ops(p, "\x85R(");
	put_plain(p);
	pickled_ops(p, ")}Ntb");
}

static void put_partial_of_partial(struct pickled *p)
{
	pickled_global(p, "multiprocessing.reduction", "_rebuild_partial");
	put_partial(p);
	pickled_ops(p, ")}\x87R");
}

static void put_object(struct pickled *p)
{
	pickled_global(p, "models", "Model");
	pickled_ops(p, ")\x81}(");
	pickled_text(p, "weights");
	pickled_blob(p, 700);
	pickled_text(p, "bias");
	pickled_int(p, 1);
	pickled_ops(p, "ub");
}

static void put_method(struct pickled *p)
{
	pickled_global(p, "builtins", "getattr");
	put_object(p);
	pickled_text(p, "predict");
	pickled_ops(p, "\x86R");
}

static void put_class_method(struct pickled *p)
{
	pickled_global(p, "__builtin__", "getattr");
	pickled_global(p, "models", "Model");
	pickled_text(p, "load");
	pickled_ops(p, "\x86R");
}

/* argcount ... constants, names, variables, filename, name, ... and the call. */
static void put_code_arguments(struct pickled *p, const char *name)
{
	for (int i = 0; i < 6; i++)
		pickled_int(p, i);
	pickled_raw(p,
		"C\x03"
		"abc",
		5);
	pickled_ops(p, "N\x85)");
	pickled_text(p, "first");
	pickled_text(p, "second");
	pickled_ops(p, "\x86");
	pickled_text(p, "/srv/script.py");
	pickled_text(p, name);
	pickled_text(p, "qualified");
	pickled_int(p, 7);
	pickled_ops(p, "))tR");
}

static void put_code(struct pickled *p, const char *name)
{
	pickled_global(p, "cloudpickle.cloudpickle", "_builtin_type");
	pickled_text(p, "CodeType");
	pickled_ops(p, "\x85R(");
	put_code_arguments(p, name);
}

static void put_by_value(struct pickled *p)
{
	pickled_global(p, "cloudpickle.cloudpickle", "_make_function");
	pickled_ops(p, "(");
	put_code(p, "local_work");
	pickled_ops(p, "}NNNtR");
}

static void put_by_old_value(struct pickled *p)
{
	pickled_global(p, "cloudpickle.cloudpickle", "_fill_function");
	pickled_ops(p, "(");
	pickled_global(p, "cloudpickle.cloudpickle", "_make_skel_func");
	put_code(p, "<lambda>");
	pickled_int(p, 0);
	pickled_ops(p, "N\x87R}tR");
}

/* dill's code has one argument more. */
static void put_by_dill(struct pickled *p)
{
	pickled_global(p, "dill._dill", "_create_function");
	pickled_ops(p, "(");
	pickled_global(p, "dill._dill", "_create_code");
	pickled_ops(p, "(N");
	put_code_arguments(p, "work");
	pickled_ops(p, "}NN}tR");
}

/* Of an object, the function first: dill/_dill.py, save_instancemethod(). */
static void put_dill_method(struct pickled *p)
{
	pickled_global(p, "dill._dill", "_load_type");
	pickled_text(p, "MethodType");
	pickled_ops(p, "\x85R");
	pickled_global(p, "models", "Model.predict");
	put_object(p);
	pickled_ops(p, "\x86R");
}

/* What dill does with it is known of functions and methods alone. */
static void put_dill_other(struct pickled *p)
{
	pickled_global(p, "dill._dill", "_get_attr");
	pickled_global(p, "models", "Model");
	pickled_text(p, "load");
	pickled_ops(p, "\x86R");
}

static void put_wrapped_bytes(struct pickled *p)
{
	pickled_global(p, "_pickle", "loads");
	pickled_blob(p, 20);
	pickled_ops(p, "\x85R");
}

static void put_batch(struct pickled *p)
{
	pickled_global(p, "joblib._parallel_backends", "SafeFunction");
	pickled_ops(p, ")\x81}");
	pickled_text(p, "func");
	pickled_global(p, "joblib.parallel", "BatchedCalls");
	pickled_ops(p, "(](");
	put_plain(p);
	pickled_int(p, 1);
	pickled_ops(p, "\x85}\x87");
	put_spawned(p);
	pickled_ops(p, ")}\x87"
		       "eNN}tRsb");
}

static const struct row rows[] = {
	{"etl.load.transform", put_plain},
	{"__main__.work", put_spawned},
	{"partial(__main__.work)", put_partial},
	{"partial(etl.load.transform)", put_functools},
	{"partial(partial(__main__.work))", put_partial_of_partial},
	{"<models.Model instance>", put_object},
	{"models.Model.predict", put_method},
	{"models.Model.load", put_class_method},
	{"local_work", put_by_value},
	{"<lambda>", put_by_old_value},
	{"work", put_by_dill},
	{"models.Model.predict", put_dill_method},
	{"", put_dill_other},
	{"", put_wrapped_bytes},
	{"etl.load.transform", put_batch},
};

/* However little there is of a message, its function is the right one, or none, or a method. */
static void check_everywhere(const struct pickled *p, const char *name)
{
	struct pickle_facts facts;

	pickled_read(p, &facts);
	assert_string_equal(facts.function, name);
	for (size_t cut = 0; cut < p->b.len; cut++) {
		for (size_t tail = 0; tail + cut < p->b.len; tail += 40) {
			pickled_read_part(p, cut, tail, &facts);
			if (facts.function[0] && strcmp(facts.function, name) != 0 &&
				strcmp(facts.function, "<method of models.Model>") != 0)
				fail_msg("of %zu and %zu bytes: '%s', not '%s'", cut, tail,
					facts.function, name);
		}
	}
}

static void of_a_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int proto = 2; proto <= 5; proto++) {
			struct pickled p = {0};

			pickled_begin(&p, proto);
			pickled_task(&p, 3, 0);
			rows[i].put(&p);
			pickled_blob(&p, 100);
			pickled_ops(&p, "\x85");
			pickled_task_end(&p);
			check_everywhere(&p, rows[i].name);
			pickled_release(&p);
		}
	}
}

static void of_a_chunk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pickled p = {0};

		pickled_begin(&p, 4);
		pickled_task(&p, 3, 1);
		pickled_global(&p, "multiprocessing.pool", "mapstar");
		rows[i].put(&p);
		pickled_ops(&p, "(");
		for (int item = 0; item < 30; item++)
			pickled_int(&p, item);
		pickled_ops(&p, "t\x86\x85");
		pickled_task_end(&p);
		check_everywhere(&p, rows[i].name);
		pickled_release(&p);
	}
}

static void of_an_executor(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pickled p = {0};

		pickled_begin(&p, 4);
		pickled_global(&p, "concurrent.futures.process", "_CallItem");
		pickled_ops(&p, ")\x81}(");
		pickled_text(&p, "work_id");
		pickled_int(&p, 5);
		pickled_text(&p, "fn");
		rows[i].put(&p);
		pickled_text(&p, "args");
		pickled_ops(&p, ")");
		pickled_text(&p, "kwargs");
		pickled_ops(&p, "}ub");
		pickled_end(&p);
		check_everywhere(&p, rows[i].name);
		pickled_release(&p);
	}
}

/* What is in front of the method's name is large: the class is known, and with the tail all. */
static void of_a_method_of_something_large(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_task(&p, 3, 0);
	put_method(&p);
	pickled_ops(&p, ")");
	pickled_task_end(&p);
	pickled_read_part(&p, 512, 0, &facts);
	assert_string_equal(facts.function, "<method of models.Model>");
	pickled_read_part(&p, 512, 128, &facts);
	assert_string_equal(facts.function, "models.Model.predict");
	assert_int_equal(facts.items, 1);
	assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
	pickled_release(&p);
}

/* A function may be called what wraps others, if it is called itself. */
static void of_a_wrapper_itself(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_task(&p, 3, 0);
	pickled_global(&p, "builtins", "getattr");
	put_object(&p);
	pickled_text(&p, "weights");
	pickled_ops(&p, "\x86");
	pickled_task_end(&p);
	pickled_read(&p, &facts);
	assert_string_equal(facts.function, "builtins.getattr");
	pickled_release(&p);
}

static void is_clean_and_cut(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;
	char longest[400];

	(void)state;
	memset(longest, 'n', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	pickled_begin(&p, 4);
	pickled_task(&p, 3, 0);
	pickled_global(&p, "m\x1b[2J\n\xff", longest);
	pickled_ops(&p, ")");
	pickled_task_end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(strlen(facts.function), PICKLE_FUNCTION_MAX - 1);
	assert_memory_equal(facts.function, "m?[2J ?.nnn", 11);
	pickled_release(&p);
}

/* Wrappers round one another without end are left alone. */
static void ends_somewhere(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_task(&p, 3, 0);
	for (int i = 0; i < 40; i++)
		pickled_global(&p, "functools", "partial");
	put_plain(&p);
	for (int i = 0; i < 40; i++)
		pickled_ops(&p, "\x85R");
	pickled_ops(&p, ")");
	pickled_task_end(&p);
	pickled_read(&p, &facts);
	assert_string_equal(facts.function, "");
	assert_int_equal(facts.items_known, PICKLE_ITEMS_UNKNOWN);
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_call),
		cmocka_unit_test(of_a_chunk),
		cmocka_unit_test(of_an_executor),
		cmocka_unit_test(of_a_method_of_something_large),
		cmocka_unit_test(of_a_wrapper_itself),
		cmocka_unit_test(is_clean_and_cut),
		cmocka_unit_test(ends_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
