# SPDX-License-Identifier: GPL-2.0-only
libpooltop_a_SOURCES += src/wire/class.c src/wire/class.h src/wire/decode.c src/wire/decode.h
