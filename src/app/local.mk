# SPDX-License-Identifier: GPL-2.0-only
pooltop_SOURCES += \
	src/app/cmd_export.c \
	src/app/cmd_replay.c \
	src/app/cmd_report.c \
	src/app/commands.c src/app/commands.h \
	src/app/crash.c src/app/crash.h \
	src/app/feed.c src/app/feed.h \
	src/app/main.c \
	src/app/options.c src/app/options.h \
	src/app/privileges.c src/app/privileges.h \
	src/app/reel.c src/app/reel.h \
	src/app/terminal.c src/app/terminal.h \
	src/app/view.c src/app/view.h \
	src/app/view_keep.c \
	src/app/view_record.c \
	src/app/view_take.c \
	src/app/view_travel.c \
	src/app/viewer.h

if LIVE
pooltop_SOURCES += \
	src/app/apart.c src/app/apart.h \
	src/app/calls.c src/app/calls.h \
	src/app/cmd_check.c \
	src/app/cmd_dashboard.c \
	src/app/cmd_list.c \
	src/app/cmd_record.c \
	src/app/cmd_run.c \
	src/app/cmd_serve.c \
	src/app/cmd_stack.c \
	src/app/dash.c src/app/dash.h \
	src/app/launch.c src/app/launch.h \
	src/app/pythons.c src/app/pythons.h \
	src/app/record.c src/app/record.h \
	src/app/serve.c src/app/serve.h \
	src/app/snapshot.c src/app/snapshot.h \
	src/app/target.c src/app/target.h \
	src/app/watch.c src/app/watch.h \
	src/app/watcher.c src/app/watcher.h
endif

if STATIC_BINARY
pooltop_SOURCES += src/app/static_binary.c
endif

# What is painted for where the machine does not know the terminal: its description, as ncurses
# takes it from the environment.
src/app/term_entry.h:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && echo '#define TERM_ENTRY \' >$@.tmp && \
		$(INFOCMP) -0 -q -Q2 xterm-256color | sed 's/.*/"&"/' >>$@.tmp && mv $@.tmp $@

$(pooltop_OBJECTS): src/app/term_entry.h
CLEANFILES += src/app/term_entry.h
