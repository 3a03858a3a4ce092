# SPDX-License-Identifier: GPL-2.0-only
export_test_support = \
	tests/export/golden.c tests/export/golden.h \
	tests/export/keys.c tests/export/keys.h \
	tests/export/report_keys.c tests/export/report_keys.h \
	tests/export/stories.c tests/export/stories.h
export_test_cppflags = $(AM_CPPFLAGS) -DGOLDEN_DIR='"$(abs_top_srcdir)/tests/export/golden"'
check_PROGRAMS += tests/export/check_test
tests_export_check_test_SOURCES = tests/export/check_test.c $(export_test_support)
tests_export_check_test_CPPFLAGS = $(export_test_cppflags)
tests_export_check_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/facts_test
tests_export_facts_test_SOURCES = tests/export/facts_test.c $(export_test_support)
tests_export_facts_test_CPPFLAGS = $(export_test_cppflags)
tests_export_facts_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/format_test
tests_export_format_test_SOURCES = tests/export/format_test.c
tests_export_format_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/jout_test
tests_export_jout_test_SOURCES = tests/export/jout_test.c $(export_test_support)
tests_export_jout_test_CPPFLAGS = $(export_test_cppflags)
tests_export_jout_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/list_test
tests_export_list_test_SOURCES = tests/export/list_test.c $(export_test_support)
tests_export_list_test_CPPFLAGS = $(export_test_cppflags)
tests_export_list_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/metrics_test
tests_export_metrics_test_SOURCES = tests/export/metrics_test.c $(export_test_support)
tests_export_metrics_test_CPPFLAGS = $(export_test_cppflags)
tests_export_metrics_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/page_test
tests_export_page_test_SOURCES = tests/export/page_test.c $(export_test_support)
tests_export_page_test_CPPFLAGS = $(export_test_cppflags)
tests_export_page_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/report_json_test
tests_export_report_json_test_SOURCES = tests/export/report_json_test.c $(export_test_support)
tests_export_report_json_test_CPPFLAGS = $(export_test_cppflags)
tests_export_report_json_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/report_text_test
tests_export_report_text_test_SOURCES = tests/export/report_text_test.c $(export_test_support)
tests_export_report_text_test_CPPFLAGS = $(export_test_cppflags)
tests_export_report_text_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/export/stack_test
tests_export_stack_test_SOURCES = tests/export/stack_test.c $(export_test_support)
tests_export_stack_test_CPPFLAGS = $(export_test_cppflags)
tests_export_stack_test_LDADD = $(TEST_LDADD)
EXTRA_DIST += \
	tests/export/golden/check.txt \
	tests/export/golden/lively.json \
	tests/export/golden/lively.txt \
	tests/export/golden/metrics-lively.txt \
	tests/export/golden/metrics-proc.txt \
	tests/export/golden/metrics-trouble.txt \
	tests/export/golden/proc.txt \
	tests/export/golden/stack.txt \
	tests/export/golden/stack_native.txt \
	tests/export/golden/stack_native_all.txt \
	tests/export/golden/trouble.txt
fuzz_targets += tests/export/certificate_fuzz.c
EXTRA_DIST += \
	tests/export/fuzz-corpus/killed \
	tests/export/fuzz-corpus/raised
