# SPDX-License-Identifier: GPL-2.0-only
# Pictures of the model for people. Only term*.c has to do with a terminal.
nodist_libpooltop_a_SOURCES += ui/trap_pages.c
CLEANFILES += ui/trap_pages.c
EXTRA_DIST += doc/pages.awk
ui/trap_pages.c: $(trap_pages) $(top_srcdir)/doc/pages.awk
	$(AM_V_GEN)$(MKDIR_P) ui && LC_ALL=C $(AWK) -f $(top_srcdir)/doc/pages.awk \
		$(trap_pages:%=$(top_srcdir)/%) > $@.tmp && mv $@.tmp $@

libpooltop_a_SOURCES += \
	ui/act.c \
	ui/chart.c \
	ui/chart.h \
	ui/core_table.c \
	ui/core_table.h \
	ui/draw.c \
	ui/draw.h \
	ui/dump.c \
	ui/dump.h \
	ui/failure_table.c \
	ui/func_table.c \
	ui/glyph.c \
	ui/glyph.h \
	ui/grid.c \
	ui/grid.h \
	ui/header.c \
	ui/hints.c \
	ui/job_table.c \
	ui/keys.c \
	ui/keys.h \
	ui/notes.c \
	ui/notes.h \
	ui/overview_cores.c \
	ui/overview_findings.c \
	ui/overview_head.c \
	ui/overview_head.h \
	ui/page.c \
	ui/page.h \
	ui/paint.c \
	ui/paint.h \
	ui/panes.c \
	ui/panes.h \
	ui/queue_table.c \
	ui/screen.c \
	ui/screen.h \
	ui/sheet.c \
	ui/sheet.h \
	ui/shift.c \
	ui/shift.h \
	ui/show.c \
	ui/show.h \
	ui/slow_table.c \
	ui/start_bar.c ui/start_bar.h \
	ui/hot_list.c \
	ui/hot_list.h \
	ui/ink.c \
	ui/ink.h \
	ui/squeeze.c \
	ui/squeeze.h \
	ui/stack_fold.c \
	ui/stack_fold.h \
	ui/stack_sheet.c \
	ui/stack_sheet.h \
	ui/stall_sheet.c \
	ui/stall_sheet.h \
	ui/state.c \
	ui/state.h \
	ui/state_line.c \
	ui/state_line.h \
	ui/status.c \
	ui/style.c \
	ui/style.h \
	ui/table.c \
	ui/table.h \
	ui/table_rows.c \
	ui/task_charts.c \
	ui/task_charts.h \
	ui/task_tables.h \
	ui/timeline.c \
	ui/timeline.h \
	ui/traffic_tables.h \
	ui/trap_pages.h \
	ui/view.h \
	ui/view_cores.c \
	ui/view_death.c \
	ui/view_deaths.c \
	ui/view_failure.c \
	ui/view_func.c \
	ui/view_help.c \
	ui/view_overview.c \
	ui/view_pools.c \
	ui/view_stack.c \
	ui/view_stacks.c \
	ui/view_startup.c \
	ui/view_tasks.c \
	ui/view_traffic.c \
	ui/view_trap.c \
	ui/view_traps.c \
	ui/view_worker.c \
	ui/view_workers.c \
	ui/views.c \
	ui/width.c \
	ui/width.h \
	ui/width_marks.c \
	ui/width_marks.h \
	ui/worker_cells.c \
	ui/worker_cells.h

pooltop_SOURCES += \
	ui/term.c \
	ui/term.h \
	ui/term_caps.c \
	ui/term_caps.h \
	ui/term_keys.c \
	ui/term_keys.h
