# SPDX-License-Identifier: GPL-2.0-only
check_PROGRAMS += tests/session/session_test
tests_session_session_test_SOURCES = tests/session/session_test.c
tests_session_session_test_LDADD = $(TEST_LDADD)
