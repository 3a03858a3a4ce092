# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += \
	src/base/buf.c src/base/buf.h \
	src/base/command.c src/base/command.h \
	src/base/err.c src/base/err.h \
	src/base/fmt.c src/base/fmt.h \
	src/base/hist.c src/base/hist.h \
	src/base/map.c src/base/map.h \
	src/base/series.c src/base/series.h \
	src/base/text.c src/base/text.h
