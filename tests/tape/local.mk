# SPDX-License-Identifier: GPL-2.0-only
tape_synth = tests/tape/synth.c tests/tape/synth.h

check_PROGRAMS += tests/tape/base_test
tests_tape_base_test_SOURCES = tests/tape/base_test.c $(tape_synth)
tests_tape_base_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/kinds_test
tests_tape_kinds_test_SOURCES = tests/tape/kinds_test.c
tests_tape_kinds_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/predict_test
tests_tape_predict_test_SOURCES = tests/tape/predict_test.c $(tape_synth)
tests_tape_predict_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/row_test
tests_tape_row_test_SOURCES = tests/tape/row_test.c $(tape_synth)
tests_tape_row_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/segment_test
tests_tape_segment_test_SOURCES = tests/tape/segment_test.c $(tape_synth)
tests_tape_segment_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/stream_reader_test
tests_tape_stream_reader_test_SOURCES = tests/tape/stream_reader_test.c $(tape_synth)
tests_tape_stream_reader_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/stream_writer_test
tests_tape_stream_writer_test_SOURCES = tests/tape/stream_writer_test.c $(tape_synth)
tests_tape_stream_writer_test_LDADD = $(TEST_LDADD)
