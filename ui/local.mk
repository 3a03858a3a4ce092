# SPDX-License-Identifier: GPL-2.0-only
# Pictures of the model for people. Only term.c has to do with a terminal.
libpooltop_a_SOURCES += \
	ui/act.c \
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
	ui/panes.c \
	ui/panes.h \
	ui/screen.c \
	ui/screen.h \
	ui/sheet.c \
	ui/sheet.h \
	ui/show.c \
	ui/show.h \
	ui/slow_table.c \
	ui/stack_sheet.c \
	ui/stack_sheet.h \
	ui/state.c \
	ui/state.h \
	ui/status.c \
	ui/style.c \
	ui/style.h \
	ui/table.c \
	ui/table.h \
	ui/table_rows.c \
	ui/task_tables.h \
	ui/view.h \
	ui/view_cores.c \
	ui/view_death.c \
	ui/view_deaths.c \
	ui/view_failure.c \
	ui/view_help.c \
	ui/view_overview.c \
	ui/view_pools.c \
	ui/view_startup.c \
	ui/view_tasks.c \
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
	ui/term.h
