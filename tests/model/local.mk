# SPDX-License-Identifier: GPL-2.0-only
check_PROGRAMS += tests/model/copy_test
tests_model_copy_test_SOURCES = tests/model/copy_test.c
tests_model_copy_test_LDADD = $(TEST_LDADD)
