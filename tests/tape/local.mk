# SPDX-License-Identifier: GPL-2.0-only
tape_synth = tests/tape/synth.c tests/tape/synth.h
tape_scratch = tests/tape/scratch.c tests/tape/scratch.h $(tape_synth)

check_PROGRAMS += tests/tape/base_test
tests_tape_base_test_SOURCES = tests/tape/base_test.c $(tape_synth)
tests_tape_base_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/kinds_test
tests_tape_kinds_test_SOURCES = tests/tape/kinds_test.c
tests_tape_kinds_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/load_test
tests_tape_load_test_SOURCES = tests/tape/load_test.c $(tape_scratch)
tests_tape_load_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/notes_test
tests_tape_notes_test_SOURCES = tests/tape/notes_test.c $(tape_scratch)
tests_tape_notes_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/predict_test
tests_tape_predict_test_SOURCES = tests/tape/predict_test.c $(tape_synth)
tests_tape_predict_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/rollback_test
tests_tape_rollback_test_SOURCES = tests/tape/rollback_test.c $(tape_scratch)
tests_tape_rollback_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/row_test
tests_tape_row_test_SOURCES = tests/tape/row_test.c $(tape_synth)
tests_tape_row_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/segment_test
tests_tape_segment_test_SOURCES = tests/tape/segment_test.c $(tape_synth)
tests_tape_segment_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/store_test
tests_tape_store_test_SOURCES = tests/tape/store_test.c $(tape_scratch)
tests_tape_store_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/stream_reader_test
tests_tape_stream_reader_test_SOURCES = tests/tape/stream_reader_test.c $(tape_synth)
tests_tape_stream_reader_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/stream_writer_test
tests_tape_stream_writer_test_SOURCES = tests/tape/stream_writer_test.c $(tape_synth)
tests_tape_stream_writer_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/tape_kill_test
tests_tape_tape_kill_test_SOURCES = tests/tape/tape_kill_test.c $(tape_scratch)
tests_tape_tape_kill_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/tape_reader_test
tests_tape_tape_reader_test_SOURCES = tests/tape/tape_reader_test.c $(tape_scratch)
tests_tape_tape_reader_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/tape_writer_test
tests_tape_tape_writer_test_SOURCES = tests/tape/tape_writer_test.c $(tape_scratch)
tests_tape_tape_writer_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/tape/trim_test
tests_tape_trim_test_SOURCES = tests/tape/trim_test.c $(tape_scratch)
tests_tape_trim_test_LDADD = $(TEST_LDADD)
fuzz_targets += tests/tape/tape_fuzz.c
EXTRA_DIST += \
	tests/tape/fuzz-corpus/tape/columns \
	tests/tape/fuzz-corpus/tape/frames \
	tests/tape/fuzz-corpus/tape/packed \
	tests/tape/fuzz-corpus/tape/stream \
	tests/tape/old/0.1.0-pool.json \
	tests/tape/old/0.1.0-pool.tape.xz \
	tests/tape/old_test.py
# Copies recordings; tests/live/images_test.py runs it.
noinst_PROGRAMS += tests/tape/imaged
tests_tape_imaged_SOURCES = tests/tape/imaged.c
tests_tape_imaged_LDADD = libsupport.a libpooltop.a $(CORE_LIBS) -lm
check_PROGRAMS += tests/tape/images_test
tests_tape_images_test_SOURCES = tests/tape/images_test.c $(tape_scratch)
tests_tape_images_test_LDADD = $(TEST_LDADD)
