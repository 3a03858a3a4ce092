# SPDX-License-Identifier: GPL-2.0-only
pickle_test_support = tests/pickle/build.c tests/pickle/build.h
check_PROGRAMS += tests/pickle/billiard_test
tests_pickle_billiard_test_SOURCES = tests/pickle/billiard_test.c $(pickle_test_support)
tests_pickle_billiard_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/executor_test
tests_pickle_executor_test_SOURCES = tests/pickle/executor_test.c $(pickle_test_support)
tests_pickle_executor_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/failure_test
tests_pickle_failure_test_SOURCES = tests/pickle/failure_test.c $(pickle_test_support)
tests_pickle_failure_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/items_test
tests_pickle_items_test_SOURCES = tests/pickle/items_test.c $(pickle_test_support)
tests_pickle_items_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/machine_test
tests_pickle_machine_test_SOURCES = tests/pickle/machine_test.c $(pickle_test_support)
tests_pickle_machine_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/name_test
tests_pickle_name_test_SOURCES = tests/pickle/name_test.c $(pickle_test_support)
tests_pickle_name_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/peek_test
tests_pickle_peek_test_SOURCES = tests/pickle/peek_test.c $(pickle_test_support)
tests_pickle_peek_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/read_test
tests_pickle_read_test_SOURCES = tests/pickle/read_test.c $(pickle_test_support)
tests_pickle_read_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pickle/traceback_test
tests_pickle_traceback_test_SOURCES = tests/pickle/traceback_test.c $(pickle_test_support)
tests_pickle_traceback_test_LDADD = $(TEST_LDADD)
# Prints what the reader makes of captured messages; facts_test.py and pythons_test.py hold that
# against the truth.
noinst_PROGRAMS = tests/pickle/facts
tests_pickle_facts_SOURCES = tests/pickle/facts.c
tests_pickle_facts_LDADD = $(TEST_LDADD)
fuzz_targets += tests/pickle/pickle_fuzz.c
EXTRA_DIST += \
	tests/pickle/corpus \
	tests/pickle/facts_test.py \
	tests/pickle/fuzz-corpus \
	tests/pickle/pythons.py \
	tests/pickle/pythons_test.py
