# SPDX-License-Identifier: GPL-2.0-only
wire_hold = tests/wire/hold.c tests/wire/hold.h
check_PROGRAMS += tests/wire/sum_test
tests_wire_sum_test_SOURCES = tests/wire/sum_test.c $(wire_hold)
tests_wire_sum_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/departed_test
tests_wire_departed_test_SOURCES = tests/wire/departed_test.c $(wire_hold)
tests_wire_departed_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/step_test
tests_wire_step_test_SOURCES = tests/wire/step_test.c $(wire_hold)
tests_wire_step_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/times_test
tests_wire_times_test_SOURCES = tests/wire/times_test.c $(wire_hold)
tests_wire_times_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/decode_test
tests_wire_decode_test_SOURCES = tests/wire/decode_test.c
tests_wire_decode_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/wire_test
tests_wire_wire_test_SOURCES = tests/wire/wire_test.c $(wire_hold)
tests_wire_wire_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/sample_test
tests_wire_sample_test_SOURCES = tests/wire/sample_test.c $(wire_hold)
tests_wire_sample_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/wire/framing_test
tests_wire_framing_test_SOURCES = tests/wire/framing_test.c
tests_wire_framing_test_LDADD = $(TEST_LDADD)
fuzz_targets += tests/wire/framing_fuzz.c tests/wire/session_fuzz.c
EXTRA_DIST += \
	tests/wire/fuzz-corpus/framing \
	tests/wire/fuzz-corpus/session/ends \
	tests/wire/fuzz-corpus/session/gone \
	tests/wire/fuzz-corpus/session/traffic
