# SPDX-License-Identifier: GPL-2.0-only
if HAVE_CMOCKA
check_PROGRAMS += tests/app/options_test
tests_app_options_test_SOURCES = tests/app/options_test.c src/app/options.c
tests_app_options_test_LDADD = $(TEST_LDADD)

check_PROGRAMS += tests/app/reel_test
tests_app_reel_test_SOURCES = tests/app/reel_test.c src/app/reel.c
tests_app_reel_test_LDADD = $(TEST_LDADD)
endif
