# SPDX-License-Identifier: GPL-2.0-only
check_PROGRAMS += tests/image/image_test
tests_image_image_test_SOURCES = tests/image/image_test.c
tests_image_image_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/image/shape_test
tests_image_shape_test_SOURCES = tests/image/shape_test.c
tests_image_shape_test_LDADD = $(TEST_LDADD)
fuzz_targets += tests/image/image_fuzz.c
