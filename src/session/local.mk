# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/session/session.c \
	src/session/session.h \
	src/session/source.h
