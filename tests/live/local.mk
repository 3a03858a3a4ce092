# SPDX-License-Identifier: GPL-2.0-only
EXTRA_DIST += \
	tests/live/attach_test.py \
	tests/live/counts_test.py \
	tests/live/deaths_test.py \
	tests/live/harness.py \
	tests/live/inputs_test.py \
	tests/live/proc_mode_test.py \
	tests/live/recorder_kill_test.py \
	tests/live/replay_test.py \
	tests/live/terminal.py \
	tests/live/terminal_test.py
