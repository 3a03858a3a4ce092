# SPDX-License-Identifier: GPL-2.0-only
libsupport_a_SOURCES += \
	tests/support/digest.c \
	tests/support/frames.h \
	tests/support/framing.h \
	tests/support/history.c \
	tests/support/history.h \
	tests/support/life.c \
	tests/support/lively.c \
	tests/support/rich.c \
	tests/support/pairs.h \
	tests/support/samples.c \
	tests/support/story.c \
	tests/support/story.h \
	tests/support/work.c
