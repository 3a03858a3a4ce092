# SPDX-License-Identifier: GPL-2.0-only
python_test_support = \
	tests/python/false_elf.c tests/python/false_elf.h \
	tests/python/false_proc.c tests/python/false_proc.h
check_PROGRAMS += tests/python/elf_file_test
tests_python_elf_file_test_SOURCES = tests/python/elf_file_test.c $(python_test_support)
tests_python_elf_file_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/image_test
tests_python_image_test_SOURCES = tests/python/image_test.c $(python_test_support)
tests_python_image_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/search_test
tests_python_search_test_SOURCES = tests/python/search_test.c $(python_test_support)
tests_python_search_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/version_test
tests_python_version_test_SOURCES = tests/python/version_test.c $(python_test_support)
tests_python_version_test_LDADD = $(TEST_LDADD)
fuzz_targets += tests/python/version_fuzz.c
EXTRA_DIST += \
	tests/python/fuzz-corpus/version/embedder \
	tests/python/fuzz-corpus/version/string \
	tests/python/fuzz-corpus/version/symbol
