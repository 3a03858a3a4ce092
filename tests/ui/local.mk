# SPDX-License-Identifier: GPL-2.0-only
if HAVE_CMOCKA
ui_test_support = tests/ui/screens.c tests/ui/screens.h
check_PROGRAMS += tests/ui/act_test
tests_ui_act_test_SOURCES = tests/ui/act_test.c $(ui_test_support)
tests_ui_act_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/chart_test
tests_ui_chart_test_SOURCES = tests/ui/chart_test.c
tests_ui_chart_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/draw_test
tests_ui_draw_test_SOURCES = tests/ui/draw_test.c
tests_ui_draw_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/grid_test
tests_ui_grid_test_SOURCES = tests/ui/grid_test.c
tests_ui_grid_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/keys_test
tests_ui_keys_test_SOURCES = tests/ui/keys_test.c $(ui_test_support)
tests_ui_keys_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/paint_test
tests_ui_paint_test_SOURCES = tests/ui/paint_test.c
tests_ui_paint_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/squeeze_test
tests_ui_squeeze_test_SOURCES = tests/ui/squeeze_test.c
tests_ui_squeeze_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/stacks_test
tests_ui_stacks_test_SOURCES = tests/ui/stacks_test.c $(ui_test_support)
tests_ui_stacks_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/table_test
tests_ui_table_test_SOURCES = tests/ui/table_test.c
tests_ui_table_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/timeline_test
tests_ui_timeline_test_SOURCES = tests/ui/timeline_test.c $(ui_test_support)
tests_ui_timeline_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/view_test
tests_ui_view_test_SOURCES = tests/ui/view_test.c $(ui_test_support)
tests_ui_view_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/ui/width_test
tests_ui_width_test_SOURCES = tests/ui/width_test.c
tests_ui_width_test_LDADD = $(TEST_LDADD)
endif
# Writes a story as a stream of frames, for screen_test.py.
noinst_PROGRAMS += tests/ui/story
tests_ui_story_SOURCES = tests/ui/story.c
tests_ui_story_LDADD = $(TEST_LDADD)
EXTRA_DIST += \
	tests/ui/every_key_test.py \
	tests/ui/golden \
	tests/ui/screen_test.py
