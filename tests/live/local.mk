# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += \
	tests/live/advice.py \
	tests/live/at_once_test.py \
	tests/live/attach_test.py \
	tests/live/beasts.py \
	tests/live/budget_test.py \
	tests/live/cores_test.py \
	tests/live/counts_test.py \
	tests/live/deaths_test.py \
	tests/live/depth_test.py \
	tests/live/exact_once_test.py \
	tests/live/exact_test.py \
	tests/live/export_test.py \
	tests/live/first_minutes_test.py \
	tests/live/frames_test.py \
	tests/live/harness.py \
	tests/live/hostile_test.py \
	tests/live/images_test.py \
	tests/live/inputs_test.py \
	tests/live/keys_test.py \
	tests/live/kind_deaths_test.py \
	tests/live/late_watcher_test.py \
	tests/live/matrix_test.py \
	tests/live/middle_test.py \
	tests/live/past_test.py \
	tests/live/proc_mode_test.py \
	tests/live/raises_test.py \
	tests/live/recorder_kill_test.py \
	tests/live/replay_test.py \
	tests/live/secret_test.py \
	tests/live/sends_test.py \
	tests/live/serve_test.py \
	tests/live/shared_test.py \
	tests/live/stacks_at_death_test.py \
	tests/live/streams \
	tests/live/same_place_test.py \
	tests/live/sampled_test.py \
	tests/live/stack_test.py \
	tests/live/stalls_test.py \
	tests/live/start_test.py \
	tests/live/states_test.py \
	tests/live/terminal.py \
	tests/live/terminal_test.py \
	tests/live/traps_matrix.py \
	tests/live/traps_test.py

fuzz_targets += tests/live/kernel_log_fuzz.c
EXTRA_DIST += tests/live/kernel_log_fuzz.c tests/live/fuzz-corpus/kernel_log

# Prints the messages of a run's system calls; frames_test.py holds that against a second reading.
noinst_PROGRAMS += tests/live/frames
tests_live_frames_SOURCES = tests/live/frames.c

# Prints what the traps said of a recording, tick by tick.
noinst_PROGRAMS += tests/live/findings
tests_live_findings_SOURCES = tests/live/findings.c
tests_live_findings_LDADD = libpooltop.a $(CORE_LIBS) -lm

# Feeds a recording again and again, with its messages in disorder.
noinst_PROGRAMS += tests/live/disorder
tests_live_disorder_SOURCES = tests/live/disorder.c
tests_live_disorder_LDADD = libpooltop.a $(CORE_LIBS) -lm

if LIVE
if HAVE_CMOCKA
check_PROGRAMS += tests/live/ends_test tests/live/limits_test
check_PROGRAMS += tests/live/interleave_test tests/live/mapping_test tests/live/outbox_test
tests_live_interleave_test_SOURCES = tests/live/interleave_test.c
tests_live_interleave_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/kernel_log_test
tests_live_kernel_log_test_SOURCES = tests/live/kernel_log_test.c
tests_live_kernel_log_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/codebook_test tests/live/roles_test tests/live/split_test
tests_live_codebook_test_SOURCES = tests/live/codebook_test.c
tests_live_codebook_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_roles_test_SOURCES = tests/live/roles_test.c
tests_live_roles_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_split_test_SOURCES = tests/live/split_test.c
tests_live_split_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_mapping_test_SOURCES = tests/live/mapping_test.c
tests_live_mapping_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_ends_test_SOURCES = tests/live/ends_test.c
tests_live_ends_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_limits_test_SOURCES = tests/live/limits_test.c
tests_live_limits_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_outbox_test_SOURCES = tests/live/outbox_test.c
tests_live_outbox_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/budget_test tests/live/form_test
tests_live_budget_test_SOURCES = tests/live/budget_test.c
tests_live_budget_test_LDADD = $(TEST_LIVE_LDADD)
tests_live_form_test_SOURCES = tests/live/form_test.c
tests_live_form_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/rate_test
tests_live_rate_test_SOURCES = tests/live/rate_test.c
tests_live_rate_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/wait_read_test
tests_live_wait_read_test_SOURCES = tests/live/wait_read_test.c
tests_live_wait_read_test_LDADD = $(TEST_LIVE_LDADD)
if X86_64
check_PROGRAMS += tests/live/eval_part_test
tests_live_eval_part_test_SOURCES = tests/live/eval_part_test.c
tests_live_eval_part_test_LDADD = $(TEST_LIVE_LDADD)
check_PROGRAMS += tests/live/unwind_test
tests_live_unwind_test_SOURCES = tests/live/unwind_test.c
tests_live_unwind_test_LDADD = $(TEST_LIVE_LDADD)
endif
endif
endif
