# SPDX-License-Identifier: GPL-2.0-only
if HAVE_CMOCKA
ui_test_support = tests/ui/screens.c tests/ui/screens.h
check_PROGRAMS += tests/ui/view_test
tests_ui_view_test_SOURCES = tests/ui/view_test.c $(ui_test_support)
tests_ui_view_test_LDADD = $(TEST_LDADD)
endif
EXTRA_DIST += tests/ui/golden
