# SPDX-License-Identifier: GPL-2.0-only
python_test_support = \
	tests/python/false_elf.c tests/python/false_elf.h \
	tests/python/false_memory.c tests/python/false_memory.h \
	tests/python/false_proc.c tests/python/false_proc.h \
	tests/python/false_python.c tests/python/false_python.h \
	tests/python/false_task.c tests/python/false_task.h
check_PROGRAMS += tests/python/methods_test
tests_python_methods_test_SOURCES = tests/python/methods_test.c $(python_test_support)
tests_python_methods_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/elf_file_test
tests_python_elf_file_test_SOURCES = tests/python/elf_file_test.c $(python_test_support)
tests_python_elf_file_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/hexversion_test
tests_python_hexversion_test_SOURCES = tests/python/hexversion_test.c $(python_test_support)
tests_python_hexversion_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/image_test
tests_python_image_test_SOURCES = tests/python/image_test.c $(python_test_support)
tests_python_image_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/layout_row_test
tests_python_layout_row_test_SOURCES = tests/python/layout_row_test.c
tests_python_layout_row_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/layout_table_test
tests_python_layout_table_test_SOURCES = tests/python/layout_table_test.c
tests_python_layout_table_test_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTABLES_DIR='"$(abs_top_srcdir)/tests/python/fuzz-corpus/layout"'
tests_python_layout_table_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/lines_test
tests_python_lines_test_SOURCES = tests/python/lines_test.c \
	tests/python/line_facts.c tests/python/line_facts.h
tests_python_lines_test_CPPFLAGS = $(AM_CPPFLAGS) \
	-DLINES_DIR='"$(abs_top_srcdir)/tests/python/lines"'
tests_python_lines_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/search_test
tests_python_search_test_SOURCES = tests/python/search_test.c $(python_test_support)
tests_python_search_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/str_test
tests_python_str_test_SOURCES = tests/python/str_test.c $(python_test_support)
tests_python_str_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/version_test
tests_python_version_test_SOURCES = tests/python/version_test.c $(python_test_support)
tests_python_version_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/codes_test
tests_python_codes_test_SOURCES = tests/python/codes_test.c $(python_test_support)
tests_python_codes_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/interp_test
tests_python_interp_test_SOURCES = tests/python/interp_test.c $(python_test_support)
tests_python_interp_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/modname_test
tests_python_modname_test_SOURCES = tests/python/modname_test.c
tests_python_modname_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/reader_test
tests_python_reader_test_SOURCES = tests/python/reader_test.c $(python_test_support)
tests_python_reader_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/states_test
tests_python_states_test_SOURCES = tests/python/states_test.c $(python_test_support)
tests_python_states_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/still_test
tests_python_still_test_SOURCES = tests/python/still_test.c $(python_test_support)
tests_python_still_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/task_test
tests_python_task_test_SOURCES = tests/python/task_test.c $(python_test_support)
tests_python_task_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/python/walk_test
tests_python_walk_test_SOURCES = tests/python/walk_test.c $(python_test_support)
tests_python_walk_test_LDADD = $(TEST_LDADD)
# Holds what lines.py prints against the reader; real_lines_test.py brings them together.
noinst_PROGRAMS += tests/python/lines_facts
tests_python_lines_facts_SOURCES = tests/python/lines_facts.c \
	tests/python/line_facts.c tests/python/line_facts.h
tests_python_lines_facts_LDADD = $(TEST_LDADD)
fuzz_targets += tests/python/elf_fuzz.c tests/python/layout_fuzz.c tests/python/lines_fuzz.c \
	tests/python/version_fuzz.c tests/python/walk_fuzz.c
EXTRA_DIST += \
	tests/python/fuzz-corpus/elf/shared \
	tests/python/fuzz-corpus/layout/3.13.0 \
	tests/python/fuzz-corpus/layout/3.14.10 \
	tests/python/fuzz-corpus/layout/3.15.2 \
	tests/python/fuzz-corpus/lines \
	tests/python/fuzz-corpus/version/embedder \
	tests/python/fuzz-corpus/version/string \
	tests/python/fuzz-corpus/version/symbol \
	tests/python/fuzz-corpus/walk \
	tests/python/lines \
	tests/python/lines.py \
	tests/python/real_lines_test.py
